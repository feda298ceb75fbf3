import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// One request the whole way, from the packed VSIX: VS Code's own MCP client, the bundled proxy, the private gateway, a
// real HTTP API, and a credential from SecretStorage that nobody else ever sees. The tests build on one another.

const AUDIT = 'Valet Key Audit';
const credential = ['demo', 'first', crypto.randomUUID()].join('-');
const rotated = ['demo', 'second', crypto.randomUUID()].join('-');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor({ logLevel: 'trace' });
  window = await editor.openWindow();
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

interface Result {
  readonly status?: number;
  readonly json?: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly sent: string; readonly nextStep: string };
}

async function call(tool: string, input: object): Promise<Result> {
  const [text = ''] = await window.callTool(tool, input);
  return JSON.parse(text) as Result;
}

/** `execute` is not read-only, so VS Code asks before it runs; that is not our control, and is answered here. */
async function execute(input: object): Promise<Result> {
  const answer = call('_execute', input);
  await until("VS Code's own question", () => window.dialog());
  const dialog = await window.dialog();
  const yes = dialog?.buttons.find((button) => /^(Yes|Allow|Continue)/.test(button)) ?? 'Yes';
  await window.answerDialog(yes);
  return answer;
}

function policyFile(): string {
  return join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'valetkey.yaml');
}

test('a service is added through the palette and the password box', async () => {
  await window.command('workbench.view.extension.valetKey');
  await window.screenshotThemes('services-empty');
  await window.palette('Valet Key: Add Service');
  await window.waitForInput('Which API');
  await window.screenshotThemes('add-service-provider');
  await window.pick('Another API');
  await window.type('A short name', 'demo');
  await window.type('base URL', api.origin);
  await window.waitForInput('How does the API accept');
  await window.pick('Bearer token');
  await window.type('Environment', 'test');
  await window.type('Path used to test', '');
  const box = await window.waitForInput('The credential');
  expect(box.password).toBe(true);
  await window.type('The credential', credential);
  await window.waitForInput('What may agents do');
  await window.screenshotThemes('add-service-preset');
  await window.pick('Read only');
  const dialog = await window.waitForDialog('demo');
  expect(`${dialog.message}\n${dialog.detail}`).toContain(api.origin);
  expect(dialog.detail).toContain('GET, HEAD /**');
  expect(`${dialog.message}\n${dialog.detail}`).not.toContain(credential);
  await window.screenshotThemes('add-service-confirm');
  await window.answerDialog('Add Service');

  await until('the service to be ready', async () => {
    const rows = await window.tree('Services').rows();
    return rows.some(({ label, description }) => label === 'demo' && description.includes('ready'));
  });
  expect(readFileSync(policyFile(), 'utf8')).toContain(`baseUrl: ${api.origin}`);
  await window.screenshotThemes('services-ready');
});

test("VS Code's own client starts the server, and lists four tools", async () => {
  await window.startMcpServers();
  for (const tool of ['_list_services', '_read', '_execute', '_request_access']) await window.toolName(tool);
  const tools = await window.evaluate((vscode) =>
    vscode.lm.tools.filter(({ name }) => /valet/i.test(name)).map(({ name }) => name),
  );
  expect(tools).toHaveLength(4);
  expect(await window.dialog()).toBeUndefined();
  const listed = await call('_list_services', {});
  expect(listed).toMatchObject({
    services: [{ name: 'demo', baseUrl: api.origin, status: 'ready', rules: ['GET, HEAD /**'] }],
  });
});

test('a read reaches the API with the credential, and comes back without it', async () => {
  const answer = await call('_read', { service: 'demo', path: '/echo?limit=3' });
  expect(answer.status).toBe(200);
  expect(api.requests.at(-1)).toMatchObject({ method: 'GET', target: '/echo?limit=3' });
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${credential}`);
  expect(JSON.stringify(answer)).not.toContain(credential);
  expect(JSON.stringify(answer)).toContain('[redacted:demo]');
});

test('a forbidden write never arrives', async () => {
  const before = api.requests.length;
  const answer = await execute({ service: 'demo', method: 'POST', path: '/charges', json: { amount: 1 } });
  expect(answer.error).toMatchObject({ code: 'policy_denied', sent: 'no' });
  expect(api.requests).toHaveLength(before);
});

test('both stand in the channel, in the documented form', async () => {
  const time = String.raw`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z`;
  const agent = 'agent:copilot';
  await until('the audit lines', () => editor.output(AUDIT).includes('BLOCKED'));
  const lines = editor.output(AUDIT).split('\n');
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`^${time} \\| ${agent} \\| demo \\| GET /echo \\| 200 \\| \\d+ms$`)),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(
      new RegExp(`^${time} \\| ${agent} \\| demo \\| POST /charges \\| BLOCKED \\| policy violation$`),
    ),
  );
  await window.tree('Activity').row('POST /charges').locator.waitFor();
  await window.screenshotThemes('activity');
});

test('a rotation acts on the next call', async () => {
  await window.palette('Valet Key: Rotate Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.type('New credential for demo', rotated);
  await window.waitForNotification('rotated');
  await window.clearNotifications();
  const answer = await call('_read', { service: 'demo', path: '/echo' });
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${rotated}`);
  expect(JSON.stringify(answer)).not.toContain(rotated);
});

test('a permission that is added to the file waits for the user; one that is removed acts on save', async () => {
  const original = readFileSync(policyFile(), 'utf8');
  writeFileSync(policyFile(), original.replace('[GET, HEAD]', '[GET, HEAD, POST]'));
  await window.tree('Services').row('demo').locator.waitFor();
  await until('the pending change to be refused as such', async () => {
    const answer = await execute({ service: 'demo', method: 'POST', path: '/items', json: {} });
    return answer.error?.code === 'policy_not_approved';
  });
  await window.palette('Valet Key: Review and Apply Policy Changes');
  const dialog = await window.waitForDialog('POST');
  expect(dialog.detail).toContain('+ POST /** on demo');
  await window.screenshotThemes('review-changes');
  await window.answerDialog('Apply');
  await until('the change to be in force', async () => {
    const answer = await execute({ service: 'demo', method: 'POST', path: '/items', json: {} });
    return answer.status === 200;
  });

  writeFileSync(policyFile(), original);
  await until('the removal to be in force', async () => {
    const answer = await execute({ service: 'demo', method: 'POST', path: '/items', json: {} });
    return answer.error?.code === 'policy_denied';
  });
  writeFileSync(policyFile(), original.replace('[GET, HEAD]', '[GET, HEAD, POST]'));
  await until('the removed permission to wait for the user again', async () => {
    const answer = await execute({ service: 'demo', method: 'POST', path: '/items', json: {} });
    return answer.error?.code === 'policy_not_approved';
  });
  writeFileSync(policyFile(), original);
});

test('a freeze acts on the next call, shows, outlives a reload, and is lifted only in a modal', async () => {
  await window.palette('Valet Key: Freeze All Access');
  // The palette closes before its command runs. How soon a freeze acts, load.test.ts measures from the command on.
  await window.page.locator('.statusbar-item').filter({ hasText: 'Frozen' }).waitFor();
  const frozen = await until('a call to be refused', async () => {
    const answer = await call('_read', { service: 'demo', path: '/echo' });
    return answer.error && answer;
  });
  expect(frozen.error).toMatchObject({ code: 'frozen', sent: 'no' });
  await window.clearNotifications();
  await window.screenshotThemes('frozen');

  await window.reload();
  await window.waitForExtension(EXTENSION_ID);
  await window.startMcpServers();
  await until('the gateway to be back', async () => {
    const answer = await call('_read', { service: 'demo', path: '/echo' });
    return answer.error?.code === 'frozen';
  });

  await window.palette('Valet Key: Unfreeze');
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await until('calls to pass again', async () => {
    const answer = await call('_read', { service: 'demo', path: '/echo' });
    return answer.status === 200;
  });
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${rotated}`);
});

test('the credential is in no file, no log at trace level, no environment and no command line', () => {
  const trails = readdirSync(join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'audit'));
  expect(trails.length).toBeGreaterThan(0);
  expect(editor.processes('gateway')).toHaveLength(1);
  expect(editor.processes('proxy').length).toBeGreaterThan(0);
  for (const value of [credential, rotated]) {
    for (const form of [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)]) {
      expect(editor.filesWith(form)).toEqual([]);
      expect(editor.processesWith(form)).toEqual([]);
    }
  }
  // The search itself works: what is written is found.
  expect(editor.filesWith(api.origin).length).toBeGreaterThan(0);
});

test('a revocation acts on the next call', async () => {
  await window.palette('Valet Key: Revoke Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.waitForDialog('Remove the credential of “demo”?');
  await window.screenshotThemes('revoke');
  await window.answerDialog('Revoke');
  await until('the call to be refused', async () => {
    const answer = await call('_read', { service: 'demo', path: '/echo' });
    return answer.error?.code === 'revoked';
  });
});

test('closing the window leaves no process of ours behind', async () => {
  await editor.closeWindows();
  await until(
    'gateway and proxy to end',
    () => editor.processes('gateway').length + editor.processes('proxy').length === 0,
    20_000,
  );
});
