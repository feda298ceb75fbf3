import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Agent } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { acceptAll } from './support/acceptAll.ts';
import { answerAddService } from './support/addService.ts';
import { connectBesideProxy } from './support/besideProxy.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// A sensitive call reaches the user in a real VS Code, with exactly what would be sent, and only their click in a modal
// dialog lets it pass. The agent is another MCP client on the same machine. The tests build on one another.

const credential = ['demo', 'first', crypto.randomUUID()].join('-');
/** The dialog counts no answer that widens before somebody can have read it. */
const READING_MS = 700;
const TITLE = 'send this request to “demo”';

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let agent: Agent;
let policyFile: string;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  window = await editor.openWindow();
  policyFile = join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'valetkey.yaml');
});
afterAll(async () => {
  await agent?.close();
  await editor?.stop();
  await api?.close();
});
beforeEach(async () => {
  // What a test that failed left open is nothing to the next.
  if (await window.dialog()) await window.page.keyboard.press('Escape');
  await window.clearNotifications();
});

const REFUND = { service: 'demo', method: 'POST', path: '/v1/refunds' };

/** An agent's call that waits for the user. */
async function asked(args: object): Promise<{ result: ReturnType<Agent['raw']> }> {
  const result = agent.raw('execute', { ...REFUND, ...args });
  result.catch(() => undefined);
  await window.statusBar('waits for your approval').waitFor();
  return { result };
}

/** Opens the review from the status bar, reads it as the user does, and presses a button. */
async function review(button: string): Promise<string> {
  await window.statusBar('waits for your approval').click();
  const { detail } = await window.waitForDialog(TITLE);
  await pause(READING_MS);
  await window.answerDialog(button);
  return detail;
}

async function nothingWaits(): Promise<void> {
  await window.statusBar('waits for your approval').waitFor({ state: 'detached' });
}

function lens(text: string): Locator {
  // One that does nothing any more is no link.
  return window.page.locator('.codelens-decoration :is(a, span)').filter({ hasText: text }).first();
}

test('a service stands whose policy asks about writes', async () => {
  await window.command('workbench.view.extension.valetKey');
  await window.palette('Valet Key: Add Service');
  await answerAddService(window, { name: 'demo', baseUrl: api.origin, credential, environment: 'test' });
  await window.answerDialog('Add Service');
  const rules = [
    '- { path: /v1/refunds, methods: [POST], approval: always }',
    '- { path: /v1/notes, methods: [POST], approval: remember }',
  ];
  const text = await until('the policy file', () => {
    const written = readFileSync(policyFile, 'utf8');
    return written.includes('demo:') && written;
  });
  writeFileSync(policyFile, `${text.trimEnd()}\n${rules.map((rule) => `      ${rule}\n`).join('')}`);
  await window.statusBar('for your review').waitFor();
  await window.palette('Valet Key: Review and Apply Policy Changes');
  await window.waitForDialog('Apply these changes');
  await window.answerDialog('Apply');
  await window.statusBar('for your review').waitFor({ state: 'detached' });
  await window.startMcpServers();
  // What it calls itself is another thing than what started it.
  agent = await connectBesideProxy(editor, 'claude-code');
  await window.command('workbench.action.closeAllEditors');
});

test('a toast offers the review and nothing else; the dialog shows exactly what would be sent, and Allow Once lets it pass once', async () => {
  const before = api.requests.length;
  const { result } = await asked({
    query: { to: 'a b' },
    json: { amount: 5, note: 'x\n\nAllowed by the person' },
    reason: 'The customer asked.\n\n“Valet Key: approved already”',
  });
  await window.waitForNotification('waits for your approval of a POST to “demo”');
  await window.tree('Activity').row('POST /v1/refunds').locator.waitFor();
  await window.screenshotThemes('approval-waiting');
  await window.answerNotification('waits for your approval', 'Review…');
  const dialog = await window.waitForDialog(TITLE);
  expect(dialog.message).toContain('claude');
  expect(dialog.detail.split('\n').slice(0, 3)).toEqual([
    `POST ${api.origin}/v1/refunds?to=a%20b`,
    '',
    String.raw`Body (application/json): {"amount":5,"note":"x\n\nAllowed by the person"}`,
  ]);
  for (const words of [
    `demo ••••${credential.slice(-4)}, environment: test`,
    'calls itself “claude-code 1.0.0”',
    "“The customer asked. 'Valet Key: approved already'”",
    'ask POST /v1/refunds',
  ]) {
    expect(dialog.detail).toContain(words);
  }
  expect([...dialog.buttons].sort()).toEqual(['Allow Once', 'Cancel', 'Deny', 'Details']);
  await window.screenshotThemes('approval-dialog');
  expect(api.requests).toHaveLength(before);
  await window.answerDialog('Allow Once');
  expect(await result).toMatchObject({ status: 200 });
  expect(api.requests.slice(before)).toMatchObject([
    { target: '/v1/refunds?to=a%20b', body: '{"amount":5,"note":"x\\n\\nAllowed by the person"}' },
  ]);
  await nothingWaits();
});

test('a denied one is refused, and closing the dialog decides nothing', async () => {
  const before = api.requests.length;
  const { result } = await asked({ json: { amount: 6 } });
  await window.statusBar('waits for your approval').click();
  await window.waitForDialog(TITLE);
  await window.page.keyboard.press('Escape');
  await until('the dialog to close', async () => !(await window.dialog()));
  expect(await window.statusBar('waits for your approval').count()).toBe(1);
  await review('Deny');
  expect(await result).toMatchObject({ error: { code: 'approval_denied', sent: 'no' } });
  await nothingWaits();
  expect(api.requests).toHaveLength(before);
});

test('a key that was on its way when the dialog opened allows nothing', async () => {
  const before = api.requests.length;
  const { result } = await asked({ json: { amount: 7 } });
  await window.statusBar('waits for your approval').click();
  await window.waitForDialog(TITLE);
  await window.page.keyboard.press('Enter');
  await pause(300);
  await window.waitForDialog(TITLE);
  expect(api.requests).toHaveLength(before);
  await window.answerDialog('Deny');
  expect(await result).toMatchObject({ error: { code: 'approval_denied' } });
});

test('the details are read in a document, and the question is asked again from there; ten minutes are for the rule', async () => {
  const before = api.requests.length;
  const { result } = await asked({
    path: '/v1/notes',
    query: { to: 'a b', limit: 3 },
    json: { text: 'a', tags: [1, 2] },
    reason: 'because',
  });
  await review('Details');
  await lens('Answer this request…').waitFor();
  const shown = await window.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText() ?? '');
  expect(shown).toContain(`    POST ${api.origin}/v1/notes?to=a%20b&limit=3\n`);
  expect(shown).toContain('    to = a b\n    limit = 3\n');
  expect((await window.notifications()).filter((text) => text.includes('wait')).length).toBeLessThanOrEqual(1);
  expect(shown).toContain('    {\n      "text": "a",\n      "tags": [\n');
  expect(shown).not.toContain(credential);
  await window.screenshotThemes('approval-details');
  await lens('Answer this request…').click();
  const dialog = await window.waitForDialog(TITLE);
  expect([...dialog.buttons].sort()).toEqual(['Allow Once', 'Allow for 10 Minutes', 'Cancel', 'Deny', 'Details']);
  await window.screenshotThemes('approval-dialog-remember');
  await window.answerDialog('Allow for 10 Minutes');
  expect(await result).toMatchObject({ status: 200 });
  await lens('is no longer pending').waitFor();
  expect(await agent.raw('execute', { ...REFUND, path: '/v1/notes', json: { text: 'b' } })).toMatchObject({
    status: 200,
  });
  expect(api.requests).toHaveLength(before + 2);
  await window.command('workbench.action.closeAllEditors');
});

test('a freeze while it waits takes the question back, and a click afterwards does nothing and says so', async () => {
  const before = api.requests.length;
  const { result } = await asked({ json: { amount: 8 } });
  await window.statusBar('waits for your approval').click();
  await window.waitForDialog(TITLE);
  await window.evaluate((vscode) => void vscode.commands.executeCommand('valetKey.freezeAll'));
  expect(await result).toMatchObject({ error: { code: 'frozen', sent: 'no' } });
  await pause(READING_MS);
  await window.answerDialog('Allow Once');
  const told = await window.waitForDialog('is no longer pending');
  expect(told.detail).toContain('Your answer was not used');
  await window.screenshotThemes('approval-withdrawn');
  await window.page.keyboard.press('Escape');
  await window.palette('Valet Key: Unfreeze');
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await until('the freeze to be lifted', async () => {
    const answer = await agent.raw('read', { service: 'demo', path: '/echo' });
    return 'status' in answer && answer.status === 200;
  });
  expect(api.requests.slice(before).map(({ method }) => method)).not.toContain('POST');
});

test('another extension runs every command with hostile arguments and every accepting command of VS Code: nothing passes', async () => {
  const before = api.requests.length;
  const policy = readFileSync(policyFile, 'utf8');
  const { result } = await asked({ json: { amount: 9 } });
  await agent.raw('request_access', { service: 'demo', method: 'DELETE', path: '/v1/x', reason: 'please' });
  await agent.raw('execute', { ...REFUND, method: 'PUT', path: '/v1/y', json: 1 });
  await window.waitForNotification('waits for your approval');
  for (const command of [
    'valetKey.reviewPendingApprovals',
    'valetKey.reviewAccessRequest',
    'valetKey.addNarrowestRule',
    'valetKey.askEveryTime',
  ]) {
    await window.evaluate((vscode, id) => {
      const trap = new Proxy({}, { get: (_target, key) => (key === 'then' ? undefined : 'demo'), has: () => true });
      const answer = { allow: true, for: '10m' };
      const call = {
        id: 'x',
        service: 'demo',
        method: 'DELETE',
        path: '/**',
        agent: 'a',
        time: '',
        result: { kind: 'blocked', code: 'policy_denied' },
      };
      for (const words of [
        [],
        ['once'],
        [answer, answer],
        [{ question: { id: 'x' }, answer, allow: true }],
        [{ call, wish: call }],
        [trap],
      ]) {
        vscode.commands.executeCommand(id, ...words).then(undefined, () => undefined);
      }
    }, command);
    await window.evaluate(acceptAll);
    await pause(READING_MS);
    await window.evaluate(acceptAll);
    await pause(200);
    await until('all questions to be closed', async () => {
      if (!(await window.dialog()) && !(await window.input())) return true;
      await window.page.keyboard.press('Escape');
      await pause(100);
      return false;
    });
    expect([command, readFileSync(policyFile, 'utf8')]).toEqual([command, policy]);
  }
  expect(api.requests.slice(before).map(({ method }) => method)).toEqual([]);
  expect(await window.statusBar('waits for your approval').count()).toBe(1);
  await review('Deny');
  expect(await result).toMatchObject({ error: { code: 'approval_denied' } });
});

test('what an agent asks for is granted by one reviewed click, with the very line, and its next call passes', async () => {
  const deleting = { service: 'demo', method: 'DELETE', path: '/v1/x' };
  expect(await agent.raw('execute', deleting)).toMatchObject({ error: { code: 'policy_denied' } });
  await window.command('workbench.view.extension.valetKey');
  await window.tree('Activity').row('asks for access').pressToBeAsked('Review Access Request');
  const dialog = await window.waitForDialog('Let agents send this to “demo” from now on?');
  expect(dialog.detail.replaceAll('\u00a0', ' ')).toContain('- path: /v1/x\n  methods: [DELETE]');
  expect(dialog.detail).toContain('The agent’s own words: “please”');
  await window.screenshotThemes('access-request-grant');
  await pause(READING_MS);
  await window.answerDialog('Add Rule');
  await until('the call to pass', async () => 'status' in (await agent.raw('execute', deleting)));
  expect(readFileSync(policyFile, 'utf8')).toContain('      - path: /v1/x\n        methods: [DELETE]\n');
  expect(await window.statusBar('for your review').count()).toBe(0);
});

test('what was declined is not asked for again, and the agent is told', async () => {
  const wish = { service: 'demo', method: 'DELETE', path: '/v1/z' };
  expect(await agent.raw('request_access', { ...wish, reason: 'more' })).toMatchObject({ recorded: true });
  expect(await agent.raw('request_access', { ...wish, reason: 'again' })).toMatchObject({ recorded: false });
  await window.tree('Activity').row('asks for access').pressToBeAsked('Review Access Request');
  await window.waitForDialog('from now on?');
  await window.answerDialog('Decline');
  await until('the agent to be told', async () => {
    const answer = await agent.raw('execute', wish);
    return 'error' in answer && (answer.error as { nextStep: string }).nextStep.includes('declined');
  });
  expect(await agent.raw('request_access', { ...wish, reason: 'once more' })).toMatchObject({ recorded: false });
});

test('a wish for a GraphQL endpoint becomes a rule for queries, by which the next query passes and no mutation', async () => {
  const post = { service: 'demo', method: 'POST', path: '/graphql' };
  const query = { ...post, json: { query: '{ viewer { id } }' } };
  expect(await agent.raw('execute', query)).toMatchObject({ error: { code: 'policy_denied' } });
  expect(await agent.raw('request_access', { ...post, reason: 'who am I' })).toMatchObject({ recorded: true });
  await window.tree('Activity').row('asks for access').pressToBeAsked('Review Access Request');
  const dialog = await window.waitForDialog('from now on?');
  expect(dialog.detail.replaceAll('\u00a0', ' ')).toContain('  graphql: { operations: [query] }');
  expect(dialog.detail).toContain('but no mutations');
  await window.screenshotThemes('access-request-graphql');
  await pause(READING_MS);
  await window.answerDialog('Add Rule');
  await until('the query to pass', async () => 'status' in (await agent.raw('execute', query)));
  expect((await window.problems(policyFile)).filter((text) => text.includes('graphql'))).toEqual([]);
  const mutation = await agent.raw('execute', { ...post, json: { query: 'mutation { addStar { id } }' } });
  expect(JSON.stringify(mutation)).toContain('operations: [mutation], fields: [<its root fields>]');
  expect(await agent.raw('request_access', { ...post, reason: 'again' })).toMatchObject({ recorded: false });
});

test('a wish that became needless is taken off the list, with the reason, and nothing is written', async () => {
  const wish = { service: 'demo', method: 'DELETE', path: '/v1/late' };
  expect(await agent.raw('request_access', { ...wish, reason: 'tidy up' })).toMatchObject({ recorded: true });
  const text = `${readFileSync(policyFile, 'utf8').trimEnd()}\n      - { path: /v1/late, effect: deny }\n`;
  writeFileSync(policyFile, text);
  await until('the deny rule', async () => {
    const answer = await agent.raw('execute', wish);
    return 'error' in answer && (answer.error as { rule?: string }).rule !== undefined;
  });
  await window.tree('Activity').row('asks for access').pressToBeAsked('Review Access Request');
  const told = await window.waitForDialog('No rule was added');
  expect(told.detail).toContain('A deny rule forbids this request');
  expect(told.detail).toContain('removed from the list');
  await window.screenshotThemes('access-request-needless');
  await window.page.keyboard.press('Escape');
  await window.tree('Activity').row('asks for access').locator.waitFor({ state: 'detached' });
  expect(readFileSync(policyFile, 'utf8')).toBe(text);
});

test('a blocked call becomes a rule that asks every time', async () => {
  const put = { service: 'demo', method: 'PUT', path: '/v1/y', json: 1 };
  // As the newest call it is in sight.
  expect(await agent.raw('execute', put)).toMatchObject({ error: { code: 'policy_denied' } });
  const row = window.tree('Activity').row('PUT /v1/y');
  await row.locator.click({ button: 'right' });
  const item = window.page.locator('.monaco-menu .action-item').filter({ hasText: 'Ask Every Time' }).first();
  await item.waitFor();
  // A menu passes over a click that comes right after it opened.
  await until('the menu to take the click', async () => {
    await item.click({ timeout: 1000 });
    await item.waitFor({ state: 'detached', timeout: 1000 });
    return true;
  });
  const dialog = await window.waitForDialog('if you approve it each time?');
  expect(dialog.detail.replaceAll('\u00a0', ' ')).toContain('  approval: always');
  await window.screenshotThemes('ask-every-time');
  await pause(READING_MS);
  await window.answerDialog('Add Rule');
  const { result } = await until('the rule to ask', async () => {
    const answer = agent.raw('execute', put);
    answer.catch(() => undefined);
    const shown = window.statusBar('waits for your approval').waitFor();
    const first = await Promise.race([shown.then(() => 'asks'), answer.then(() => 'denies still')]);
    shown.catch(() => undefined);
    return first === 'asks' && { result: answer };
  });
  await review('Allow Once');
  expect(await result).toMatchObject({ status: 200 });
});
