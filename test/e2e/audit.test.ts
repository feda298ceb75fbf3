import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The audit trail as the user meets it: verified against its anchors, exported, and counted on after a restart. And a
// repository and a policy of the user's own that need credentials. The tests build on one another.

const first = ['shop', 'first', crypto.randomUUID()].join('-');
const second = ['wiki', 'second', crypto.randomUUID()].join('-');
const own = ['mine', 'own', crypto.randomUUID()].join('-');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  const service = (name: string, more = ''): string =>
    `  ${name}:\n    baseUrl: ${api.origin}\n    network: loopback\n    auth: { type: bearer }\n    policies: [{ path: /**, methods: [GET] }]\n${more}`;
  const policy = `services:\n${service('shop', '    limits: { requests: 4/hour }\n')}${service('wiki')}`;
  writeFileSync(join(editor.workspace, 'valetkey.yaml'), policy);
  const storage = join(editor.folders.data, 'User/globalStorage', EXTENSION_ID);
  mkdirSync(storage, { recursive: true });
  writeFileSync(join(storage, 'valetkey.yaml'), `services:\n${service('mine')}`);
  window = await editor.openWindow();
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

function auditFolder(): string {
  return join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'audit');
}

async function startTools(): Promise<void> {
  await until("VS Code's client to list the tools", async () => {
    await window.startMcpServers();
    return window.evaluate((vscode) => vscode.lm.tools.some(({ name }) => name.endsWith('_read')));
  });
}

async function codeOf(service: string, path: string): Promise<string | number | undefined> {
  const [text = ''] = await window.callTool('_read', { service, path });
  const { status, error } = JSON.parse(text) as { status?: number; error?: { code: string } };
  return error?.code ?? status;
}

/** Waits until the tree says this of both services. */
async function waitForServices(state: string): Promise<void> {
  for (const name of ['shop', 'wiki']) {
    await window.tree('Services').row(name).locator.filter({ hasText: state }).waitFor();
  }
}

/** Runs *Verify Audit Log* and gives the report's text once it is open. */
async function verify(): Promise<string> {
  await window.command('workbench.action.closeAllEditors');
  await window.palette('Valet Key: Verify Audit Log');
  return until('the report', () =>
    window.evaluate((vscode) => {
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      return text.includes('# Audit log check') ? text : '';
    }),
  );
}

test('policies that need credentials say so, a repository’s and the user’s own, and Set Up walks through them', async () => {
  await window.command('workbench.view.extension.valetKey');
  const row = window.tree('Services').row('3 of 3 services need a credential');
  await row.locator.waitFor();
  await window.statusBar('changes wait for your review').waitFor();
  expect(await window.notifications()).toEqual([]);
  await window.screenshotThemes('set-up');
  await row.pressToBeAsked('Set Up');
  for (const file of ['valetkey.yaml (user policy)', 'valetkey.yaml']) {
    await window.waitForDialog(`Apply these changes to “${file}”?`);
    await window.answerDialog('Apply');
  }
  for (const [name, credential] of [
    ['mine', own],
    ['shop', first],
    ['wiki', second],
  ] as const) {
    await window.type(`${name}`, credential);
    await window.waitForDialog(`Send this credential to ${api.origin}?`);
    await window.answerDialog('Use This Credential');
  }
  await row.locator.waitFor({ state: 'detached' });
  await waitForServices('ready');
  await startTools();
  expect(await codeOf('shop', '/echo')).toBe(200);
  expect(await codeOf('wiki', '/echo')).toBe(200);
  expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${first}`, `Bearer ${second}`]);
});

test('the trail holds up to its anchor', async () => {
  await window.clearNotifications();
  const report = await verify();
  expect(report).toContain('**The audit log is intact.**');
  expect(report).toContain('complete up to the last checkpoint');
  await window.screenshotThemes('audit-verified');
});

test('an export holds every record and no credential, as JSON lines and as CSV', async () => {
  for (const extension of ['jsonl', 'csv']) {
    const target = join(editor.workspace, `export.${extension}`);
    await window.palette('Valet Key: Export Audit Log');
    await window.pick('All kept records');
    await window.waitForInput('Export Audit Log');
    await window.type('Export Audit Log', target);
    await window.waitForNotification('records were exported');
    await window.clearNotifications();
    const text = readFileSync(target, 'utf8');
    expect(text).toContain('wiki');
    for (const value of [first, second]) expect(text).not.toContain(value);
    const kinds =
      extension === 'csv'
        ? text.split('\r\n').map((line) => line.split(',')[4])
        : text
            .trim()
            .split('\n')
            .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === 'intent')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'outcome')).toHaveLength(2);
  }
});

test('limits are counted on after a restart of the gateway, which shows while it is down', async () => {
  expect([await codeOf('shop', '/echo'), await codeOf('shop', '/echo')]).toEqual([200, 200]);
  // It is back within a moment, so that a busy machine may not draw that it was away; each further time takes longer.
  await until('the status bar to say that it is down', async () => {
    for (const { pid } of editor.processes('gateway')) process.kill(pid, 'SIGKILL');
    await window.statusBar('the gateway is not running').waitFor({ timeout: 2_000 });
    return true;
  });
  await waitForServices('ready');
  await until('the fourth call', async () => (await codeOf('shop', '/echo')) === 200);
  expect(await codeOf('shop', '/echo')).toBe('rate_limited');
  expect(await codeOf('wiki', '/echo')).toBe(200);
  expect((await verify()).match(/, intact, complete up to the last checkpoint/g)?.length).toBeGreaterThan(1);
});

test('a reload empties neither the Activity view nor the channel', async () => {
  const shown = async (): Promise<string[]> =>
    (await window.tree('Activity').rows()).map(({ label, description }) => `${label} ${description}`);
  const lines = (): string[] =>
    editor.output('Valet Key Audit').match(/^.* \| shop \| GET \/echo \| BLOCKED \| rate limit$/gm) ?? [];
  await until('the line of the blocked call', () => lines().length === 1);
  const before = await shown();
  expect(before.length).toBeGreaterThan(6);
  await window.reload();
  await window.waitForExtension(EXTENSION_ID);
  await window.command('workbench.view.extension.valetKey');
  await until('the calls of before', async () => (await shown()).join('\n') === before.join('\n'));
  await until('the line in the new channel', () => lines().length === 2);
  expect(new Set(lines()).size).toBe(1);
  await waitForServices('ready');
  await window.screenshotThemes('activity-after-reload');
});

test('a changed and a cut trail are found, and the report says where', async () => {
  const [oldest = '', newest = ''] = readdirSync(auditFolder()).sort();
  const changed = join(auditFolder(), oldest);
  writeFileSync(changed, readFileSync(changed, 'utf8').replace('"service":"wiki"', '"service":"shop"'));
  const cut = join(auditFolder(), newest);
  const lines = readFileSync(cut, 'utf8').trimEnd().split('\n');
  writeFileSync(cut, `${lines.slice(0, 2).join('\n')}\n`);
  const report = await verify();
  expect(report).toContain('logs were altered.**');
  expect(report).toMatch(new RegExp(`${oldest}:\\d+: record \\d+ was altered`));
  expect(report).toContain('the newest records were cut off');
  await window.screenshotThemes('audit-changed');
});

test('a freeze shows at every service, and Show Status says what an agent may miss', async () => {
  await window.clearNotifications();
  await window.palette('Valet Key: Freeze All Access');
  await waitForServices('frozen');
  await window.clearNotifications();
  await window.screenshotThemes('services-frozen');
  await window.evaluate((vscode) =>
    vscode.workspace.getConfiguration().update('chat.mcp.access', 'none', vscode.ConfigurationTarget.Global),
  );
  await window.palette('Valet Key: Show Status');
  const dialog = await window.waitForDialog('MCP servers are off');
  expect(dialog.detail).toContain('All access is frozen.');
  await window.screenshotThemes('status');
});
