import { commands, l10n, window } from 'vscode';
import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import type { AgentList } from '../model/agentList.ts';
import { agentWords } from '../model/agentWords.ts';
import { AgentNode } from './agentNode.ts';

/** The verdict of the record that the gateway makes once for each agent and credential. */
const IN_CALL = 'credential_in_call';

/** Tells the person, by that record, that a credential stood in what an agent wrote. Does nothing with any other. */
export async function tellOfCredentialInCall(
  { kind, verdict, agent, service = '' }: AuditEvent,
  agents: Pick<AgentList, 'agents'>,
): Promise<void> {
  if (kind !== 'control' || verdict !== IN_CALL) return;
  const freeze = l10n.t('Freeze Agent');
  const rotate = l10n.t('Rotate Credential…');
  const chosen = await window.showWarningMessage(
    l10n.t(
      '“{0}” put the credential of “{1}” into a call, which was refused. The agent got the credential elsewhere, or guessed it.',
      agentWords(agent.raw ?? agent.name),
      service,
    ),
    freeze,
    rotate,
  );
  if (chosen === rotate) await commands.executeCommand('valetKey.rotateCredential', service);
  if (chosen === freeze) {
    const connected = agents.agents.find(({ rawName }) => rawName === (agent.raw ?? ''));
    await commands.executeCommand('valetKey.freezeAgent', connected && new AgentNode(connected));
  }
}
