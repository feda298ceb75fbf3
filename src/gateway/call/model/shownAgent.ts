import { agentName } from '../../../core/audit/agentName.ts';
import { agentWords } from '../../../core/audit/agentWords.ts';
import type { AgentInfo } from '../../../protocol/messages.ts';
import type { ApprovalQuestion } from '../../control/controlPort.ts';

/** The longest name or version of an agent's that the user is shown, in characters. */
const MAX_NAME_CHARS = 100;

/** Who asks, as a question shows it: the short name, and the agent's own words for itself. */
export function shownAgent({ name, version }: AgentInfo): ApprovalQuestion['agent'] {
  return {
    name: agentName(name),
    ...(name === '' ? {} : { rawName: agentWords(name, MAX_NAME_CHARS) }),
    ...(version === undefined ? {} : { version: agentWords(version, MAX_NAME_CHARS) }),
  };
}
