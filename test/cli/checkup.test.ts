import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';
import { CLI } from '../support/serve.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

interface Printed {
  readonly check: number;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly server?: string;
  readonly key?: string;
  readonly code: string;
  readonly message: string;
  readonly aspects?: readonly Omit<Printed, 'file' | 'server' | 'aspects'>[];
}

const UNPINNED = '{ "mcpServers": { "s": { "command": "npx", "args": ["server"] } } }';
const token = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');

let folders = 0;
/** A new folder with these files. */
function folder(files: Record<string, string | Buffer> = {}): string {
  folders += 1;
  const at = path.join(root, String(folders));
  fs.mkdirSync(at);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    fs.writeFileSync(path.join(at, name), text);
  }
  return at;
}

const HOME = folder();

async function checkup(
  ...args: string[]
): Promise<{ status: number | null; found: Printed[]; stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await runCli(['checkup', '--home', HOME, ...args]);
  expect(stderr).toMatch(/^Checked \d+ files?, \d+ servers?[^\n]*\.\n$/);
  return { status, stdout, stderr, found: jsonLines<Printed>(stdout) };
}

describe('checkup', () => {
  it('finds nothing in an empty home', async () => {
    const { status, found, stderr } = await checkup();
    expect([status, found]).toEqual([0, []]);
    expect(stderr).toBe('Checked 0 files, 0 servers. There is no MCP configuration in the places that are known.\n');
  });

  it('prints one line a secret, with what else is to be said of it', async () => {
    const config = JSON.stringify({ mcpServers: { s: { command: './s', args: ['--token', token] } } });
    const { found } = await checkup('--workspace', folder({ '.mcp.json': config, '.cursor/mcp.json': config }));
    expect(found.map(({ code, aspects = [] }) => [code, aspects.map(({ check }) => check)])).toEqual([
      ['secret-token', [2, 3, 7, 10, 4]],
      ['secret-token', [2, 3, 7, 10]],
    ]);
    expect(found[0]?.aspects?.[1]).toEqual({
      check: 3,
      severity: 'information',
      line: 1,
      column: 16,
      key: '/mcpServers/s',
      code: 'bypasses-valet-key',
      message: expect.any(String),
    });
  });

  it('says what it read', async () => {
    const at = folder({ '.mcp.json': UNPINNED, '.vscode/settings.json': '{}', '.cursor/mcp.json/x': '' });
    const { stderr } = await checkup('--workspace', at);
    expect(stderr).toBe('Checked 2 files, 1 server, 1 could not be read.\n');
  });

  it('says which folders lie too deep to be searched, once for all of them', async () => {
    const deep = (last: string): string => [...Array.from({ length: 12 }, (_, n) => `d${n}`), last].join('/');
    const at = folder({ [`${deep('x')}/.mcp.json`]: UNPINNED, [`${deep('y')}/.mcp.json`]: UNPINNED });
    const { status, found, stderr } = await checkup('--workspace', at);
    expect(status).toBe(0);
    expect(found).toMatchObject([{ code: 'folder-not-searched', severity: 'information' }]);
    expect(found[0]?.message).toContain(`${path.join(at, deep('x'))} and 1 more`);
    expect(stderr).toContain(', 2 folders were not searched.');
  });

  it('ends at more findings than anybody reads, and says which files it did not come to', async () => {
    const servers = Object.fromEntries(
      Array.from({ length: 1100 }, (_, n) => [`s${n}`, { command: 'npx', args: ['x'] }]),
    );
    const text = JSON.stringify({ mcpServers: servers });
    const at = folder(Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`d${n + 10}/.mcp.json`, text])));
    const { found, stderr } = await checkup('--workspace', at);
    expect(found.filter(({ code }) => code === 'version-missing').length).toBeLessThan(10_000);
    const told = found.filter(({ code }) => code === 'files-not-reached');
    expect(told).toMatchObject([{ check: 3, severity: 'warning', file: path.join(at, 'd20/.mcp.json') }]);
    expect(told[0]?.message).toContain('d20/.mcp.json and 3 more. Check the folder as a workspace of its own.');
    expect(stderr).toBe('Checked 10 files, 11000 servers, 4 files were not reached.\n');
  });

  it.each(['--home', '--workspace'])('refuses a %s that is no folder', async (option) => {
    const at = folder({ file: '' });
    for (const wrong of [path.join(at, 'nope'), path.join(at, 'file')]) {
      const { status, stdout, stderr } = await runCli(['checkup', option, wrong]);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`${option} takes a folder`);
    }
  });

  it('prints findings with file, line, column and pointer', async () => {
    const at = folder({
      '.vscode/mcp.json': `{\n  "servers": {\n    "s": {\n      "command": "npx", "args": ["-y", "server"]\n    }\n  }\n}\n`,
    });
    const { status, found } = await checkup('--workspace', at);
    expect(status).toBe(1);
    expect(found).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        check: 9,
        severity: 'warning',
        file: path.join(at, '.vscode/mcp.json'),
        line: 4,
        column: 40,
        server: 's',
        key: '/servers/s/args/1',
        code: 'version-missing',
        message: expect.any(String),
      },
    ]);
  });

  it('ends with 0 when there is nothing above information', async () => {
    const at = folder({ '.mcp.json': '{"mcpServers":{"s":{"command":"./s","args":["--debug"]}}}' });
    const { status, found } = await checkup('--workspace', at);
    expect(found.map(({ severity }) => severity)).toEqual(['information']);
    expect(status).toBe(0);
  });

  it('reads every client’s place in the home folder of any system, and nothing outside of it', async () => {
    const places = [
      '.claude.json',
      '.cursor/mcp.json',
      '.codeium/windsurf/mcp_config.json',
      '.gemini/settings.json',
      '.config/Claude/claude_desktop_config.json',
      'Library/Application Support/Claude/claude_desktop_config.json',
      'AppData/Roaming/Claude/claude_desktop_config.json',
      '.config/Code/User/mcp.json',
      '.config/Code/User/profiles/a1/mcp.json',
      '.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
      '.claude/plugins/cache/market/plugin/1.0.0/.mcp.json',
      '.aws/amazonq/cli-agents/a.json',
      'Library/Application Support/Cursor/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json',
      'AppData/Local/github-copilot/intellij/mcp.json',
    ];
    const home = folder(Object.fromEntries(places.map((name) => [name, UNPINNED])));
    fs.mkdirSync(path.join(home, '.codex'));
    fs.writeFileSync(path.join(home, '.codex/config.toml'), '[mcp_servers.s]\ncommand = "npx"\nargs = ["server"]\n');
    fs.mkdirSync(path.join(home, '.continue'));
    fs.writeFileSync(
      path.join(home, '.continue/config.yaml'),
      'mcpServers:\n  - name: s\n    command: npx\n    args: [server]\n',
    );
    const outside = folder({ 'mcp-config.json': UNPINNED });
    fs.mkdirSync(path.join(home, '.copilot'));
    fs.symlinkSync(path.join(outside, 'mcp-config.json'), path.join(home, '.copilot/mcp-config.json'));
    const { stdout } = await runCli(['checkup', '--home', home], '', {
      XDG_CONFIG_HOME: outside,
      COPILOT_HOME: outside,
    });
    const found = jsonLines<Printed>(stdout);
    expect(
      found
        .filter(({ check }) => check === 9)
        .map(({ file }) => path.relative(home, file))
        .sort(),
    ).toEqual([...places, '.codex/config.toml', '.continue/config.yaml'].sort());
    expect(found.filter(({ check }) => check !== 9)).toMatchObject([
      { code: 'outside', file: path.join(home, '.copilot/mcp-config.json') },
    ]);
  });

  it('looks below a workspace, but not into dependencies', async () => {
    const at = folder({ 'packages/a/.mcp.json': UNPINNED, 'node_modules/x/.mcp.json': UNPINNED, 'x.json': UNPINNED });
    fs.symlinkSync(at, path.join(at, 'packages/loop'));
    const { found } = await checkup('--workspace', at);
    expect(found.map(({ file }) => path.relative(at, file))).toEqual(['packages/a/.mcp.json']);
  });

  it('takes a file where a folder would be for no place at all', async () => {
    const home = folder({ '.cursor': '{', '.claude/plugins/cache/x/y/z': '{' });
    const { status, stdout } = await runCli(['checkup', '--home', home]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('tells one value in two files', async () => {
    const config = JSON.stringify({ mcpServers: { s: { command: './s', env: { TOKEN: token } } } });
    const { found } = await checkup('--workspace', folder({ '.mcp.json': config, '.cursor/mcp.json': config }));
    const sides = found.flatMap(({ aspects = [] }) => aspects);
    expect(sides.filter(({ check }) => check === 4).map(({ code }) => code)).toEqual(['key-sprawl']);
  });

  it('opens nothing but ordinary files, and says what it left out', { timeout: 20_000 }, async () => {
    const at = folder({ '.vscode/mcp.json': Buffer.from([0x7b, 0xff, 0x7d]), '.cursor/keep': '' });
    execFileSync('mkfifo', [path.join(at, '.mcp.json')]);
    fs.symlinkSync('mcp.json', path.join(at, '.cursor/mcp.json'));
    fs.mkdirSync(path.join(at, '.gemini/settings.json'), { recursive: true });
    fs.mkdirSync(path.join(at, '.windsurf'));
    fs.writeFileSync(path.join(at, '.windsurf/mcp.json'), '');
    fs.truncateSync(path.join(at, '.windsurf/mcp.json'), 50 * 1024 * 1024);
    const { status, found } = await checkup('--workspace', at);
    expect(status).toBe(1);
    expect(Object.fromEntries(found.map(({ file, code }) => [path.relative(at, file), code]))).toEqual({
      '.cursor/mcp.json': 'not-readable',
      '.gemini/settings.json': 'no-file',
      '.mcp.json': 'no-file',
      '.vscode/mcp.json': 'not-utf8',
      '.windsurf/mcp.json': 'too-large',
    });
  });

  it('prints a SARIF log in which nothing is a link and no secret stands', async () => {
    const at = folder({
      '.mcp.json': JSON.stringify({
        mcpServers: {
          [`[x](https://evil.example) ${token}`]: { command: 'npx', args: [token], env: { [`${token}_KEY`]: token } },
        },
      }),
    });
    const { status, stdout } = await runCli(['checkup', '--home', HOME, '--workspace', at, '--format', 'sarif']);
    expect(status).toBe(1);
    expect(stdout).not.toContain(token.slice(4, -4));
    const { version, runs } = JSON.parse(stdout);
    expect(version).toBe('2.1.0');
    const [{ tool, results, artifacts, originalUriBaseIds }] = runs;
    expect(originalUriBaseIds.WORKSPACE).toEqual({ uri: `${pathToFileURL(at).href}/` });
    expect(artifacts).toEqual([
      {
        location: { uri: '.mcp.json', uriBaseId: 'WORKSPACE' },
        roles: ['analysisTarget'],
        properties: { servers: 1, read: true },
      },
    ]);
    expect(results).toHaveLength(3);
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toContain('secret-token');
    for (const { ruleId, ruleIndex, message, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(message.text).not.toMatch(/(?<!\\)\]\(/);
      expect(locations[0].physicalLocation.artifactLocation).toEqual({ uri: '.mcp.json', uriBaseId: 'WORKSPACE' });
    }
  });

  it('says in a SARIF log what was not checked, as a finding, as a notification of the run and among its files', async () => {
    const at = folder({ '.mcp.json': UNPINNED, '.cursor/mcp.json/x': '', '.continue/config.yaml': 'a: [' });
    const { stdout } = await runCli(['checkup', '--home', HOME, '--workspace', at, '--format', 'sarif']);
    const [{ invocations, artifacts, results }] = JSON.parse(stdout).runs;
    const [{ executionSuccessful, toolExecutionNotifications }] = invocations;
    expect(executionSuccessful).toBe(true);
    expect(
      toolExecutionNotifications.map((one: { descriptor: { id: string }; level: string; locations: object[] }) => [
        one.descriptor.id,
        one.level,
        one.locations,
      ]),
    ).toEqual([
      [
        'not-readable',
        'warning',
        [{ physicalLocation: { artifactLocation: { uri: '.continue/config.yaml', uriBaseId: 'WORKSPACE' } } }],
      ],
      [
        'no-file',
        'warning',
        [{ physicalLocation: { artifactLocation: { uri: '.cursor/mcp.json', uriBaseId: 'WORKSPACE' } } }],
      ],
    ]);
    expect(artifacts.map(({ properties }: { properties: object }) => properties)).toEqual([
      { servers: 0, read: false },
      { servers: 0, read: false },
      { servers: 1, read: true },
    ]);
    expect(results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(
      expect.arrayContaining(['not-readable', 'no-file']),
    );
  });

  it('tells a finding by rule, file and pointer in every run, wherever it stands in its file', async () => {
    const config = { mcpServers: { s: { command: 'npx', args: ['server'], env: { TOKEN: token } } } };
    const prints = async (text: string): Promise<string[]> => {
      const at = folder({ 'sub/.mcp.json': text });
      const { stdout } = await runCli(['checkup', '--home', HOME, '--workspace', at, '--format', 'sarif']);
      return JSON.parse(stdout).runs[0].results.map(
        (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints['valetKeyFinding/v1'],
      );
    };
    const first = await prints(JSON.stringify(config));
    expect(new Set(first).size).toBe(2);
    // Another line, another secret.
    const other = JSON.stringify(config, undefined, 2).replace(token, token.replace('Zq8', 'Qz9'));
    expect(await prints(`\n\n${other}`)).toEqual(first);
    expect(await prints(JSON.stringify({ mcpServers: { t: config.mcpServers.s } }))).not.toEqual(first);
  });

  it('says of each rule what code scanning shows of it', async () => {
    const at = folder({
      '.mcp.json': JSON.stringify({
        mcpServers: { s: { command: 'npx', args: ['server', '--debug'], env: { TOKEN: token } } },
      }),
    });
    const { stdout } = await runCli(['checkup', '--home', HOME, '--workspace', at, '--format', 'sarif']);
    const rules: { id: string; defaultConfiguration: { level: string } }[] =
      JSON.parse(stdout).runs[0].tool.driver.rules;
    expect(rules.map(({ id }) => id)).toEqual(['debug-output', 'secret-token', 'version-missing']);
    expect(rules.map(({ defaultConfiguration }) => defaultConfiguration.level)).toEqual(['note', 'error', 'warning']);
    for (const rule of rules) {
      expect(rule).toEqual({
        id: expect.any(String),
        name: expect.stringMatching(/^[A-Z][A-Za-z]+$/),
        helpUri: expect.stringContaining(`#${rule.id}`),
        shortDescription: { text: expect.stringMatching(/^[A-Z].{10,}[.:]$/) },
        fullDescription: { text: expect.stringMatching(/.{20,}/) },
        help: { text: expect.stringMatching(/.{40,}/), markdown: expect.stringContaining('**') },
        defaultConfiguration: { level: expect.any(String) },
        properties: {
          check: expect.any(Number),
          'security-severity': expect.stringMatching(/^\d\.\d$/),
          precision: 'high',
          tags: expect.arrayContaining(['security']),
        },
      });
    }
  });

  it.each([[[]], [['--format', 'sarif']]])('prints nothing that does something to a terminal: %j', async (format) => {
    const bad = ['\u009b31m', '\u202e', '\u2066', '\u2028', '\ufeff', '\u0007', '\u00ad', '\u{e0041}'];
    const name = `s${bad.join('x')}`;
    const at = folder({
      '.mcp.json': JSON.stringify({ mcpServers: { [name]: { command: './s', env: { [`${name}_TOKEN`]: token } } } }),
    });
    const { stdout } = await runCli(['checkup', '--home', HOME, '--workspace', at, ...format]);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const messages = [...stdout.matchAll(/"(?:message|text)":"(?:[^"\\]|\\.)*"/g)].map(([text]) =>
      JSON.parse(`{${text}}`),
    );
    expect(messages.length).toBeGreaterThan(0);
    for (const text of messages) expect(JSON.stringify(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\\u00[89]/u);
    if (format[0] === undefined) expect(jsonLines<Printed>(stdout)[0]?.server).toBe(name);
  });

  it('ends quietly for who reads the first line alone', async () => {
    const servers = Object.fromEntries(
      Array.from({ length: 900 }, (_, n) => [`s${n}`, { command: 'npx', args: [`server${n}`] }]),
    );
    const at = folder({ '.mcp.json': JSON.stringify({ mcpServers: servers }) });
    const script = `"$0" "$1" checkup --home "$2" --workspace "$3" | head -1`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', script, process.execPath, CLI, HOME, at], {
      encoding: 'utf8',
    });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^Checked [^\n]*\n$/);
    expect(status).toBe(0);
  });

  it('says so when its output cannot be written, and ends as no clean run does', () => {
    const at = folder({ '.mcp.json': UNPINNED });
    const script = `"$0" "$1" checkup --home "$2" --workspace "$3" > /dev/full`;
    const { stderr, status } = spawnSync('sh', ['-c', script, process.execPath, CLI, HOME, at], { encoding: 'utf8' });
    expect(stderr).toContain('The output could not be written (the disk is full)');
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(2);
  });

  it.each([[['--format', 'xml']], [['--nonsense']], [['positional']]])('refuses %j', async (args) => {
    expect(await runCli(['checkup', ...args])).toMatchObject({ status: 2, stdout: '' });
  });
});
