import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IdentityProvider, startIdentityProvider } from '../support/identityProvider.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// A credential that is made by signing in and changes by being used, as a person meets it: through the browser to a
// provider on loopback, verified, ended, renewed. The tests build on one another.

let editor: Editor;
let window: EditorWindow;
let idp: IdentityProvider;

beforeAll(async () => {
  idp = await startIdentityProvider();
  editor = await startEditor();
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
});
afterAll(async () => {
  await editor?.stop();
  await idp?.close();
});

async function read(path: string): Promise<{ status?: number; body?: unknown; error?: { code: string } }> {
  const [text = ''] = await window.callTool('_read', { service: 'crm', path });
  return JSON.parse(text) as { status?: number; body?: unknown; error?: { code: string } };
}

async function shows(text: string): Promise<void> {
  await until(`the tree to show "${text}"`, async () => {
    const rows = await window.tree('Services').rows();
    return rows.some(({ label, description }) => label === 'crm' && description.includes(text));
  });
}

test('Add Service signs in through the browser, and stores what the provider gives', async () => {
  await window.palette('Valet Key: Add Service');
  await window.waitForInput('Which API');
  await window.page.locator('.quick-input-widget .quick-input-box input').fill('Another API');
  await window.pick('Another API');
  await window.type('A short name', 'crm');
  await window.type('base URL', `${idp.origin}/api`);
  await window.waitForInput('How does the API take');
  await window.screenshotThemes('life-auth-types');
  await window.pick('OAuth 2');
  await window.waitForInput('How is an access token obtained?');
  await window.screenshotThemes('life-grants');
  await window.pick('Sign in with the browser');
  await window.type('The token endpoint', idp.tokenUrl);
  await window.type('The authorization endpoint', `${idp.origin}/auth`);
  await window.type('The client id', idp.clientId);
  await window.type('The scopes', 'openid offline_access read');
  await window.type('Environment', 'test');
  await window.type('A path that shows', '/me');
  const secret = await window.waitForInput('The client secret');
  expect(secret.password).toBe(true);
  await window.screenshotThemes('life-client-secret');
  await window.type('The client secret', idp.clientSecret);
  await window.waitForInput('What may agents do');
  await window.pick('Read only');

  const question = await window.waitForDialog(`Sign in to ${idp.origin} for “crm”?`);
  expect(question.detail).toContain('redirect address');
  await window.screenshotThemes('life-sign-in');
  await window.answerDialog('Sign In');
  // VS Code asks on its own behalf whether links may be opened, on the way out and on the way back.
  const last = await until(
    'the last question of Add Service',
    async () => {
      const dialog = await window.dialog();
      if (dialog?.message.includes('Let agents use “crm”')) return dialog;
      if (dialog?.buttons.includes('Open')) await window.answerDialog('Open');
      return undefined;
    },
    60_000,
  );
  expect(last.detail).toContain('Verification: The API took it.');
  await window.answerDialog('Add Service');
  await shows('ready');
  expect(idp.requests.map((body) => body.get('grant_type'))).toEqual(['authorization_code']);
  await window.screenshotThemes('life-ready');
});

test('an ended token is renewed for the call that needs it, and each refresh token is used once', async () => {
  await window.startMcpServers();
  expect((await read('/contacts')).status).toBe(200);
  for (const round of [1, 2]) {
    idp.endTokens();
    const answer = await read(`/contacts/${round}`);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).toContain('[redacted:crm]');
  }
  const renewals = idp.requests.filter((body) => body.get('grant_type') === 'refresh_token');
  expect(renewals).toHaveLength(2);
  expect(new Set(renewals.map((body) => body.get('refresh_token'))).size).toBe(2);
  await shows('ready');
});
