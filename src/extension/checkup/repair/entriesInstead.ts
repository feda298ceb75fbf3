import { clientOf } from '../../agents/model/agentClients.ts';
import type { LaunchCommand } from '../../agents/model/launcher.ts';
import { entryInstead } from './entryInstead.ts';
import type { Move } from './movePlan.ts';
import type { PlainSecret } from './secretPlaces.ts';
import { serverKeyOf, serverOf } from './serverOfSecret.ts';

/** How clients get to Valet Key from their files. */
export interface WayIn {
  readonly launch: LaunchCommand;
  /** The marks of the clients that the user connected. */
  readonly connected: readonly string[];
}

/**
 * What comes in the place of servers that leave their files, by `serverKeyOf`: for a wrapped one the proxy for it, and for
 * one whose secret Valet Key uses from now on Valet Key's own server, once in each file. Without it, the client would have
 * lost its way to the API.
 *
 * @param wrapped the names that wrapped servers have in the policy, by `serverKeyOf`
 */
export function entriesInstead(
  moves: readonly Move[],
  wrapped: ReadonlyMap<string, string>,
  wayIn: WayIn,
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const used = usedServers(moves, wayIn);
  const entries = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { secret } of moves) {
    const [key, server] = [serverKeyOf(secret), serverOf(secret)];
    if (key === undefined || !server) continue;
    const name = wrapped.get(key);
    if (name === undefined && !used.has(key)) continue;
    const entry = entryInstead(
      secret.file.file,
      { ...(name === undefined ? {} : { name }), entry: server },
      wayIn.launch,
      wayIn.connected,
    );
    if (entry) entries.set(key, entry);
  }
  return entries;
}

/** Whether Valet Key's own server comes in the place of a secret's, if Valet Key uses the secret. `before`: what was chosen so far. */
export function comesInstead(secret: PlainSecret, before: readonly Move[], wayIn: WayIn): boolean {
  return usedServers([...before, { secret, choice: 'use-without-server' }], wayIn).has(serverKeyOf(secret) ?? '');
}

/** The servers that give way to Valet Key's own: the first of each file whose client does not reach Valet Key yet. */
function usedServers(moves: readonly Move[], { connected }: WayIn): ReadonlySet<string> {
  const first = new Map<string, string>();
  for (const { secret, choice } of moves) {
    const [key, server] = [serverKeyOf(secret), serverOf(secret)];
    if (choice !== 'use-without-server' || key === undefined || !server || server.disabled) continue;
    if (!first.has(secret.file.uri) && needsWay(secret, connected)) first.set(secret.file.uri, key);
  }
  return new Set(first.values());
}

function needsWay({ file: { file }, isLaunched }: PlainSecret, connected: readonly string[]): boolean {
  // VS Code has Valet Key's server by itself, and what runs at GitHub finds no gateway of this machine.
  if (file.client === 'vscode' || (file.client === 'copilot' && file.format === 'markdown')) return false;
  const agent = clientOf(file.client === 'gemini-cli' ? 'gemini' : file.client);
  // Copilot CLI and Visual Studio read this one, too, which nobody connected.
  const isShared = /(?:^|[\\/])\.mcp\.json$/.test(file.path);
  if (agent && connected.includes(agent.id) && !isShared) return false;
  return !isLaunched;
}
