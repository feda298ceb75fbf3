import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { agentLabel } from '../model/agentLabel.ts';
import type { Agent } from '../model/agentList.ts';
import { agentOfNode, ownName } from '../views/agentNode.ts';
import { pickAgent } from './pickAgent.ts';

/** Lets an agent call that Valet Key did not connect. This widens, so it is decided in a modal. */
export async function allowAgent(app: App, argument: unknown): Promise<void> {
  const isWaiting = ({ state }: Agent): boolean => state === 'waiting';
  const waiting = app.agents.agents.filter(isWaiting);
  if (waiting.length === 0) {
    void window.showInformationMessage(l10n.t('No agent waits to be allowed.'));
    return;
  }
  const started = agentOfNode(argument);
  const agent = await pickAgent(
    app,
    started && isWaiting(started) ? started : undefined,
    l10n.t('Allow Agent'),
    isWaiting,
  );
  if (!agent) return;
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Let this agent use your services?'),
    detail: [
      l10n.t('The agent calls itself “{0}”. The name is not verified; any program can claim it.', ownName(agent)),
      l10n.t('You did not connect this agent with Valet Key. If you did not set it up yourself, do not allow it.'),
      l10n.t(
        'The agent can then do what your policies allow, and nothing else. Your answer is remembered for this name.',
      ),
    ].join('\n\n'),
    action: l10n.t('Allow Agent'),
  });
  if (!agreed) return;
  await app.agentStore.allow(agent.rawName);
  await publishChange(app, ['agents'], { action: 'allow agent', subject: agentLabel(agent.rawName) });
}
