import { l10n } from 'vscode';
import type { AgentParts } from '../../app/parts.ts';
import { askChoice, single } from '../../ui/steps.ts';
import type { Agent } from '../model/agentList.ts';
import { ownName, stateText } from '../views/agentNode.ts';

/** The agent that a command is about: the one it was started on, else the one that the user picks. */
export async function pickAgent(
  app: AgentParts,
  started: Agent | undefined,
  title: string,
  suits: (agent: Agent) => boolean,
): Promise<Agent | undefined> {
  if (started) return started;
  const candidates = app.agents.agents.filter(suits);
  const [only] = candidates;
  if (candidates.length === 1 && only?.state === 'waiting') return only;
  const answer = await askChoice(
    single(title),
    candidates.length === 0 ? l10n.t('No matching agents') : l10n.t('Which agent?'),
    candidates.map((agent) => ({
      label: agent.name,
      description: ownName(agent),
      detail: stateText(agent),
      value: agent,
    })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
