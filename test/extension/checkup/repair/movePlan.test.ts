import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { ClientName } from '../../../../src/core/checkup/model/checkupModel.ts';
import { readConfig } from '../../../../src/core/checkup/read/readConfig.ts';
import { choicesFor, type Move, variablesOf } from '../../../../src/extension/checkup/repair/movePlan.ts';
import { serverKeyOf } from '../../../../src/extension/checkup/repair/serverOfSecret.ts';
import { draftsOf, fileChanges, jsonFile, secretsIn, type UserFile } from './support.ts';

/** Built of parts, so that no scanner takes the test for a leak. */
const KEY = ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join('');
const OTHER = ['Zx4Cv3Bn2Mq1Wr9E', 't8Yu7Ip6Oa5Sd0Fg'].join('');
const TOKEN = ['gh', 'p_', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6'].join('');

const yaml = (text: string): UserFile => ({
  path: '/h/.continue/config.yaml',
  client: 'continue',
  format: 'yaml',
  text,
});
const toml = (text: string): UserFile => ({
  path: '/h/.codex/config.toml',
  client: 'codex',
  format: 'toml',
  text,
});

/** What the file says once every secret that can be is taken from a variable, and which variables those are. */
async function referred(file: UserFile) {
  const secrets = await secretsIn(file);
  expect(secrets).not.toEqual([]);
  const moves: Move[] = [];
  for (const secret of secrets) {
    expect(choicesFor(secret, moves)).toContain('reference');
    moves.push({ secret, choice: 'reference' });
  }
  const [change] = fileChanges(moves);
  const after = change?.after ?? '';
  for (const value of [KEY, OTHER, TOKEN]) expect(after).not.toContain(value);
  const said: unknown =
    file.format === 'toml' ? parseToml(after) : file.format === 'yaml' ? parseYaml(after) : JSON.parse(after);
  return { said: JSON.parse(JSON.stringify(said)) as unknown, variables: [...new Set(variablesOf(moves).values())] };
}

test('a secret that is a part of its text has a name of its own, and what is left is no secret', async () => {
  const password = ['Vb5Cx7', 'Ty1Re9Wq4Po6'].join('');
  const database = (from: string): string => `postgres://shop:${from}@db.acme.internal/x`;
  const file = jsonFile('cursor', '/h/.cursor/mcp.json', {
    mcpServers: {
      a: {
        command: 'x',
        args: [database(password)],
        env: { DATABASE_URL: database(password), DSN: `Server=db.acme.internal;Password=${OTHER};Encrypt=true` },
      },
      b: { url: `https://${KEY}@mcp.acme.dev/mcp` },
      c: { url: `https://mcp.acme.dev/mcp?api_key=${TOKEN}` },
    },
  });
  const { said, variables } = await referred(file);
  const env = (name: string): string => `\${env:${name}}`;
  expect(said).toEqual({
    mcpServers: {
      a: {
        command: 'x',
        args: [database(env('A_PASSWORD'))],
        env: {
          DATABASE_URL: database(env('DATABASE_URL_PASSWORD')),
          DSN: `Server=db.acme.internal;Password=${env('DSN_PASSWORD')};Encrypt=true`,
        },
      },
      b: { url: `https://${env('B_TOKEN')}@mcp.acme.dev/mcp` },
      c: { url: `https://mcp.acme.dev/mcp?api_key=${env('C_API_KEY')}` },
    },
  });
  expect(variables).toHaveLength(5);
  expect(await secretsIn({ ...file, text: JSON.stringify(said) })).toEqual([]);
});

describe('a client takes a secret from a variable, as it writes that', () => {
  const server = { command: 'npx', args: ['-y', 'x', '--api-key', KEY], env: { GITHUB_TOKEN: TOKEN } };
  const filled = (write: (name: string) => string) => ({
    command: 'npx',
    args: ['-y', 'x', '--api-key', write('GH_API_KEY')],
    env: { GITHUB_TOKEN: write('GITHUB_TOKEN') },
  });
  const braces = (name: string): string => `\${${name}}`;
  const env = (name: string): string => `\${env:${name}}`;
  test.each<[ClientName, string, (name: string) => string]>([
    ['claude-code', '/h/.mcp.json', braces],
    ['gemini-cli', '/h/.gemini/settings.json', braces],
    ['cursor', '/h/.cursor/mcp.json', env],
    ['windsurf', '/h/.codeium/windsurf/mcp_config.json', env],
    ['roo', '/h/.roo/mcp.json', env],
  ])('%s', async (client, path, write) => {
    const { said, variables } = await referred(jsonFile(client, path, { mcpServers: { gh: server } }));
    expect(said).toEqual({ mcpServers: { gh: filled(write) } });
    expect(variables).toEqual(['GH_API_KEY', 'GITHUB_TOKEN']);
  });

  test.each<[ClientName, string, string]>([
    ['kiro', '/h/.kiro/settings/mcp.json', `\${GITHUB_TOKEN}`],
    ['copilot-cli', '/h/.copilot/mcp-config.json', `\${GITHUB_TOKEN}`],
    ['amazon-q', '/h/.aws/amazonq/mcp.json', `\${env:GITHUB_TOKEN}`],
    ['crush', '/h/.config/crush/crush.json', '$GITHUB_TOKEN'],
  ])('%s, in variables and headers', async (client, path, written) => {
    const { said } = await referred(
      jsonFile(client, path, { mcpServers: { gh: { command: 'x', env: { GITHUB_TOKEN: TOKEN } } } }),
    );
    expect(said).toEqual({ mcpServers: { gh: { command: 'x', env: { GITHUB_TOKEN: written } } } });
  });

  test('opencode, in a list of words as well', async () => {
    const file = jsonFile('opencode', '/h/opencode.json', {
      mcp: {
        gh: { type: 'local', command: ['npx', '-y', 'x', '--api-key', KEY], environment: { GITHUB_TOKEN: TOKEN } },
      },
    });
    expect((await referred(file)).said).toEqual({
      mcp: {
        gh: {
          type: 'local',
          command: ['npx', '-y', 'x', '--api-key', '{env:GH_API_KEY}'],
          environment: { GITHUB_TOKEN: '{env:GITHUB_TOKEN}' },
        },
      },
    });
  });

  test('Continue, with its own secrets', async () => {
    const text = `name: a\nversion: 1.0.0\nschema: v1\nmcpServers:\n  - name: x\n    command: y\n    env:\n      API_KEY: ${KEY} # keep\n`;
    const { said } = await referred(yaml(text));
    expect((said as { mcpServers: unknown }).mcpServers).toEqual([
      { name: 'x', command: 'y', env: { API_KEY: `\${{ secrets.API_KEY }}` } },
    ]);
  });

  test('Codex, by keys of its own beside those that are there', async () => {
    const { said, variables } = await referred(
      toml(`[mcp_servers.a]
command = "x"
env_vars = ["HOME"]
env = { API_KEY = "${KEY}", LANGUAGE = "en" }

[mcp_servers.b]
url = "https://x.example"
[mcp_servers.b.http_headers]
Authorization = "Bearer ${OTHER}"
"X-Api-Key" = "${KEY}"
`),
    );
    expect(said).toMatchObject({
      mcp_servers: {
        a: { command: 'x', env_vars: ['HOME', 'API_KEY'], env: { LANGUAGE: 'en' } },
        b: {
          url: 'https://x.example',
          bearer_token_env_var: 'B_TOKEN',
          env_http_headers: { 'X-Api-Key': 'B_X_API_KEY' },
        },
      },
    });
    expect(variables.toSorted()).toEqual(['API_KEY', 'B_TOKEN', 'B_X_API_KEY']);
  });

  test.each([
    ['another scheme', `Authorization = "Basic ${KEY}"`],
    ['no scheme', `Authorization = "${KEY}"`],
    ['more than a secret', `"X-Api-Key" = "Token ${KEY}"`],
    ['more behind it', `Cookie = "session_token=${KEY}; theme=dark"`],
  ])('but not Codex, where a header has %s: it would be sent another one', async (_, header) => {
    const secrets = await secretsIn(
      toml(`[mcp_servers.b]\nurl = "https://x.example"\n[mcp_servers.b.http_headers]\n${header}\n`),
    );
    expect(secrets).toHaveLength(1);
    for (const secret of secrets) expect(choicesFor(secret, [])).not.toContain('reference');
  });

  test('nor Codex, where two servers have a variable of one name with two values', async () => {
    const server = (name: string, value: string) =>
      `[mcp_servers.${name}]\ncommand = "x"\nenv = { API_KEY = "${value}" }\n`;
    const [first, second] = await secretsIn(toml(server('a', KEY) + server('b', OTHER)));
    if (!first || !second) throw new Error('two secrets are in the file');
    expect(choicesFor(first, [])).toContain('reference');
    expect(choicesFor(second, [{ secret: first, choice: 'reference' }])).not.toContain('reference');
    expect(choicesFor(second, [{ secret: first, choice: 'skip' }])).toContain('reference');
  });

  test('a dev container, from the machine that opens it', async () => {
    const file = jsonFile('vscode', '/h/.devcontainer/devcontainer.json', { containerEnv: { GITHUB_TOKEN: TOKEN } });
    expect((await referred(file)).said).toEqual({ containerEnv: { GITHUB_TOKEN: `\${localEnv:GITHUB_TOKEN}` } });
  });

  test('a password in the middle of an address, and a header behind its scheme', async () => {
    const file = jsonFile('cursor', '/h/.cursor/mcp.json', {
      mcpServers: {
        pg: { command: 'npx', args: ['x', `postgresql://app:${KEY}@db.corp.internal/x`] },
        web: { url: 'https://x.example', headers: { Authorization: `Bearer ${OTHER}` } },
      },
    });
    const { said } = await referred(file);
    expect(said).toEqual({
      mcpServers: {
        pg: { command: 'npx', args: ['x', `postgresql://app:\${env:PG_PASSWORD}@db.corp.internal/x`] },
        web: { url: 'https://x.example', headers: { Authorization: `Bearer \${env:WEB_TOKEN}` } },
      },
    });
  });

  test('with one variable for one value, and another where two servers name theirs alike', async () => {
    const servers = { a: { command: 'x', env: { API_KEY: KEY } }, b: { command: 'x', env: { API_KEY: OTHER } } };
    const more = { c: { command: 'x', env: { API_KEY: KEY } } };
    const { said } = await referred(jsonFile('claude-code', '/h/.mcp.json', { mcpServers: { ...servers, ...more } }));
    expect(said).toEqual({
      mcpServers: {
        a: { command: 'x', env: { API_KEY: `\${API_KEY}` } },
        b: { command: 'x', env: { API_KEY: `\${B_API_KEY}` } },
        c: { command: 'x', env: { API_KEY: `\${API_KEY}` } },
      },
    });
  });
});

describe('no secret is without a way to go', () => {
  const PASSWORD = ['Vb5Cx7', 'Ty1Re9Wq4Po6'].join('');
  const entries: Readonly<Record<string, unknown>> = {
    'a connection string by its place': {
      command: 'npx',
      args: ['-y', 'pg', `postgresql://u:${PASSWORD}@db.corp.internal/x`],
    },
    'a password of seven characters': { command: 'npx', args: ['x'], env: { DB_PASSWORD: ['h0me', '!Ne'].join('') } },
    'a password with an umlaut': {
      command: 'npx',
      args: ['x'],
      env: { DB_PASSWORD: ['Schl\u00fc', 'ssel!92x'].join('') },
    },
    'a variable of a container': { command: 'docker', args: ['run', '-e', `TOKEN=${TOKEN}`, 'img:1'] },
    'a header of a bridge': {
      command: 'npx',
      args: ['mcp-remote', 'https://x.example', '--header', `Authorization: Bearer ${KEY}`],
    },
    'a header of the older transport': {
      type: 'sse',
      url: 'https://x.example/sse',
      headers: { Authorization: `Bearer ${KEY}` },
    },
    'an option': { command: 'npx', args: ['x', '--api-key', KEY] },
    'a key in an address': { url: `https://x.example/mcp?api_key=${KEY}` },
    'a folder to run in': { command: 'uv', args: ['run', 's.py'], cwd: '/p', env: { API_KEY: KEY } },
  };
  const clients: readonly ClientName[] = [
    'claude-desktop',
    'claude-code',
    'cursor',
    'windsurf',
    'cline',
    'gemini-cli',
    'vscode',
    'zed',
    'opencode',
    'kiro',
    'roo',
    'junie',
    'copilot-cli',
  ];
  test.each(Object.entries(entries))('%s, in any client, on any system', async (_what, entry) => {
    for (const client of clients) {
      const key =
        client === 'zed'
          ? 'context_servers'
          : client === 'vscode'
            ? 'servers'
            : client === 'opencode'
              ? 'mcp'
              : 'mcpServers';
      const file = jsonFile(client, '/h/mcp.json', { [key]: { x: entry } });
      const secrets = await secretsIn(file);
      expect(secrets.length, client).toBeGreaterThan(0);
      for (const platform of ['linux', 'win32'] as const) {
        const drafts = draftsOf(secrets, platform);
        for (const secret of secrets) {
          const choices = choicesFor(secret, [], drafts.has(serverKeyOf(secret) ?? ''));
          expect(choices.at(-1)).toBe('skip');
          expect(choices.filter((choice) => choice !== 'skip').length, `${client} ${platform}`).toBeGreaterThan(0);
          for (const choice of choices) {
            // Each of them makes a file that the checkup reads, and finds the secret no more.
            const [change] = fileChanges([{ secret, choice }], () => ({ command: '/l', args: [] }));
            if (choice === 'skip') continue;
            const text = change?.after ?? '';
            const { notes } = readConfig({ ...file, scope: 'user', text });
            expect(
              notes.filter(({ code }) => code !== 'no-servers'),
              choice,
            ).toEqual([]);
            expect(
              (await secretsIn({ ...file, text })).some(({ value }) => value.equals(secret.value)),
              choice,
            ).toBe(false);
          }
        }
      }
    }
  });

  test('nor is one outside of all servers', async () => {
    const settings = jsonFile('claude-code', '/h/.claude/settings.json', {
      env: { DB_PASSWORD: ['h0me', '!Ne'].join('') },
    });
    const [secret] = await secretsIn(settings);
    expect(secret && choicesFor(secret, [])).toEqual(['remove', 'skip']);
    const [change] = secret ? fileChanges([{ secret, choice: 'remove' }]) : [];
    expect(JSON.parse(change?.after ?? '')).toEqual({ env: {} });
  });
});
