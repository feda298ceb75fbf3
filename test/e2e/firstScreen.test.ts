import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// What a new user meets: no service yet, a key in an MCP configuration, a workspace that VS Code does not trust, and a `.env`
// file. The first screen always has a way on, and what is pasted is never shown. The tests build on one another.

/** Built of parts, so that no scanner takes the test for a leak. */
const IN_CONFIGURATION = ['ghp', crypto.randomUUID().replaceAll('-', '').padEnd(36, 'a7')].join('_');
const IN_FILE = ['demo', 'env', crypto.randomUUID()].join('-');
const PASTED = ['demo', 'pasted', crypto.randomUUID()].join('-');
/** Of no known shape. */
const UNKNOWN = ['k', crypto.randomUUID().replaceAll('-', '')].join('');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor({ workspaceTrust: true });
  mkdirSync(join(editor.workspace, '.vscode'));
  const github = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-github'] };
  const servers = { github: { ...github, env: { GITHUB_PERSONAL_ACCESS_TOKEN: IN_CONFIGURATION } } };
  writeFileSync(join(editor.workspace, '.vscode/mcp.json'), JSON.stringify({ servers }, undefined, 2));
  writeFileSync(join(editor.workspace, '.env'), `PORT=3000\nDEMO_API_KEY=${IN_FILE}\n`);
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

/** The pane of a view, with its welcome. */
function pane(title: string): Locator {
  return window.page.locator('.pane').filter({ has: window.page.locator(`.pane-header[aria-label^="${title}"]`) });
}

function welcomeButton(label: string): Locator {
  return pane('Services').locator('.welcome-view-content .monaco-button').filter({ hasText: label });
}

/** The buttons of the welcome, from top to bottom. */
function welcomeButtons(): Promise<string[]> {
  return pane('Services').locator('.welcome-view-content .monaco-button').allInnerTexts();
}

async function welcomes(...labels: readonly string[]): Promise<void> {
  await until(`the buttons ${labels.join(', ')}`, async () => (await welcomeButtons()).join() === labels.join());
}

/** Whether a text can be read anywhere in the page. */
function isShown(text: string): Promise<boolean> {
  return window.page.evaluate((wanted) => {
    const { document } = globalThis as unknown as { document: ShownDocument };
    const fields = [...document.querySelectorAll('input:not([type=password]), textarea')];
    return document.body.innerText.includes(wanted) || fields.some(({ value }) => value?.includes(wanted));
  }, text);
}

/** What is used of the page's own document, which the tests' types know nothing of. */
interface ShownDocument {
  readonly body: { readonly innerText: string };
  querySelectorAll(selector: string): Iterable<{ readonly value?: string }>;
}

/** Puts a text where the focus is, as a paste does. */
async function paste(text: string): Promise<void> {
  await window.page.keyboard.insertText(text);
}

/** Pastes a credential where none belongs, and waits until it is hidden and said to be one. */
async function pasteWrongly(text: string): Promise<void> {
  await paste(text);
  const said = await until('the credential to be hidden', async () => {
    const { message = '', placeholder = '', password } = (await window.input()) ?? {};
    return (password || placeholder.includes('looks like')) && `${message} ${placeholder}`;
  });
  expect(said).toContain('That looks like a credential. You enter it in a separate step, where it is hidden.');
  expect(await isShown(text)).toBe(false);
}

async function dismissInput(): Promise<void> {
  await until('the box to close', async () => {
    if (!(await window.input())) return true;
    await window.page.keyboard.press('Escape');
    return false;
  });
}

test('an untrusted workspace offers the trust, beside what can be done without it', async () => {
  await welcomes('Manage Workspace Trust', 'Move Secrets', 'Show Checkup', 'Add Service');
  await window.screenshotThemes('first-untrusted');
  await welcomeButton('Manage Workspace Trust').click();
  const trust = window.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true });
  await trust.click();
  await welcomes('Move Secrets', 'Show Checkup', 'Add Service');
  await window.command('workbench.action.closeAllEditors');
});

test('secrets in plain text are offered to be moved, after the checkup has run, too', async () => {
  await window.command('valetKey.runCheckup');
  await until('the checkup to have found it', () =>
    window.evaluate((vscode) => vscode.languages.getDiagnostics().some(([uri]) => uri.path.endsWith('/mcp.json'))),
  );
  await welcomes('Move Secrets', 'Show Checkup', 'Add Service');
  await welcomeButton('Add Service').waitFor();
  await pane('Services').getByText('Show the first steps').waitFor();
  await window.screenshotThemes('first-secrets');
  await welcomeButton('Move Secrets').click();
  const question = await window.waitForInput('GITHUB_PERSONAL_ACCESS_TOKEN');
  expect(question.rows.join()).toContain('Use it through Valet Key');
  expect(await isShown(IN_CONFIGURATION)).toBe(false);
  await pasteWrongly(PASTED);
  await dismissInput();
});

test('a reload changes nothing about it', async () => {
  await window.reload();
  await window.waitForExtension('valet-key.valet-key');
  await welcomes('Move Secrets', 'Show Checkup', 'Add Service');
  // Longer than the checkup takes: what it finds used to empty the view.
  await window.page.waitForTimeout(5_000);
  expect(await welcomeButtons()).toEqual(['Move Secrets', 'Show Checkup', 'Add Service']);
});

test('a freeze without a service is lifted where it shows', async () => {
  await window.palette('Valet Key: Freeze All Access');
  await welcomes('Unfreeze', 'Move Secrets', 'Show Checkup', 'Add Service');
  await window.screenshotThemes('first-frozen');
  await welcomeButton('Unfreeze').click();
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await welcomes('Move Secrets', 'Show Checkup', 'Add Service');
});

test('a policy file with errors is opened where it shows', async () => {
  await window.palette('Valet Key: Open Policy File');
  const file = join(editor.folders.data, 'User/globalStorage/valet-key.valet-key/valetkey.yaml');
  const before = await until('the file', () => readFileSync(file, 'utf8'));
  writeFileSync(file, 'services: [\n');
  await welcomes('Open Policy File', 'Show Status', 'Move Secrets', 'Show Checkup');
  await window.command('workbench.action.closeAllEditors');
  await window.screenshotThemes('first-broken');
  await welcomeButton('Open Policy File').click();
  await until('the file to be open', () =>
    window.evaluate((vscode) => vscode.window.activeTextEditor?.document.fileName.endsWith('valetkey.yaml')),
  );
  writeFileSync(file, before);
  await welcomes('Move Secrets', 'Show Checkup', 'Add Service');
  await window.command('workbench.action.closeAllEditors');
});

test('beside a .env file the credential is asked for in a password box, and other boxes hide what is pasted too early', async () => {
  await welcomeButton('Add Service').click();
  await window.waitForInput('Which API');
  await pasteWrongly(PASTED);
  await window.screenshotThemes('first-paste-filter');
  await window.page.locator('.quick-input-widget .quick-input-box input').fill('Another API');
  await window.pick('Another API');
  await window.waitForInput('A short name');
  await pasteWrongly(UNKNOWN);
  await window.page.keyboard.press('Enter');
  await window.screenshotThemes('first-paste-name');
  // Nothing was taken, and nothing is lost.
  expect((await window.waitForInput('looks like a credential')).value).toBe(UNKNOWN);
  await window.type('looks like a credential', 'payments');
  await window.waitForInput('base URL');
  await pasteWrongly(PASTED);
  await window.type('looks like a credential', api.origin);
  await window.waitForInput('How does the API accept');
  await pasteWrongly(PASTED);
  await window.page.locator('.quick-input-widget .quick-input-box input').fill('Bearer');
  await window.pick('Bearer token');
  await window.type('Environment', '');
  await window.type('Path used to test', '');
  const box = await window.waitForInput('The credential');
  expect(box.password).toBe(true);
  expect(box.rows).toEqual([]);
  await paste(PASTED);
  await until('the box to have it', async () => (await window.input())?.value === PASTED);
  expect(await isShown(PASTED)).toBe(false);
  await window.screenshotThemes('first-credential');

  await window.pressInputButton('Take it from a .env file');
  const variables = await window.waitForInput('Which variable?');
  expect(variables.rows[0]).toBe('DEMO_API_KEY');
  expect(await isShown(IN_FILE)).toBe(false);
  await pasteWrongly(PASTED);
  await window.pressInputButton('Back');
  expect((await window.waitForInput('The credential')).password).toBe(true);
  await window.pressInputButton('Take it from a command');
  await window.waitForInput('A command that prints the credential');
  await pasteWrongly(PASTED);
  await window.screenshotThemes('first-command');
  await dismissInput();
});

test.each([
  ['Header', ['X-Api-Key'], 'The credential'],
  ['Basic', ['someone'], 'The credential'],
  ['Query parameter', ['api_key'], 'The credential'],
  ['AWS', ['eu-central-1', 's3'], 'The access key ID'],
])('%s: every value is asked for hidden', async (type, answers, prompt) => {
  await window.palette('Valet Key: Add Service');
  await window.waitForInput('Which API');
  await window.page.locator('.quick-input-widget .quick-input-box input').fill('Another API');
  await window.pick('Another API');
  await window.type('A short name', 'other');
  await window.type('base URL', api.origin);
  await window.waitForInput('How does the API accept');
  await window.page.locator('.quick-input-widget .quick-input-box input').fill(type);
  await window.pick(type);
  for (const answer of answers) await window.type('Add Service', answer);
  await window.type('Environment', '');
  await window.type('Path used to test', '');
  expect((await window.waitForInput(prompt)).password).toBe(true);
  await paste(PASTED);
  expect(await isShown(PASTED)).toBe(false);
  await dismissInput();
});

test('with a service, the same concerns are rows that act', async () => {
  await window.palette('Valet Key: Add Service');
  await answerAddService(window, { name: 'payments', baseUrl: api.origin, credential: PASTED });
  await window.answerDialog('Add Service');
  await window.tree('Services').row('payments').locator.waitFor();
  await window.command('workbench.action.closeAllEditors');
  await window.clearNotifications();
  await window.palette('Valet Key: Freeze All Access');
  const rows = await until('two concerns before the service', async () => {
    const all = await window.tree('Services').rows();
    return all.map(({ label }) => label).join() === 'Unfreeze,Move Secrets,payments' && all;
  });
  expect(rows.map(({ accessibleLabel }) => accessibleLabel)).toEqual([
    'Unfreeze, All access is frozen. Agents cannot call anything in any window.',
    'Move Secrets, MCP configurations hold 1 secret in plain text. Every agent can read it.',
    expect.stringContaining('payments, frozen'),
  ]);
  await window.command('valetKey.checkup.focus');
  await window.tree('Checkup').row('Move Secrets').locator.waitFor();
  await window.screenshotThemes('first-rows');
  await window.tree('Services').row('Unfreeze').click();
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await until('the row to go', async () => (await window.tree('Services').rows()).length === 2);
  await window.tree('Services').row('Move Secrets').click();
  await window.waitForInput('GITHUB_PERSONAL_ACCESS_TOKEN');
  await dismissInput();
});

test('when everything is moved or gone, no row is left', async () => {
  rmSync(join(editor.workspace, '.vscode/mcp.json'));
  await window.command('valetKey.runCheckup');
  await until('the service alone', async () => (await window.tree('Services').rows()).length === 1);
});

test('no value is left in any file, log or command line', () => {
  for (const value of [PASTED, UNKNOWN]) {
    expect(editor.filesWith(value)).toEqual([]);
    expect(editor.processesWith(value)).toEqual([]);
  }
});
