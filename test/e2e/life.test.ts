import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IdentityProvider, startIdentityProvider } from '../support/identityProvider.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The life of a credential that changes by being used: signed in for in the browser, renewed, verified, replaced, brought
// back, and made for another environment; and one that a command gives. The tests build on one another.

const TOKEN_SECONDS = 5;
const teamKey = ['team', 'key', crypto.randomUUID()].join('-');

let provider: IdentityProvider;
let wiki: Upstream;
let editor: Editor;
let window: EditorWindow;
let workspace: string;
let keyFile: string;

beforeAll(async () => {
  // The editor's server leads the browser to 127.0.0.1 through itself. Here both are one machine, which has other addresses.
  provider = await startIdentityProvider({ tokenSeconds: TOKEN_SECONDS, pages: true, host: '127.0.0.2' });
  wiki = await startUpstream();
  workspace = mkdtempSync(join(tmpdir(), 'vk-life-'));
  writeFileSync(
    join(workspace, 'valetkey.yaml'),
    `services:\n  wiki:\n    baseUrl: ${wiki.origin}\n    network: loopback\n    auth: { type: bearer }\n    policies:\n      - path: /**\n        methods: [GET]\n`,
  );
  editor = await startEditor({ workspace });
  keyFile = join(editor.folders.home, 'team.key');
  writeFileSync(keyFile, `${teamKey}\n`);
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
});
afterAll(async () => {
  await editor?.stop();
  await provider?.close();
  await wiki?.close();
  if (workspace) rmSync(workspace, { recursive: true, force: true });
});

interface Told {
  readonly status?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

async function read(service: string, path: string): Promise<Told> {
  const [text = ''] = await window.callTool('_read', { service, path });
  return JSON.parse(text) as Told;
}

async function shows(service: string, text: string): Promise<void> {
  await until(`${service} to show "${text}"`, async () => {
    const rows = await window.tree('Services').rows();
    return rows.some(({ label, description }) => label === service && description.includes(text));
  });
}

/** Answers the dialog about the way back, and what the provider asks in the browser. */
async function signIn(shot?: string): Promise<void> {
  await window.waitForDialog(`Sign in to ${provider.origin}`);
  if (shot) await window.screenshotThemes(`${shot}-vscode`);
  await window.answerDialog('Use a Local Address');
  const local = await until('the local address', async () => {
    const dialog = await window.dialog();
    return dialog?.detail.includes('http://127.0.0.1:') ? dialog : undefined;
  });
  expect(local.detail).toMatch(/http:\/\/127\.0\.0\.1:\d+\/signed-in/);
  if (shot) await window.screenshotThemes(`${shot}-local`);
  let opened: Page | undefined;
  window.page.context().once('page', (page) => {
    opened = page;
  });
  await window.answerDialog('Sign In');
  const page = await until('the browser to open the provider’s page', async () => {
    if (opened) return opened;
    // VS Code asks about pages that are new to it, and when the browser did not let it open one.
    const { buttons = [] } = (await window.dialog()) ?? {};
    const go = ['Open', 'Retry'].find((button) => buttons.includes(button));
    if (go) await window.answerDialog(go);
    return opened;
  });
  const login = page.locator('input[name=login]');
  const consent = page.locator('button', { hasText: 'Continue' });
  await login.or(consent).first().waitFor();
  if (await login.isVisible()) {
    await login.fill('somebody');
    await page.locator('input[name=password]').fill('anything');
    await page.locator('button[type=submit]').click();
  }
  await consent.click();
  await page.getByText('VS Code has the provider’s answer').waitFor();
  await page.close();
}

test('a service is added by signing in in the browser, and an agent calls it', async () => {
  await window.palette('Valet Key: Add Service');
  await window.waitForInput('Which API');
  await window.pick('Another API');
  await window.type('A short name', 'demo');
  await window.type('base URL', `${provider.origin}/api`);
  await window.waitForInput('How does the API accept');
  await window.pick('OAuth 2');
  await window.waitForInput('How is an access token');
  await window.pick('Sign in with the browser');
  await window.type('The token endpoint', provider.tokenUrl);
  await window.type('The authorization endpoint', `${provider.origin}/auth`);
  await window.type('The client ID', provider.clientId);
  await window.type('The scopes', 'openid offline_access read');
  await window.type('The audience', '');
  await window.waitForInput('How does the provider accept');
  await window.pick('As a password (Basic)');
  await window.type('Environment', 'test');
  await window.type('Path used to test', '/me');
  await window.waitForInput('The client secret');
  await window.screenshotThemes('life-client-secret');
  await window.type('The client secret', provider.clientSecret);
  await window.waitForInput('What may agents do');
  await window.pick('Read only');
  await window.waitForInput('Which policy file');
  await window.pick('user policy');
  await signIn('life-sign-in');

  const last = await window.waitForDialog('Let agents use “demo”');
  expect(last.detail).toContain('Verification: The API accepted the credential.');
  await window.screenshotThemes('life-add');
  await window.answerDialog('Add Service');
  await shows('demo', 'ready');
  await window.startMcpServers();
  expect(await read('demo', '/charges')).toMatchObject({ status: 200 });
  const grants = provider.requests.map((request) => request.get('grant_type'));
  expect(grants[0]).toBe('authorization_code');
  expect(provider.requests[0]?.get('code_verifier')).toMatch(/^[\w-]{43}$/);
});

test('a token that ended is renewed with the next call, and nobody notices', async () => {
  const before = provider.apiCalls.at(-1)?.token;
  await pause(TOKEN_SECONDS * 1000);
  expect(await read('demo', '/charges')).toMatchObject({ status: 200 });
  expect(provider.apiCalls.at(-1)?.token).not.toBe(before);
  expect(provider.requests.at(-1)?.get('grant_type')).toBe('refresh_token');
  await window.palette('Valet Key: Verify Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.waitForNotification('“demo” accepts its credential (200).');
  await window.clearNotifications();
});

test('signing in again asks for no secret, and can be undone', async () => {
  await window.palette('Valet Key: Rotate Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.waitForInput('How do you want to sign in?');
  await window.screenshotThemes('life-sign-in-again');
  await window.pick('With the same client as before');
  await signIn();
  await window.waitForNotification('“demo” is rotated.');
  expect(await read('demo', '/charges')).toMatchObject({ status: 200 });
  await window.answerNotification('“demo” is rotated.', 'Undo…');
  await window.waitForDialog('Restore the previous credential of “demo”?');
  await window.answerDialog('Undo Rotation');
  await window.waitForNotification('Restored the previous credential of “demo”.');
  expect(await read('demo', '/charges')).toMatchObject({ status: 200 });
  await window.clearNotifications();
});

test('a copy for another environment is stricter, marked, and closed until it has a credential of its own', async () => {
  await window.palette('Valet Key: Duplicate for Another Environment');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.type('The other environment', 'live');
  await until('the proposed name', async () => (await window.waitForInput('A short name')).value === 'demo-live');
  await window.type('A short name', 'demo-live');
  await window.type('The base URL in this environment', `${provider.origin}/api`);
  const last = await window.waitForDialog('Add “demo-live” for live, next to “demo”?');
  expect(last.detail).toContain('This is a production environment');
  expect(last.detail).toContain('At most 30 requests per minute.');
  await window.screenshotThemes('life-duplicate');
  await window.answerDialog('Add Service');
  await window.waitForInput('The client secret');
  await window.page.keyboard.press('Escape');
  await window.waitForNoInput();
  await shows('demo-live', 'live (production) · credential missing');
  expect((await read('demo-live', '/charges')).error?.code).toBe('missing_credential');
  await window.screenshotThemes('life-services');
});

test('a command gives a credential: confirmed with all of its words, run when it is needed, in no file', async () => {
  await window.palette('Valet Key: Review and Apply Policy Changes');
  await window.waitForDialog('valetkey.yaml');
  await window.answerDialog('Apply');
  await shows('wiki', 'credential missing');
  await window.palette('Valet Key: Enter Credential');
  await window.waitForInput('Which service?');
  await window.pick('wiki');
  await window.waitForInput('Credential for wiki');
  await window.screenshotThemes('life-command-button');
  await window.page.locator('.quick-input-widget .action-label.codicon-terminal').click();
  await window.type('A command that prints the credential', 'cat | head');
  expect((await window.waitForInput('No shell interprets')).value).toBe('cat | head');
  await window.screenshotThemes('life-command-shell');
  await window.type('No shell interprets', `cat '${keyFile}'`);
  await window.waitForInput('How long may its output');
  await window.pick('for 5 minutes');
  const asked = await window.waitForDialog('Take the credential of “wiki” from this command?');
  expect(asked.detail).toMatch(new RegExp(`^/\\S+/cat ${keyFile}\\n`));
  expect(asked.detail).toContain(wiki.origin);
  await window.screenshotThemes('life-command-confirm');
  await window.answerDialog('Use This Command');
  await shows('wiki', 'ready');
  await window.clearNotifications();

  expect(await read('wiki', '/page')).toMatchObject({ status: 200 });
  expect(wiki.requests.at(-1)?.headers.authorization).toBe(`Bearer ${teamKey}`);
  expect(editor.filesWith(teamKey)).toEqual([keyFile]);

  rmSync(keyFile);
  await window.palette('Valet Key: Freeze All Access');
  await shows('wiki', 'frozen');
  await window.palette('Valet Key: Unfreeze');
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await until('the freeze to be over', async () => (await read('wiki', '/page')).error?.code === 'missing_credential');
  expect((await read('wiki', '/page')).error?.message).toContain('it exited with status 1');
  await shows('wiki', 'credential missing');
  await window.tree('Services').row('wiki').expand();
  await window.screenshotThemes('life-command-failed');
});
