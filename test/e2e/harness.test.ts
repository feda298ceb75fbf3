import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Editor, exampleWorkspace, startEditor } from './support/editor.ts';
import { isAlive } from './support/processes.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The library itself, in an editor without the product: if these fail, no other end-to-end test says anything.

let editor: Editor;
let window: EditorWindow;

beforeAll(async () => {
  editor = await startEditor({ product: false, workspace: exampleWorkspace() });
  window = await editor.openWindow();
});
afterAll(async () => {
  await editor?.stop();
});

test('the driver answers from the extension host', async () => {
  expect(readFileSync(join(editor.workspace, 'valetkey.yaml'), 'utf8')).toContain('services:');
  const found = await window.evaluate(
    (vscode, args) => ({
      version: vscode.version,
      sum: args.a + args.b,
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.path,
    }),
    { a: 1, b: 2 },
  );
  expect(found).toMatchObject({ sum: 3, folder: editor.workspace });
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    engines: { vscode: string };
  };
  if (process.env.E2E_EDITOR === 'oldest') expect(`^${found.version}`).toMatch(engines.vscode.replace(/\.\d+$/, '.'));
  await expect(window.evaluate(() => Promise.reject(new Error('as told')))).rejects.toThrow('as told');
});

test('the palette runs a command, and its toast is read and cleared', async () => {
  await window.palette('E2E Driver: Ping');
  await window.waitForNotification('pong');
  expect(await window.notifications()).toEqual(['pong']);
  await window.clearNotifications();
  expect(await window.notifications()).toEqual([]);
});

test('a password box shows that it is one, and takes a value', async () => {
  const answer = window.evaluate((vscode) =>
    vscode.window.showInputBox({ title: 'A title', prompt: 'The secret of it', password: true, placeHolder: 'Here' }),
  );
  const state = await window.waitForInput('The secret of it');
  expect(state).toMatchObject({ title: 'A title', placeholder: 'Here', password: true, value: '' });
  await window.type('The secret of it', 'correct horse');
  expect(await answer).toBe('correct horse');
  await window.waitForNoInput();
  expect(await window.input()).toBeUndefined();
});

test('quick picks: one row, and several', async () => {
  const one = window.evaluate((vscode) => vscode.window.showQuickPick(['alpha', 'beta', 'gamma'], { title: 'Which?' }));
  expect((await window.waitForInput('Which?')).rows).toEqual(['alpha', 'beta', 'gamma']);
  await window.pick('beta');
  expect(await one).toBe('beta');

  const several = window.evaluate((vscode) =>
    vscode.window.showQuickPick(['alpha', 'beta', 'gamma'], { title: 'Which ones?', canPickMany: true }),
  );
  await window.waitForInput('Which ones?');
  await window.pickSeveral(['alpha', 'gamma']);
  expect(await several).toEqual(['alpha', 'gamma']);
});

test('a modal dialog is read, and the very button is pressed', async () => {
  const answer = window.evaluate((vscode) =>
    vscode.window.showWarningMessage(
      'Send it?',
      { modal: true, detail: 'POST https://api.example/v1' },
      'Allow',
      'Allow Once',
    ),
  );
  const dialog = await window.waitForDialog('Send it?');
  expect(dialog.message).toBe('Send it?');
  expect(dialog.detail).toBe('POST https://api.example/v1');
  expect([...dialog.buttons].sort()).toEqual(['Allow', 'Allow Once', 'Cancel']);
  await window.answerDialog('Allow');
  expect(await answer).toBe('Allow');
  expect(await window.dialog()).toBeUndefined();
});

test("a toast's button is pressed", async () => {
  const answer = window.evaluate((vscode) => vscode.window.showInformationMessage('A call waits', 'Review…'));
  await window.answerNotification('A call waits', 'Review…');
  expect(await answer).toBe('Review…');
});

test('a tree view is read, and an inline action is pressed', async () => {
  await window.evaluate((vscode) => {
    vscode.window.registerTreeDataProvider('e2eDriver.tree', {
      getChildren: (element?: string) => (element ? [] : ['first', 'second']),
      getTreeItem: (element: string) => ({
        label: element,
        description: 'ready',
        accessibilityInformation: { label: `${element}, ready` },
      }),
    });
  });
  await window.command('e2eDriver.tree.focus');
  const tree = window.tree('E2E Tree');
  await tree.row('second').locator.waitFor();
  const rows = await tree.rows();
  expect(rows.map(({ label, description }) => [label, description])).toEqual([
    ['first', 'ready'],
    ['second', 'ready'],
  ]);
  expect(rows[0]).toMatchObject({ accessibleLabel: 'first, ready', level: 1 });
  await tree.row('first').press('Ping');
  await window.waitForNotification('pong');
  await window.clearNotifications();
});

test('an output channel and the status bar are read', async () => {
  await window.evaluate((vscode) => {
    vscode.window.createOutputChannel('E2E Plain').appendLine('a plain line');
    vscode.window.createOutputChannel('E2E Log', { log: true }).info('a log line');
    const item = vscode.window.createStatusBarItem();
    Object.assign(item, { text: '$(shield) 2', accessibilityInformation: { label: 'Two services are ready' } });
    item.show();
  });
  await until('the plain channel on disk', () => editor.output('E2E Plain').includes('a plain line'));
  await until('the log channel on disk', () => editor.output('E2E Log').includes('a log line'));
  await window.statusBar('Two services are ready').waitFor();
});

test('screenshots in three themes are pictures, and differ', async () => {
  const files = await window.screenshotThemes('harness');
  expect(files.map((file) => file.split('/').at(-2))).toEqual(['light', 'dark', 'high-contrast']);
  for (const file of files) expect(statSync(file).size).toBeGreaterThan(10_000);
  const pictures = files.map((file) => readFileSync(file).toString('base64'));
  expect(new Set(pictures).size).toBe(3);
});

test('the chat runs with the fake language model', async () => {
  const session = await window.chat('@e2e how are you?');
  await session.getByText('HELLO').waitFor();
  await window.command('workbench.action.closeAuxiliaryBar');
});

test('a second window has an extension host of its own', async () => {
  const second = await editor.openWindow();
  const pid = (w: EditorWindow): Promise<number> =>
    w.evaluate((_vscode, _args, { require }) => require('node:process').pid as number);
  const [one, two] = [await pid(window), await pid(second)];
  expect(one).not.toBe(two);
  expect(editor.processes('extension host').map((found) => found.pid)).toEqual(expect.arrayContaining([one, two]));
  await second.close();
  await until('its extension host to end', () => !isAlive(two));
  expect(isAlive(one)).toBe(true);
});

test('a reload starts a new extension host', async () => {
  const before = await window.evaluate((_vscode, _args, { require }) => require('node:process').pid as number);
  await window.reload();
  const after = await window.evaluate((_vscode, _args, { require }) => require('node:process').pid as number);
  expect(after).not.toBe(before);
  await window.palette('E2E Driver: Ping');
  await window.waitForNotification('pong');
});

test('SecretStorage outlives a restart in the same browser profile, and is not there in another one', async () => {
  const read = (w: EditorWindow): Promise<string | undefined> =>
    w.evaluate((_vscode, key, { context }) => context.secrets.get(key), 'kept');
  await window.evaluate((_vscode, secret, { context }) => context.secrets.store('kept', secret), 'correct horse');
  expect(await read(window)).toBe('correct horse');

  await editor.restart();
  window = await editor.openWindow();
  expect(await read(window)).toBe('correct horse');
  const stranger = await editor.openWindow({ browser: 'another' });
  expect(await read(stranger)).toBeUndefined();
  await stranger.close();
});

test('the search for leaks finds one in a file and one in an environment', () => {
  const planted = ['battery', 'staple', process.pid].join('-');
  expect(editor.filesWith(planted)).toEqual([]);
  writeFileSync(join(editor.workspace, 'leak.txt'), `x${planted}x`);
  expect(editor.filesWith(planted)).toEqual([join(editor.workspace, 'leak.txt')]);
  expect(editor.processesWith(planted)).toEqual([]);
  expect(editor.processesWith(editor.folders.home).length).toBeGreaterThan(1);
});

test('stopping leaves no process behind', async () => {
  const started = editor.processes().map(({ pid }) => pid);
  expect(started.length).toBeGreaterThan(1);
  const killed = await editor.stop();
  expect(killed).toEqual([]);
  await pause(200);
  expect(started.filter(isAlive)).toEqual([]);
});
