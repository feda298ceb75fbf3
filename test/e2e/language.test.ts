import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// A policy file as code, in a real VS Code: what is offered, said, drawn and mended while it is written. The tests build
// on one another.

const credential = ['demo', 'value', crypto.randomUUID()].join('-');

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let file: string;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  file = join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'valetkey.yaml');
  window = await editor.openWindow();
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

const POLICY = (origin: string): string => `services:
  shop:
    baseUrl: ${origin}
    network: loopback
    auth: { type: bearer }
    policies:
      - path: /v1/orders/**
        methods: [GET]
      - path: /v1/orders/*
        methods: [GET]
      - path: /v1/refunds
        methods: [POST]
tests:
  - name: reads an order
    request: { service: shop, method: GET, path: /v1/orders/7 }
    expect: allow
  - name: never deletes
    request: { service: shop, method: DELETE, path: /v1/orders/7 }
    expect: ask
`;

/** Puts the cursor behind this text in the file. */
async function putCursor(text: string): Promise<void> {
  const place = await window.evaluate(
    async (vscode, at) => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(at.file));
      const shown = await vscode.window.showTextDocument(document, { preview: false });
      const position = document.positionAt(document.getText().indexOf(at.text) + at.text.length);
      shown.selection = new vscode.Selection(position, position);
      shown.revealRange(shown.selection);
      return `Ln ${position.line + 1}, Col ${position.character + 1}`;
    },
    { file, text },
  );
  // What is typed next goes where the window has the cursor.
  await window.page.locator('.statusbar-item').filter({ hasText: place }).waitFor();
}

function text(path = file): Promise<string> {
  return window.evaluate(async (vscode, path) => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    return document.getText();
  }, path);
}

function lens(title: string): Locator {
  return window.page.locator('.codelens-decoration').filter({ hasText: title }).first();
}

async function problemsWith(code: string): Promise<number> {
  const codes = await window.evaluate(
    (vscode, path) =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(path))
        .map((one) => String(typeof one.code === 'object' ? one.code.value : one.code)),
    file,
  );
  return codes.filter((one) => one === code).length;
}

async function quickFix(at: string, title: string): Promise<void> {
  await putCursor(at);
  await window.quickFix(title);
}

test('a service stands, with rules that the user approved', async () => {
  await window.command('workbench.view.extension.valetKey');
  await window.palette('Valet Key: Add Service');
  await answerAddService(window, { name: 'shop', baseUrl: api.origin, credential });
  await window.answerDialog('Add Service');
  await until('the policy file', () => readFileSync(file, 'utf8').includes('shop:'));
  writeFileSync(file, POLICY(api.origin));
  await window.statusBar('for your review').waitFor();
  // The editor reads the file again after it was written: a review that came before is over with what it showed.
  await until('the review', async () => {
    await window.palette('Valet Key: Review and Apply Policy Changes');
    return until('its dialog', () => window.dialog(), 8000);
  });
  await window.waitForDialog('Apply these changes');
  await window.answerDialog('Apply');
  await window.startMcpServers();
  await window.command('workbench.action.closeAllEditors');
});

test('what is unwise is said at its place, with what it is about and where to read on', async () => {
  await window.openFile(file);
  await until('the shadowed rule', async () => (await problemsWith('shadowed-rule')) === 1);
  const [shadowed] = await window.evaluate(
    (vscode, path) =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(path))
        .filter((one) => typeof one.code === 'object' && one.code.value === 'shadowed-rule')
        .map((one) => ({
          line: one.range.start.line + 1,
          related: one.relatedInformation?.map(({ location }) => location.range.start.line + 1),
          target: typeof one.code === 'object' ? String(one.code.target) : '',
        })),
    file,
  );
  expect(shadowed).toMatchObject({ line: 9, related: [7] });
  expect(shadowed?.target).toContain('docs/policy.md#shadowed-rule');
  expect(await problemsWith('write-without-approval')).toBe(1);
});

test('a test that fails is a problem at its place, and a lens counts them', async () => {
  expect(await problemsWith('failing-test')).toBe(1);
  await lens('✗ 1 of 2 tests fail').waitFor();
  await lens('No calls in the last 24 h').waitFor();
  await lens('Test a Request…').waitFor();
  await window.screenshotThemes('language-problems');
});

test('a quick fix changes the text, and one Undo takes it back', async () => {
  const before = await text();
  await quickFix('methods: [GET]\n      - path: /v1/orders/*', 'Remove this rule');
  await until('the rule to be gone', async () => !(await text()).includes('/v1/orders/*\n'));
  await until('the problem to be gone', async () => (await problemsWith('shadowed-rule')) === 0);
  await window.command('undo');
  await until('the text as it was', async () => (await text()) === before);
  await until('the problem to be back', async () => (await problemsWith('shadowed-rule')) === 1);
  await quickFix('- path: /v1/refunds', 'Ask every time');
  await until('the approval', async () => (await text()).includes('approval: always'));
  await window.command('undo');
  await until('the text as it was', async () => (await text()) === before);
});

test('keys and values are offered as they are typed', async () => {
  await putCursor(`baseUrl: ${api.origin}`);
  await window.page.keyboard.press('Enter');
  await window.page.keyboard.type('env');
  await window.command('editor.action.triggerSuggest');
  const row = window.page.locator('.suggest-widget .monaco-list-row').filter({ hasText: 'environment' }).first();
  await row.waitFor();
  await window.screenshotThemes('language-completion');
  await window.page.keyboard.press('Enter');
  await until('the key', async () => (await text()).includes('    environment: '));
  await window.page.locator('.suggest-widget .monaco-list-row').filter({ hasText: 'live' }).first().waitFor();
  await window.page.keyboard.press('Escape');
  await window.page.keyboard.type('test');
  await until('no error', async () => (await problemsWith('bad-environment')) === 0);
  await window.command('workbench.action.files.save');
  // It waits for a review now, and nothing is learned while something waits.
  writeFileSync(file, readFileSync(file, 'utf8').replace('    environment: test\n', ''));
  await until('the line to be gone', async () => !(await text()).includes('environment: test'));
});

test('a rule says in words what it allows', async () => {
  await putCursor('/v1/orders/**');
  await window.command('editor.action.showHover');
  const hover = window.page.locator('.monaco-hover').filter({ hasText: 'every path below /v1/orders/' }).first();
  await hover.filter({ hasText: 'No call of the last 24 hours matched it.' }).waitFor();
  await window.screenshotThemes('language-hover');
  await window.page.keyboard.press('Escape');
});

test('calls are counted above their service, and their paths are offered', async () => {
  const status = async (path: string): Promise<unknown> =>
    JSON.parse((await window.callTool('_read', { service: 'shop', path }))[0] ?? '');
  expect(await status('/v1/orders/8731')).toMatchObject({ status: expect.any(Number) });
  expect(await status('/v1/orders/8732')).toMatchObject({ status: expect.any(Number) });
  expect(await status('/v1/secrets')).toMatchObject({ error: { code: 'policy_denied' } });
  await lens('2 allowed, 1 blocked in the last 24 h').waitFor();
  const row = (label: string): Locator =>
    window.page.locator('.suggest-widget .monaco-list-row').filter({ hasText: label }).first();
  await putCursor('- path: ');
  await window.command('editor.action.triggerSuggest');
  await row('/v1/orders/*').waitFor();
  await row('/v1/secrets').waitFor();
  await window.screenshotThemes('language-paths');
  await window.page.keyboard.press('Escape');
});

test('the outline names services, rules and tests', async () => {
  const names = await window.evaluate(async (vscode, path) => {
    const symbols = await vscode.commands.executeCommand<{ name: string; children: { name: string }[] }[]>(
      'vscode.executeDocumentSymbolProvider',
      vscode.Uri.file(path),
    );
    return symbols.map(({ name, children }) => [name, ...children.map((child) => child.name)]);
  }, file);
  expect(names).toContainEqual(['services', 'shop']);
  expect(names).toContainEqual(['tests', 'reads an order', 'never deletes']);
});

test('a tighter policy is proposed as a difference, and written only when the user says so', async () => {
  await window.command('workbench.action.files.save');
  const before = readFileSync(file, 'utf8');
  await window.palette('Valet Key: Suggest a Tighter Policy');
  const write = window.page.locator('.editor-actions [aria-label^="Write Proposal"]').first();
  await write.waitFor();
  await window.screenshotThemes('language-proposal');
  expect(readFileSync(file, 'utf8')).toBe(before);
  await write.click();
  const { detail } = await window.waitForDialog('Write this proposal');
  expect(detail).toContain('/v1/refunds');
  expect(detail).toContain('No call used it.');
  await window.screenshotThemes('language-proposal-dialog');
  await window.answerDialog('Write');
  // A file that is being written is empty for a moment.
  const written = await until('the file', () => {
    const text = readFileSync(file, 'utf8');
    return text !== '' && text !== before && text;
  });
  expect(written).not.toContain('/v1/refunds');
  expect(written).toContain('/v1/orders/');
});

test('an hour of learning is decided in a dialog, opens reads, asks about writes, and stops at once', async () => {
  const secrets = async (): Promise<{ readonly status?: number; readonly error?: { readonly code: string } }> =>
    JSON.parse((await window.callTool('_read', { service: 'shop', path: '/v1/secrets' }))[0] ?? '');
  await window.clearNotifications();
  await window.command('workbench.action.closeAllEditors');
  expect((await secrets()).error?.code).toBe('policy_denied');
  void window.command('valetKey.learnPolicy', 'shop').catch(() => undefined);
  await window.waitForDialog('Let agents read all of “shop” for an hour?');
  await window.screenshotThemes('learn-dialog');
  await window.page.keyboard.press('Escape');
  expect((await secrets()).error?.code).toBe('policy_denied');

  void window.command('valetKey.learnPolicy', 'shop').catch(() => undefined);
  await window.waitForDialog('Let agents read all of “shop” for an hour?');
  // An answer within half a second is nobody's.
  await pause(700);
  await window.answerDialog('Learn for an Hour');
  await window.statusBar('learning shop until').waitFor();
  await until('the read to pass', async () => (await secrets()).status !== undefined);
  await window.screenshotThemes('learning');
  await window.palette('Valet Key: Stop Learning');
  await until('the read to be blocked again', async () => (await secrets()).error?.code === 'policy_denied');
  await window.answerNotification('Learning “shop” ended', 'Show Proposal');
  await window.page.locator('.editor-actions [aria-label^="Write Proposal"]').first().waitFor();
  await window.screenshotThemes('learn-proposal');
  expect(readFileSync(file, 'utf8')).not.toContain('/v1/secrets');
});

test('learning is over when the window is reloaded', async () => {
  await window.command('workbench.action.closeAllEditors');
  void window.command('valetKey.learnPolicy', 'shop').catch(() => undefined);
  await window.waitForDialog('Let agents read all of “shop” for an hour?');
  await pause(700);
  await window.answerDialog('Learn for an Hour');
  await window.statusBar('learning shop until').waitFor();
  await window.reload();
  await window.waitForExtension(EXTENSION_ID);
  await window.startMcpServers();
  const answer = await until('the gateway', async () => {
    const [text = ''] = await window.callTool('_read', { service: 'shop', path: '/v1/secrets' });
    const { error } = JSON.parse(text) as { readonly error?: { readonly code: string } };
    return error?.code === 'gateway_unavailable' ? undefined : (error?.code ?? 'passed');
  });
  expect(answer).toBe('policy_denied');
});

test('behind a key that holds more the cursor is where that is written, and no stray word is', async () => {
  const own = join(editor.workspace, 'valetkey.yaml');
  const row = (label: string): Locator =>
    window.page.locator('.suggest-widget .monaco-list-row').filter({ hasText: label }).first();
  const complete = async (before: string, typed: string, label: string, after: string): Promise<void> => {
    await window.page.keyboard.press('Escape');
    const place = await window.evaluate(
      async (vscode, { path, text }) => {
        const shown = await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false });
        const whole = new vscode.Range(0, 0, shown.document.lineCount, 0);
        await shown.edit((edit) => edit.replace(whole, text));
        const end = shown.document.positionAt(text.length);
        shown.selection = new vscode.Selection(end, end);
        return `Ln ${end.line + 1}, Col ${end.character + 1}`;
      },
      { path: own, text: before + typed },
    );
    await window.page.locator('.statusbar-item').filter({ hasText: place }).waitFor();
    await window.command('editor.action.triggerSuggest');
    await window.page.locator('.suggest-widget .monaco-list-row.focused').filter({ hasText: label }).waitFor();
    await window.page.keyboard.press('Enter');
    await until(label, async () => (await text(own)) === after);
  };
  const head = 'services:\n  api:\n    ';
  writeFileSync(own, '');
  await window.openFile(own);
  await complete('', 'serv', 'services', 'services:\n  ');
  await row('shop').waitFor();
  await complete(head, 'au', 'auth', `${head}auth:\n      `);
  await row('type').waitFor();
  await complete(head, 'pol', 'policies', `${head}policies:\n      - `);
  await row('path').waitFor();
  await window.screenshotThemes('language-list');
  const rule = `${head}policies:\n      - path: /a\n`;
  await complete(`${rule}        `, 'me', 'methods', `${rule}        methods: []`);
  await row('GET').waitFor();
  await window.page.keyboard.press('Enter');
  await until('the method', async () => (await text(own)) === `${rule}        methods: [GET]`);
  await complete(`${rule}      `, 'pa', 'path', `${rule}      - path: `);
  await window.command('workbench.action.files.revert');
  rmSync(own);
});
