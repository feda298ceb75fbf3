import type { ServerEntry } from '../../../core/checkup/model/checkupModel.ts';
import { textsOfServer } from '../../../core/checkup/model/textsOf.ts';
import type { PlainSecret } from './secretPlaces.ts';

/** The server's entry that a secret stands in; undefined for one outside of all servers. */
export function serverOf({ file, shown }: PlainSecret): ServerEntry | undefined {
  const { start } = shown.finding.span;
  // By its place: in the finding's key names may be masked.
  return file.config.servers.find((server) => textsOfServer(server).some(({ span }) => span.start === start));
}

/** One text for the server that a secret stands in; undefined for one outside of all servers. */
export function serverKeyOf(secret: PlainSecret): string | undefined {
  const entry = serverOf(secret);
  return entry && `${secret.file.uri} ${entry.pointer}`;
}

/** Whether two secrets stand in one server's entry. */
export function inSameServer(one: PlainSecret, other: PlainSecret): boolean {
  const key = serverKeyOf(one);
  return key !== undefined && key === serverKeyOf(other);
}
