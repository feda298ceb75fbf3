import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditRecord } from '../../src/core/audit/auditEvent.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { type AgentResult, connectOutsideAgent, readThrough } from './support/outsideAgent.ts';
import { quickEnough } from './support/quickEnough.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// What the user does while agents call without a pause: a rotation and its undoing lose no call, and what stops, stops at
// once, calls that hang included. The tests build on one another.
//
// How fast a stop is, the trail says: the time in the outcome records of the hanging calls, less the moment when the
// command began in the extension host, or when the user's click left the button. All of it is one machine's clock.

const first = ['load', 'first', crypto.randomUUID()].join('-');
const second = ['load', 'second', crypto.randomUUID()].join('-');
/** SECURITY.md's promises, in milliseconds. */
const STOPS_WITHIN_MS = 100;
const STOPS_ELSEWHERE_WITHIN_MS = 1000;

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
let agent: Client;

beforeAll(async () => {
  api = await startUpstream();
  editor = await startEditor();
  window = await editor.openWindow();
  await window.command('workbench.view.extension.valetKey');
  await window.palette('Valet Key: Add Service');
  await answerAddService(window, { name: 'demo', baseUrl: api.origin, credential: first });
  await window.answerDialog('Add Service');
  await window.tree('Services').row('ready').locator.waitFor();
  agent = await connectOutsideAgent(editor, editor.workspace);
});
afterAll(async () => {
  await agent?.close();
  await editor?.stop();
  await api?.close();
});

function read(path: string): Promise<AgentResult> {
  return readThrough(agent, 'demo', path);
}

/** Calls from several sides at once, each its next as soon as the last one was answered, until `stop`. */
function callWithoutPause(): { readonly results: AgentResult[]; stop(): Promise<void> } {
  const results: AgentResult[] = [];
  let going = true;
  const loops = Array.from({ length: 6 }, async (_, n) => {
    while (going) {
      const result = await read(`/slow/${20 + n}`);
      results.push(result);
      if (result.error) await pause(100);
    }
  });
  return {
    results,
    stop: async () => {
      going = false;
      await Promise.all(loops);
    },
  };
}

/** Waits until this many more requests arrived with that credential and none of them with another one at the end. */
async function waitForCallsWith(credential: string): Promise<void> {
  await until(`calls with the credential ending in ${credential.slice(-4)}`, () =>
    api.requests.slice(-20).every(({ headers }) => headers.authorization === `Bearer ${credential}`),
  );
}

function trail(): AuditRecord[] {
  const folder = join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'audit');
  return readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditRecord);
}

/** How long after `at` the five calls of that path came to that end, in milliseconds. */
function livedOn(path: string, code: string, at: number): number[] {
  const ended = trail().filter((record) => record.kind === 'outcome' && record.path === path && record.code === code);
  expect(ended).toHaveLength(5);
  return ended.map(({ time }) => Date.parse(time) - at);
}

/** Starts calls that hang, and returns once all of them arrived at the API. */
async function hang(path: string, count: number): Promise<Promise<AgentResult>[]> {
  const calls = Array.from({ length: count }, () => read(path));
  await arrived(path, count);
  return calls;
}

async function arrived(path: string, count: number): Promise<void> {
  await until(
    'the hanging calls to arrive',
    () => api.requests.filter(({ target }) => target === path).length === count,
  );
}

/** Runs the command in the extension host, and tells when it began. */
function freezeAll(): Promise<number> {
  return window.evaluate(async (vscode) => {
    const start = Date.now();
    await vscode.commands.executeCommand('valetKey.freezeAll');
    return start;
  });
}

/** Presses a dialog's button, and tells when the click happened in the window. */
async function clickedAt(button: string): Promise<number> {
  // As text: it runs in the page, whose names these files do not know.
  await window.page.evaluate(
    "document.addEventListener('click', () => { globalThis.clickedAt = Date.now(); }, { capture: true, once: true })",
  );
  await window.answerDialog(button);
  return (await window.page.evaluate('globalThis.clickedAt')) as number;
}

test('Rotate under load loses no call, and neither does its Undo', async () => {
  const load = callWithoutPause();
  await until('calls to flow', () => load.results.length > 20);
  await waitForCallsWith(first);

  const began = Date.now();
  await window.palette('Valet Key: Rotate Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.type('New credential for demo', second);
  await window.waitForNotification('“demo” is rotated.');
  await waitForCallsWith(second);
  const took = Date.now() - began;
  console.info(`${took} ms from the command to the first request with the new credential`);

  await window.answerNotification('“demo” is rotated.', 'Undo…');
  await window.waitForDialog('Restore the previous credential of “demo”?');
  await window.answerDialog('Undo Rotation');
  await waitForCallsWith(first);
  await load.stop();

  expect(load.results.filter(({ status }) => status !== 200)).toEqual([]);
  expect(api.requests).toHaveLength(load.results.length);
  const used = new Set(api.requests.map(({ headers }) => headers.authorization));
  expect(used).toEqual(new Set([`Bearer ${first}`, `Bearer ${second}`]));
  console.info(`${load.results.length} calls, none lost`);
  await window.clearNotifications();
});

test('Freeze All stops hanging calls within 100 ms of the command, while others call', async () => {
  const load = callWithoutPause();
  await quickEnough(STOPS_WITHIN_MS, async (round) => {
    if (round > 0) await unfreeze();
    const path = `/hang/frozen${round}`;
    const calls = await hang(path, 5);
    const at = await freezeAll();
    for (const { error } of await Promise.all(calls)) expect(error).toMatchObject({ code: 'frozen', sent: 'unknown' });
    return livedOn(path, 'frozen', at);
  });
  await load.stop();
  await until('the API to see them go', () => api.requests.filter(({ aborted }) => aborted).length >= 5);
  // The others ended well or as frozen, and no call went out once the freeze was recorded.
  for (const { status, error } of load.results) expect(error?.code ?? status).toBe(error ? 'frozen' : 200);
  const recordedAt = Date.parse(lastFreeze()?.time ?? '');
  expect(api.requests.filter(({ at: arrived }) => arrived > recordedAt)).toEqual([]);
});

test('it stays so over a reload, until the user lifts it', async () => {
  await window.reload();
  await window.waitForExtension(EXTENSION_ID);
  await until('the gateway to be back', async () => (await read('/slow/1')).error?.code === 'frozen');
  await unfreeze();
});

test('Revoke stops hanging calls within 100 ms of the click, and lasts over a reload', async () => {
  await quickEnough(STOPS_WITHIN_MS, async (round) => {
    if (round > 0) await enterAgain();
    const path = `/hang/revoked${round}`;
    const calls = await hang(path, 5);
    await window.palette('Valet Key: Revoke Credential');
    await window.waitForInput('Which service?');
    await window.pick('demo');
    await window.waitForDialog('Remove the credential of “demo”?');
    const at = await clickedAt('Revoke');
    for (const { error } of await Promise.all(calls)) expect(error).toMatchObject({ code: 'revoked', sent: 'unknown' });
    // The calls ended before SecretStorage had the removal; that it has it, the toast says.
    await window.waitForNotification('“demo” is revoked here');
    await window.clearNotifications();
    return livedOn(path, 'revoked', at);
  });
  await window.reload();
  await window.waitForExtension(EXTENSION_ID);
  await until('the gateway to be back', async () => (await read('/slow/1')).error?.code === 'revoked');
  await enterAgain();
});

async function enterAgain(): Promise<void> {
  await window.palette('Valet Key: Rotate Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.type('Credential for demo', second);
  await window.waitForDialog('Send this credential to');
  await window.answerDialog('Use This Credential');
  await until('calls to pass again', async () => (await read('/slow/1')).status === 200);
  await window.clearNotifications();
}

test('Freeze All in one window stops hanging calls of another within a second', async () => {
  const twin = await editor.openWindow();
  await until("VS Code's client to list the tools", async () => {
    await twin.startMcpServers();
    return twin.evaluate((vscode) => vscode.lm.tools.some(({ name }) => name.endsWith('_read')));
  });
  const twinReads = (): Promise<true> =>
    until('calls of the second window to pass', async () => {
      const [text = ''] = await twin.callTool('_read', { service: 'demo', path: '/slow/1' });
      return (JSON.parse(text) as AgentResult).status === 200;
    });
  await quickEnough(STOPS_ELSEWHERE_WITHIN_MS, async (round) => {
    if (round > 0) await unfreeze();
    await twinReads();
    const path = `/hang/elsewhere${round}`;
    const calls = Array.from({ length: 5 }, () => twin.callTool('_read', { service: 'demo', path }));
    await arrived(path, 5);
    const at = await freezeAll();
    for (const [text = ''] of await Promise.all(calls)) expect(text).toContain('"frozen"');
    return livedOn(path, 'frozen', at);
  });
  await twin.close();
  await window.page.bringToFront();
  await unfreeze();
});

/** Each sign of it was a token of Markdown's, in each of 200 rows, with each change of the view. */
const WORST = `/v1/refunds/${'.'.repeat(4000)}`;

test('refused calls of the worst kind, as fast as they go, keep neither a freeze nor the views waiting', async () => {
  const host = editor.processes('extension host').map(({ pid }) => pid);
  await quickEnough(2000, async (round) => {
    if (round > 0) await unfreeze();
    const flood = await connectOutsideAgent(editor, editor.workspace, `flood-${round}`);
    let [refused, going] = [0, true];
    const loops = Array.from({ length: 4 }, async () => {
      while (going) {
        const call = { name: 'execute', arguments: { service: 'demo', method: 'POST', path: WORST } };
        const { error } = (await flood.callTool(call)).structuredContent as AgentResult;
        expect(error).toBeDefined();
        refused += 1;
        if (error?.code === 'rate_limited') await pause(100);
      }
    });
    const spent = cpuOf(host);
    await until('all rows of the view to be of the flood', () => refused > 300);
    const at = Date.now();
    await window.command('valetKey.freezeAll');
    await window.statusBar('frozen').waitFor();
    const shown = Date.now() - at;
    going = false;
    await Promise.all(loops);
    console.info(`${refused} refused calls; ${Math.round(cpuOf(host) - spent)} ms of the extension host's`);
    await flood.close();
    await window.tree('Activity').row('POST /v1/refunds/').locator.waitFor();
    return [Date.parse(lastFreeze()?.time ?? '') - at, shown];
  });
  await unfreeze();
});

/** Milliseconds of the processor's that they have used; the kernel counts in hundredths of a second. */
function cpuOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return Number(user) + Number(system);
  });
  return 10 * ticks.reduce((sum, one) => sum + one, 0);
}

function lastFreeze(): AuditRecord | undefined {
  return trail().findLast(({ kind, verdict }) => kind === 'control' && verdict === 'freeze');
}

async function unfreeze(): Promise<void> {
  await window.palette('Valet Key: Unfreeze');
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await until('calls to pass again', async () => (await read('/slow/1')).status === 200);
}
