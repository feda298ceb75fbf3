import { commands, l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import type { AgentParts, GatewayPart, WindowParts } from '../../app/parts.ts';
import { publishChange } from '../../gateway/commands/publishChange.ts';
import { offeredServers } from '../../servers/model/serverScopes.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { askChoice, separator, single } from '../../ui/steps.ts';
import { type AgentClient, CLIENTS } from '../model/agentClients.ts';
import type { PlannedChange } from '../model/connections.ts';
import { reportWhyNot, shortPath } from './clientConfigurationProblem.ts';

/** Writes the entry for Valet Key into another MCP client's own configuration, once the user has seen the change. */
export async function connectAgent(app: App): Promise<void> {
  const client = await whichClient(app);
  if (client === 'copy') {
    await commands.executeCommand('valetKey.copyMcpConfiguration');
    return;
  }
  if (!client) return;
  try {
    const servers = offeredServers(app.policies.entries());
    const plan = app.connections.planToConnect(client, servers);
    if (plan.text !== plan.file.text) await change(app, plan, servers);
    else await admit(app, client);
  } catch (error) {
    await reportWhyNot(error, client, app.connections.fileOf(client));
  }
}

async function whichClient(app: AgentParts): Promise<AgentClient | 'copy' | undefined> {
  const answer = await askChoice<AgentClient | 'copy'>(
    single(l10n.t('Connect Another Agent')),
    l10n.t('Which agent should use your services?'),
    [
      ...CLIENTS.map((client) => ({
        label: client.label,
        description: app.connections.isConfigured(client) ? l10n.t('connected') : '',
        detail: shortPath(app.connections.fileOf(client)),
        value: client,
      })),
      separator(l10n.t('Other agents')),
      {
        label: l10n.t('Copy the configuration'),
        detail: l10n.t('For the agent’s own settings. You allow the agent once, when it first calls.'),
        value: 'copy' as const,
      },
    ],
  );
  return answer.kind === 'value' ? answer.value : undefined;
}

async function change(
  app: AgentParts & GatewayPart & WindowParts,
  plan: PlannedChange,
  servers: readonly string[],
): Promise<void> {
  const { client, file, text } = plan;
  const close = await showDifference(app.texts, shortPath(file.named), file.text ?? '', text ?? '');
  const agreed = await confirmInModal({
    message: l10n.t('Connect {0}?', client.label),
    detail: [
      file.text === undefined
        ? l10n.t('{0} will be created, as shown behind this dialog.', shortPath(file.named))
        : l10n.t(
            'The entry shown behind this dialog is added to {0}. The rest of the file stays as it is.',
            shortPath(file.named),
          ),
      ...(file.real === file.named
        ? []
        : [l10n.t('That file is a link to {0}, where the change is made.', shortPath(file.real))]),
      ...(file.text === undefined ? [] : [l10n.t('A copy of the current file is kept next to it.')]),
      ...(servers.length === 0
        ? []
        : [l10n.t('Each MCP server that Valet Key runs has its own entry: {0}.', servers.join(', '))]),
      l10n.t(
        'No entry holds a credential. {0} may then do what your policies allow agents to do. “Disconnect Agent” undoes this.',
        client.label,
      ),
    ].join('\n\n'),
    action: l10n.t('Connect'),
  });
  await close();
  if (!agreed) return;
  await app.connections.connect(plan);
  await admit(app, client);
}

async function admit(app: AgentParts & GatewayPart & WindowParts, client: AgentClient): Promise<void> {
  await app.agentStore.connect(client.id);
  await publishChange(app, ['agents'], { action: 'connect agent', subject: client.label });
  void window.showInformationMessage(
    l10n.t('{0} is connected. Restart it, so that it reads its configuration.', client.label),
  );
}
