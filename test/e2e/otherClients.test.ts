import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// Configurations of clients other than VS Code, in a real one: those that are there when a window opens, and those that
// come while it is open.

/** Built of parts, so that no scanner takes the test for a leak. */
const TOKEN = ['ghp', crypto.randomUUID().replaceAll('-', '').padEnd(36, 'a7')].join('_');
const SERVER = { command: 'node', args: ['server.js'], env: { GITHUB_TOKEN: TOKEN } };

let editor: Editor;
let window: EditorWindow;

beforeAll(async () => {
  editor = await startEditor();
  write(editor.workspace, '.zed/settings.json', { theme: 'One Dark', context_servers: { github: SERVER } });
  write(editor.folders.home, '.kiro/settings/mcp.json', { mcpServers: { github: SERVER } });
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
});
afterAll(() => editor?.stop());

function write(folder: string, path: string, value: unknown): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value, undefined, 2));
}

/** The ends of the paths of all files in which a secret in plain text is shown. */
async function filesWithSecrets(): Promise<string[]> {
  const paths = await window.evaluate((vscode) =>
    vscode.languages
      .getDiagnostics()
      .filter(([, problems]) => problems.some(({ code }) => typeof code === 'object' && code.value === 'secret-token'))
      .map(([uri]) => uri.path),
  );
  return paths.map((path) => path.split('/').slice(-2).join('/')).sort();
}

async function showsSecretsIn(...files: readonly string[]): Promise<void> {
  await until(`secrets in ${files.join(', ')}`, async () => (await filesWithSecrets()).join() === files.join(), 60_000);
}

test('a new user is offered to move the secrets of Zed and Kiro', async () => {
  await showsSecretsIn('.zed/settings.json', 'settings/mcp.json');
  const welcome = window.page.locator('.pane .welcome-view-content .monaco-button');
  await until('the offer', async () => (await welcome.allInnerTexts()).includes('Move Secrets'));
});

test('files that come while the window is open are found by themselves', { timeout: 240_000 }, async () => {
  // Of a client's first file, and of a project that comes as a whole, the folders are new as well.
  const there = ['.zed/settings.json', 'settings/mcp.json'];
  write(editor.workspace, 'opencode.json', {
    mcp: { github: { type: 'local', command: ['node', 'server.js'], environment: { GITHUB_TOKEN: TOKEN } } },
  });
  await showsSecretsIn(...there, 'workspace/opencode.json');
  write(editor.workspace, '.roo/mcp.json', { mcpServers: { github: SERVER } });
  await showsSecretsIn('.roo/mcp.json', ...there, 'workspace/opencode.json');
  write(editor.folders.home, '.config/crush/crush.json', { mcp: { github: SERVER } });
  await showsSecretsIn(
    '.roo/mcp.json',
    '.zed/settings.json',
    'crush/crush.json',
    'settings/mcp.json',
    'workspace/opencode.json',
  );
  const deep = 'packages/one/app/.cursor/mcp.json';
  write(editor.workspace, deep, { mcpServers: { github: SERVER } });
  write(editor.folders.home, '.junie/mcp/mcp.json', { mcpServers: { github: SERVER } });
  await showsSecretsIn(
    '.cursor/mcp.json',
    '.roo/mcp.json',
    '.zed/settings.json',
    'crush/crush.json',
    'mcp/mcp.json',
    'settings/mcp.json',
    'workspace/opencode.json',
  );
  expect(editor.output('Valet Key')).not.toContain(TOKEN);
});
