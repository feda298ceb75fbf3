import type { ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import type { PlainSecret } from './secretPlaces.ts';

/** The server's entry that a secret stands in; undefined for one outside of all servers. */
export function serverOf({ server }: PlainSecret): ServerEntry | undefined {
  return server?.entry;
}

/** One text for the server that a secret stands in; undefined for one outside of all servers. */
export function serverKeyOf({ server }: PlainSecret): string | undefined {
  return server?.key;
}

/** Whether two secrets stand in one server's entry. */
export function inSameServer(one: PlainSecret, other: PlainSecret): boolean {
  return one.server !== undefined && one.server.key === other.server?.key;
}
