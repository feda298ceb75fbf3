import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { readThrough, type ServerEntry, startFromEntry } from './support/outsideAgent.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// Other agents of the machine: one that is connected by writing its configuration, one that comes by itself and has to be
// allowed. The tests build on one another.

const credential = ['shared', crypto.randomUUID()].join('-');
const CONFIGURATION = '{\n  // theirs\n  "theme": "dark",\n  "mcpServers": { "other": { "command": "x" } },\n}\n';
/** What an agent may call itself: it tries to break the line, to turn the text around and to write a link. */
const HOSTILE_NAME = 'Copilot\n\u202E[Allow](command:valetKey.unfreeze) $(shield) <b>trusted</b>';

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let claude: Client;
let stranger: Client;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  const policy = `services:\n  api:\n    baseUrl: ${api.origin}\n    network: loopback\n    auth: { type: bearer }\n    policies: [{ path: /**, methods: [GET] }]\n`;
  const script = join(ROOT, 'test/e2e/support/smallServer.ts');
  const server = `servers:\n  notes:\n    command: ${JSON.stringify(process.execPath)}\n    args: ${JSON.stringify([script])}\n    tools: { allow: [whoami] }\n`;
  writeFileSync(join(editor.workspace, 'valetkey.yaml'), policy + server);
  writeFileSync(configuration(), CONFIGURATION);
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
  await window.tree('Services').row('1 of 1 services needs a credential').pressToBeAsked('Set Up');
  await window.waitForDialog('Apply these changes');
  await window.answerDialog('Apply');
  await window.type('api', credential);
  await window.waitForDialog(`Send this credential to ${api.origin}?`);
  await window.answerDialog('Use This Credential');
});
afterAll(async () => {
  await claude?.close();
  await stranger?.close();
  await editor?.stop();
  await api?.close();
});

function configuration(): string {
  return join(editor.folders.home, '.claude.json');
}

/** The copies of the configuration that lie beside it. */
function backups(): string[] {
  return readdirSync(editor.folders.home).filter((name) => name.startsWith('.claude.json.'));
}

/** The *Agents* view alone, with room for its rows. */
async function showAgents(): Promise<void> {
  await window.command('valetKey.agents.focus');
  await window.tree('Agents').list.waitFor();
}

test('the empty view says how to connect another agent', async () => {
  await window.command('valetKey.agents.focus');
  await window.page.getByRole('button', { name: 'Connect Another Agent' }).first().waitFor();
  await window.screenshotThemes('agents-empty');
});

test('Connect Another Agent shows the change, makes it with a copy kept, and keeps the rest of the file', async () => {
  await window.palette('Valet Key: Connect Another Agent');
  await window.waitForInput('Connect Another Agent');
  await window.screenshotThemes('connect-agent-pick');
  await window.pick('Claude Code');
  const { detail: text } = await window.waitForDialog('Connect Claude Code?');
  expect(text).toContain('No entry holds a credential');
  expect(text).toContain('Each MCP server that Valet Key runs has its own entry: notes.');
  await window.screenshotThemes('connect-agent');
  await window.answerDialog('Connect');
  await window.waitForNotification('Claude Code is connected');
  await window.clearNotifications();
  const changed = readFileSync(configuration(), 'utf8');
  expect(changed).toContain('// theirs');
  expect(changed).not.toContain(credential);
  const [backup = ''] = backups();
  const copy = join(editor.folders.home, backup);
  expect([readFileSync(copy, 'utf8'), statSync(copy).mode & 0o777]).toEqual([CONFIGURATION, 0o600]);
});

/** What the configuration says of this server. */
function entryOf(name: string): ServerEntry {
  const lines = readFileSync(configuration(), 'utf8')
    .replace('// theirs', '')
    .replace(/,\s*\}\s*$/, '}');
  const { mcpServers } = JSON.parse(lines) as { mcpServers: Record<string, ServerEntry> };
  return mcpServers[name] ?? expect.fail('there is no entry');
}

test('the entry works from any folder, and the view shows who is connected', async () => {
  claude = await startFromEntry(entryOf('valet-key'), 'claude-code', tmpdir());
  expect((await readThrough(claude, 'api', '/echo')).status).toBe(200);
  await showAgents();
  const row = window.tree('Agents').row('claude');
  await row.locator.filter({ hasText: '1 call' }).waitFor();
  expect(await row.locator.getAttribute('aria-label')).toMatch(/claude, connected, .*claude-code 1.*Claude Code/);
});

test('an upstream MCP server is there for it under an entry of its own', async () => {
  const notes = await startFromEntry(entryOf('valet-key-notes'), 'claude-code', tmpdir());
  try {
    expect((await notes.listTools()).tools.map(({ name }) => name)).toEqual(['whoami']);
    expect(JSON.stringify(await notes.callTool({ name: 'whoami', arguments: {} }))).toContain('whoami');
  } finally {
    await notes.close();
  }
});

test('an agent that nobody connected waits, whatever it calls itself, until the user allows it in a dialog', async () => {
  const command = join(editor.folders.data, 'User/globalStorage/valet-key.valet-key/launcher/valet-key');
  stranger = await startFromEntry({ command, args: [] }, HOSTILE_NAME, tmpdir());
  const before = api.requests.length;
  expect((await readThrough(stranger, 'api', '/echo')).error?.code).toBe('approval_pending');
  await window.waitForNotification('wants to use your services');
  expect(await window.page.locator('.notifications-toasts .notification-list-item-message a').count()).toBe(0);
  await window.statusBar('1 agent waits for you').waitFor();
  await showAgents();
  await window.tree('Agents').row('waits for you').locator.waitFor();
  await window.screenshotThemes('agent-waits');
  // What any extension can do for the user: nothing of it may allow the agent.
  await window.command('notification.acceptPrimaryAction');
  expect((await readThrough(stranger, 'api', '/echo')).error?.code).toBe('approval_pending');
  expect(api.requests.length).toBe(before);
  const { detail: text } = await window.waitForDialog('Let this agent use your services?');
  expect(text).toContain('\\u000a');
  expect(text).not.toContain('\u202E');
  await window.screenshotThemes('allow-agent');
  await window.answerDialog('Allow Agent');
  await until('the agent to be let through', async () => (await readThrough(stranger, 'api', '/echo')).status === 200);
  await window.clearNotifications();
});

test('Freeze Agent stops one and leaves the other alone; only a dialog lifts it', async () => {
  await showAgents();
  const row = window.tree('Agents').row('claude-code');
  const frozen = row.locator.filter({ hasText: 'frozen' });
  await row.pressUntil('Freeze Agent', 'the agent to be frozen', () => frozen.isVisible());
  expect((await readThrough(claude, 'api', '/echo')).error?.code).toBe('frozen');
  expect((await readThrough(stranger, 'api', '/echo')).status).toBe(200);
  await window.screenshotThemes('agent-frozen');
  await window.reload();
  await window.command('valetKey.agents.focus');
  // Until the new gateway knows everything it refuses as starting.
  await until('the gateway', async () => (await readThrough(stranger, 'api', '/echo')).status === 200);
  expect((await readThrough(claude, 'api', '/echo')).error?.code).toBe('frozen');
  await window.palette('Valet Key: Unfreeze Agent');
  await window.waitForDialog('Unfreeze the agent “claude-code”?');
  await window.answerDialog('Unfreeze');
  await until('it to be lifted', async () => (await readThrough(claude, 'api', '/echo')).status === 200);
});

test('Disconnect Agent gives the configuration back to the byte, and what was connected waits again', async () => {
  await window.palette('Valet Key: Disconnect Agent');
  await window.pick('Claude Code');
  await window.waitForDialog('Disconnect Claude Code?');
  await window.screenshotThemes('disconnect-agent');
  await window.answerDialog('Disconnect');
  await window.waitForNotification('Claude Code is disconnected');
  expect(readFileSync(configuration(), 'utf8')).toBe(CONFIGURATION);
  expect(backups()).toEqual([]);
  expect((await readThrough(claude, 'api', '/echo')).error?.code).toBe('approval_pending');
  expect((await readThrough(stranger, 'api', '/echo')).status).toBe(200);
});

test('a configuration that has errors is left alone, and the dialog says so', async () => {
  writeFileSync(configuration(), '{ "mcpServers": {');
  await window.palette('Valet Key: Connect Another Agent');
  await window.pick('Claude Code');
  const { detail: text } = await window.waitForDialog('The configuration of Claude Code was not changed.');
  expect(text).toContain('has errors');
  await window.answerDialog('Cancel');
  expect(readFileSync(configuration(), 'utf8')).toBe('{ "mcpServers": {');
});
