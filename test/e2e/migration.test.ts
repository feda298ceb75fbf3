import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { parse } from 'jsonc-parser';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { type RemoteMcp, remoteMcp } from '../support/remoteMcp.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { readThrough, type ServerEntry, startFromEntry } from './support/outsideAgent.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// Somebody who has read nothing opens VS Code on a machine with a key in another client's file, and takes what is offered,
// until that client reaches its API again with no key in any file. Each test is the first start of another editor.

/** Built of parts, so that no scanner takes the test for a leak. */
const KEY = ['k9', crypto.randomUUID().replaceAll('-', '')].join('');
const API_SERVER = join(ROOT, 'test/e2e/support/apiServer.ts');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let agent: Client | undefined;

beforeEach(async () => {
  api = await startUpstream();
  editor = await startEditor();
});
afterEach(async () => {
  await agent?.close();
  agent = undefined;
  await editor?.stop();
  await api?.close();
});

/** Opens the first window on a file, and takes the first offer. */
async function takeOffer(file: string, text: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
  const offer = window.page.locator('.pane .welcome-view-content .monaco-button').filter({ hasText: 'Move Secrets' });
  await until('the offer', async () => {
    await offer.first().click({ timeout: 2000 });
    return (await window.input())?.title.includes('Move Secrets');
  });
}

/** Agrees to the change of the file, and says that the key is rotated. Nothing is left to say of the file then. */
async function finish(file: string, text: string, restart: string): Promise<void> {
  await window.waitForDialog('Remove 1 secret');
  expect(readFileSync(file, 'utf8')).toBe(text);
  await window.answerDialog('Remove');
  await window.waitForNotification(`Restart ${restart}.`);
  await window.clearNotifications();
  expect(readFileSync(file, 'utf8')).not.toContain(KEY);
  await window.command('valetKey.checkup.focus');
  const points = window.tree('Checkup');
  await points.row('1. ').expand();
  await points.row('Rotate this').pressToBeAsked('Mark as Rotated');
  await window.answerDialog('Mark as Rotated');
  await until('nothing more to say', async () => (await window.problems(file)).length === 0);
  const others = editor.filesWith(KEY).filter((path) => !path.includes('/checkup/backups/'));
  expect(others).toEqual([]);
}

/** Starts what the client's file says, as the client does, and lets it in when it first asks for something. */
async function startAgent(
  entry: ServerEntry,
  name: string,
  ask: (client: Client) => Promise<unknown>,
): Promise<Client> {
  agent = await startFromEntry(entry, name, tmpdir());
  await ask(agent);
  await window.waitForNotification(`An agent that calls itself “${name}” wants to use your services.`);
  await window.answerNotification('wants to use your services', 'Review…');
  await window.waitForDialog('Let this agent use your services?');
  await window.screenshotThemes(`walk-${name}-allow`);
  await window.answerDialog('Allow Agent');
  return agent;
}

/** The same for a server behind Valet Key. Clients ask for its tools when they start, and again when they hear of others. */
async function startAgentOfServer(entry: ServerEntry, name: string, tool: string): Promise<Client> {
  let heard = 0;
  const client = await startAgent(entry, name, (one) => one.listTools());
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard += 1;
  });
  const tools = async (): Promise<string> => (await client.listTools()).tools.map((one) => one.name).join();
  if ((await tools()) === '') {
    await until('the client to hear that there are tools', () => heard > 0);
  }
  expect(await tools()).toBe(tool);
  return client;
}

async function undo(file: string, text: string): Promise<void> {
  await window.palette('Valet Key: Undo Last Checkup Fix');
  await window.waitForDialog('Undo the change');
  await window.answerDialog('Undo');
  await until('the file to be as it was', () => readFileSync(file, 'utf8') === text);
}

/** What stands in a file for those that take comments and trailing commas. */
function saidIn(file: string): unknown {
  return parse(readFileSync(file, 'utf8'), undefined, { allowTrailingComma: true, disallowComments: false });
}

test('OpenCode: a key among the arguments of a local server', async () => {
  const file = join(editor.folders.home, '.config/opencode/opencode.jsonc');
  const command = [process.execPath, API_SERVER, api.origin, '--api-key', KEY];
  const text = `{
  "$schema": "https://opencode.ai/config.json",
  // what the team uses
  "mcp": {
    "tickets": {
      "type": "local",
      "command": ${JSON.stringify(command)},
      "enabled": true,
    },
  },
}
`;
  await takeOffer(file, text);
  const { rows } = await window.waitForInput('api-key');
  expect(rows[0]).toContain('Wrap it');
  await window.screenshotThemes('walk-opencode-question');
  await window.pick('Wrap it: Valet Key starts the server and gives it the secret');
  await window.waitForInput('Its name in the policy');
  await window.screenshotThemes('walk-opencode-name');
  await window.type('Its name in the policy', 'tickets');
  await window.waitForDialog('Let Valet Key start “tickets”');
  await window.screenshotThemes('walk-opencode-wrap');
  await window.answerDialog('Wrap It');
  await finish(file, text, 'OpenCode');
  const { mcp } = saidIn(file) as { mcp: { tickets: { type: string; command: string[]; enabled: boolean } } };
  expect(mcp.tickets).toMatchObject({ type: 'local', enabled: true });
  const [start = '', ...args] = mcp.tickets.command;
  const client = await startAgentOfServer({ command: start, args }, 'opencode', 'get_ticket');
  const answer = client.callTool({ name: 'get_ticket', arguments: { id: '7' } });
  await window.statusBar('waits for your approval').click();
  await window.waitForDialog('get_ticket');
  await window.screenshotThemes('walk-opencode-ask');
  await window.answerDialog('Allow Once');
  expect(JSON.stringify(await answer)).toContain('200 ');
  expect(api.requests.at(-1)).toMatchObject({ target: '/tickets/7', headers: { authorization: `Bearer ${KEY}` } });
  await undo(file, text);
});

test('Zed: a key in a variable, for an API that Valet Key asks itself from now on', async () => {
  const file = join(editor.folders.home, '.config/zed/settings.json');
  const server = { source: 'custom', command: 'tickets-server', args: [], env: { TICKETS_API_KEY: KEY } };
  const text = `// Zed settings\r\n{\r\n\t"theme": "One Dark", // dark\r\n\t"context_servers": {\r\n\t\t"tickets": ${JSON.stringify(server)},\r\n\t},\r\n}\r\n`;
  await takeOffer(file, text);
  await window.waitForInput('TICKETS_API_KEY');
  await window.screenshotThemes('walk-zed-question');
  await window.pick('Use it through Valet Key, which takes the server’s place');
  await answerAddService(window, { name: 'tickets', baseUrl: api.origin, credential: '' });
  await window.answerDialog('Add Service');
  await finish(file, text, 'Zed');
  const settings = saidIn(file) as { theme: string; context_servers: { tickets: ServerEntry } };
  expect(settings).toMatchObject({ theme: 'One Dark', context_servers: { tickets: { source: 'custom', args: [] } } });
  const read = (client: Client) => readThrough(client, 'tickets', '/echo');
  const client = await startAgent(settings.context_servers.tickets, 'zed', read);
  await until('the call', async () => (await read(client)).status === 200);
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${KEY}`);
  await undo(file, text);
});

test('Kiro: a key in the header of a remote server', async () => {
  const remote: RemoteMcp = await remoteMcp();
  const authorizations: (string | undefined)[] = [];
  remote.mood = ({ http, rpc }) => {
    if (rpc.method === 'tools/call') authorizations.push(http.headers.authorization);
    return false;
  };
  try {
    const file = join(editor.workspace, '.kiro/settings/mcp.json');
    const server = {
      url: remote.url,
      headers: { Authorization: `Bearer ${KEY}` },
      disabled: false,
      autoApprove: ['get_thing'],
    };
    const text = JSON.stringify({ mcpServers: { 'my.things': server } }, undefined, 4);
    await takeOffer(file, text);
    const { rows } = await window.waitForInput('Authorization');
    expect(rows[0]).toContain('Wrap it');
    await window.pick('Wrap it: Valet Key connects to the server with the secret');
    await window.type('Its name in the policy', 'my-things');
    await window.waitForDialog('Let Valet Key connect to “my-things”');
    await window.screenshotThemes('walk-kiro-wrap');
    await window.answerDialog('Wrap It');
    await finish(file, text, 'Kiro');
    const { mcpServers } = JSON.parse(readFileSync(file, 'utf8')) as { mcpServers: Record<string, ServerEntry> };
    const entry = mcpServers['my.things'] ?? expect.fail('there is no entry');
    const client = await startAgentOfServer(entry, 'kiro', 'get_thing');
    const answer = client.callTool({ name: 'get_thing', arguments: {} });
    await window.statusBar('waits for your approval').click();
    await window.waitForDialog('get_thing');
    await window.answerDialog('Allow Once');
    expect(JSON.stringify(await answer)).toContain('ok');
    expect(authorizations).toEqual([`Bearer ${KEY}`]);
    await undo(file, text);
  } finally {
    await remote.stop();
  }
});
