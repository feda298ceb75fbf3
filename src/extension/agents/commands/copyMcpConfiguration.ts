import { env, l10n, window } from 'vscode';
import type { AgentParts, PolicyParts } from '../../app/parts.ts';
import { offeredServers } from '../../servers/model/serverScopes.ts';
import { clientConfiguration } from '../model/clientConfiguration.ts';

/** Puts the server's configuration for another MCP client on the clipboard. It holds no credential. */
export async function copyMcpConfiguration(app: AgentParts & PolicyParts): Promise<void> {
  await env.clipboard.writeText(clientConfiguration(app.launch, offeredServers(app.policies.entries())));
  void window.showInformationMessage(l10n.t('MCP configuration copied. It holds no credential.'));
}
