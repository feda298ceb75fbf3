import type { Server, ServerVariable } from '../model/server.ts';

/** For which destination and placement a credential counts: what a binding compares. */
export interface ServerCredential {
  /** The name under which the user keeps it. */
  readonly credential: string;
  /** What is started, or the origin that is connected to: see {@link destinationOf}. */
  readonly origin: string;
  /** The variables or headers that hold it, such as `env:GITHUB_TOKEN`. */
  readonly placement: string;
}

/**
 * What a server *is* for the credentials that it gets: its whole command line and the plain variables beside it (which
 * could send it elsewhere, or make it load other code), or the origin of its URL. One line of text that the user can read.
 */
export function destinationOf({ run, variables }: Pick<Server, 'run' | 'variables'>): string {
  if (run.by === 'url') return run.baseUrl.origin;
  const plain = variables.flatMap(({ name, value }) => (value.from === 'literal' ? [`${name}=${value.text}`] : []));
  return [...plain.sort(), run.command, ...run.args].map(shellWord).join(' ');
}

/** Every credential that a server names, once, in the order of the file. */
export function credentialsOf(server: Pick<Server, 'run' | 'variables'>): readonly ServerCredential[] {
  const origin = destinationOf(server);
  const places = new Map<string, string[]>();
  for (const { name, value } of server.variables) {
    if (value.from !== 'credential') continue;
    places.set(value.credential, [...(places.get(value.credential) ?? []), placementOf(server, name, value.prefix)]);
  }
  return [...places].map(([credential, placement]) => ({ credential, origin, placement: placement.sort().join(' ') }));
}

/** The part of what a server *is* that differs: the user confirms it, and no list of tools makes up for it. */
export function differingServerPart(
  one: Server,
  other: Server,
): 'command' | 'url' | 'env' | 'headers' | 'network' | undefined {
  if (one.run.by === 'url' && other.run.by === 'url') {
    if (endpointOf(one) !== endpointOf(other)) return 'url';
    if (one.run.network !== other.run.network) return 'network';
    return sameVariables(one, other) ? undefined : 'headers';
  }
  if (one.run.by !== 'command' || other.run.by !== 'command') return one.run.by === 'url' ? 'url' : 'command';
  const words = (run: typeof one.run): string => JSON.stringify([run.command, ...run.args]);
  if (words(one.run) !== words(other.run)) return 'command';
  return sameVariables(one, other) ? undefined : 'env';
}

/** The exact URL of an HTTP server's endpoint; undefined for a command. */
export function endpointOf({ run }: Pick<Server, 'run'>): string | undefined {
  if (run.by !== 'url') return undefined;
  const { origin, prefix, text } = run.baseUrl;
  return `${origin}${prefix}${prefix === '' || text.endsWith('/') ? '/' : ''}`;
}

function sameVariables(one: Server, other: Server): boolean {
  const all = ({ variables }: Server): string =>
    JSON.stringify(
      [...variables].map(({ name, value }) => [name, value]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    );
  return all(one) === all(other);
}

function placementOf({ run }: Pick<Server, 'run'>, name: ServerVariable['name'], prefix: string): string {
  const kind = run.by === 'command' ? 'env' : 'header';
  return prefix === '' ? `${kind}:${name}` : `${kind}:${name}:${JSON.stringify(prefix)}`;
}

/** A word that is not plain in JSON's quotes, so that two different command lines never read the same. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}
