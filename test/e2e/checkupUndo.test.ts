import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// A secret moves out of a file that no formatter would leave as it is, under the settings that people have for saving, and
// comes back by the byte. The editor keeps no copy of what Valet Key writes.

/** Built of parts, so that no scanner takes the test for a leak. */
const SECRET = ['k9', crypto.randomUUID().replaceAll('-', '')].join('');
/** One long line and blanks at the end of another, two kinds of line ends, and none at the end of the file. */
const TEXT = `{ "mcpServers": { "notes": { "command": "node", "args": ["-r", "notes.js"],  \r\n"env": { "NOTES_API_KEY": "${SECRET}" } } } }`;
const MOVED = TEXT.replace(SECRET, '$'.concat('{env:NOTES_API_KEY}'));

let editor: Editor;
let window: EditorWindow;
let file: string;

beforeAll(async () => {
  editor = await startEditor();
  window = await editor.openWindow();
  file = join(editor.workspace, '.cursor/mcp.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, TEXT);
});
afterAll(() => editor?.stop());

const SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'no settings': {},
  'formatting on save': { 'editor.formatOnSave': true },
  'a line break at the end': { 'files.insertFinalNewline': true, 'files.trimFinalNewlines': true },
  'no blanks at the ends of lines, and actions on save': {
    'files.trimTrailingWhitespace': true,
    'editor.codeActionsOnSave': { 'source.fixAll': 'always' },
  },
};

test.each(Object.entries(SETTINGS))(
  'with %s a move changes one text, and its undo gives the file back',
  async (name, settings) => {
    await configure(settings);
    await window.openFile(file);
    await window.palette('Valet Key: Move Secrets out of MCP Configuration');
    await window.waitForInput('NOTES_API_KEY');
    if (name === 'no settings') await window.screenshotThemes('move-variable-question');
    await window.pick('Keep the server, take the secret from a variable');
    const { detail } = await window.waitForDialog('Remove 1 secret');
    expect(detail).toContain('Set NOTES_API_KEY in the environment that Cursor is started in.');
    if (name === 'no settings') await window.screenshotThemes('move-variable-remove');
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
    await window.answerDialog('Remove');
    await until('the file to change', () => !['', TEXT].includes(readFileSync(file, 'utf8')));
    expect(readFileSync(file, 'utf8')).toBe(MOVED);
    await window.waitForNotification('1 secret was moved');
    if (name === 'no settings') await window.screenshotThemes('move-variable-moved');
    expect(copies()).toEqual([]);
    await window.palette('Valet Key: Undo Last Checkup Fix');
    await window.waitForDialog('in plain text again');
    await window.answerDialog('Undo');
    await until('the file to be as it was', () => readFileSync(file, 'utf8') === TEXT);
    expect(copies()).toEqual([file]);
    await configure(Object.fromEntries(Object.keys(settings).map((key) => [key, undefined])));
  },
);

/** Where the secret is, but for Valet Key's own backups: nowhere in the editor's Local History. */
function copies(): string[] {
  return editor.filesWith(SECRET).filter((path) => !path.includes('/checkup/backups/'));
}

async function configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
  await window.evaluate(async (vscode, wanted) => {
    for (const [key, value] of Object.entries(wanted)) {
      await vscode.workspace.getConfiguration().update(key, value ?? undefined, vscode.ConfigurationTarget.Global);
    }
  }, settings);
}

test('a server of OpenCode, Zed or Kiro stays in its file, without its secret and in its client’s own form', async () => {
  const script = join(ROOT, 'test/e2e/support/smallServer.ts');
  const plain = { command: process.execPath, args: [script], env: { TOKEN: SECRET } };
  const words = { type: 'local', command: [process.execPath, script], environment: { TOKEN: SECRET }, enabled: true };
  const files = {
    'opencode.json': { mcp: { wiki: words } },
    '.zed/settings.json': { theme: 'x', context_servers: { wiki: { source: 'custom', ...plain } } },
    '.kiro/settings/mcp.json': { mcpServers: { wiki: plain } },
  };
  writeFileSync(file, '{}');
  for (const [path, config] of Object.entries(files)) {
    const target = join(editor.workspace, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${JSON.stringify(config, undefined, 2)}\n`);
  }
  await window.palette('Valet Key: Move Secrets out of MCP Configuration');
  for (const _ of Object.keys(files)) {
    await window.waitForInput('TOKEN');
    await window.pick('Wrap it: Valet Key starts the server and gives it the secret');
  }
  for (const name of ['wiki', 'wiki-2', 'wiki-3']) await window.type('Its name in the policy', name);
  for (const _ of Object.keys(files)) {
    await window.waitForDialog('Let Valet Key start “wiki');
    await window.answerDialog('Wrap It');
  }
  await window.waitForDialog('Remove 3 secrets');
  await window.screenshotThemes('wrap-everywhere');
  await window.answerDialog('Remove');
  await window.waitForNotification('3 secrets were moved');
  const read = (path: string): unknown => JSON.parse(readFileSync(join(editor.workspace, path), 'utf8'));
  const started = { command: expect.any(String), args: ['--server', expect.stringMatching(/^wiki/)] };
  expect(read('opencode.json')).toEqual({
    mcp: {
      wiki: { type: 'local', command: [expect.any(String), '--server', expect.stringMatching(/^wiki/)], enabled: true },
    },
  });
  expect(read('.zed/settings.json')).toEqual({
    theme: 'x',
    context_servers: { wiki: { source: 'custom', ...started } },
  });
  expect(read('.kiro/settings/mcp.json')).toEqual({ mcpServers: { wiki: started } });
});
