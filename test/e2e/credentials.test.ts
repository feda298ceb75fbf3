import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The life of a credential as the user meets it: entered, taken out of a .env file, verified, tested, rejected, rotated,
// brought back, revoked, removed. The tests build on one another.

const fresh = (what: string): string => ['demo', what, crypto.randomUUID()].join('-');
const inFile = fresh('env');
const mistyped = fresh('mistyped');
const replaced = fresh('replaced');
const values = [inFile, mistyped, replaced];

/** What the API takes at this moment. */
const accepted = new Set<string>();

let editor: Editor;
let window: EditorWindow;
let api: Upstream;

beforeAll(async () => {
  api = await startUpstream({
    handle: (request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      if (!/^\/(v1|strict)\//.test(request.target)) return false;
      response.writeHead(accepted.has(token) ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ you: token }));
      return true;
    },
  });
  editor = await startEditor();
  writeFileSync(
    join(editor.workspace, '.env'),
    `# settings\nPORT=3000\nDEMO_API_KEY="${inFile}"\nBASE_URL=${api.origin}\n`,
  );
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

async function read(path: string): Promise<{ status?: number; error?: { code: string } }> {
  const [text = ''] = await window.callTool('_read', { service: 'demo', path });
  return JSON.parse(text) as { status?: number; error?: { code: string } };
}

async function shows(text: string): Promise<void> {
  await until(`the tree to show "${text}"`, async () => {
    const rows = await window.tree('Services').rows();
    return rows.some(({ label, description }) => label === 'demo' && description.includes(text));
  });
}

async function start(command: string, service = 'demo'): Promise<void> {
  await window.palette(`Valet Key: ${command}`);
  await window.waitForInput('Which service?');
  await window.pick(service);
}

test('a known service is proposed with all that is known about it, and nothing is stored before the last modal', async () => {
  await window.palette('Valet Key: Add Service');
  const providers = await window.waitForInput('Which API');
  expect(providers.rows).toContain('Stripe');
  await window.screenshotThemes('add-service-provider');
  await window.pick('Stripe');
  expect((await window.waitForInput('A short name')).value).toBe('stripe');
  await window.type('A short name', 'stripe');
  await window.type('Environment', 'test');
  await window.waitForInput('The credential');
  await until('the box to hide what is typed', async () => (await window.input())?.password);
  await window.screenshotThemes('add-service-credential');
  await window.type('The credential', mistyped);
  expect((await window.waitForInput('What may agents do')).rows[0]).toBe('Read only');
  await window.pick('Read only');

  // There is no network here, and verification never stands in the way.
  const doubt = await window.waitForDialog('could not be verified');
  expect(doubt.detail).toContain('Nothing is stored yet.');
  expect(doubt.buttons).toEqual(expect.arrayContaining(['Use Anyway', 'Enter Another']));
  await window.screenshotThemes('add-service-unverified');
  await window.answerDialog('Use Anyway');
  const last = await window.waitForDialog('Let agents use “stripe” at https://api.stripe.com?');
  expect(last.detail).toContain('GET, HEAD /**');
  expect(last.detail).toContain('The credential was not verified.');
  expect(`${last.message}${last.detail}`).not.toContain(mistyped);
  await window.screenshotThemes('add-service-known-confirm');
  await window.answerDialog('Cancel');
  await window.page.locator('.welcome-view-content').filter({ hasText: 'Add the first service' }).waitFor();
});

test('a value is taken out of a .env file, verified, stored, and only then removed from the file', async () => {
  accepted.add(inFile);
  await window.palette('Valet Key: Add Service');
  await window.waitForInput('Which API');
  await window.pick('Another API');
  await window.type('A short name', 'demo');
  await window.type('base URL', api.origin);
  await window.waitForInput('How does the API accept');
  await window.pick('Bearer token');
  await window.type('Environment', 'test');
  await window.type('Path used to test', '/v1/me');
  await window.waitForInput('The credential');
  await window.pressInputButton('Take it from a .env file');
  const variables = await window.waitForInput('Which variable?');
  expect(variables.rows[0]).toBe('DEMO_API_KEY');
  expect(await window.page.locator('.quick-input-widget').innerText()).not.toContain(inFile);
  await window.screenshotThemes('add-service-env-variable');
  await window.pick('DEMO_API_KEY');
  await window.waitForInput('What may agents do');
  await window.pick('Read only');
  const last = await window.waitForDialog('Let agents use “demo”');
  expect(last.detail).toContain('Verification: The API accepted the credential.');
  expect(api.requests.at(-1)).toMatchObject({ method: 'GET', target: '/v1/me' });
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${inFile}`);
  expect(readFileSync(join(editor.workspace, '.env'), 'utf8')).toContain(inFile);
  await window.answerDialog('Add Service');

  await window.waitForDialog('Remove DEMO_API_KEY from .env?');
  await window.screenshotThemes('add-service-env-remove');
  await window.answerDialog('Remove the Line');
  const left = `# settings\nPORT=3000\nBASE_URL=${api.origin}\n`;
  await until('that line alone to be gone', () => readFileSync(join(editor.workspace, '.env'), 'utf8') === left);
  await shows('ready');
  await window.clearNotifications();
});

test('the stored credential is verified on demand', async () => {
  await start('Verify Credential');
  await window.waitForNotification('“demo” accepts its credential (200).');
  await window.clearNotifications();
  expect(api.requests.at(-1)).toMatchObject({ method: 'GET', target: '/v1/me' });
});

test('a request is tested: allowed, sent and shown redacted; or refused, with the reason', async () => {
  await start('Test a Request');
  await window.waitForInput('Which method?');
  await window.screenshotThemes('test-request-method');
  await window.pick('GET');
  await window.type('The path below', '/echo?limit=3');
  const allowed = await window.waitForDialog('The policy allows this request.');
  expect(allowed.detail).toContain(`GET ${api.origin}/echo?limit=3`);
  await window.screenshotThemes('test-request-allowed');
  await window.answerDialog('Send GET');
  const shown = await until('the answer to open', () =>
    window.evaluate((vscode) => {
      const { document } = vscode.window.activeTextEditor ?? {};
      return document?.fileName.endsWith('demo GET echo.json') ? document.getText() : undefined;
    }),
  );
  expect(shown).toContain('"status": 200');
  expect(shown).toContain('[redacted:demo]');
  expect(shown).not.toContain(inFile);
  await window.screenshotThemes('test-request-answer');

  const before = api.requests.length;
  await start('Test a Request');
  await window.waitForInput('Which method?');
  await window.pick('POST');
  await window.type('The path below', '/items');
  await window.type('The body as JSON', '{"name": "x"}');
  const refused = await window.waitForDialog('This request would be refused.');
  expect(refused.detail).toContain(`POST ${api.origin}/items`);
  await window.screenshotThemes('test-request-refused');
  await window.answerDialog('Cancel');
  expect(api.requests).toHaveLength(before);
});

test('a 401 to an agent shows as rejected, until the next success', async () => {
  await window.startMcpServers();
  accepted.clear();
  expect((await read('/strict/items')).status).toBe(401);
  await shows('rejected');
  await window.screenshotThemes('services-rejected');
  accepted.add(inFile);
  expect((await read('/strict/items')).status).toBe(200);
  await shows('ready');
});

test('a rejected value is used only if the user says so, and Undo brings the old one back', async () => {
  await start('Rotate Credential');
  await window.type('New credential for demo', mistyped);
  const doubt = await window.waitForDialog('“demo” rejected this credential.');
  expect(doubt.detail).toContain(`GET ${api.origin}/v1/me`);
  await window.screenshotThemes('rotate-rejected');
  // Nothing is swapped while the question stands.
  expect((await read('/strict/items')).status).toBe(200);
  await window.answerDialog('Use Anyway');
  await window.waitForNotification('“demo” is rotated.');
  await shows('rejected');
  await window.screenshotThemes('rotate-done');

  await window.answerNotification('“demo” is rotated.', 'Undo…');
  await window.waitForDialog('Restore the previous credential of “demo”?');
  await window.screenshotThemes('undo-rotation');
  await window.answerDialog('Undo Rotation');
  await until('the old credential to be in use', async () => (await read('/strict/items')).status === 200);
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${inFile}`);
  await shows('ready');
  await window.clearNotifications();

  await window.palette('Valet Key: Undo Rotation');
  await window.waitForDialog('There is no rotation to undo.');
  await window.answerDialog('OK');
});

test('a value that the API takes is swapped in without a question', async () => {
  accepted.add(replaced);
  await start('Rotate Credential');
  await window.type('New credential for demo', replaced);
  await window.waitForNotification('The API accepted the credential.');
  await until('the new credential to be in use', async () => {
    await read('/strict/items');
    return api.requests.at(-1)?.headers.authorization === `Bearer ${replaced}`;
  });
  await shows('ready');
  await window.clearNotifications();
});

test('no command of another extension answers our modals', async () => {
  await window.evaluate((vscode) => {
    void vscode.commands.executeCommand('valetKey.removeAllCredentials', { confirmed: true, modal: false });
  });
  const dialog = await window.waitForDialog('Remove 1 credential?');
  expect(dialog.detail).toContain('3 old values');
  await window.screenshotThemes('remove-all');
  for (const command of [
    'notification.acceptPrimaryAction',
    'quickInput.accept',
    'workbench.action.acceptSelectedQuickOpenItem',
  ]) {
    await window.command(command).catch(() => undefined);
  }
  expect((await window.dialog())?.message).toBe(dialog.message);
  await window.answerDialog('Cancel');
  expect((await read('/strict/items')).status).toBe(200);
});

test('revoking stops the next call, and everything can be removed', async () => {
  await start('Revoke Credential');
  await window.waitForDialog('Remove the credential of “demo”?');
  await window.answerDialog('Revoke');
  await until('the call to be refused', async () => (await read('/strict/items')).error?.code === 'revoked');
  await shows('revoked');
  await window.clearNotifications();

  // Entering it again is no rotation, and there is nothing to undo.
  await start('Enter Credential');
  await window.type('Credential for demo', replaced);
  await window.waitForDialog('Send this credential to');
  await window.answerDialog('Use This Credential');
  await window.waitForNotification('Credential saved for “demo”.');
  await window.clearNotifications();

  await window.palette('Valet Key: Remove All Credentials');
  await window.waitForDialog('Remove 1 credential?');
  await window.answerDialog('Remove All');
  await window.waitForNotification('All credentials were removed.');
  await until('the call to be refused', async () => (await read('/strict/items')).error?.code === 'missing_credential');
  await shows('missing');
  await window.screenshotThemes('services-missing');
  await window.clearNotifications();
  await window.palette('Valet Key: Remove All Credentials');
  await window.waitForNotification('No credential is stored.');
});

test('no value is left in any file, log, environment or command line', () => {
  for (const value of values) {
    expect(editor.filesWith(value)).toEqual([]);
    expect(editor.processesWith(value)).toEqual([]);
  }
});
