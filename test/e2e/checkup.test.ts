import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, startEditor } from './support/editor.ts';
import type { ServerEntry } from './support/outsideAgent.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The checkup in a real VS Code: findings in the files and in the view, fixes and their undo, and secrets that move out
// of a configuration until an agent calls the API through Valet Key. The tests build on one another.

/** Built of parts, so that no scanner takes the test for a leak. */
const secretOf = (): string => ['k9', crypto.randomUUID().replaceAll('-', '')].join('');
const [PAYMENTS, WEBHOOK, TICKETS, SEARCH, WIKI] = [secretOf(), secretOf(), secretOf(), secretOf(), secretOf()];
const SECRETS = [PAYMENTS, WEBHOOK, TICKETS, SEARCH, WIKI];

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let vscodeFile: string;
let cursorFile: string;

const CURSOR = `{
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "some-files-server"] },
    "remote": { "url": "http://mcp.example.com/mcp" }
  }
}
`;
const VSCODE = `{
  // three servers, four secrets
  "servers": {
    "payments": {
      "command": "node",
      "args": ["payments.js"],
      "env": {
        "PAYMENTS_API_KEY": "${PAYMENTS}",
        "PAYMENTS_WEBHOOK_SECRET": "${WEBHOOK}"
      }
    },
    "tickets": {
      "type": "http",
      "url": "https://tickets.example.com/mcp",
      "headers": { "Authorization": "Bearer ${TICKETS}" }
    },
    "search": {
      "command": "node",
      "args": ["search.js"],
      "env": { "SEARCH_API_KEY": "${SEARCH}", "LANGUAGE": "en" }
    }
  }
}
`;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  window = await editor.openWindow();
  // Before the files are there, whose servers would be started, too.
  await until("VS Code's client to list the tools", async () => {
    await window.startMcpServers();
    return window.evaluate((vscode) => vscode.lm.tools.some(({ name }) => name.endsWith('_read')));
  });
  vscodeFile = write('.vscode/mcp.json', VSCODE);
  cursorFile = write('.cursor/mcp.json', CURSOR);
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

function write(path: string, text: string): string {
  const file = join(editor.workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** How a point stands, such as `fail, 4 findings`, as a screen reader says it. Rows come and go while they are read. */
async function point(number: number): Promise<string> {
  const labels = await window
    .tree('Checkup')
    .list.locator('.monaco-list-row')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
  const label = labels.find((text) => text.startsWith(`${number}. `)) ?? '';
  return label.slice(label.indexOf(', ') + 2);
}

async function pressFix(row: string, question: string): Promise<void> {
  await window.tree('Checkup').row(row).pressToBeAsked('Fix…');
  await window.waitForDialog(question);
}

async function answer(text: string, button: string): Promise<string> {
  const { message, detail } = await window.waitForDialog(text);
  await window.answerDialog(button);
  return `${message}\n${detail}`;
}

test('findings are in the view, and in the file as squiggles that lead to their documentation', async () => {
  await window.palette('Valet Key: Run Checkup');
  // All ten in sight: the rows that are not are no rows of the page.
  for (const view of ['Services', 'Activity']) {
    await window.page.locator(`.pane-header[aria-label^="${view}"]`).click();
  }
  await until('point 9 to warn', async () => (await point(9)).startsWith('warn'));
  await window.openFile(cursorFile);
  await until('a squiggle', () => window.page.locator('.squiggly-warning, .squiggly-error').first().isVisible());
  const problems = await window.problems(cursorFile);
  expect(problems.some((problem) => problem.includes('without a version'))).toBe(true);
  const targets = await window.evaluate(
    (vscode, file) =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(file))
        .map(({ code }) => (typeof code === 'object' ? code.target.toString() : '')),
    cursorFile,
  );
  for (const target of targets)
    expect(target).toMatch(/^https:\/\/github\.com\/valet-key\/.*docs\/checkup\.md#[a-z-]+$/);
  await window.screenshotThemes('checkup');
});

test('a pin fix shows its difference, waits for the user, keeps a private backup, and is undone', async () => {
  await window.tree('Checkup').row('9. ').expand();
  await window.tree('Checkup').row('files:').pressToBeAsked('Fix…');
  await window.type('Which version of some-files-server', 'latest');
  expect((await window.waitForInput('one exact version')).value).toBe('latest');
  await window.type('one exact version', '1.2.3');
  await window.waitForDialog('Change .cursor/mcp.json?');
  await window.screenshotThemes('checkup-pin');
  expect(readFileSync(cursorFile, 'utf8')).toBe(CURSOR);
  await window.answerDialog('Change');
  await until('the file to change', () => readFileSync(cursorFile, 'utf8') !== CURSOR);
  expect(readFileSync(cursorFile, 'utf8')).toBe(CURSOR.replace('some-files-server', 'some-files-server@1.2.3'));
  await until('point 9 to pass', async () => (await point(9)).startsWith('pass'));
  expect(backupModes()).toEqual(['600', '600']);
  await window.palette('Valet Key: Undo Last Checkup Fix');
  await answer('.cursor/mcp.json', 'Undo');
  await until('the file to be as it was', () => readFileSync(cursorFile, 'utf8') === CURSOR);
  await until('point 9 to warn again', async () => (await point(9)).startsWith('warn'));
});

test('an accepted risk is no finding any more, is listed with its reason, and is taken back', async () => {
  // The quick fix, as the editor offers it where the squiggle is.
  await until('the quick fix', () =>
    window.evaluate(async (vscode, file) => {
      const uri = vscode.Uri.file(file);
      const found = vscode.languages.getDiagnostics(uri).find(({ message }) => message.includes('without a version'));
      if (!found) return false;
      const actions = await vscode.commands.executeCommand<
        { title: string; command?: { command: string; arguments: string[] } }[]
      >('vscode.executeCodeActionProvider', uri, found.range);
      const { command } = actions.find(({ title }) => title.startsWith('Accept this risk')) ?? {};
      if (command) void vscode.commands.executeCommand(command.command, ...command.arguments);
      return command !== undefined;
    }, cursorFile),
  );
  await window.type('Why is this acceptable?', 'it is built here');
  await until('point 9 to pass', async () => (await point(9)).startsWith('pass'));
  const list = window.tree('Checkup').row('Dismissed');
  await list.expand();
  const row = window.tree('Checkup').row('it is built here');
  await row.locator.waitFor();
  await window.screenshotThemes('checkup-dismissed');
  await row.pressUntil('Take Back', 'point 9 to warn again', async () => (await point(9)).startsWith('warn'));
});

/** The modes of all files of all backups, in octal. */
function backupModes(): string[] {
  return backupFiles().map((file) => (statSync(file).mode & 0o777).toString(8));
}

function backupFiles(): string[] {
  const folder = join(editor.folders.data, 'User/globalStorage/valet-key.valet-key/checkup/backups');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('an https fix is applied and undone by the editor itself, where the file is open', async () => {
  await window.openFile(cursorFile);
  await window.tree('Checkup').row('5. ').expand();
  await pressFix('remote:', 'Change .cursor/mcp.json?');
  await window.answerDialog('Change');
  await until('the file to change', () => readFileSync(cursorFile, 'utf8').includes('"https://mcp.example.com/mcp"'));
  expect(readFileSync(cursorFile, 'utf8')).toBe(CURSOR.replace('http://', 'https://'));
  await until('the editor to show it', () =>
    window.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText().includes('https://mcp.example.com')),
  );
  await window.command('undo');
  await window.command('workbench.action.files.save');
  await until('the file to be as it was', () => readFileSync(cursorFile, 'utf8') === CURSOR);
});

test('a file that changed, has unsaved changes or is read-only is left alone, and the user is told', async () => {
  chmodSync(cursorFile, 0o444);
  await pressFix('remote:', 'was not fixed');
  expect(await answer('was not fixed', 'OK')).toContain('read-only');
  chmodSync(cursorFile, 0o644);
  await pressFix('remote:', 'Change .cursor/mcp.json?');
  const meanwhile = CURSOR.replace('some-files-server', 'another-server');
  writeFileSync(cursorFile, meanwhile);
  await window.answerDialog('Change');
  expect(await answer('was not fixed', 'OK')).toContain('changed in the meantime');
  expect(readFileSync(cursorFile, 'utf8')).toBe(meanwhile);
  writeFileSync(cursorFile, CURSOR);
});

test('plaintext secrets are said where people look, by kind and place, and nowhere by value', async () => {
  await until('point 1 to fail', async () => (await point(1)).startsWith('fail, 4'));
  await window.openFile(vscodeFile);
  await until('four problems', async () => (await secretProblems()).length === 4);
  await window.tree('Checkup').row('1. ').expand();
  await window.screenshotThemes('checkup-secrets');
  const rows = await window.tree('Checkup').rows();
  const hovers = await window.evaluate(async (vscode, file) => {
    const uri = vscode.Uri.file(file);
    const texts: string[] = [];
    for (const { range } of vscode.languages.getDiagnostics(uri)) {
      const actions = await vscode.commands.executeCommand<{ title: string; command?: unknown }[]>(
        'vscode.executeCodeActionProvider',
        uri,
        range,
      );
      texts.push(JSON.stringify(actions.map(({ title, command }) => [title, command])));
    }
    return [...texts, JSON.stringify(vscode.languages.getDiagnostics(uri))];
  }, vscodeFile);
  expectNoSecret([JSON.stringify(rows), ...hovers, ...logs()]);
});

test('a migration ends with a call through Valet Key, a clean file and a private backup', async () => {
  await window.palette('Valet Key: Move Secrets out of MCP Configuration');
  await choose('PAYMENTS_API_KEY', 'Use it through Valet Key, and remove the server');
  await window.waitForInput('PAYMENTS_WEBHOOK_SECRET');
  await window.screenshotThemes('move-question');
  await choose('PAYMENTS_WEBHOOK_SECRET', 'Remove it together with the server');
  await choose('Authorization', 'Keep the server, take the secret from VS Code');
  await choose('SEARCH_API_KEY', 'Use it through Valet Key, and keep the server without it');
  await answerAddService(window, { name: 'payments', baseUrl: api.origin, credential: '' });
  await window.screenshotThemes('move-service');
  expect(await answer('Let agents use “payments”', 'Add Service')).toContain('.vscode/mcp.json');
  await answerAddService(window, { name: 'search', baseUrl: api.origin, credential: '' });
  await answer('Let agents use “search”', 'Add Service');
  expect(readFileSync(vscodeFile, 'utf8')).toBe(VSCODE);
  await window.waitForDialog('Remove 4 secrets');
  await window.screenshotThemes('move-remove');
  expectNoSecret([await answer('Remove 4 secrets', 'Remove')]);
  await until('the file to change', () => !['', VSCODE].includes(readFileSync(vscodeFile, 'utf8')));

  const text = readFileSync(vscodeFile, 'utf8');
  expectNoSecret([text]);
  expect(text).toContain('// three servers, four secrets');
  const { inputs, servers } = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as {
    inputs: object[];
    servers: Record<string, { env?: object; headers?: object }>;
  };
  expect(Object.keys(servers)).toEqual(['tickets', 'search']);
  expect(servers.search?.env).toEqual({ LANGUAGE: 'en' });
  expect(servers.tickets?.headers).toEqual({ Authorization: `Bearer \${input:tickets-authorization}` });
  expect(inputs).toMatchObject([{ id: 'tickets-authorization', password: true }]);

  const [last] = backupFiles().filter((file) => readFileSync(file, 'utf8') === VSCODE);
  expect(last && (statSync(last).mode & 0o777).toString(8)).toBe('600');

  const called = await until('the call to be answered', async () => {
    const [result = ''] = await window.callTool('_read', { service: 'payments', path: '/v1/charges' });
    return result.includes('"status":200') && result;
  });
  expectNoSecret([called, ...logs()]);
  expect(api.requests.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${PAYMENTS}` });
});

test('what was in plain text stays a finding until the user says that it is rotated', async () => {
  await until('point 1 to warn', async () => (await point(1)).startsWith('warn, 4'));
  await window.tree('Checkup').row('1. ').expand();
  await window.screenshotThemes('checkup-rotate');
  await window.tree('Checkup').row('Rotate this').pressToBeAsked('Mark as Rotated');
  await answer('rotated?', 'Mark as Rotated');
  await until('one finding less', async () => (await point(1)).startsWith('warn, 3'));
});

test('the report tells all of it, and no secret', async () => {
  const file = join(editor.workspace, 'report.md');
  await window.palette('Valet Key: Export Checkup Report');
  await window.type('Export Checkup Report', file);
  const text = await until('the report', () => existsSync(file) && readFileSync(file, 'utf8'));
  expect(text).toContain('Rotate this');
  expectNoSecret([text]);
});

test('the migration is undone as a whole', async () => {
  await window.palette('Valet Key: Undo Last Checkup Fix');
  expectNoSecret([await answer('in plain text again', 'Undo')]);
  await until('the file to be as it was', () => readFileSync(vscodeFile, 'utf8') === VSCODE);
  await until('point 1 to fail again', async () => (await point(1)).startsWith('fail, 4'));
});

test('the kill switch is tested, and nothing stays frozen', async () => {
  await window.palette('Valet Key: Test the Kill Switch');
  await answer('Test the kill switch?', 'Freeze and Unfreeze');
  await window.waitForNotification('cut off within');
  const [result = ''] = await window.callTool('_read', { service: 'payments', path: '/v1/charges' });
  expect(result).toContain('"status":200');
});

test('an upstream MCP server works on with its secret, which stands in no file any more', async () => {
  const script = join(ROOT, 'test/e2e/support/smallServer.ts');
  const entry = { command: process.execPath, args: [script], env: { TOKEN: WIKI, LANGUAGE: 'en' } };
  const [servers, others] = [{ servers: { wiki: entry } }, { mcpServers: { wiki: entry } }].map(
    (config) => `${JSON.stringify(config, undefined, 2)}\n`,
  );
  writeFileSync(vscodeFile, servers ?? '');
  writeFileSync(cursorFile, others ?? '');
  await until('point 1 to see both', async () => (await point(1)).startsWith('fail, 2'));
  await window.palette('Valet Key: Move Secrets out of MCP Configuration');
  await window.waitForInput('.vscode/mcp.json');
  await window.screenshotThemes('wrap-question');
  await window.pick('Wrap it: Valet Key starts the server and gives it the secret');
  await window.waitForInput('the same value as in');
  await window.pick('Wrap it: Valet Key starts the server and gives it the secret');
  await window.type('Its name in the policy', 'wiki');
  await window.type('Its name in the policy', 'wiki-cursor');
  const first = await window.waitForDialog('Let Valet Key start “wiki” and give it its secrets?');
  expect(first.detail).toContain('LANGUAGE=en');
  expect(first.detail).toContain('env:TOKEN');
  expect(first.detail).toContain('every call asks you');
  await window.screenshotThemes('wrap');
  expect(readFileSync(vscodeFile, 'utf8')).toBe(servers);
  await window.answerDialog('Wrap It');
  await answer('Let Valet Key start “wiki-cursor”', 'Wrap It');
  await window.waitForDialog('Remove 2 secrets');
  await window.screenshotThemes('wrap-remove');
  expectNoSecret([await answer('Remove 2 secrets', 'Remove')]);
  // A file is empty for a moment while it is written.
  await until('the files to change', () => !['', others].includes(readFileSync(cursorFile, 'utf8')));

  expect(JSON.parse(readFileSync(vscodeFile, 'utf8'))).toEqual({ servers: {} });
  const policy = readFileSync(
    join(editor.folders.data, 'User/globalStorage/valet-key.valet-key/valetkey.yaml'),
    'utf8',
  );
  expect(policy).toContain('TOKEN: { credential: wiki }');
  expectNoSecret([policy, readFileSync(cursorFile, 'utf8')]);
  const { mcpServers } = JSON.parse(readFileSync(cursorFile, 'utf8')) as { mcpServers: Record<string, ServerEntry> };
  expect(mcpServers.wiki?.args).toEqual(['--server', 'wiki-cursor']);

  await window.startMcpServers();
  const tool = await until('the tool of the upstream MCP server', () =>
    window.evaluate((vscode) => vscode.lm.tools.find(({ name }) => name.endsWith('whoami'))?.name),
  );
  const called = window.evaluate(async (vscode, name) => {
    const result = await vscode.lm.invokeTool(name, { input: {}, toolInvocationToken: undefined });
    return result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  }, tool);
  await window.statusBar('waits for your approval').click();
  await window.waitForDialog('whoami');
  await window.screenshotThemes('wrap-ask');
  await window.answerDialog('Allow Once');
  expect(await called).toContain(createHash('sha256').update(WIKI).digest('hex'));
  expectNoSecret([await called, ...logs()]);
});

test('wrapping is undone as a whole', async () => {
  await window.palette('Valet Key: Undo Last Checkup Fix');
  await answer('in plain text again', 'Undo');
  await until('both files to be as they were', () =>
    [vscodeFile, cursorFile].every((file) => readFileSync(file, 'utf8').includes(WIKI)),
  );
});

/** The messages of point 1 in the file. */
async function secretProblems(): Promise<string[]> {
  return (await window.problems(vscodeFile)).filter((problem) => problem.startsWith('error'));
}

async function choose(secret: string, label: string): Promise<void> {
  await window.waitForInput(secret);
  await window.pick(label);
}

function logs(): string[] {
  return editor.logFiles().map((file) => readFileSync(file, 'utf8'));
}

function expectNoSecret(texts: readonly string[]): void {
  for (const secret of SECRETS) for (const text of texts) expect(text).not.toContain(secret);
}
