import type { ClientName, ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { clientOf } from '../../agents/model/agentClients.ts';
import type { LaunchCommand } from '../../agents/model/launcher.ts';

/**
 * What comes in the place of a wrapped server's entry. In VS Code nothing: there Valet Key offers the server by itself. For
 * other clients, under the name that they know it by, the proxy for this server; it has our mark only where the client is
 * connected already, so that no migration lets a client in that a person did not allow.
 *
 * @param settings of the entry that goes: how long the client waits, for one
 * @param connected the marks of the clients that a person connected
 */
export function entryInstead(
  client: ClientName,
  { name, settings }: { readonly name: string; readonly settings: ServerEntry['settings'] },
  launch: LaunchCommand,
  connected: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (client === 'vscode') return undefined;
  const agent = clientOf(client === 'gemini-cli' ? 'gemini' : client);
  return {
    ...settings,
    ...agent?.extra,
    command: launch.command,
    args: [...launch.args, '--server', name],
    ...(agent && connected.includes(agent.id) ? { env: { VALETKEY_CLIENT: agent.id } } : {}),
  };
}
