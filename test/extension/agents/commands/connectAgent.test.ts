import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectAgent } from '../../../../src/extension/agents/commands/connectAgent.ts';
import { Connections } from '../../../../src/extension/agents/model/connections.ts';
import { CLOSE } from '../../support/fakeEditor.ts';
import { FakeMetadata } from '../../support/fakes.ts';
import { fakeWindow, policyEntry } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'valet-key-'));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

const CURSOR = '.cursor/mcp.json';
const OTHERS = `${JSON.stringify({ mcpServers: { other: { command: 'other' } } }, undefined, 2)}\n`;

async function window() {
  const connections = new Connections({
    metadata: new FakeMetadata(),
    machine: { platform: 'linux', home, env: {}, extensionStorage: path.join(home, 'data') },
    launch: { command: 'node', args: ['proxy.js'] },
    now: Date.now,
  });
  const one = await fakeWindow({ connections });
  one.entries.splice(0, 1, policyEntry({ servers: ['files'] }));
  return one;
}

function write(content: string | Buffer, at = CURSOR): void {
  fs.mkdirSync(path.dirname(path.join(home, at)), { recursive: true });
  fs.writeFileSync(path.join(home, at), content);
}

function text(): string | undefined {
  const file = path.join(home, CURSOR);
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

test.for([
  ['is created', undefined, /mcp\.json will be created, as shown behind this dialog\./],
  ['keeps the rest', OTHERS, /The entry shown behind this dialog is added to .*A copy of the current file is kept/s],
] as const)('a client’s file that %s is shown first, then written', async ([, before, detail]) => {
  if (before !== undefined) write(before);
  const { app, run } = await window();
  editor.will('Cursor', 'Connect');
  await connectAgent(app);
  expect(editor.commands.map(([id]) => id)).toContain('vscode.diff');
  expect(editor.shown.at(-1)).toMatchObject({ text: 'Connect Cursor?' });
  expect(editor.shown.at(-1)?.detail).toMatch(detail);
  expect(editor.shown.at(-1)?.detail).toContain('has its own entry: files.');
  expect(Object.keys((JSON.parse(text() ?? '') as { mcpServers: object }).mcpServers)).toEqual([
    ...(before === undefined ? [] : ['other']),
    'valet-key',
    'valet-key-files',
  ]);
  expect(app.agentStore.admission.entries).toEqual(['vscode', 'cursor']);
  expect(run.told).toEqual(['agents', 'record connect agent']);
  expect(editor.toasts).toEqual([expect.stringContaining('Cursor is connected.')]);
});

test('a client whose file has the entry already is allowed without another question', async () => {
  editor.will('Cursor', 'Connect');
  await connectAgent((await window()).app);
  const before = text();
  const { app } = await window();
  editor.will('Cursor');
  await connectAgent(app);
  expect([text(), app.agentStore.admission.entries]).toEqual([before, ['vscode', 'cursor']]);
  expect(editor.shown.filter(({ text }) => text === 'Connect Cursor?')).toHaveLength(1);
});

test.for([
  ['the dialog', ['Cursor', CLOSE]],
  ['the list', [CLOSE]],
] as const)('nothing is written when %s is closed', async ([, acts]) => {
  const { app, run } = await window();
  editor.will(...acts);
  await connectAgent(app);
  expect([text(), app.agentStore.admission.entries, run.told]).toEqual([undefined, ['vscode'], []]);
});

test('a client that is not in the list gets the configuration to copy', async () => {
  const { app } = await window();
  editor.will('Copy the configuration');
  await connectAgent(app);
  expect(editor.commands).toEqual([['valetKey.copyMcpConfiguration']]);
});

test('that the file is a link is said, and what it points to is changed', async () => {
  write(OTHERS, 'elsewhere/mcp.json');
  fs.mkdirSync(path.join(home, '.cursor'));
  fs.symlinkSync(path.join(home, 'elsewhere/mcp.json'), path.join(home, CURSOR));
  const { app } = await window();
  editor.will('Cursor', 'Connect');
  await connectAgent(app);
  expect(editor.shown.at(-1)?.detail).toMatch(
    /That file is a link to .*elsewhere\/mcp\.json, where the change is made/,
  );
  expect(fs.lstatSync(path.join(home, CURSOR)).isSymbolicLink()).toBe(true);
  expect(text()).toContain('valet-key');
});

const CODEX = '.codex/config.toml';
const TAKEN = '[mcp_servers.valet-key]\nurl = "https://a.example"\n';

test.for<[what: string, client: string, at: string, content: string | Buffer | undefined, says: string]>([
  ['is no JSON', 'Cursor', CURSOR, '{ "mcpServers": ', 'has errors, so it cannot be changed safely'],
  ['is of another form', 'Cursor', CURSOR, '{ "mcpServers": [] }', 'not in the form that Cursor usually writes'],
  ['has another entry of our name', 'Codex', CODEX, TAKEN, 'has another entry whose name begins with “valet-key”'],
  ['is no text', 'Cursor', CURSOR, Buffer.from([0xff, 0xfe, 0x00]), 'is not UTF-8 text'],
  ['is a folder', 'Cursor', CURSOR, undefined, 'is not a file'],
  ['is very large', 'Cursor', CURSOR, Buffer.alloc(33 * 1024 * 1024, 0x20), 'is too large to be a configuration'],
])('a file that %s is left alone, with why', async ([, client, at, content, says]) => {
  if (content === undefined) fs.mkdirSync(path.join(home, at), { recursive: true });
  else write(content, at);
  const { app, run } = await window();
  const opens = content !== undefined;
  editor.will(client, ...(opens ? ['Open File'] : []));
  await connectAgent(app);
  expect(editor.shown.at(-1)).toMatchObject({ kind: 'error', text: `The configuration of ${client} was not changed.` });
  expect(editor.shown.at(-1)?.detail).toContain(says);
  expect(editor.commands.map(([id]) => id)).toEqual(opens ? ['vscode.open'] : []);
  expect([app.agentStore.admission.entries, run.told]).toEqual([['vscode'], []]);
  if (content !== undefined) expect(fs.readFileSync(path.join(home, at)).equals(Buffer.from(content))).toBe(true);
});

test('a file that changes while the difference is looked at is left as it is then', async () => {
  write(OTHERS);
  const { app } = await window();
  const meanwhile = OTHERS.replace('other', 'another');
  const { read } = editor;
  editor.read = () => {
    read();
    if (editor.shown.at(-1)?.text === 'Connect Cursor?') write(meanwhile);
  };
  editor.will('Cursor', 'Connect', CLOSE);
  await connectAgent(app);
  expect(editor.shown.at(-1)?.detail).toContain('changed while you were looking at the changes');
  expect([text(), app.agentStore.admission.entries]).toEqual([meanwhile, ['vscode']]);
});
