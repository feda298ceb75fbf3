import type { Server } from '../../../core/policy/model/server.ts';
import type { Secret } from '../../../core/secret.ts';

/**
 * What the variables (or headers) of an upstream MCP server are set to. This is the one place where a credential leaves for a
 * upstream MCP server: into the environment of its process, which that process and this user can read (SECURITY.md says so),
 * or into headers of requests to it.
 */
export function serverValues(
  { variables }: Pick<Server, 'variables'>,
  secrets: ReadonlyMap<string, Secret>,
): readonly (readonly [name: string, value: string])[] {
  return variables.map(({ name, value }) => {
    if (value.from === 'literal') return [name, value.text];
    const secret = secrets.get(value.credential);
    if (!secret) throw new Error(`the credential ${value.credential} is not available`);
    return [name, `${value.prefix}${secret.expose('server')}`];
  });
}
