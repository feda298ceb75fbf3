import { l10n, window } from 'vscode';
import type { AgentParts, GatewayPart, WindowParts } from '../../app/parts.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { agentLabel } from '../model/agentLabel.ts';
import { agentOfNode } from '../views/agentNode.ts';

/** Lifts the freeze of one agent. This widens, so it is decided in a modal. */
export async function unfreezeAgent(app: AgentParts & GatewayPart & WindowParts, argument: unknown): Promise<void> {
  const { frozen } = app.agentStore.admission;
  if (frozen.length === 0) {
    void window.showInformationMessage(l10n.t('No agent is frozen.'));
    return;
  }
  const name = agentOfNode(argument)?.rawName ?? (await whichName(frozen));
  if (name === undefined || !frozen.includes(name)) return;
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Unfreeze the agent “{0}”?', agentLabel(name)),
    detail: l10n.t('The agent can use your services again, within your policies. This applies to every window.'),
    action: l10n.t('Unfreeze'),
  });
  if (!agreed) return;
  await app.agentStore.unfreeze(name);
  await publishChange(app, ['agents'], { action: 'unfreeze agent', subject: agentLabel(name) });
}

/** An agent stays frozen when it is not connected, too. */
async function whichName(frozen: readonly string[]): Promise<string | undefined> {
  if (frozen.length === 1) return frozen[0];
  const answer = await askChoice(
    single(l10n.t('Unfreeze Agent')),
    l10n.t('Which agent?'),
    frozen.map((name) => ({ label: agentLabel(name), value: name })),
  );
  return answer.kind === 'value' ? answer.value : undefined;
}
