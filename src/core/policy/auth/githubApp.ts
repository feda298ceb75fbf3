import type { GithubAppAuth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const GITHUB_APP_KEYS = ['appId', 'installationId', 'repositories', 'permissions'] as const;

export function readGithubApp(reader: AuthReader): GithubAppAuth | undefined {
  const appId = reader.requiredId('appId', 'appId: 12345');
  const installationId = reader.requiredId('installationId', 'installationId: 67890');
  const repositories = reader.list(
    'repositories',
    { pattern: /^[\w.-]{1,100}$/, says: 'a repository’s name without its owner' },
    '[website]',
  );
  const permissions = reader.map(
    'permissions',
    { pattern: /^[a-z_]{1,64}$/, says: 'a permission’s name, such as contents' },
    { pattern: /^(?:read|write|admin)$/, says: 'read, write or admin' },
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
