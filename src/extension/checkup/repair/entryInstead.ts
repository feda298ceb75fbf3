import type { ClientName, ConfigFile, ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { clientOf } from '../../agents/model/agentClients.ts';
import type { LaunchCommand } from '../../agents/model/launcher.ts';

/** What a server's new entry keeps of the old one, and is to lead to. */
export interface NewEntry {
  /** The upstream MCP server's name in the policy; absent for Valet Key's own server. */
  readonly name?: string;
  /** The entry that goes. */
  readonly entry: Pick<ServerEntry, 'name' | 'pointer' | 'settings' | 'others'>;
}

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type Shape = (start: Start, name: string) => Readonly<Record<string, unknown>>;

/** Most clients' form of a program and its arguments. */
const plain: Shape = ({ command, args, env }) => ({ command, args, ...(Object.keys(env).length > 0 ? { env } : {}) });
const typed: Shape = (start, name) => ({ type: 'stdio', ...plain(start, name) });
const wordList: Shape = ({ command, args, env }) => ({
  type: 'local',
  command: [command, ...args],
  enabled: true,
  ...(Object.keys(env).length > 0 ? { environment: env } : {}),
});

/** Clients with a form of their own; the pages that say so are those of `clientReferences.ts` and `clientPlaces.ts`. */
const SHAPES: Partial<Readonly<Record<ClientName, Shape>>> = {
  continue: (start, name) => ({ name, ...plain(start, name) }),
  // Copilot CLI starts no server that says nothing of its tools.
  'copilot-cli': (start, name) => ({ type: 'local', ...plain(start, name), tools: ['*'] }),
  opencode: wordList,
  // goose takes no extension without a name, and some versions of it none without a description.
  goose: ({ command, args, env }, name) => ({
    type: 'stdio',
    name,
    description: '',
    cmd: command,
    args,
    envs: env,
    enabled: true,
  }),
  'visual-studio': typed,
  crush: typed,
  factory: typed,
};

/**
 * What comes in the place of a server's entry. In VS Code nothing: there Valet Key offers its servers by itself. For
 * other clients, under the name that they know it by, the proxy for this server, which every client that reads the same file
 * starts as well; it has our mark only where the client is connected already, so that no migration lets a client in that a
 * user did not allow.
 *
 * @param connected the marks of the clients that the user connected
 */
export function entryInstead(
  { client, format }: Pick<ConfigFile, 'client' | 'format'>,
  { name, entry }: NewEntry,
  launch: LaunchCommand,
  connected: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (client === 'vscode') return undefined;
  const agent = clientOf(client === 'gemini-cli' ? 'gemini' : client);
  const env: Readonly<Record<string, string>> =
    agent && connected.includes(agent.id) ? { VALETKEY_CLIENT: agent.id } : {};
  const start = {
    command: launch.command,
    args: [...launch.args, ...(name === undefined ? [] : ['--server', name])],
    env,
  };
  // Earlier builds of Zed take no entry without it.
  const source = entry.others.find((text) => text.name === 'source');
  const kept = source ? { source: source.value } : {};
  const called = entry.others.find(({ pointer }) => pointer === `${entry.pointer}/name`)?.value ?? entry.name;
  return { ...kept, ...entry.settings, ...agent?.extra, ...shapeOf(client, format, entry.pointer)(start, called) };
}

function shapeOf(client: ClientName, format: ConfigFile['format'], pointer: string): Shape {
  // Continue names servers in its lists, and in its JSON files as all others do.
  if (client === 'continue' && format === 'jsonc') return plain;
  // What Kilo Code was is made of Roo Code, what it is of OpenCode.
  if (client === 'kilo' && pointer.startsWith('/mcp/')) return wordList;
  return SHAPES[client] ?? plain;
}
