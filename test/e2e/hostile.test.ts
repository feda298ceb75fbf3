import { execFileSync } from 'node:child_process';
import { appendFileSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/repo.mjs';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { acceptAll } from './support/acceptAll.ts';
import { answerAddService } from './support/addService.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { pause, until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// Another extension in the same process, with everything that VS Code and Node give it: it neither gets a credential nor
// widens anything. What counts as widening: frozen → unfrozen, not approved → approved, not confirmed → confirmed. The
// tests build on one another; the tests' driver extension plays the other one.

const credential = ['demo', 'first', crypto.randomUUID()].join('-');
const rotated = ['demo', 'second', crypto.randomUUID()].join('-');

const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
};

let editor: Editor;
let window: EditorWindow;
let api: Upstream;
/** Where the other extension would like requests to go. */
let elsewhere: Upstream;

beforeAll(async () => {
  [api, elsewhere] = await Promise.all([startUpstream(), startUpstream()]);
  editor = await startEditor();
  window = await editor.openWindow();
});
afterAll(async () => {
  await editor?.stop();
  await Promise.all([api?.close(), elsewhere?.close()]);
});

interface Result {
  readonly status?: number;
  readonly error?: { readonly code: string };
  readonly services?: readonly { readonly name: string; readonly status: string; readonly rules: readonly string[] }[];
}

async function call(tool: string, input: object): Promise<Result> {
  return JSON.parse((await window.callTool(tool, input))[0] ?? '') as Result;
}

async function execute(input: object): Promise<Result> {
  const answer = call('_execute', input);
  const dialog = await until("VS Code's own question", () => window.dialog());
  await window.answerDialog(dialog.buttons.find((button) => /^(Yes|Allow|Continue)/.test(button)) ?? 'Yes');
  return answer;
}

async function statuses(): Promise<Record<string, string>> {
  const { services = [] } = await call('_list_services', {});
  return Object.fromEntries(services.map(({ name, status }) => [name, status]));
}

function storage(...names: string[]): string {
  return join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, ...names);
}

/** Closes whatever asks, as the user does who says no: only Escape, no button. */
async function sayNo(): Promise<void> {
  await until('all questions to be closed', async () => {
    if ((await window.dialog()) || (await window.input())) {
      await window.page.keyboard.press('Escape');
      await pause(100);
      return false;
    }
    return true;
  });
}

/** The policy, with more allowed than anybody approved. */
function permissive(text: string): string {
  return text.replaceAll('[GET, HEAD]', '[GET, HEAD, POST, PUT, PATCH, DELETE]');
}

/** The other extension ends the gateway, so that the next one starts under its eyes. */
async function restartGateway(): Promise<void> {
  const before = editor.processes('gateway').map(({ pid }) => pid);
  await window.evaluate((_vscode, pids) => {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  }, before);
  await until('a new gateway', () => editor.processes('gateway').some(({ pid }) => !before.includes(pid)));
}

/**
 * It heard a lot, the gateway's messages among it, and no credential in any of it. (In a browser VS Code's own
 * connection to its window is among the sockets, compressed. What the user types and what SecretStorage keeps goes over
 * it: that is VS Code's to protect, see SECURITY.md.)
 */
async function heardNothing(): Promise<void> {
  const found = await window.evaluate(
    (_vscode, needles) => {
      const { seen, sources } = (globalThis as unknown as { hostile: Hostile }).hostile;
      const at = seen.flatMap((text, index) =>
        needles.some((needle) => text.includes(needle)) ? [sources[index]] : [],
      );
      return { at, heard: [...new Set(sources)] };
    },
    [credential, rotated],
  );
  expect(found.heard).toEqual(expect.arrayContaining(['child_process', 'child message', 'socket write']));
  expect(found.at).toEqual([]);
}

async function restartWindow(): Promise<void> {
  await window.reload();
  await window.waitForExtension(EXTENSION_ID);
  await window.startMcpServers();
  await until('the gateway to be back', async () => (await statuses()).demo === 'frozen');
}

async function addService(name: string, origin: string): Promise<void> {
  await window.palette('Valet Key: Add Service');
  await answerAddService(window, { name, baseUrl: origin, credential });
  await window.answerDialog('Add Service');
  await until(`${name} to be listed`, async () =>
    (await window.tree('Services').rows()).some(
      ({ label, description }) => label === name && /ready/.test(description),
    ),
  );
}

test('two services stand, one of which an edit moved elsewhere; a change waits; everything is frozen', async () => {
  await window.command('workbench.view.extension.valetKey');
  await addService('demo', api.origin);
  await addService('moved', api.origin);
  await window.startMcpServers();
  expect((await call('_read', { service: 'demo', path: '/echo' })).status).toBe(200);

  const text = readFileSync(storage('valetkey.yaml'), 'utf8');
  const moved = text.lastIndexOf(api.origin);
  writeFileSync(
    storage('valetkey.yaml'),
    permissive(`${text.slice(0, moved)}${elsewhere.origin}${text.slice(moved + api.origin.length)}`),
  );
  await window.statusBar('for your review').waitFor();
  await until('the moved service to be off', async () => (await statuses()).moved !== 'ready');
  expect((await execute({ service: 'demo', method: 'POST', path: '/x', json: {} })).error?.code).toBe(
    'policy_not_approved',
  );
  await window.palette('Valet Key: Freeze All Access');
  await until('the freeze', async () => (await statuses()).demo === 'frozen');
});

test('it listens to all that Node tells, and has the gateway started anew under its eyes', async () => {
  await window.evaluate(listen);
  await restartGateway();
  await until('it to answer', async () => (await statuses()).demo === 'frozen');
  const found = await window.evaluate((_vscode) => {
    const { children, seen } = (globalThis as unknown as { hostile: Hostile }).hostile;
    return { children: children.length, heard: seen.length };
  });
  // It does hear: the child process, and what goes to and fro.
  expect(found.children).toBeGreaterThan(0);
  expect(found.heard).toBeGreaterThan(10);
});

test('it tells the gateway to unfreeze, to allow and to send elsewhere, and the gateway does not listen', async () => {
  await window.evaluate((_vscode, target) => {
    const { children } = (globalThis as unknown as { hostile: Hostile }).hostile;
    const policy = `services: { demo: { baseUrl: '${target}', network: loopback, auth: { type: bearer }, policies: [{ path: '/**', methods: [GET, POST] }] } }`;
    const orders: readonly object[] = [
      { freeze: { all: false, services: [] } },
      { policies: [{ id: 'user', label: 'x', approved: policy, written: policy, grants: true }] },
      { network: { proxy: target, noProxy: [], certificates: [] } },
      { credentials: { current: [], retired: [], revoked: [] } },
    ];
    for (const child of children) {
      for (const settings of orders) {
        const params = [{ value: [settings], secrets: [], signals: [] }];
        child.send?.({ jsonrpc: '2.0', id: 4711, method: 'set', params }, () => undefined);
      }
      child.send?.({ key: 'AAAA' }, () => undefined);
      child.send?.({ sealed: 'AAAA' }, () => undefined);
    }
    for (const { pid, exitCode, signalCode } of children) {
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(pid, 'SIGUSR1');
    }
  }, elsewhere.origin);
  await pause(300);
  expect(await statuses()).toEqual({ demo: 'frozen', moved: 'frozen' });
  expect((await call('_read', { service: 'demo', path: '/echo' })).error?.code).toBe('frozen');
});

test('what it finds of us: no exports, no secrets of ours, nothing in the environment', async () => {
  const found = await window.evaluate(async (vscode, id, { context, require: load }) => {
    const extension = vscode.extensions.getExtension(id);
    const cache = (load.cache ?? {}) as Record<string, { exports: object } | undefined>;
    const ours = Object.keys(cache).filter((file) => file.includes(id) && file.endsWith('extension.js'));
    const guesses = ['credential/user/demo', 'credentials', 'user/demo', 'demo', 'freeze', 'installation'];
    return {
      exports: typeof extension?.exports,
      modules: ours.map((file) => Object.keys(cache[file]?.exports ?? {}).sort()),
      keys: await context.secrets.keys(),
      values: await Promise.all(guesses.map((key) => context.secrets.get(key))),
      everything: JSON.stringify({ env: process.env, argv: process.argv, exec: process.execArgv }),
      packageJson: JSON.stringify(extension?.packageJSON),
    };
  }, EXTENSION_ID);
  expect(found.exports).toBe('undefined');
  for (const names of found.modules) expect(names.filter((name) => !/^(de)?activate$/.test(name))).toEqual([]);
  expect(found.keys).toEqual([]);
  expect(found.values.filter(Boolean)).toEqual([]);
  expect(found.everything + found.packageJson).not.toContain(credential);
});

test('it runs every command of ours with hostile arguments, and every accepting command of VS Code on top', async () => {
  const commands = await window.evaluate(async (vscode) => {
    const all = await vscode.commands.getCommands(true);
    return all.filter(
      (id) => id.startsWith('valetKey.') && !/\.(focus|resetViewLocation|removeView|toggleVisibility|open)$/.test(id),
    );
  });
  // Whatever is contributed later is among them by itself.
  const contributed = PACKAGE.contributes.commands.map(({ command }) => command);
  expect(commands).toEqual(expect.arrayContaining(contributed));
  const policy = readFileSync(storage('valetkey.yaml'), 'utf8');
  for (const command of commands) {
    await window.evaluate(runHostile, { command, policy: storage('valetkey.yaml') });
    await window.evaluate(acceptAll);
    // A second time: the first may have gone on to the next question.
    await pause(150);
    await window.evaluate(acceptAll);
    await pause(100);
    await sayNo();
    await window.command('notifications.clearAll');
    expect([command, readFileSync(storage('valetkey.yaml'), 'utf8')]).toEqual([command, policy]);
  }
  await until('no question to follow', async () => {
    await sayNo();
    await pause(500);
    return !((await window.dialog()) || (await window.input()));
  });
  const trail = editor.output('Valet Key Audit') ?? '';
  for (const event of ['unfreeze', 'approve', 'rotate', 'undo', 'allow']) expect(trail).not.toContain(`| ${event}`);
  // One of the commands freezes the agent, too. That is for the user to lift, so that the agent can be asked again.
  expect((await call('_list_services', {})).error?.code).toBe('frozen');
  await window.palette('Valet Key: Unfreeze Agent');
  await window.waitForDialog('Unfreeze the agent');
  await window.answerDialog('Unfreeze');
  await until('the agent to be heard again', async () => Object.keys(await statuses()).length > 0);
  expect(await statuses()).toEqual({ demo: 'frozen', moved: 'frozen' });
}, 300_000);

test('no command of VS Code presses the button of a modal that widens', async () => {
  const before = api.requests.length;
  for (const [title, text] of [
    ['Valet Key: Unfreeze', 'Unfreeze all access?'],
    ['Valet Key: Review and Apply Policy Changes', 'Apply'],
  ] as const) {
    await window.palette(title);
    await window.waitForDialog(text);
    await window.evaluate(acceptAll);
    await pause(300);
    const dialog = await window.dialog();
    expect(`${dialog?.message}`).toContain(text.slice(0, 5));
    await sayNo();
  }
  expect(await statuses()).toEqual({ demo: 'frozen', moved: 'frozen' });
  expect(api.requests).toHaveLength(before);
});

test('it edits our files and our settings', async () => {
  const state = readFileSync(storage('state.json'), 'utf8');
  const open = JSON.parse(state) as { freeze: { all: boolean; services: string[]; revision: number } };
  open.freeze = { ...open.freeze, all: false, services: [], revision: open.freeze.revision + 100 };
  for (const text of [JSON.stringify(open), '{}', state.replace('"all":true', '"all":false')]) {
    writeFileSync(storage('state.json'), text);
    await pause(150);
  }
  rmSync(storage('state.json'));
  await pause(300);
  const approved = readdirSync(storage('approved')).map((name) => storage('approved', name));
  const written = readdirSync(storage('written')).map((name) => storage('written', name));
  const kept = new Map([...approved, ...written].map((file) => [file, readFileSync(file, 'utf8')]));
  for (const [file, text] of kept) writeFileSync(file, permissive(text));
  const policy = join(editor.workspace, 'other-policy.yaml');
  writeFileSync(policy, readFileSync(storage('valetkey.yaml')));
  await window.evaluate(
    async (vscode, [file, proxy]) => {
      const settings = vscode.workspace.getConfiguration();
      for (const target of [vscode.ConfigurationTarget.Workspace, vscode.ConfigurationTarget.Global]) {
        for (const [key, value] of Object.entries({
          'valetKey.policyFile': file,
          'http.proxy': proxy,
          'http.proxySupport': 'override',
          'http.proxyStrictSSL': false,
        })) {
          await settings.update(key, value, target).then(undefined, () => undefined);
        }
      }
    },
    [policy, elsewhere.origin] as const,
  );
  await pause(1000);
  expect(await statuses()).toEqual({ demo: 'frozen', moved: 'frozen' });
  const before = api.requests.length;
  for (const path of ['/echo', '/x']) expect((await call('_read', { service: 'demo', path })).error).toBeDefined();

  await heardNothing();
  // A window that starts with all that in place finds the same.
  await restartWindow();
  expect(await statuses()).toEqual({ demo: 'frozen', moved: 'frozen' });
  expect((await execute({ service: 'demo', method: 'POST', path: '/x', json: {} })).error).toBeDefined();
  expect(api.requests).toHaveLength(before);
  await window.evaluate(async (vscode) => {
    for (const key of ['valetKey.policyFile', 'http.proxy', 'http.proxySupport', 'http.proxyStrictSSL']) {
      for (const target of [vscode.ConfigurationTarget.Workspace, vscode.ConfigurationTarget.Global]) {
        await vscode.workspace
          .getConfiguration()
          .update(key, undefined, target)
          .then(undefined, () => undefined);
      }
    }
  });
  for (const [file, text] of kept) writeFileSync(file, text);
  await restartWindow();
}, 120_000);

test('it listens while the user lifts the freeze and rotates; then nothing allows more than before', async () => {
  await window.evaluate(listen);
  await window.command('workbench.view.extension.valetKey');
  await window.palette('Valet Key: Unfreeze');
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  await until('calls to be decided by the policy again', async () => {
    const { error } = await execute({ service: 'demo', method: 'POST', path: '/x', json: {} });
    return error?.code === 'policy_not_approved';
  });
  expect(await window.statusBar('for your review').count()).toBe(1);
  const moved = await call('_read', { service: 'moved', path: '/echo' });
  expect(['origin_not_confirmed', 'policy_not_approved']).toContain(moved.error?.code);
  expect((await call('_read', { service: 'demo', path: '/echo' })).status).toBe(200);

  await window.palette('Valet Key: Rotate Credential');
  await window.waitForInput('Which service?');
  await window.pick('demo');
  await window.type('New credential for demo', rotated);
  await until('the rotated credential to be used', async () => {
    if ((await window.dialog())?.buttons.includes('Use Anyway')) await window.answerDialog('Use Anyway');
    await call('_read', { service: 'demo', path: '/echo' });
    return api.requests.at(-1)?.headers.authorization === `Bearer ${rotated}`;
  });
});

test('no command of VS Code answers any question of ours, whichever is open', async () => {
  const policy = readFileSync(storage('valetkey.yaml'), 'utf8');
  const [before, acts, arrived] = [await statuses(), peopleDid(), api.requests.length];
  // Toasts lead on to a question at most; “demo” was just rotated.
  await window.waitForNotification('“demo” is rotated.');
  await acceptEverything();
  await sayNo();
  await call('_request_access', { service: 'demo', method: 'OPTIONS', path: '/x', reason: 'Say yes.' });
  await window.waitForNotification('asks for OPTIONS');
  await acceptEverything();
  await sayNo();

  const questions: readonly (readonly [text: string, ask: () => Promise<void>])[] = [
    ['Let agents send this to “demo”', () => window.palette('Valet Key: Review Access Request')],
    ['Apply these changes', () => window.palette('Valet Key: Review and Apply Policy Changes')],
    ['Restore the previous credential of “demo”?', () => startFor('demo', 'Undo Rotation')],
    ['Remove the credential of “demo”?', () => startFor('demo', 'Revoke Credential')],
    ['Remove all 2 credentials?', () => window.palette('Valet Key: Remove All Credentials')],
    [
      'Send this credential to',
      async () => {
        await startFor('moved', 'Rotate Credential');
        await window.type('New credential for moved', rotated);
      },
    ],
    [
      'Let agents use “third”',
      async () => {
        await window.palette('Valet Key: Add Service');
        await answerAddService(window, { name: 'third', baseUrl: elsewhere.origin, credential });
      },
    ],
  ];
  for (const [text, ask] of questions) {
    await ask();
    await window.waitForDialog(text);
    await acceptEverything();
    const dialog = await window.dialog();
    expect(`${dialog?.message}\n${dialog?.detail}`).toContain(text);
    await sayNo();
    await window.command('notifications.clearAll');
    expect([text, readFileSync(storage('valetkey.yaml'), 'utf8')]).toEqual([text, policy]);
    expect([text, await statuses()]).toEqual([text, before]);
    expect([text, peopleDid()]).toEqual([text, acts]);
  }
  expect(api.requests).toHaveLength(arrived);
  expect(elsewhere.requests).toEqual([]);
}, 180_000);

test('none of what was heard was a credential, and nothing went elsewhere', async () => {
  await restartGateway();
  await until('the gateway to be up again', async () => (await statuses()).demo === 'ready');
  expect((await call('_read', { service: 'demo', path: '/echo' })).status).toBe(200);
  expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${rotated}`);
  await heardNothing();
  expect(elsewhere.requests).toEqual([]);
});

test('pipes in the place of our files take neither the kill switch away nor what a save takes back', async () => {
  for (const file of [storage('state.json'), storage('approved', 'user.yaml'), storage('approved', 'user.yaml.json')]) {
    rmSync(file, { force: true });
    execFileSync('mkfifo', [file]);
  }
  await until('the pipe to count as frozen', async () => (await statuses()).demo === 'frozen');
  await window.palette('Valet Key: Freeze All Access');
  await until('state.json to be a file again', () => lstatSync(storage('state.json')).isFile());
  expect(await statuses()).toMatchObject({ demo: 'frozen' });
  await window.palette('Valet Key: Unfreeze');
  await window.waitForDialog('Unfreeze all access?');
  await window.answerDialog('Unfreeze');
  appendFileSync(storage('valetkey.yaml'), '\n# What was approved cannot be read any more.\n');
  await until('the freeze to be over', async () => (await statuses()).demo !== 'frozen');
  const arrived = api.requests.length;
  const { error } = await call('_read', { service: 'demo', path: '/echo' });
  expect(['policy_not_approved', 'policy_denied']).toContain(error?.code);
  expect(api.requests).toHaveLength(arrived);
});

async function startFor(service: string, command: string): Promise<void> {
  await window.palette(`Valet Key: ${command}`);
  await window.waitForInput('Which service?');
  await window.pick(service);
}

/** Every accepting command of VS Code, and once more for what the first round may have opened. */
async function acceptEverything(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await window.evaluate(acceptAll);
    await pause(200);
  }
}

/** What people did, as the trail of all windows has it. */
function peopleDid(): string[] {
  return readdirSync(storage('audit'))
    .flatMap((name) => readFileSync(storage('audit', name), 'utf8').split('\n'))
    .filter((line) => line.includes('"kind":"control","agent":{"name":"person"'));
}

/** What the other extension keeps between its visits. */
interface Hostile {
  seen: string[];
  sources: string[];
  children: import('node:child_process').ChildProcess[];
}

/** Runs in the extension host: subscribes to everything, and patches what is easily patched. */
function listen(_vscode: unknown, _args: unknown, { require: load }: { require: NodeJS.Require }): void {
  const seen: string[] = [];
  const sources: string[] = [];
  const children: Hostile['children'] = [];
  (globalThis as unknown as { hostile: Hostile }).hostile = { seen, sources, children };
  const { inspect } = load('node:util') as typeof import('node:util');
  const note = (source: string, what: unknown): void => {
    const text =
      typeof what === 'string'
        ? what
        : what instanceof Uint8Array
          ? Buffer.from(what).toString('latin1')
          : inspect(what, { depth: 4, maxStringLength: 100_000, showHidden: true });
    sources.push(source);
    seen.push(text);
  };

  const channels = load('node:diagnostics_channel') as typeof import('node:diagnostics_channel');
  for (const name of [
    'undici:request:create',
    'undici:request:bodySent',
    'undici:request:headers',
    'undici:client:sendHeaders',
    'undici:client:connected',
    'undici:proxy:connected',
    'http.client.request.start',
    'http.client.request.created',
    'http.client.response.finish',
    'http.server.request.start',
    'net.client.socket',
    'net.server.socket',
    'tracing:net.server.listen:asyncStart',
    'udp.socket',
    'worker_threads',
    'process',
    'tracing:child_process.spawn:start',
    'tracing:child_process.spawn:end',
    'module.import.start',
  ]) {
    channels.subscribe(name, (message) => note(name, message));
  }
  channels.subscribe('child_process', (message) => {
    const { process: child } = message as { process: Hostile['children'][number] };
    children.push(child);
    note('child_process', child);
    child.on('message', (told: unknown) => note('child message', JSON.stringify(told)));
    queueMicrotask(() => {
      const send = child.send?.bind(child);
      if (!send) return;
      child.send = ((...words: Parameters<NonNullable<typeof send>>) => {
        note('child send', JSON.stringify(words[0]));
        return send(...words);
      }) as typeof child.send;
    });
  });

  const net = load('node:net') as typeof import('node:net');
  const { write, connect } = net.Socket.prototype;
  net.Socket.prototype.write = function (this: import('node:net').Socket, ...words: unknown[]): boolean {
    note('socket write', words[0]);
    return (write as (...all: unknown[]) => boolean).apply(this, words);
  } as typeof write;
  net.Socket.prototype.connect = function (this: import('node:net').Socket, ...words: unknown[]) {
    note('socket connect', words[0]);
    this.on('data', (chunk) => note('socket data', chunk));
    return (connect as (...all: unknown[]) => typeof this).apply(this, words);
  } as typeof connect;
}

/** Runs in the extension host: one command with everything that might make it skip a question. */
function runHostile(
  vscode: typeof import('vscode'),
  { command, policy }: { command: string; policy: string },
  _host: unknown,
): void {
  const { hostile } = globalThis as unknown as { hostile: Hostile };
  const trap = new Proxy({}, { get: (_target, key) => (key === 'then' ? undefined : 'demo'), has: () => true });
  const summary = { name: 'demo', status: 'ready', policyId: 'user', credentialId: { scope: 'user', service: 'demo' } };
  for (const words of [
    [],
    [null],
    ['demo', true],
    [{ service: summary, contextValue: 'service.frozen.credential', id: 'service:demo' }],
    [{ confirm: true, confirmed: true, force: true, skipConfirmation: true, service: 'demo', all: true }],
    [vscode.Uri.file(policy), 14, { apply: true }],
    ['valetkey.yaml', 'x'.repeat(100_000)],
    [trap, trap, trap],
  ]) {
    vscode.commands.executeCommand(command, ...words).then(
      (value) => {
        hostile.sources.push(`result of ${command}`);
        hostile.seen.push(JSON.stringify(value) ?? '');
      },
      (error: unknown) => {
        hostile.sources.push(`error of ${command}`);
        hostile.seen.push(String(error));
      },
    );
  }
}
