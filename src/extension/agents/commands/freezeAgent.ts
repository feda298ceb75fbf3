import { l10n } from 'vscode';
import type { AgentParts, GatewayPart, WindowParts } from '../../app/parts.ts';
import { agentLabel } from '../model/agentLabel.ts';
import { agentOfNode } from '../views/agentNode.ts';
import { pickAgent } from './pickAgent.ts';

/** Stops one agent at once, in every window, whenever it connects again. */
export async function freezeAgent(app: AgentParts & GatewayPart & WindowParts, argument: unknown): Promise<void> {
  const agent = await pickAgent(app, agentOfNode(argument), l10n.t('Freeze Agent'), ({ state }) => state !== 'frozen');
  if (!agent) return;
  const kept = app.agentStore.freeze(agent.rawName);
  await app.gateway.push('agents');
  await kept;
  app.announceChange();
  await app.gateway.record({ action: 'freeze agent', subject: agentLabel(agent.rawName) });
}
