import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { GatewayStatus } from '../../../gateway/control/controlPort.ts';
import { type VisibilityProblem, visibilityProblems } from '../../agents/model/agentVisibility.ts';
import type { App } from '../../app/app.ts';
import type { FreezeParts, GatewayPart, PolicyParts, ServiceParts, WindowParts } from '../../app/parts.ts';
import { policyStatusText } from '../../policy/model/policyStatusText.ts';
import { statusText } from '../../services/views/statusPresentation.ts';
import { localized } from '../../util/localized.ts';

/** More lines would not fit a dialog. */
const MAX_LINES = 22;

/** Says in one dialog how things stand, and why an agent may not see the tools; what needs the user comes first. */
export async function showStatus(app: App): Promise<void> {
  const status = await app.gateway.status();
  const lines = [
    ...problemLines(app, status),
    ...gatewayLines(app, status),
    ...freezeLines(app),
    '',
    ...policyLines(app),
    '',
    ...serviceLines(app),
  ];
  const details = l10n.t('Details');
  const shown = lines.slice(0, MAX_LINES);
  const more = lines.length - shown.length;
  const chosen = await vscode.window.showInformationMessage(
    l10n.t('Valet Key'),
    {
      modal: true,
      detail: [...shown, ...(more > 0 ? [l10n.t('… “Details” has {0} more lines.', more)] : [])].join('\n').trim(),
    },
    ...(more > 0 ? [details] : []),
  );
  if (chosen === details) await app.texts.show(l10n.t('Valet Key status.txt'), `${lines.join('\n')}\n`);
}

function problemLines(app: GatewayPart & WindowParts, status: GatewayStatus | undefined): readonly string[] {
  const problems = visibilityProblems(facts(app, status));
  if (problems.length === 0) return [];
  return [
    l10n.t('Why an agent may not see or use the tools:'),
    ...problems.map((problem) => `• ${problemText(problem)}`),
    '',
  ];
}

function facts(
  app: GatewayPart & WindowParts,
  status: GatewayStatus | undefined,
): Parameters<typeof visibilityProblems>[0] {
  const chat = vscode.workspace.getConfiguration('chat');
  return {
    offersServers: typeof vscode.lm?.registerMcpServerDefinitionProvider === 'function',
    access: chat.get<string>('mcp.access'),
    enabled: chat.get<boolean>('mcp.enabled'),
    autostart: chat.get<string>('mcp.autostart'),
    aiDisabled: chat.get<boolean>('disableAIFeatures') === true,
    agentHost: chat.get<boolean>('agentHost.enabled') === true,
    // Only where the extension stays behind on the user's own machine; beside the agent there is nothing to say.
    remote: app.runsBesideEditor ? vscode.env.remoteName : undefined,
    trusted: vscode.workspace.isTrusted,
    gatewayUp: app.gateway.health.state === 'up' && status !== undefined,
    proxies: status?.proxies ?? 0,
    // VS Code names a tool after its server: mcp_valet-key_read, cut and cleaned differently from version to version.
    tools: vscode.lm?.tools?.filter(({ name }) => /valet.?key/i.test(name)).length ?? 0,
  };
}

function problemText(problem: VisibilityProblem): string {
  switch (problem) {
    case 'gateway-down':
      return l10n.t(
        'The gateway is not running, so every call is refused. Valet Key restarts it automatically; the “Valet Key” output channel shows why it ended.',
      );
    case 'untrusted':
      return l10n.t(
        'This workspace is not trusted, so every call is refused. Trust it with “Workspaces: Manage Workspace Trust”.',
      );
    case 'no-api':
      return l10n.t(
        'This editor does not accept MCP servers from extensions. Use “Copy MCP Configuration” and paste it into your agent’s own settings.',
      );
    case 'ai-disabled':
      return l10n.t('AI features are off (“chat.disableAIFeatures”). Agents outside this editor are not affected.');
    case 'mcp-disabled':
      return l10n.t('MCP servers are off (“chat.mcp.access”). You or your organization can set it to “all”.');
    case 'registry-only':
      return l10n.t(
        'Only MCP servers from your organization’s registry may run (“chat.mcp.access” is “registry”). Ask your administrator to allow “Valet Key”.',
      );
    case 'autostart-never':
      return l10n.t(
        'The server is not started, and “chat.mcp.autostart” is “never”. Start it with “MCP: List Servers”, “Valet Key”, “Start Server”.',
      );
    case 'not-started':
      return l10n.t(
        'No agent has started the server yet. Send a chat message in agent mode, or use “MCP: List Servers”, “Valet Key”, “Start Server”; if it is disabled there, enable it.',
      );
    case 'agent-host':
      return l10n.t(
        'Agents run in the agent host (“chat.agentHost.enabled”), which starts the server from a stored copy. Reload the window once after installing or updating.',
      );
    case 'remote':
      return l10n.t(
        'This window is remote. Valet Key and its server run on your own machine; an agent that runs on the remote machine does not see them.',
      );
  }
}

function gatewayLines(app: GatewayPart, status: GatewayStatus | undefined): readonly string[] {
  if (!status || app.gateway.health.state !== 'up') return [l10n.t('Gateway: not running')];
  return [
    l10n.t('Gateway: running'),
    l10n.t('Agents connected: {0}', status.proxies),
    l10n.t('Calls in progress: {0}', status.calls),
  ];
}

function freezeLines(app: FreezeParts): readonly string[] {
  const { all, services } = app.freeze.state;
  if (all) return [l10n.t('All access is frozen.')];
  return [services.length > 0 ? l10n.t('Frozen: {0}', services.join(', ')) : l10n.t('Nothing is frozen.')];
}

function policyLines(app: PolicyParts): readonly string[] {
  const { state, path } = app.administrator;
  return [
    ...(state.kind === 'none'
      ? []
      : [
          state.kind === 'in-force'
            ? l10n.t('Administrator’s policy ({0}): active', path)
            : l10n.t(
                'Administrator’s policy ({0}): cannot be trusted, so every call is refused. {1} Ask the administrator to correct it.',
                path,
                localized(state.why),
              ),
        ]),
    ...app.policies.entries().flatMap((entry) => policyStatusText(entry) ?? []),
    ...(app.locations.settingIgnored
      ? [
          l10n.t(
            '“valetKey.policyFile” is not an absolute path, so it is ignored: the user policy is in VS Code’s own storage. Write the whole path, or begin it with “~/”.',
          ),
        ]
      : []),
  ];
}

function serviceLines(app: ServiceParts): readonly string[] {
  const { list, servers } = app.services;
  if (list.length + servers.length === 0) return [l10n.t('No services yet.')];
  return [
    ...list.map(({ name, status }) => `${name}: ${statusText(status)}`),
    ...servers.map(({ name, status, tools }) =>
      l10n.t('{0} (MCP server): {1}, {2} of {3} tools', name, statusText(status), tools.usable, tools.offered),
    ),
  ];
}
