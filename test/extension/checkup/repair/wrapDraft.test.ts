import { describe, expect, test } from 'vitest';
import type { ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { withServer } from '../../../../src/core/policy/edit/serverWriter.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { entryInstead } from '../../../../src/extension/checkup/repair/entryInstead.ts';
import { choicesFor, type Move } from '../../../../src/extension/checkup/repair/movePlan.ts';
import type { PlainSecret } from '../../../../src/extension/checkup/repair/secretPlaces.ts';
import { plainName, serverOfDraft } from '../../../../src/extension/checkup/repair/serverOfDraft.ts';
import type { WrapDraft } from '../../../../src/extension/checkup/repair/wrapDraft.ts';
import { draftsOf, fileChanges, jsonFile, secretsIn } from './support.ts';

/** Built of parts, so that no scanner takes the test for a leak. */
const secretOf = (part: string): string => ['gh', 'p_', part, 'Kx7Qw3Er5Ty7Ui9Op1Lk'].join('');
const [ONE, TWO] = [secretOf('Zx8Qw3Er5Ty7Ui9O'), secretOf('Lk4Jh6Gf2Ds8Az0M')];
const PASSWORD = ['Vb5Cx7', 'Ty1Re9Wq4Po6'].join('');
const GITHUB = { command: 'npx', args: ['-y', '@acme/github-server'], env: { GITHUB_TOKEN: ONE, LOG_LEVEL: 'debug' } };

async function secretsOf(server: unknown, client: ConfigFile['client'] = 'cursor'): Promise<readonly PlainSecret[]> {
  return secretsIn(jsonFile(client, '/x/mcp.json', { mcpServers: { github: server, other: { command: 'x' } } }));
}

async function draftOf(server: unknown, platform: NodeJS.Platform = 'linux'): Promise<WrapDraft | undefined> {
  const secrets = await secretsOf(server);
  expect(secrets).not.toEqual([]);
  return [...draftsOf(secrets, platform).values()][0];
}

/** The policy's text for a draft, and the credentials' values. */
function written(draft: WrapDraft | undefined, more: { versions?: string[]; taken?: string[] } = {}) {
  if (!draft) throw new Error('it cannot be wrapped');
  const { server, values } = serverOfDraft(draft, {
    name: 'github',
    versions: more.versions ?? [],
    tools: { allow: [], ask: ['*'] },
    isTaken: (name) => more.taken?.includes(name) ?? false,
  });
  const text = withServer(undefined, server);
  for (const value of [ONE, TWO, PASSWORD]) expect(text).not.toContain(value);
  expect(parsePolicy(text).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { text, values };
}

describe('what an entry says becomes a server of the policy', () => {
  test('with the version that was given, plain variables kept, and the secret as a credential of its name', async () => {
    const { text, values } = written(await draftOf(GITHUB), { versions: ['1.4.0'] });
    expect(text).toBe(`servers:
  github:
    command: npx
    args: ["-y", "@acme/github-server@1.4.0"]
    env:
      GITHUB_TOKEN: { credential: github }
      LOG_LEVEL: "debug"
    tools:
      ask: ["*"]
`);
    expect(parsePolicy(text).problems).toEqual([]);
    expect([...values].map(([name, value]) => [name, value.equals(new Secret(ONE))])).toEqual([['github', true]]);
  });

  test('several secrets are several credentials, equal ones the same, and names in use are passed over', async () => {
    const env = { GITHUB_TOKEN: ONE, OTHER_TOKEN: TWO, GITHUB_PAT: ONE };
    const { text, values } = written(await draftOf({ command: 'node', args: ['/srv/server.js'], env }), {
      taken: ['github-other-token'],
    });
    expect(text).toContain('GITHUB_TOKEN: { credential: github-github-token }');
    expect(text).toContain('OTHER_TOKEN: { credential: github-other-token-2 }');
    expect(text).toContain('GITHUB_PAT: { credential: github-github-token }');
    expect([...values.keys()]).toEqual(['github-github-token', 'github-other-token-2']);
  });

  test('a header keeps what stands before the secret in sight', async () => {
    const url = 'https://mcp.example.com/mcp';
    const { text, values } = written(await draftOf({ type: 'http', url, headers: { Authorization: `Bearer ${ONE}` } }));
    expect(text).toContain(`url: ${url}\n`);
    expect(text).toContain('Authorization: { credential: github, prefix: "Bearer " }');
    expect([...values.values()][0]?.equals(new Secret(ONE))).toBe(true);
  });

  test('a secret inside a longer text is kept with all of that text', async () => {
    const link = `postgres://app:${PASSWORD}@db.example.com/shop`;
    const { text, values } = written(
      await draftOf({ command: 'node', args: ['/srv/s.js'], env: { DATABASE_URL: link } }),
    );
    expect(text).toContain('DATABASE_URL: { credential: github }');
    expect([...values.values()][0]?.equals(new Secret(link))).toBe(true);
  });

  test('an image is pinned inside its argument', async () => {
    const args = ['run', '-i', '--rm', '-e', 'GITHUB_TOKEN', 'ghcr.io/acme/server'];
    const { text } = written(await draftOf({ command: 'docker', args, env: { GITHUB_TOKEN: ONE } }), {
      versions: ['2.0.1'],
    });
    expect(text).toContain('ghcr.io/acme/server:2.0.1');
  });
});

describe('a secret among the arguments becomes a variable', () => {
  const run = async (server: unknown, platform: NodeJS.Platform = 'linux', versions: string[] = []): Promise<string> =>
    written(await draftOf(server, platform), { versions }).text;

  test('of a container, which passes it on by its name', async () => {
    const image = 'ghcr.io/x/y:1.2.0';
    const separate = await run({ command: 'docker', args: ['run', '-i', '-e', `GITHUB_TOKEN=${ONE}`, image] });
    expect(separate).toContain(`args: [run, "-i", "-e", GITHUB_TOKEN, ${image}]`);
    expect(separate).toContain('GITHUB_TOKEN: { credential: github }');
    const joined = await run({ command: 'docker', args: ['run', `--env=GITHUB_TOKEN=${ONE}`, image] });
    expect(joined).toContain('--env=GITHUB_TOKEN');
  });

  test('of mcp-remote, which fills it into a header', async () => {
    const args = ['-y', 'mcp-remote@0.1.18', 'https://mcp.example.com/mcp', '--header', `Authorization: Bearer ${ONE}`];
    const text = await run({ command: 'npx', args });
    expect(text).toContain(`"Authorization:\${AUTHORIZATION_HEADER}"`);
    expect(text).toContain('AUTHORIZATION_HEADER: { credential: github, prefix: "Bearer " }');
    expect(await run({ command: 'npx', args }, 'win32')).toContain('command: cmd');
  });

  test('which is there already, in a header of mcp-remote', async () => {
    const header = `Authorization:\${AUTH_HEADER}`;
    const args = ['mcp-remote@0.1.18', 'https://mcp.example.com/mcp', '--header', header];
    const text = await run({ command: 'npx', args, env: { AUTH_HEADER: `Bearer ${ONE}` } });
    expect(text).toContain(JSON.stringify(header));
    expect(text).toContain('AUTH_HEADER: { credential: github, prefix: "Bearer " }');
    expect(await draftOf({ command: 'npx', args, env: { OTHER: ONE } })).toBeUndefined();
    expect(await draftOf({ command: 'other', args: ['--header', header], env: { AUTH_HEADER: ONE } })).toBeUndefined();
  });

  test('of any program, where a shell puts it in, whatever else is in the words', async () => {
    const link = `postgresql://app:${PASSWORD}@db.corp.internal/x`;
    const draft = await draftOf({ command: 'npx', args: ['-y', '@acme/pg', "it's", link] });
    const { text, values } = written(draft, { versions: ['1.2.3'] });
    expect(text).toContain('command: sh');
    expect(text).toContain(JSON.stringify(`exec npx -y @acme/pg@1.2.3 'it'\\''s' "$SECRET_1"`));
    expect([...values.values()][0]?.equals(new Secret(link))).toBe(true);
    const option = await run({ command: 'npx', args: ['-y', 'server@1.0.0', `--api-key=${ONE}`, 'serve'] });
    expect(option).toContain(JSON.stringify('exec npx -y server@1.0.0 "$SECRET_1" serve'));
    expect(option).toContain('SECRET_1: { credential: github, prefix: "--api-key=" }');
  });

  test.each<[string, readonly string[], readonly string[], string, string]>([
    ['before the secret', ['-c', `npx -y @acme/s --key ${ONE}`], ['1.4.0'], 'npx -y @acme/s@1.4.0 --key ', ONE],
    [
      'behind it, two of them',
      ['-c', `K=${ONE} npx -y @acme/s & uvx other`],
      ['1.4.0', '2.0'],
      '',
      `K=${ONE} npx -y @acme/s@1.4.0 & uvx other==2.0`,
    ],
    [
      'around it',
      ['-c', `uvx --from git+https://${ONE}@example.com/a/b b`],
      ['v1.2.3'],
      '',
      `uvx --from git+https://${ONE}@example.com/a/b@v1.2.3 b`,
    ],
  ])('with the versions that were given for packages %s', async (_, args, versions, prefix, value) => {
    const draft = await draftOf({ command: 'bash', args });
    expect(JSON.stringify(draft?.loose)).not.toContain(ONE);
    const { text, values } = written(draft, { versions: [...versions] });
    expect(text).toContain(`SECRET_1: { credential: github${prefix === '' ? '' : `, prefix: "${prefix}"`} }`);
    expect([...values.values()][0]?.equals(new Secret(value))).toBe(true);
  });

  test('and what only the command prompt of Windows can start is started by it', async () => {
    const text = await run(GITHUB, 'win32', ['1.4.0']);
    expect(text).toContain('command: cmd\n    args: [/c, npx, "-y", "@acme/github-server@1.4.0"]');
  });
});

describe('what has no counterpart in the policy is not offered', () => {
  test.each<[string, unknown]>([
    ['a text that the client fills in', { ...GITHUB, args: ['-y', 'server', '--root', `\${workspaceFolder}`] }],
    ['a variable that the client fills in', { ...GITHUB, env: { ...GITHUB.env, ROOT: '$HOME/work' } }],
    ['a command line in one text', { ...GITHUB, command: 'npx -y server@1.0.0', args: [] }],
    ['arguments in one text', { ...GITHUB, args: '-y server@1.0.0 --verbose' }],
    ['a folder to run in', { ...GITHUB, cwd: '/srv' }],
    ['a file of variables', { ...GITHUB, envFile: '.env' }],
    ['a secret in its address', { url: `https://mcp.example.com/mcp?token=${TWO}` }],
    ['the older HTTP transport', { type: 'sse', url: 'https://x.example/sse', headers: { 'x-api-key': ONE } }],
    ['an address without encryption', { url: 'http://mcp.example.com/mcp', headers: { 'x-api-key': ONE } }],
    ['a part that nobody knows', { ...GITHUB, sandbox: 'strict' }],
    ['tools that the client holds back', { ...GITHUB, disabledTools: ['delete_repository'] }],
    ['tools that the client alone lets through', { ...GITHUB, includeTools: ['get_issue'] }],
    ['a server that is switched off', { ...GITHUB, disabled: true }],
  ])('%s', async (_what, server) => {
    expect(await draftOf(server)).toBeUndefined();
  });

  test('a setting that goes with VS Code’s entry; other clients keep theirs', async () => {
    const inVsCode = await secretsOf({ ...GITHUB, sandboxEnabled: true }, 'vscode');
    expect(draftsOf(inVsCode, 'linux').size).toBe(0);
    expect(draftsOf(await secretsOf(GITHUB, 'vscode'), 'linux').size).toBe(1);
    expect((await draftOf({ ...GITHUB, timeout: 60, trust: true }))?.entry.settings).toEqual({ timeout: 60 });
  });

  test('but for empty lists of them, which clients write by themselves', async () => {
    expect(await draftOf({ ...GITHUB, disabledTools: [], autoApprove: ['get_issue'] })).toBeDefined();
  });

  test('on Windows, what its command prompt would take for signs, or put together itself', async () => {
    expect(await draftOf({ ...GITHUB, args: ['-y', 'a&b'] }, 'win32')).toBeUndefined();
    expect(await draftOf({ ...GITHUB, args: ['-y', 'server', '--token', TWO] }, 'win32')).toBeUndefined();
    expect(await draftOf({ ...GITHUB, command: 'node', args: ['C:/s.js'] }, 'win32')).toBeDefined();
  });
});

test('a server with several secrets is wrapped with all of them', async () => {
  const secrets = await secretsOf({ ...GITHUB, env: { GITHUB_TOKEN: ONE, OTHER_TOKEN: TWO } });
  const moves = secrets.map((secret): Move => ({ secret, choice: 'wrap' }));
  const [change] = fileChanges(moves, () => ({ command: '/launcher', args: [] }));
  expect(JSON.parse(change?.after ?? '')).toEqual({
    mcpServers: { github: { command: '/launcher', args: [] }, other: { command: 'x' } },
  });
});

test('a server is wrapped as a whole, and only before another way was taken for one of its secrets', async () => {
  const [first, second] = await secretsOf({ ...GITHUB, env: { GITHUB_TOKEN: ONE, OTHER_TOKEN: TWO } });
  if (!first || !second) throw new Error('the secrets are not found');
  expect(choicesFor(first, [], true)).toContain('wrap');
  expect(choicesFor(first, [], false)).not.toContain('wrap');
  expect(choicesFor(second, [{ secret: first, choice: 'skip' }], true)).not.toContain('wrap');
});

test('in the place of an upstream MCP server its client gets the entry of ours, and every other character stays', async () => {
  const secrets = await secretsOf(GITHUB);
  const moves = secrets.map((secret): Move => ({ secret, choice: 'wrap' }));
  const [change] = fileChanges(moves, () => ({ command: '/launcher', args: ['--server', 'github'] }));
  expect(change?.after).toBe(`{
  "mcpServers": {
    "github": {
      "command": "/launcher",
      "args": [
        "--server",
        "github"
      ]
    },
    "other": {
      "command": "x"
    }
  }
}
`);
  const [gone] = fileChanges(moves);
  expect(JSON.parse(gone?.after ?? '')).toEqual({ mcpServers: { other: { command: 'x' } } });
});

test('a migration lets no client in that nobody connected: only a connected one’s entry has its mark', () => {
  const launch = { command: '/launcher', args: [] };
  const wiki = { name: 'wiki', entry: { name: 'w', pointer: '/mcpServers/w', settings: {}, others: [] } };
  const file = (client: ConfigFile['client']) => ({ client, format: 'jsonc' }) as const;
  expect(entryInstead(file('vscode'), wiki, launch, ['vscode'])).toBeUndefined();
  const waiting = {
    name: 'wiki',
    entry: { name: 'w', pointer: '/mcpServers/w', settings: { timeout: 60 }, others: [] },
  };
  expect(entryInstead(file('cursor'), waiting, launch, ['vscode', 'codex'])).toEqual({
    timeout: 60,
    type: 'stdio',
    command: '/launcher',
    args: ['--server', 'wiki'],
  });
  expect(entryInstead(file('gemini-cli'), wiki, launch, ['vscode', 'gemini'])).toEqual({
    command: '/launcher',
    args: ['--server', 'wiki'],
    env: { VALETKEY_CLIENT: 'gemini' },
  });
});

test.each([
  ['GitHub (work)', 'github-work'],
  ['1password', 'password'],
  ['@acme/server', 'acme-server'],
  ['日本', ''],
])('%j is %j as a name of the policy', (name, plain) => {
  expect(plainName(name)).toBe(plain);
});
