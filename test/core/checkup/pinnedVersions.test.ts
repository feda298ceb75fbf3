import { describe, expect, it } from 'vitest';
import { findings, found, withServer } from './support.ts';

/** `code pointer` of check 9 for a command line, the pointer below the server. */
function nine(command: string, ...args: string[]): string[] {
  return found([withServer({ command, args })], 9).map((text) => text.replace('/mcpServers/s/', ''));
}

describe('check 9', () => {
  it.each([
    [['npx', '-y', 'server'], 'version-missing args/1'],
    [['npx', '-y', '@scope/server@latest'], 'version-moving args/1'],
    [['npx', '@scope/server@^1.2.3'], 'version-range args/0'],
    [['npx', 'server@1'], 'version-range args/0'],
    [['npx', 'server@'], 'version-missing args/0'],
    [['npx', '@scope/server@>=1.2.3'], 'version-range args/0'],
    [['npx', '-p=@scope/server', 'bin'], 'version-missing args/0'],
    [['npx', '-y', '--package=server', 'bin'], 'version-missing args/1'],
    [['npx', '-p', '@scope/server', 'bin'], 'version-missing args/1'],
    [['npx', 'owner/repository'], 'version-missing args/0'],
    [['npx', 'github:owner/repository#main'], 'version-moving args/0'],
    [['npx', 'github:owner/repository#semver:^1'], 'version-range args/0'],
    [['C:\\Program Files\\nodejs\\npx.cmd', '-y', 'server'], 'version-missing args/1'],
    [['npm', 'exec', '-y', '--', 'server'], 'version-missing args/3'],
    [['npm', 'x', '--package=server', '--', 'bin'], 'version-missing args/1'],
    [['pnpm', 'dlx', 'server'], 'version-missing args/1'],
    [['pnpm', '--package=server', 'dlx', 'bin'], 'version-missing args/0'],
    [['yarn', 'dlx', '-q', 'server'], 'version-missing args/2'],
    [['bunx', '--bun', 'server'], 'version-missing args/1'],
    [['bun', 'x', 'server@next'], 'version-moving args/1'],
    [['uvx', 'server'], 'version-missing args/0'],
    [['uvx', 'server@latest'], 'version-moving args/0'],
    [['uvx', '--python', '3.12', 'server>=1.2'], 'version-range args/2'],
    [['uvx', '--from', 'git+https://github.com/o/r', 'bin'], 'version-missing args/1'],
    [['uvx', '--from', 'git+https://github.com/o/r@main', 'bin'], 'version-moving args/1'],
    [['uvx', '--from', 'name[extra]', 'bin'], 'version-missing args/1'],
    [['uv', 'tool', 'run', 'server'], 'version-missing args/2'],
    [['uv', 'run', '--with', 'mcp[cli]', 'mcp', 'run', 'server.py'], 'version-missing args/2'],
    [['pipx', 'run', '--spec', 'name', 'bin'], 'version-missing args/2'],
    [['docker', 'run', '-i', '--rm', '-e', 'TOKEN', 'owner/image'], 'version-missing args/5'],
    [['docker', 'run', '-it', '-p8080:80', '--gpus', 'all', 'owner/image:latest'], 'version-moving args/5'],
    [['podman', 'run', '--pull=always', 'ghcr.io:443/owner/image'], 'version-missing args/2'],
    [['docker', '--context', 'c', 'container', 'run', 'owner/image'], 'version-missing args/4'],
    [['docker', 'run', 'image'], 'image-perhaps-local args/1'],
    [['deno', 'run', '-A', 'npm:@scope/server'], 'version-missing args/2'],
    [['deno', 'run', 'jsr:@scope/server@^1'], 'version-range args/1'],
    [['deno', 'run', 'https://deno.land/x/server/mod.ts'], 'version-missing args/1'],
    [['dnx', 'Some.Server', '--yes'], 'version-missing args/0'],
    [['go', 'run', 'example.com/server@latest'], 'version-moving args/1'],
    [['cmd', '/c', 'npx', '-y', 'server'], 'version-missing args/3'],
    [['cmd', '/c', 'npx -y server'], 'version-missing args/1'],
    [['sh', '-c', 'cd /x && A=b exec npx -y "server" --flag'], 'version-missing args/1'],
    [['bash', '-lc', "uvx 'server'"], 'version-missing args/1'],
    [['powershell', '-Command', 'npx', 'server'], 'version-missing args/2'],
    [['env', '-u', 'X', 'A=b', 'npx', 'server'], 'version-missing args/4'],
    [['sudo', '-u', 'me', 'docker', 'run', 'o/i'], 'version-missing args/4'],
    [['python3', '-m', 'pip', 'install', '-q', 'server'], 'version-missing args/4'],
    [['sh', '-c', 'pip install server==1.0 other && server'], 'version-missing args/1'],
    [['npx -y server'], 'version-missing command'],
  ])('reports %j', (line, expected) => {
    const [command = '', ...args] = line;
    expect(nine(command, ...args)).toEqual([expected]);
  });

  it.each([
    [['npx', '-y', 'server@1.2.3']],
    [['npx', '-y', '@scope/server@1.2.3-rc.1', '--header', 'latest']],
    [['npx', 'alias@npm:@scope/server@1.2.3']],
    [['npx', 'github:owner/repository#0123456789abcdef0123456789abcdef01234567']],
    [['npx', 'github:owner/repository#v1.2.3']],
    [['npx', './server']],
    [['npx', '/opt/server']],
    [['npx', 'C:\\server']],
    [['npx', '--no-install', 'server']],
    [['npx', '<package>']],
    [['npx', `server@${'$'}{VERSION}`]],
    [['npm', 'start']],
    [['npm', 'run', 'exec']],
    [['pnpm', 'exec', 'server']],
    [['yarn', 'server']],
    [['uvx', 'server==1.2.3']],
    [['uvx', 'server@1.2.3', '--with', 'x']],
    [['uvx', '--from', 'git+https://github.com/o/r@v1.2.3', 'bin']],
    [['uvx', '--from', 'name[extra]==1.0', 'bin']],
    [['uvx', '--from', './local', 'bin']],
    [['uv', '--directory', '/path', 'run', 'server']],
    [['uv', 'run', 'server.py']],
    [['docker', 'run', '-i', '--rm', 'owner/image:1.2.3']],
    [['docker', 'run', `owner/image@sha256:${'ab'.repeat(32)}`]],
    [['docker', 'run', `owner/image:latest@sha256:${'ab'.repeat(32)}`]],
    [['docker', 'run', 'localhost:5000/image:3']],
    [['docker', 'exec', '-i', 'container', 'npx']],
    [['docker', 'mcp', 'gateway', 'run']],
    [['docker', 'compose', 'run', 'server']],
    [['docker-compose', 'run', 'server']],
    [['deno', 'run', 'main.ts']],
    [['deno', 'run', 'npm:server@1.2.3/bin']],
    [['deno', 'run', 'https://deno.land/x/server@1.2.3/mod.ts']],
    [['go', 'run', './cmd/server']],
    [['node', 'npx', 'server']],
    [['python', '-m', 'mcp_server_fetch']],
    [['<PATH_TO_YOUR_NPX>', '-y', 'server']],
    [['/opt/my tools/server', 'npx']],
  ])('lets pass %j', (line) => {
    const [command = '', ...args] = line;
    expect(nine(command, ...args)).toEqual([]);
  });

  it.each([
    [['npx', '-y', '@scope/server@latest'], '@scope/server@1.2.3'],
    [['npx', 'github:o/r#main'], 'github:o/r#1.2.3'],
    [['uvx', 'server[x]>=1'], 'server[x]==1.2.3'],
    [['uvx', 'server@latest'], 'server@1.2.3'],
    [['uvx', 'git+https://github.com/o/r@main#egg=x'], 'git+https://github.com/o/r@1.2.3#egg=x'],
    [['docker', 'run', 'ghcr.io/o/i:latest'], 'ghcr.io/o/i:1.2.3'],
    [['deno', 'run', 'npm:@scope/server/bin'], 'npm:@scope/server@1.2.3/bin'],
    [['deno', 'run', 'https://deno.land/x/server/mod.ts'], 'https://deno.land/x/server@1.2.3/mod.ts'],
    [['sh', '-c', 'exec npx server --flag'], 'server@1.2.3'],
  ])('offers to pin %j', (line, expected) => {
    const [command = '', ...args] = line;
    const config = withServer({ command, args });
    const fix = findings([config], 9)[0]?.fix;
    if (fix?.kind !== 'pin') throw new Error('no fix');
    expect(fix.withVersion('1.2.3')).toBe(expected);
    const written = config.file.text.slice(fix.span.start, fix.span.end);
    expect(line.join(' ')).toContain(written);
    expect(written).toContain(fix.packageName);
  });
});
