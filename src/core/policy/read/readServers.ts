import { phrase } from '../../text/phrase.ts';
import type { Server } from '../model/server.ts';
import type { Entry, Reader } from '../text/reader.ts';
import { readServer } from './readServer.ts';
import type { ServerLiteral } from './serverLiteral.ts';

/**
 * Reads `servers`. They share one name space with the services, whose names are `services`: what is frozen, revoked or
 * asked for by name is one thing only. Literal credentials are added to `literals`.
 */
export function readServers(
  reader: Reader,
  entry: Entry | undefined,
  services: ReadonlySet<string>,
  literals: ServerLiteral[],
): Map<string, Server> {
  const servers = new Map<string, Server>();
  if (entry === undefined) return servers;
  const named = reader.map(
    entry.value,
    reader.at(entry),
    '`servers`',
    '{ files: { command: npx, args: [-y, some-mcp-server@1.2.3] } }',
  );
  const owners = new Map<string, string>();
  for (const one of named?.entries ?? []) {
    if (services.has(one.name)) {
      reader.problems.error(
        'duplicate-name',
        one.key,
        phrase`A service already has this name. Services and servers share one namespace: choose another name.`,
      );
    }
    const server = readServer(reader, one, literals);
    if (server === undefined) continue;
    servers.set(server.name, server);
    for (const { value } of server.variables) {
      if (value.from !== 'credential') continue;
      const { credential } = value;
      const owner = owners.get(credential) ?? server.name;
      owners.set(credential, owner);
      if (services.has(credential) || owner !== server.name) {
        reader.problems.error(
          'shared-credential',
          one.key,
          services.has(credential)
            ? phrase`The credential of the service \`${credential}\` is sent only to that service. Use another one, such as \`credential: ${server.name}\`, and enter the value for it.`
            : phrase`The server \`${owner}\` already uses the credential \`${credential}\`, and each credential is bound to one destination. Use another one.`,
        );
      }
    }
  }
  return servers;
}
