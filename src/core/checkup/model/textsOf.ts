import type { Located, ReadConfig, ServerEntry } from './checkupModel.ts';

/** Every text of a file that may hold a secret, with its place. */
export function textsOf({ servers, loose }: Pick<ReadConfig, 'servers' | 'loose'>): readonly Located[] {
  return [...servers.flatMap(textsOfServer), ...loose];
}

/** Every text of one server's entry. */
export function textsOfServer(server: ServerEntry): readonly Located[] {
  const { command, url, envFile, cwd, args, env, headers, others } = server;
  const single = [command, url, envFile, cwd].filter((text) => text !== undefined);
  return [...single, ...args, ...env, ...headers, ...others];
}
