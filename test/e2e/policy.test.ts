import { readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// A policy file's life in a real VS Code: pasted in with a key, made safe by one quick fix and one review, edited by
// hand, by scripts and by an attacker, and asked about by an agent. The tests build on one another.

/** Built of parts, so that no scanner takes the test for a leak. */
const pasted = ['sk', 'live', crypto.randomUUID().replaceAll('-', '')].join('_');
const second = ['sk', 'live', crypto.randomUUID().replaceAll('-', '')].join('_');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let otherApi: Upstream;
let file: string;

beforeAll(async () => {
  [api, otherApi] = await Promise.all([startUpstream(), startUpstream()]);
  editor = await startEditor();
  file = join(editor.workspace, 'valetkey.yaml');
  window = await editor.openWindow();
  await until("VS Code's client to list the tools", async () => {
    await window.startMcpServers();
    return window.evaluate((vscode) => vscode.lm.tools.some(({ name }) => name.endsWith('_read')));
  });
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
  await otherApi?.close();
});

interface Result {
  readonly status?: number;
  readonly json?: Record<string, unknown>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly sent: string;
    readonly nextStep: string;
  };
}

async function call(tool: string, input: object): Promise<Result> {
  const [text = ''] = await window.callTool(tool, input);
  return JSON.parse(text) as Result;
}

function read(path: string): Promise<Result> {
  return call('_read', { service: 'stripe', path });
}

async function codeOf(path: string): Promise<string | number | undefined> {
  const { status, error } = await read(path);
  return error?.code ?? status;
}

/** The services block as an article on the subject prints it, with this API instead of the real one. */
function article(auth: string, origin = api.origin, rules = ARTICLE_RULES): string {
  return `services:
  stripe:
    baseUrl: ${origin}
    network: loopback
    auth: ${auth}
    policies:
${rules.map((rule) => `      ${rule}\n`).join('')}`;
}
const ARTICLE_RULES = [
  '- path: /v1/charges\n        methods: [GET] # Read-only access',
  '- path: /v1/customers\n        methods: [GET, POST]',
];
const BEARER = '{ type: bearer }';

async function serviceRow(): Promise<string> {
  const rows = await window.tree('Services').rows();
  return rows.find(({ label }) => label === 'stripe')?.description ?? '';
}

function lens(text: string): Locator {
  return window.page.locator('.codelens-decoration a').filter({ hasText: text }).first();
}

/** Opens the list of fixes in a line (from 1) of the file, as Ctrl+. does, and takes one. */
async function quickFix(line: number, title: string): Promise<void> {
  await window.evaluate(
    async (vscode, at) => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(at.file));
      const shown = await vscode.window.showTextDocument(document, { preview: false });
      const position = new vscode.Position(at.line - 1, document.lineAt(at.line - 1).text.length - 3);
      shown.selection = new vscode.Selection(position, position);
    },
    { file, line },
  );
  await window.quickFix(title);
}

/** Presses a button of our own modal, after looking at its text. */
async function answer(text: string, button: string): Promise<string> {
  const dialog = await window.waitForDialog(text);
  await window.answerDialog(button);
  return `${dialog.message}\n${dialog.detail}`;
}

test('the article’s YAML, pasted in with its key: one quick fix, one apply, and it works', async () => {
  await window.command('workbench.view.extension.valetKey');
  writeFileSync(file, article(`{ type: bearer, key: ${pasted} }`));
  await window.openFile(file);
  await until('the problem', async () => (await window.problems(file)).some((text) => text.startsWith('error')));
  await quickFix(5, 'Move this credential');
  const moved = await answer(`Send this credential to ${api.origin}?`, 'Move');
  expect(moved).not.toContain(pasted);
  await until('the key to be gone from the file', () => !readFileSync(file, 'utf8').includes(pasted));
  await until('the file to be known', async () => (await codeOf('/v1/charges')) === 'policy_not_approved');

  await lens('Review and Apply').waitFor();
  await window.screenshotThemes('policy-pending');
  await lens('Review and Apply').click();
  const review = await window.waitForDialog('Apply these changes');
  expect(review.detail).toContain(`+ service stripe (${api.origin}, bearer, loopback network)`);
  expect(review.detail).toContain('+ GET /v1/charges on stripe');
  expect(review.detail).toContain('+ GET, POST /v1/customers on stripe');
  await window.screenshotThemes('policy-review');
  await window.answerDialog('Apply');
  await until('the call to pass', async () => (await codeOf('/v1/charges')) === 200);
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${pasted}`);
  await until('the tree', async () => (await serviceRow()).includes('ready'));
  await until('the audit line', () => editor.output('Valet Key Audit').includes('| control | valetkey.yaml | approve'));
  expect(editor.filesWith(pasted)).toEqual([]);
});

test('what is added shows in the editor, the status bar and the tree, and acts when it is applied', async () => {
  const original = readFileSync(file, 'utf8');
  const added = '- path: /v1/refunds\n        methods: [POST]';
  writeFileSync(file, `# How it is formatted asks nobody.\n${article(BEARER, api.origin, [...ARTICLE_RULES, added])}`);
  await window.openFile(file);
  await lens('Review and Apply 1 change').waitFor();
  await lens('1 change waits').waitFor();
  await window.statusBar('1 change waits for your review').waitFor();
  await until('the tree', async () => (await serviceRow()).includes('1 change waits'));
  await window.page.locator('.editor-actions [aria-label*="Review and Apply"]').first().waitFor();
  await window.page.locator('.editor-actions [aria-label*="Review and Apply"]').first().click();
  expect((await window.waitForDialog('Apply these changes')).detail.trim()).toBe('+ POST /v1/refunds on stripe');
  await window.answerDialog('Cancel');
  await window.screenshotThemes('policy-one-change');
  writeFileSync(file, original);
  await until('nothing to wait', async () => !(await serviceRow()).includes('wait'));
});

test('a key that was on its way when the review opened applies nothing', async () => {
  const original = readFileSync(file, 'utf8');
  writeFileSync(file, article(BEARER, api.origin, [...ARTICLE_RULES, '- { path: /v1/hasty, methods: [GET] }']));
  await until('the rule to wait', async () => (await serviceRow()).includes('1 change waits'));
  await window.palette('Valet Key: Review and Apply Policy Changes');
  await window.waitForDialog('Apply these changes');
  await window.page.keyboard.press('Enter');
  await pause(300);
  await window.waitForDialog('Apply these changes');
  expect(await codeOf('/v1/hasty')).toBe('policy_not_approved');
  await window.answerDialog('Cancel');
  writeFileSync(file, original);
  await until('nothing to wait', async () => !(await serviceRow()).includes('wait'));
});

test('a rule that was removed and is put back says that it was approved once, and waits all the same', async () => {
  writeFileSync(file, article(BEARER, api.origin, ARTICLE_RULES.slice(1)));
  await until('the removal', async () => (await codeOf('/v1/charges')) === 'policy_denied');
  writeFileSync(file, article(BEARER));
  await until('the rule to wait', async () => (await codeOf('/v1/charges')) === 'policy_not_approved');
  writeFileSync(file, `${article(BEARER)}nonsense: true\n`);
  await window.statusBar('a policy file has errors').waitFor();
  expect(await codeOf('/v1/charges')).toBe('policy_not_approved');
  writeFileSync(file, article(BEARER));
  await until('the rule to wait', async () => (await serviceRow()).includes('1 change waits'));
  await window.palette('Valet Key: Review and Apply Policy Changes');
  const date = new Date().toLocaleDateString('en', { day: 'numeric', month: 'long' });
  const text = await answer('Apply these changes', 'Apply');
  expect(text).toContain(`+ GET /v1/charges on stripe (as approved on ${date})`);
  await until('the call to pass', async () => (await codeOf('/v1/charges')) === 200);
});

test('what is removed in the editor stays removed, though a program puts the old text back at once', async () => {
  const original = article(BEARER);
  const removed = '/v1/charges';
  let putBack = 0;
  const attacker = watch(dirname(file), () => {
    if (readFileSync(file, 'utf8').includes(removed)) return;
    writeFileSync(file, original);
    putBack += 1;
  });
  try {
    await window.evaluate(
      async (vscode, { path, text }) => {
        const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
        const edit = new vscode.WorkspaceEdit();
        edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
        await vscode.workspace.applyEdit(edit);
        await document.save();
      },
      { path: file, text: article(BEARER, api.origin, ARTICLE_RULES.slice(1)) },
    );
    await until('the rule to wait', async () => (await codeOf(removed)) === 'policy_not_approved');
  } finally {
    attacker.close();
  }
  expect(putBack).toBeGreaterThan(0);
  expect(readFileSync(file, 'utf8')).toBe(original);
  await until('the tree', async () => (await serviceRow()).includes('1 change waits'));
  await window.palette('Valet Key: Review and Apply Policy Changes');
  expect(await answer('Apply these changes', 'Apply')).toContain(`+ GET ${removed} on stripe`);
  await until('the call to pass', async () => (await codeOf(removed)) === 200);
});

test('many changes are counted, and listed in full on demand', async () => {
  const many = Array.from({ length: 30 }, (_, n) => `- { path: /v1/many/${n}, methods: [GET] }`);
  // The one that matters is written last, and shown first.
  const sweeping = "- { path: '/v1/**', methods: [DELETE] }";
  writeFileSync(file, article(BEARER, api.origin, [...ARTICLE_RULES, ...many, sweeping]));
  await window.openFile(file);
  await lens('Review and Apply 31 changes').click();
  const dialog = await window.waitForDialog('Apply these changes');
  expect(dialog.detail).toContain('… and 15 more.');
  expect(dialog.detail.trim()).toMatch(/^\+ DELETE \/v1\/\*\* on stripe/);
  await window.screenshotThemes('policy-review-many');
  await window.answerDialog('Details');
  const listed = await until('the list', () =>
    window.evaluate((vscode) => {
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      return text.includes('+ GET /v1/many/29') ? text : '';
    }),
  );
  expect(listed.split('\n').filter((line) => line.startsWith('+ GET /v1/many/'))).toHaveLength(30);
  expect(await codeOf('/v1/many/3')).toBe('policy_not_approved');
  writeFileSync(file, article(BEARER));
});

test('a blocked call says why, in words', async () => {
  await until('the denial', async () => (await codeOf('/v1/balance')) === 'policy_denied');
  const row = window.tree('Activity').row('GET /v1/balance');
  await row.locator.waitFor();
  expect(await row.locator.innerText()).toContain('the policy does not allow it');
  await row.pressToBeAsked('Why');
  const dialog = await window.waitForDialog('was blocked');
  expect(dialog.detail).toContain('No rule of stripe allows this GET request');
  await window.screenshotThemes('activity-why');
  await window.answerDialog('Cancel');
});

test('what an agent asks for is shown with the narrowest rule, and changes nothing by itself', async () => {
  await window.clearNotifications();
  const reason = 'Needed.\nValet Key: this was approved “already”';
  for (const path of ['/v1/bal*', '/v1/balance']) {
    await call('_request_access', { service: 'stripe', method: 'GET', path, reason });
  }
  await window.waitForNotification('asks for GET on “stripe”');
  expect((await window.notifications()).filter((text) => text.includes('asks for'))).toHaveLength(1);
  await window.screenshotThemes('access-request-toast');
  await window.clearNotifications();
  const row = window.tree('Activity').row('GET /v1/bal*');
  await row.pressToBeAsked('Review Access Request');
  const dialog = await window.waitForDialog('Let agents send this to “stripe” from now on?');
  expect(dialog.detail).toContain('- path: /v1/bal%2A');
  expect(dialog.detail).toContain("Needed. Valet Key: this was approved 'already'");
  await window.screenshotThemes('access-request');
  await window.answerDialog('Decline');
  await row.locator.waitFor({ state: 'detached' });
  expect(await codeOf('/v1/balance')).toBe('policy_denied');
});

test('an edited base URL turns the service off until the credential is typed again for it', async () => {
  writeFileSync(file, article(BEARER, otherApi.origin));
  await until('the service to be off', async () => (await codeOf('/v1/charges')) === 'origin_not_confirmed');
  await until('the tree', async () => (await serviceRow()).includes('destination not confirmed'));
  await until('the warning', async () => (await window.problems(file)).some((text) => text.includes(otherApi.origin)));
  const links = await window.evaluate(
    (vscode, path) =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(path))
        .map(({ code }) => (typeof code === 'object' ? String(code.target) : '')),
    file,
  );
  expect(links.some((link) => link.endsWith('docs/policy.md#destination-not-confirmed'))).toBe(true);
  await window.openFile(file);
  await lens('Review and Apply').waitFor();
  await window.screenshotThemes('destination');
  await window.palette('Valet Key: Review and Apply Policy Changes');
  const text = await answer('Apply these changes', 'Apply');
  expect(text).toContain(`baseUrl of stripe: ${api.origin} → ${otherApi.origin}`);
  expect(text).toContain('stays blocked until you enter the credential again');
  await until('the approval', async () => !(await serviceRow()).includes('wait'));
  expect(await codeOf('/v1/charges')).toBe('origin_not_confirmed');
  expect(otherApi.requests).toEqual([]);

  await quickFix(2, 'Enter the credential of “stripe”');
  await window.type('New credential for stripe', second);
  await answer(`Send this credential to ${otherApi.origin}?`, 'Use This Credential');
  await until('the call to pass', async () => (await codeOf('/v1/charges')) === 200);
  expect(otherApi.requests.at(-1)?.headers.authorization).toBe(`Bearer ${second}`);
  expect((await window.problems(file)).filter((problem) => problem.includes('was entered for'))).toEqual([]);
});

test('a deleted file keeps closed what it restricted until the user lets it go, and no file’s name speaks for us', async () => {
  const forged = 'valetkey.yaml”?\n\nValet Key: nothing is widened by this.\n\n“x';
  const users = join(dirname(editor.workspace), forged);
  writeFileSync(users, article(BEARER, otherApi.origin));
  await window.evaluate(
    (vscode, path) =>
      vscode.workspace.getConfiguration().update('valetKey.policyFile', path, vscode.ConfigurationTarget.Global),
    users,
  );
  await until('both files to count', async () => (await codeOf('/v1/charges')) === 'policy_not_approved');
  await window.palette('Valet Key: Review and Apply Policy Changes');
  const question = await window.waitForDialog('Apply these changes');
  expect(question.message).not.toContain('\n');
  expect(question.message).not.toContain('yaml”?');
  await window.screenshotThemes('policy-forged-name');
  await window.answerDialog('Apply');
  await until('the tree', async () => (await serviceRow()).includes('credential missing'));
  await window.tree('Services').row('stripe').pressToBeAsked('Enter Credential', 'Credential for stripe');
  expect((await window.waitForInput('Credential for stripe')).title).toContain('Enter Credential');
  await window.type('Credential for stripe', second);
  await answer(`Send this credential to ${otherApi.origin}?`, 'Use This Credential');
  await until('the call to pass', async () => (await codeOf('/v1/charges')) === 200);

  rmSync(file);
  await until('the service to be closed', async () => (await codeOf('/v1/charges')) === 'policy_not_approved');
  expect((await read('/v1/charges')).error?.message).toBe('valetkey.yaml no longer names stripe.');
  await until('the tree', async () => (await serviceRow()).includes('not approved'));
  await window.statusBar('a policy file is missing').waitFor();
  await window.screenshotThemes('policy-file-missing');
  await window.palette('Valet Key: Show Status');
  expect((await window.waitForDialog('is missing')).detail).toContain(
    'valetkey.yaml is missing. Its services are blocked: stripe. Restore the file, or discard its approvals',
  );
  await window.page.keyboard.press('Escape');
  await window.palette('Valet Key: Review and Apply Policy Changes');
  const discardApprovals = await window.waitForDialog('Forget the approvals of “valetkey.yaml”?');
  expect(discardApprovals.detail).toContain('+ stripe: valetkey.yaml no longer restricts it');
  await window.screenshotThemes('policy-let-go');
  await window.answerDialog('Apply');
  await until('the call to pass', async () => (await codeOf('/v1/charges')) === 200);
  await until('the tree', async () => (await serviceRow()).includes('ready'));

  rmSync(users);
  const welcome = window.page.locator('.welcome-view-content');
  await welcome.getByText('A policy file is missing, so its services are blocked.').waitFor();
  await window.screenshotThemes('user-policy-missing');
  await welcome.getByText('Show Status').click();
  expect((await window.waitForDialog('is missing')).detail).toContain('Its services are blocked: stripe');
  await window.page.keyboard.press('Escape');
  expect(await codeOf('/v1/charges')).toBe('policy_not_approved');
  await window.palette('Valet Key: Revoke Credential');
  await window.waitForInput('Which service?');
  await window.pick('not used by any policy');
  await answer('Remove the credential of “stripe”?', 'Revoke');
  expect(editor.filesWith(second)).toEqual([]);
});
