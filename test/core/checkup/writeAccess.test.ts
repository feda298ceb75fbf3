import { describe, expect, it } from 'vitest';
import { found, withServer } from './support.ts';

const two = (server: unknown): string[] =>
  found([withServer(server)], 2).map((text) => text.replace('/mcpServers/s/', ''));

describe('check 2 knows variables that let a server write', () => {
  it.each([
    'ALLOW_WRITE=true',
    'ALLOW_WRITES=1',
    'MYSQL_ALLOW_WRITE_OPERATIONS=true',
    'ALLOW_DELETE_OPERATION=true',
    'ENABLE_MUTATIONS=yes',
    'WRITE_ENABLED=on',
    'DB_WRITE_MODE=true',
    'READ_ONLY=false',
    'READONLY=0',
    'POSTGRES_READ_ONLY_MODE=no',
    'DISABLE_WRITE=false',
  ])('%s', (text) => {
    const [name = '', value = ''] = text.split('=');
    expect(two({ command: './s', env: { [name]: value } })).toEqual([`allow-write env/${name}`]);
  });

  it.each([
    'ALLOW_WRITE=false',
    'READ_ONLY=true',
    'READ_ONLY=',
    'WRITE_TIMEOUT=1',
    'ALLOW_LIST=true',
    'WRITE_KEY_ENABLED_AT=1',
    'OVERWRITE=true',
    'DISABLE_WRITE=true',
    'BREAD_ONLY=false',
  ])('and passes over %s', (text) => {
    const [name = '', value = ''] = text.split('=');
    expect(two({ command: './s', env: { [name]: value } })).toEqual([]);
  });
});

describe('check 2 knows mounts of credentials', () => {
  const mount = (source: string): string[] =>
    two({ command: 'docker', args: ['run', '-v', `${source}:/x:ro`, 'org/image:1.0.0'] });

  it.each([
    '~/.ssh',
    '/home/me/.aws',
    `${'$'}{HOME}/.kube`,
    '/Users/me/.config/gcloud',
    'C:\\Users\\me\\.aws',
    '/home/me/.ssh/id_ed25519',
    '~/.docker/config.json',
    '/home/me/.npmrc',
    '/root/.gnupg',
  ])('%s', (source) => {
    expect(mount(source)).toEqual(['credentials-mount args/2']);
  });

  it.each(['/home/me/project', '/home/me/.sshfs-cache', '/data/aws', '/home/me/docs/kube'])(
    'and passes over %s',
    (source) => {
      expect(mount(source)).toEqual([]);
    },
  );
});
