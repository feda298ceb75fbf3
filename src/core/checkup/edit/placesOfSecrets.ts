import type { Located, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { textsOfServer } from '../model/textsOf.ts';

/** What stands around secrets in a file, for whoever moves them: it is read in a thread, so there is no more of it than that. */
export interface PlacesOfSecrets {
  /** By where a secret's text begins. */
  readonly places: ReadonlyMap<number, SecretPlaceIn>;
  /** The entries that hold these texts. Of what is too much to be one, the texts are left out. */
  readonly servers: readonly ServerEntry[];
  /** Whether a server of the file that is switched on has the command line that was asked about. */
  readonly isLaunched: boolean;
}

export interface SecretPlaceIn {
  readonly text: Located;
  /** Which of `servers` it stands in; absent for one outside of all. */
  readonly server?: number;
}

/** Texts of all servers together: an entry that somebody wrote has some twenty. */
const MAX_TEXTS = 5000;

/**
 * @param starts where the texts of secrets begin
 * @param launch a command with its arguments
 */
export function placesOfSecrets(
  { servers, loose }: ReadConfig,
  starts: readonly number[],
  launch: readonly string[],
): PlacesOfSecrets {
  const wanted = new Set(starts);
  const places = new Map<number, SecretPlaceIn>();
  const holding: ServerEntry[] = [];
  let texts = 0;
  for (const server of servers) {
    const all = textsOfServer(server);
    const found = all.filter(({ span }) => wanted.has(span.start));
    if (found.length === 0) continue;
    for (const text of found)
      if (!places.has(text.span.start)) places.set(text.span.start, { text, server: holding.length });
    texts += all.length;
    holding.push(texts > MAX_TEXTS ? { ...server, args: [], env: [], headers: [], others: [] } : server);
  }
  for (const text of loose) {
    if (wanted.has(text.span.start) && !places.has(text.span.start)) places.set(text.span.start, { text });
  }
  const isLaunched = servers.some(({ command, args, disabled }) => {
    const words = command ? [command, ...args].map(({ value }) => value) : [];
    return !disabled && words.length === launch.length && words.every((word, at) => word === launch[at]);
  });
  return { places, servers: holding, isLaunched };
}
