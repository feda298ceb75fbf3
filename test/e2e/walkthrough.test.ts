import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemoApi } from '../../examples/demo-api.mjs';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { answerAddService } from './support/addService.ts';
import { type Editor, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The first five minutes, as the walkthrough leads through them. With E2E_UPDATE_IMAGES=1 the pictures of README.md are
// taken on the way: `E2E_UPDATE_IMAGES=1 npm run e2e -- walkthrough`. The tests build on one another.

const STEPS = [
  'Add a service',
  'See it in the tree',
  'Let Copilot call it',
  'See the audit line',
  'Try the kill switch',
];
const credential = ['demo', 'key', crypto.randomUUID()].join('-');

let editor: Editor;
let window: EditorWindow;
let api: Awaited<ReturnType<typeof startDemoApi>>;

beforeAll(async () => {
  api = await startDemoApi();
  // What only says where the throw-away profile is does not belong in a picture.
  editor = await startEditor({ settings: { 'breadcrumbs.enabled': false, 'editor.minimap.enabled': false } });
  window = await editor.openWindow();
});
afterAll(async () => {
  await editor?.stop();
  await api?.close();
});

/** The titles of the steps that are ticked. The walkthrough's page must be in sight. */
async function ticked(): Promise<string[]> {
  const done = window.page.locator('.getting-started-step', {
    has: window.page.locator('.codicon-getting-started-step-checked'),
  });
  const texts = await done.allInnerTexts();
  return STEPS.filter((title) => texts.some((text) => text.includes(title)));
}

/** The walkthrough in front, and the step with this title open. */
async function openStep(title: string): Promise<void> {
  await window.command('workbench.action.openWalkthrough', 'valet-key.valet-key#firstSteps');
  await window.page.locator('.getting-started-step').filter({ hasText: title }).click();
  await window.page.locator('.getting-started-step.expanded').filter({ hasText: title }).waitFor();
}

/** Presses a button of the open step. */
async function press(button: string): Promise<void> {
  await window.page
    .locator('.getting-started-step.expanded .monaco-button')
    .filter({ hasText: button })
    .first()
    .click();
}

interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Takes one of README's pictures when that is asked for. */
async function image(name: string, clip?: Clip): Promise<void> {
  if (process.env.E2E_UPDATE_IMAGES !== '1') return;
  const folder = join(ROOT, 'docs/images');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await window.page.mouse.move(640, (window.page.viewportSize()?.height ?? 800) - 10);
  await window.page.screenshot({ path, animations: 'disabled', caret: 'hide', ...(clip ? { clip } : {}) });
  expect(statSync(path).size).toBeLessThan(150_000);
}

test('it waits to be asked: no page, no toast and no dialog on start', async () => {
  expect(await window.page.locator('.getting-started-step').count()).toBe(0);
  expect(await window.notifications()).toEqual([]);
  expect(await window.dialog()).toBeUndefined();
  await window.command('workbench.view.extension.valetKey');
  // VS Code 1.105 does not know the walkthroughs of extensions yet when it has only just started, and shows its own.
  await until('the walkthrough', async () => {
    await window.command('workbench.action.closeAllEditors');
    await window.page.getByText('Show the first steps').click();
    await window.page.locator('.getting-started-step').filter({ hasText: 'Add a service' }).waitFor({ timeout: 2_000 });
    return true;
  });
  expect(await ticked()).toEqual([]);
  for (const title of STEPS) {
    await window.page.locator('.getting-started-step').filter({ hasText: title }).waitFor();
  }
});

test('each step has its picture', async () => {
  await window.command('workbench.action.closeSidebar');
  for (const [index, title] of STEPS.entries()) {
    await openStep(title);
    await window.page
      .locator('.getting-started-media webview, .getting-started-media iframe, .getting-started-media .webview')
      .first()
      .waitFor();
    await window.screenshotThemes(`walkthrough-step-${index + 1}`);
  }
  expect(await ticked()).toEqual([]);
});

test('a service that is added ticks the first step', async () => {
  await openStep('Add a service');
  await press('Add Service');
  await answerAddService(window, { name: 'payments', baseUrl: api.origin, credential, environment: 'test' });
  await window.screenshotThemes('walkthrough-add-service');
  await image('add-service', { x: 340, y: 180, width: 600, height: 440 });
  await window.answerDialog('Add Service');
  await window.page.locator('.tab.active').filter({ hasText: 'valetkey.yaml' }).waitFor();
  await openStep('See it in the tree');
  await until('the first step to be ticked', async () => (await ticked()).includes('Add a service'));
  expect(await ticked()).toEqual(['Add a service']);
});

test('a look at the tree with the service in it ticks the second', async () => {
  await press('Show Services');
  await window.tree('Services').row('payments').locator.waitFor();
  await until('the second step to be ticked', async () => (await ticked()).length === 2);
});

test('a call that the API answered ticks the third; one that was refused would not', async () => {
  await window.startMcpServers();
  await window.callTool('_read', { service: 'nothing', path: '/v1/charges' });
  await window.tree('Activity').row('/v1/charges').locator.waitFor();
  expect(await ticked()).toHaveLength(2);
  const [answer = ''] = await window.callTool('_read', { service: 'payments', path: '/v1/charges' });
  expect(JSON.parse(answer)).toMatchObject({ status: 200, json: { object: 'list' } });
  await until('the third step to be ticked', async () => (await ticked()).length === 3);
});

test('the audit log, when it is shown, ticks the fourth', async () => {
  await openStep('See the audit line');
  await press('Show Audit Log');
  await until('the fourth step to be ticked', async () => (await ticked()).length === 4);
  await window.page.locator('.output-view, .panel .view-lines').getByText('GET /v1/charges').first().waitFor();
  await window.screenshotThemes('walkthrough-audit');
});

test('a picture of all of it', async () => {
  await window.command('workbench.action.closeAllEditors');
  await window.clearNotifications();
  await window.callTool('_read', { service: 'payments', path: '/v1/charges?limit=3' });
  const asked = window.callTool('_execute', { service: 'payments', method: 'POST', path: '/v1/charges', json: {} });
  await until("VS Code's own question", () => window.dialog());
  const dialog = await window.dialog();
  await window.answerDialog(dialog?.buttons.find((button) => /^(Yes|Allow|Continue)/.test(button)) ?? 'Yes');
  expect(JSON.parse((await asked)[0] ?? '')).toMatchObject({ error: { code: 'policy_denied' } });
  await window.tree('Activity').row('POST /v1/charges').locator.waitFor();
  await window.palette('Valet Key: Open Policy File');
  await window.page.locator('.monaco-editor').getByText('baseUrl').first().waitFor();
  await window.tree('Services').row('payments').expand();
  await window.tree('Services').row('rule').locator.waitFor();
  await window.screenshotThemes('walkthrough-all');
  await window.page.setViewportSize({ width: 1180, height: 700 });
  await window.command('revealLine', { lineNumber: 12, at: 'top' });
  await image('services');
  await window.page.setViewportSize({ width: 1280, height: 800 });
});

test('a change that allows more waits for the user, and shows in words what it is', async () => {
  await window.command('workbench.action.closePanel');
  await window.evaluate(async (vscode) => {
    const editor = vscode.window.activeTextEditor;
    const at = editor?.document.getText().indexOf('[GET, HEAD]') ?? -1;
    if (!editor || at < 0) throw new Error('the policy file is not open');
    const start = editor.document.positionAt(at);
    const range = new vscode.Range(start, start.translate(0, '[GET, HEAD]'.length));
    await editor.edit((edit) => edit.replace(range, '[GET, HEAD, POST]'));
    await editor.document.save();
  });
  await window.statusBar('for your review').waitFor();
  await window.palette('Valet Key: Review and Apply Policy Changes');
  const dialog = await window.waitForDialog('POST');
  expect(dialog.buttons).toContain('Apply');
  await window.screenshotThemes('walkthrough-review');
  await image('review', { x: 350, y: 36, width: 930, height: 640 });
  await window.answerDialog('Cancel');
});

test('a freeze ticks the fifth; lifting it is a modal', async () => {
  await openStep('Try the kill switch');
  await press('Freeze All Access');
  await until('the fifth step to be ticked', async () => (await ticked()).length === STEPS.length);
  await window.clearNotifications();
  await window.screenshotThemes('walkthrough-done');
  await image('frozen', { x: 0, y: 36, width: 1280, height: 764 });
  await window.page.locator('.getting-started-step.expanded a').filter({ hasText: 'Unfreeze' }).click();
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await window.statusBar('Valet Key, 1 service').waitFor();
});
