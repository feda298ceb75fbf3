import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import { type AuthType, authorizationAlone } from './authType.ts';

/** An installation token of a GitHub App, from the service's own base URL. */
export interface GithubAppAuth {
  readonly type: 'github-app';
  readonly appId: string;
  readonly installationId: string;
  /** Names without the owner: the token reaches these alone. */
  readonly repositories?: readonly string[];
  /** Such as `contents: read`: the token may do this alone. */
  readonly permissions?: Readonly<Record<string, string>>;
}

export const GITHUB_APP: AuthType<GithubAppAuth> = {
  keys: [
    { name: 'appId', takes: 'id', words: phrase`The ID of the GitHub App.` },
    { name: 'installationId', takes: 'id', words: phrase`The ID of the installation.` },
    {
      name: 'repositories',
      takes: 'list',
      words: phrase`The repositories that the token can access, without their owner.`,
    },
    {
      name: 'permissions',
      takes: 'map',
      words: phrase`What the token may do, such as contents: read.`,
      values: ['read', 'write', 'admin'],
    },
  ],
  read,
  placement: ({ appId, installationId }) => `github-app:${appId}:${installationId}`,
  headers: authorizationAlone,
};

function read(reader: AuthReader): GithubAppAuth | undefined {
  const appId = reader.requiredId('appId', 'appId: 12345');
  const installationId = reader.requiredId('installationId', 'installationId: 67890');
  const repositories = reader.list(
    'repositories',
    { pattern: /^[\w.-]{1,100}$/, says: phrase`a repository’s name without its owner` },
    '[website]',
  );
  const permissions = reader.map(
    'permissions',
    { pattern: /^[a-z_]{1,64}$/, says: phrase`a permission’s name, such as contents` },
    { pattern: /^(?:read|write|admin)$/, says: phrase`read, write or admin` },
    '{ contents: read }',
  );
  if (!reader.sound) return undefined;
  return {
    type: 'github-app',
    appId,
    installationId,
    ...(repositories === undefined ? {} : { repositories }),
    ...(permissions === undefined ? {} : { permissions }),
  };
}
