import { commands, l10n, window } from 'vscode';
import { clientName } from '../../../core/audit/agentName.ts';
import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import { agentLabel } from '../model/agentLabel.ts';
import type { AgentList } from '../model/agentList.ts';
import { AgentNode } from './agentNode.ts';

/** The verdicts of the records that the gateway makes once an hour for each credential, and when no call passes any more. */
const IN_CALL = 'credential_in_call';
const ALL_HELD_BACK = 'all_held_back';

/** Tells the user, by those records, that a credential stood in what an agent wrote. Does nothing with any other. */
export async function notifyOfCredentialInCall(
  { kind, verdict, agent, service = '' }: AuditEvent,
  agents: Pick<AgentList, 'agents'>,
): Promise<void> {
  if (kind !== 'control' || (verdict !== IN_CALL && verdict !== ALL_HELD_BACK)) return;
  if (verdict === ALL_HELD_BACK) return notifyThatAllAreHeldBack(service);
  const freeze = l10n.t('Freeze Agent');
  const rotate = l10n.t('Rotate Credential…');
  const chosen = await window.showWarningMessage(
    l10n.t(
      '“{0}” put the credential of “{1}” into a call, which was refused. The agent got the credential elsewhere, or guessed it. Few of its calls pass for an hour, or until you restart the gateway.',
      agentLabel(agent.raw ?? agent.name),
      service,
    ),
    freeze,
    rotate,
  );
  if (chosen === rotate) await commands.executeCommand('valetKey.rotateCredential', service);
  if (chosen === freeze) {
    const connected = agents.agents.find(({ rawName }) => rawName === clientName(agent.raw ?? ''));
    await commands.executeCommand('valetKey.freezeAgent', connected && new AgentNode(connected));
  }
}

async function notifyThatAllAreHeldBack(service: string): Promise<void> {
  const rotate = l10n.t('Rotate Credential…');
  const restart = l10n.t('Restart Gateway');
  const chosen = await window.showWarningMessage(
    l10n.t(
      'Three calls within an hour contained the credential of “{0}”. No call of any agent passes for an hour, or until you restart the gateway.',
      service,
    ),
    rotate,
    restart,
  );
  if (chosen === rotate) await commands.executeCommand('valetKey.rotateCredential', service);
  if (chosen === restart) await commands.executeCommand('valetKey.restartGateway');
}
