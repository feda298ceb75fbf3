import { l10n, window } from 'vscode';
import type { AgentParts, GatewayPart, WindowParts } from '../../app/parts.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { askChoice, single } from '../../ui/steps.ts';
import { type AgentClient, CLIENTS, clientOf } from '../model/agentClients.ts';
import { agentLabel } from '../model/agentLabel.ts';
import type { Agent } from '../model/agentList.ts';
import { agentOfNode } from '../views/agentNode.ts';
import { reportWhyNot, shortPath } from './clientConfigurationProblem.ts';

/** What can be disconnected: a client that has an entry, or the name of an agent that the user allowed. */
type Target = { readonly client: AgentClient } | { readonly name: string };

/** Undoes *Connect Another Agent* or *Allow Agent*, and ends the agent's connections. */
export async function disconnectAgent(app: AgentParts & GatewayPart & WindowParts, argument: unknown): Promise<void> {
  const agent = agentOfNode(argument);
  const target = agent ? targetOf(agent) : await whichTarget(app);
  if (!target) return;
  if ('name' in target) return forgetName(app, target.name);
  try {
    await removeEntry(app, target.client);
  } catch (error) {
    await reportWhyNot(error, target.client, app.connections.fileOf(target.client));
  }
}

function targetOf({ entry, rawName }: Agent): Target {
  const client = entry === undefined ? undefined : clientOf(entry);
  return client ? { client } : { name: rawName };
}

async function whichTarget(app: AgentParts): Promise<Target | undefined> {
  const clients = CLIENTS.filter(
    (client) => app.connections.of(client) !== undefined || app.connections.isConfigured(client),
  );
  const { names } = app.agentStore.admission;
  if (clients.length === 0 && names.length === 0) {
    void window.showInformationMessage(l10n.t('No other agent is connected.'));
    return undefined;
  }
  const answer = await askChoice<Target>(single(l10n.t('Disconnect Agent')), l10n.t('Which agent?'), [
    ...clients.map((client) => ({
      label: client.label,
      detail: shortPath(app.connections.fileOf(client)),
      value: { client },
    })),
    ...names.map((name) => ({
      label: agentLabel(name),
      detail: l10n.t('Allowed by you; configured outside Valet Key'),
      value: { name },
    })),
  ]);
  return answer.kind === 'value' ? answer.value : undefined;
}

async function removeEntry(app: AgentParts & GatewayPart & WindowParts, client: AgentClient): Promise<void> {
  const plan = app.connections.planToDisconnect(client);
  const { file, text } = plan;
  if (text !== file.text) {
    const close = await showDifference(app.texts, shortPath(file.named), file.text ?? '', text ?? '');
    const agreed = await confirmInModal({
      message: l10n.t('Disconnect {0}?', client.label),
      detail: [
        text === undefined
          ? l10n.t(
              '{0} will be deleted: it was created for Valet Key, and contains nothing else.',
              shortPath(file.named),
            )
          : l10n.t('Valet Key’s entries will be removed from {0}, as shown behind this dialog.', shortPath(file.named)),
        l10n.t('{0} can no longer use any service, and its calls in progress are stopped.', client.label),
      ].join('\n\n'),
      action: l10n.t('Disconnect'),
    });
    await close();
    if (!agreed) return;
  }
  await app.connections.disconnect(plan);
  await app.agentStore.forget({ entry: client.id });
  await cutOff(app, ({ entry }) => entry === client.id, client.label);
  void window.showInformationMessage(l10n.t('{0} is disconnected.', client.label));
}

async function forgetName(app: AgentParts & GatewayPart & WindowParts, name: string): Promise<void> {
  await app.agentStore.forget({ name });
  await cutOff(app, ({ rawName }) => rawName === name, agentLabel(name));
  void window.showInformationMessage(
    l10n.t('“{0}” is disconnected. When it calls again, it must wait until you allow it.', agentLabel(name)),
  );
}

async function cutOff(
  app: AgentParts & GatewayPart & WindowParts,
  concerns: (agent: Agent) => boolean,
  subject: string,
): Promise<void> {
  app.announceChange();
  await app.gateway.push('agents');
  const connections = app.agents.agents.filter(concerns).flatMap((agent) => agent.connections);
  if (connections.length > 0) await app.gateway.ask((control) => control.disconnectAgents(connections));
  await app.gateway.record({ action: 'disconnect agent', subject });
}
