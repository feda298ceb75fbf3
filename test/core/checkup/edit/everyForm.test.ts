import { describe, expect, test } from 'vitest';
import { type SecretRemoval, supportsInputs, withoutSecrets } from '../../../../src/core/checkup/edit/secretRemoval.ts';
import type { ClientName, ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { readConfig } from '../../../../src/core/checkup/read/readConfig.ts';
import { GITHUB, KEY, OTHER_KEY, saidBy, secretsIn } from './support.ts';

// Configurations as people have them, each in every form in which JSON is written, and each way in which a secret leaves.
// What the result says is read by the parser that the clients use, and compared with what is written here.

type Json = { [name: string]: unknown };
interface Configuration {
  readonly path: string;
  readonly client: ClientName;
  readonly before: Json;
  /** What it says when its secrets go alone. */
  readonly alone: Json;
  /** What it says when VS Code asks for them. */
  readonly asked?: Json;
}

const PASSWORD = ['Vb5Cx7', 'Ty1Re9Wq4Po6'].join('');
const OTHER_PASSWORD = ['Nm3Kj8', 'Hg2Fd6Sa1Lp7'].join('');
const server = (alone: Json, more: Json = {}): Json => ({ mcpServers: { x: { ...more, ...alone } } });
const question = (id: string, description: string): Json => ({ type: 'promptString', id, description, password: true });
const pair = (name: string, value: string): Json => ({ [name]: value });

const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  'variables beside one that stays': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server(
      { env: { CLIENT_ID: 'organization.1', CLIENT_SECRET: KEY, VAULT_TOKEN: OTHER_KEY } },
      { command: 'npx', args: ['-y', 'vault'] },
    ),
    alone: server({ env: { CLIENT_ID: 'organization.1' } }, { command: 'npx', args: ['-y', 'vault'] }),
  },
  'the only key of a server, first': {
    path: '/h/.mcp.json',
    client: 'claude-code',
    before: server({ env: { API_KEY: KEY }, command: 'x' }),
    alone: server({ env: {}, command: 'x' }),
  },
  'a header of the client beside another': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ url: 'https://mcp.example.com/mcp', headers: { Authorization: `Bearer ${KEY}`, 'X-Other': 'a' } }),
    alone: server({ url: 'https://mcp.example.com/mcp', headers: { 'X-Other': 'a' } }),
  },
  'a variable that another text names': {
    path: '/h/.mcp.json',
    client: 'claude-code',
    before: server(
      { args: ['--header', `Authorization: Bearer \${AUTH_TOKEN}`], env: { AUTH_TOKEN: KEY } },
      { command: 'npx' },
    ),
    alone: server({ args: ['--header', `Authorization: Bearer \${AUTH_TOKEN}`], env: {} }, { command: 'npx' }),
  },
  'an option and its value': {
    path: '/h/cline_mcp_settings.json',
    client: 'cline',
    before: server(
      { autoApprove: ['a'], disabled: false, timeout: 60, args: ['--api-key', KEY, 'serve'], env: {} },
      { command: 'x' },
    ),
    alone: server({ autoApprove: ['a'], disabled: false, timeout: 60, args: ['serve'], env: {} }, { command: 'x' }),
  },
  'a place behind a switch that forbids something': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ args: ['--read-only', '--disable-writes', GITHUB] }, { command: 'x' }),
    alone: server({ args: ['--read-only', '--disable-writes'] }, { command: 'x' }),
  },
  'an option with its value in it': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ args: ['server@1.0.0', `--read-token=${KEY}`] }, { command: 'uvx' }),
    alone: server({ args: ['server@1.0.0'] }, { command: 'uvx' }),
  },
  'a header of a bridge': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server(
      { args: ['-y', 'mcp-remote', 'https://x.example/mcp', '--header', `Authorization: Bearer ${KEY}`, '--debug'] },
      { command: 'npx' },
    ),
    alone: server({ args: ['-y', 'mcp-remote', 'https://x.example/mcp', '--debug'] }, { command: 'npx' }),
  },
  'a variable of a container': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server(
      { args: ['run', '-i', '--rm', '-e', `GITHUB_TOKEN=${GITHUB}`, 'ghcr.io/x/y:1.2.0'] },
      { command: 'docker' },
    ),
    alone: server({ args: ['run', '-i', '--rm', 'ghcr.io/x/y:1.2.0'] }, { command: 'docker' }),
  },
  'a variable of a container, in one word': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ args: ['run', `--env=GITHUB_TOKEN=${GITHUB}`, 'ghcr.io/x/y:1.2.0'] }, { command: 'docker' }),
    alone: server({ args: ['run', 'ghcr.io/x/y:1.2.0'] }, { command: 'docker' }),
  },
  'a token by its place alone, others behind it': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ args: ['-y', GITHUB, 'second'] }, { command: 'server' }),
    alone: server({ args: ['-y', '', 'second'] }, { command: 'server' }),
  },
  'a token by its place alone, the last': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ args: ['serve', GITHUB] }, { command: 'server' }),
    alone: server({ args: ['serve'] }, { command: 'server' }),
  },
  'a connection string by its place': {
    path: '/h/claude_desktop_config.json',
    client: 'claude-desktop',
    before: server({ args: ['-y', 'pg@1.0.0', `postgresql://app:${PASSWORD}@db.corp.internal/x`] }, { command: 'npx' }),
    alone: server({ args: ['-y', 'pg@1.0.0', 'postgresql://app@db.corp.internal/x'] }, { command: 'npx' }),
  },
  'connection strings in one variable': {
    path: '/h/.mcp.json',
    client: 'claude-code',
    before: server(
      {
        env: {
          URLS: `postgresql://u:${PASSWORD}@h1.corp.internal/a,postgresql://v:${OTHER_PASSWORD}@h2.corp.internal/b`,
        },
      },
      { command: 'x' },
    ),
    alone: server(
      { env: { URLS: 'postgresql://u@h1.corp.internal/a,postgresql://v@h2.corp.internal/b' } },
      { command: 'x' },
    ),
  },
  'a key in an address': {
    path: '/h/.mcp.json',
    client: 'claude-code',
    before: server({ url: `https://mcp.example.com/mcp?token=${KEY}&pro=1` }),
    alone: server({ url: 'https://mcp.example.com/mcp?pro=1' }),
  },
  'the only key in an address': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server({ url: `https://mcp.example.com/mcp?exaApiKey=${KEY}` }),
    alone: server({ url: 'https://mcp.example.com/mcp' }),
  },
  'JSON in a variable': {
    path: '/h/.cursor/mcp.json',
    client: 'cursor',
    before: server(
      { env: { HEADERS: JSON.stringify({ Authorization: `Bearer ${KEY}`, 'Some-Version': '2022-06-28' }) } },
      { command: 'x' },
    ),
    alone: server(
      { env: { HEADERS: JSON.stringify({ Authorization: 'Bearer ', 'Some-Version': '2022-06-28' }) } },
      { command: 'x' },
    ),
  },
  'the same value in two servers': {
    path: '/h/.mcp.json',
    client: 'claude-code',
    before: {
      mcpServers: {
        a: { command: 'x', env: { GITHUB_TOKEN: GITHUB, GH_TOKEN: GITHUB } },
        b: { command: 'y', args: ['--token', GITHUB] },
      },
    },
    alone: { mcpServers: { a: { command: 'x', env: {} }, b: { command: 'y', args: [] } } },
  },
  'the projects of Claude Code': {
    path: '/h/.claude.json',
    client: 'claude-code',
    before: {
      numStartups: 3,
      mcpServers: { a: { type: 'stdio', command: 'x', args: [], env: { API_KEY: KEY } } },
      projects: {
        '/home/me/p ~/q': {
          mcpServers: { b: { url: 'https://x.example', headers: { 'X-API-Key': OTHER_KEY } } },
          history: [],
        },
      },
    },
    alone: {
      numStartups: 3,
      mcpServers: { a: { type: 'stdio', command: 'x', args: [], env: {} } },
      projects: { '/home/me/p ~/q': { mcpServers: { b: { url: 'https://x.example', headers: {} } }, history: [] } },
    },
  },
  'the environment of Claude Code': {
    path: '/h/.claude/settings.json',
    client: 'claude-code',
    before: { env: { ANTHROPIC_API_KEY: KEY, FOO: 'bar' }, permissions: { allow: [] } },
    alone: { env: { FOO: 'bar' }, permissions: { allow: [] } },
  },
  'a dev container': {
    path: '/h/.devcontainer/devcontainer.json',
    client: 'vscode',
    before: {
      image: 'x',
      containerEnv: { GITHUB_TOKEN: GITHUB },
      customizations: { vscode: { mcp: { servers: { gh: { command: 'x', env: { API_KEY: KEY } } } } } },
    },
    alone: {
      image: 'x',
      containerEnv: {},
      customizations: { vscode: { mcp: { servers: { gh: { command: 'x', env: {} } } } } },
    },
  },
  'Gemini CLI': {
    path: '/h/.gemini/settings.json',
    client: 'gemini-cli',
    before: server({ httpUrl: 'https://x.example/mcp', headers: { 'X-Api-Key': KEY }, trust: false, timeout: 5000 }),
    alone: server({ httpUrl: 'https://x.example/mcp', headers: {}, trust: false, timeout: 5000 }),
  },
  Windsurf: {
    path: '/h/.codeium/windsurf/mcp_config.json',
    client: 'windsurf',
    before: server({
      serverUrl: 'https://x.example/mcp',
      headers: { Authorization: `Bearer ${KEY}` },
      disabledTools: [],
    }),
    alone: server({ serverUrl: 'https://x.example/mcp', headers: {}, disabledTools: [] }),
  },
  'a server called servers': {
    path: '/h/.copilot/mcp-config.json',
    client: 'vscode',
    before: { mcpServers: { servers: { command: 'x', env: { API_KEY: KEY } } } },
    alone: { mcpServers: { servers: { command: 'x', env: {} } } },
  },
  'names with slashes and tildes': {
    path: '/h/.vscode/mcp.json',
    client: 'vscode',
    before: { servers: { 'io.github/x~y': { command: 'x', env: { 'A/B_TOKEN': KEY } } } },
    alone: { servers: { 'io.github/x~y': { command: 'x', env: {} } } },
    asked: {
      servers: { 'io.github/x~y': { command: 'x', env: { 'A/B_TOKEN': `\${input:io-github-x-y-a-b-token}` } } },
      inputs: [question('io-github-x-y-a-b-token', 'A/B_TOKEN (io.github/x~y)')],
    },
  },
  'VS Code without inputs': {
    path: '/h/.vscode/mcp.json',
    client: 'vscode',
    before: {
      servers: {
        github: { type: 'http', url: 'https://mcp.example.com/', headers: { Authorization: `Bearer ${KEY}` } },
      },
    },
    alone: { servers: { github: { type: 'http', url: 'https://mcp.example.com/', headers: {} } } },
    asked: {
      servers: {
        github: {
          type: 'http',
          url: 'https://mcp.example.com/',
          headers: { Authorization: `Bearer \${input:github-authorization}` },
        },
      },
      inputs: [question('github-authorization', 'Authorization (github)')],
    },
  },
  'VS Code with an empty list of inputs': {
    path: '/h/.vscode/mcp.json',
    client: 'vscode',
    before: { inputs: [], servers: { gh: { command: 'x', env: { API_KEY: KEY } } } },
    alone: { inputs: [], servers: { gh: { command: 'x', env: {} } } },
    asked: {
      inputs: [question('gh-api-key', 'API_KEY (gh)')],
      servers: { gh: { command: 'x', env: { API_KEY: `\${input:gh-api-key}` } } },
    },
  },
  'settings of VS Code with inputs': {
    path: '/h/.vscode/settings.json',
    client: 'vscode',
    before: {
      'editor.tabSize': 2,
      mcp: {
        inputs: [question('tf', 'x')],
        servers: { tf: { command: 'docker', args: ['run', '-e', `TF_TOKEN=${KEY}`, 'x:1.2.0'] } },
      },
    },
    alone: {
      'editor.tabSize': 2,
      mcp: { inputs: [question('tf', 'x')], servers: { tf: { command: 'docker', args: ['run', 'x:1.2.0'] } } },
    },
    asked: {
      'editor.tabSize': 2,
      mcp: {
        inputs: [question('tf', 'x'), question('tf-tf-token', 'TF_TOKEN (tf)')],
        servers: { tf: { command: 'docker', args: ['run', '-e', `TF_TOKEN=\${input:tf-tf-token}`, 'x:1.2.0'] } },
      },
    },
  },
  'a workspace of VS Code': {
    path: '/h/a.code-workspace',
    client: 'vscode',
    before: {
      folders: [{ path: '.' }],
      settings: { mcp: { servers: { gh: { command: 'x', env: { API_KEY: KEY } } } } },
    },
    alone: { folders: [{ path: '.' }], settings: { mcp: { servers: { gh: { command: 'x', env: {} } } } } },
    asked: {
      folders: [{ path: '.' }],
      settings: {
        mcp: {
          servers: { gh: { command: 'x', env: { API_KEY: `\${input:gh-api-key}` } } },
          inputs: [question('gh-api-key', 'API_KEY (gh)')],
        },
      },
    },
  },
  'a default of an input': {
    path: '/h/.vscode/mcp.json',
    client: 'vscode',
    before: {
      inputs: [{ ...question('db-password', 'd'), ...pair('default', PASSWORD) }],
      servers: { m: { command: 'x', env: { DB_PASS: `\${input:db-password}` } } },
    },
    alone: {
      inputs: [question('db-password', 'd')],
      servers: { m: { command: 'x', env: { DB_PASS: `\${input:db-password}` } } },
    },
  },
  'Visual Studio': {
    path: '/h/.mcp.json',
    client: 'claude-code',
    before: { servers: { x: { command: 'npx', args: ['x'], env: { API_KEY: KEY } } }, inputs: [] },
    alone: { servers: { x: { command: 'npx', args: ['x'], env: {} } }, inputs: [] },
    asked: {
      servers: { x: { command: 'npx', args: ['x'], env: { API_KEY: `\${input:x-api-key}` } } },
      inputs: [question('x-api-key', 'API_KEY (x)')],
    },
  },
};

const written = (value: unknown, unit: string | number): string => JSON.stringify(value, undefined, unit);
const FORMS: Readonly<Record<string, (value: unknown) => string>> = {
  'two spaces': (value) => `${written(value, 2)}\n`,
  'four spaces': (value) => `${written(value, 4)}\n`,
  tabs: (value) => `${written(value, '\t')}\n`,
  'CR LF': (value) => `${written(value, 2).replaceAll('\n', '\r\n')}\r\n`,
  'a byte order mark': (value) => `\u{feff}${written(value, 2)}\n`,
  'a byte order mark, tabs and CR LF': (value) => `\u{feff}${written(value, '\t').replaceAll('\n', '\r\n')}\r\n`,
  minified: (value) => written(value, 0),
  'no line break at the end': (value) => written(value, 2),
  'comments and trailing commas': (value) =>
    `// top: keep\n${written(value, 2)
      .replace(/^(\s*)("(?:env|headers|args|servers|mcpServers)")/gm, '$1// about $2: keep\n$1$2')
      .replace(/([^\s{[,])\n(\s*[}\]])/g, '$1,\n$2')}\n/* end: keep */\n`,
  'comments at the ends of lines': (value) => `${written(value, 2).replace(/,\n/g, ', // note\n')}\n`,
  'maps on one line': (value) =>
    `${written(value, 2).replace(/\{\n\s+("[^"]+": (?:"(?:\\.|[^"\\])*"))\n\s+\}/g, '{ $1 }')}\n`,
  'mixed line ends': (value) =>
    written(value, 2)
      .split('\n')
      .map((line, index) => line + (index % 2 ? '\r\n' : '\n'))
      .join(''),
};

describe.each(Object.entries(CONFIGURATIONS))('%s', (_name, { path, client, before, alone, asked }) => {
  test.each(Object.entries(FORMS))('in %s', (form, write) => {
    const file: ConfigFile = { path, client, format: 'jsonc', scope: 'user', text: write(before) };
    const found = secretsIn(file);
    const values = found.map(({ secret }) => secret?.within).length;
    expect(values).toBeGreaterThan(0);
    const check = (removals: readonly SecretRemoval[], expected: unknown): string => {
      const after = withoutSecrets(file, removals);
      expect(saidBy({ ...file, text: after })).toEqual(expected);
      for (const value of [KEY, OTHER_KEY, GITHUB, PASSWORD, OTHER_PASSWORD]) expect(after).not.toContain(value);
      expect(after.startsWith('\u{feff}')).toBe(file.text.startsWith('\u{feff}'));
      if (!/[^\r]\n/.test(file.text)) expect(after).not.toMatch(/[^\r]\n/);
      if (!file.text.includes('\r')) expect(after).not.toContain('\r');
      if (!file.text.includes('\n')) expect(after).not.toContain('\n');
      if (form.includes('tabs')) expect(after).not.toMatch(/^ /m);
      if (form === 'four spaces') expect(after).not.toMatch(/^(?: {4})* {1,3}\S/m);
      if (form === 'comments and trailing commas')
        expect(after.match(/keep/g)?.length).toBe(file.text.match(/keep/g)?.length);
      return after;
    };
    check(
      found.map((finding) => ({ kind: 'value', finding })),
      alone,
    );
    expect(found.every((finding) => supportsInputs(file, finding))).toBe(asked !== undefined);
    if (asked) {
      check(
        found.map((finding) => ({ kind: 'input', finding })),
        asked,
      );
    }
  });

  test.each(Object.entries(FORMS))('with their servers, or another entry in their place, in %s', (_form, write) => {
    const file: ConfigFile = { path, client, format: 'jsonc', scope: 'user', text: write(before) };
    const servers = readConfig(file).servers.map(({ pointer }) => pointer);
    const steps = (pointer: string): readonly string[] =>
      pointer
        .split('/')
        .slice(1)
        .map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
    const changed = (change: (map: Json, name: string) => void): Json => {
      const copy = structuredClone(before);
      for (const pointer of servers) {
        const names = steps(pointer);
        const map = names.slice(0, -1).reduce<Json>((at, name) => at[name] as Json, copy);
        change(map, names.at(-1) ?? '');
      }
      return copy;
    };
    const gone = withoutSecrets(
      file,
      servers.map((pointer) => ({ kind: 'server', pointer })),
    );
    expect(saidBy({ ...file, text: gone })).toEqual(changed((map, name) => Reflect.deleteProperty(map, name)));
    const entry = { timeout: 60, command: '/launcher', args: ['--server', 'x'], env: { MARK: 'y' } };
    const replaced = withoutSecrets(
      file,
      servers.map((pointer) => ({ kind: 'entry', pointer, entry })),
    );
    expect(saidBy({ ...file, text: replaced })).toEqual(changed((map, name) => Reflect.set(map, name, entry)));
  });
});
