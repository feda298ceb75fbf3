import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { phrase } from '../../src/core/text/phrase.ts';
import type { ApprovalAnswer, CommandCredential } from '../../src/gateway/control/controlPort.ts';
import type { CommandRun, RunCommand } from '../../src/gateway/targets/service/commands/runCommand.ts';
import { english } from '../support/english.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const NOW = { all: false, services: [] };
let upstream: Upstream;
let under: GatewayInProcess;
let clock: number;
/** What the command writes, and how often it was run. */
let gives: () => CommandRun['result'] | Promise<CommandRun['result']>;
let runs: { program: string; signal: AbortSignal }[];
let key: string;

beforeAll(async () => {
  upstream = await startUpstream({
    handle: (request, response) => {
      if (request.target !== '/echo-key') return false;
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(`you sent ${request.headers.authorization}, and before that ${key}`);
      return true;
    },
  });
});
afterAll(() => upstream?.close());
beforeEach(() => {
  key = freshKey();
  clock = 1_700_000_000_000;
  runs = [];
  gives = () => ({ value: new Secret(key) });
});

const run: RunCommand = async (command, signal) => {
  runs.push({ program: command.program, signal });
  return { result: await gives(), stderr: '' };
};

function command(more: Partial<CommandCredential> = {}): CommandCredential {
  return {
    service: 'api',
    binding: { origin: upstream.origin, placement: 'bearer' },
    command: { program: '/usr/bin/pass', args: ['show', 'api'], environment: {} },
    keepMs: 300_000,
    id: '1',
    ...more,
  };
}

async function start(rules = '[{ path: /**, methods: [GET] }]', commands = [command()]): Promise<GatewayInProcess> {
  const policy = `services:\n  api:\n    baseUrl: ${upstream.origin}\n    network: loopback\n    auth: { type: bearer }\n    policies: ${rules}\n`;
  under = await gatewayInProcess({
    policy,
    commands,
    runCommand: run,
    now: () => clock,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  return under;
}

const set = (commands: readonly CommandCredential[], revoked: readonly string[] = []): Promise<void> =>
  under.gateway.set({ credentials: { current: [], retired: [], revoked, commands } });
const sent = (): string | undefined => upstream.requests.at(-1)?.headers.authorization;
const refusalOf = (result: object): { code?: string; message?: string } =>
  'refusal' in result ? (result.refusal as object) : {};
async function status(): Promise<object | undefined> {
  return (await under.gateway.status()).services[0];
}

describe('a credential that a command gives', () => {
  it('is fetched when a call needs it, once for all that wait, and kept for the time that was chosen', async () => {
    const { gateway, read } = await start();
    expect(runs).toHaveLength(0);
    expect(await status()).toEqual({ name: 'api', status: 'ready' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => read('api', '/v1/me')));
    expect(answers.every((answer) => 'answer' in answer)).toBe(true);
    expect(sent()).toBe(`Bearer ${key}`);
    clock += 299_000;
    await read('api', '/v1/me');
    expect(runs).toHaveLength(1);
    clock += 2000;
    await read('api', '/v1/me');
    expect(runs).toHaveLength(2);
    expect((await gateway.verify('api', { method: 'GET', path: '/v1/me' })).outcome).toBe('ready');
    expect(runs).toHaveLength(2);
  });

  it('is not fetched for a call that no rule allows, nor while access is frozen', async () => {
    const { gateway, call, read } = await start();
    expect(refusalOf(await call({ service: 'api', method: 'POST', path: '/v1/me' })).code).toBe('policy_denied');
    await gateway.set({ freeze: { all: true, services: [] } });
    expect(refusalOf(await read('api', '/v1/me')).code).toBe('frozen');
    expect(runs).toHaveLength(0);
  });

  it('that changed at its source is a rotation: the new one is sent, and the old one still taken out of answers', async () => {
    const { read } = await start();
    await read('api', '/v1/me');
    const old = key;
    const fresh = freshKey();
    gives = () => ({ value: new Secret(fresh) });
    clock += 301_000;
    const result = await read('api', '/echo-key');
    expect(sent()).toBe(`Bearer ${fresh}`);
    const text = JSON.stringify(result);
    expect(text).not.toContain(fresh);
    expect(text).not.toContain(old);
    expect(text).toContain('[redacted:api]');
  });

  it('is not kept for longer because the clock was set back', async () => {
    const { read } = await start();
    await read('api', '/v1/me');
    clock -= 24 * 60 * 60_000;
    await read('api', '/v1/me');
    expect(runs).toHaveLength(2);
  });

  it('is out of use with a freeze, and fetched again afterwards', async () => {
    const { gateway, read } = await start();
    await read('api', '/v1/me');
    await gateway.set({ freeze: { all: false, services: ['api'] } });
    await gateway.set({ freeze: NOW });
    await read('api', '/v1/me');
    expect(runs).toHaveLength(2);
  });

  it.each([
    ['a freeze', 'frozen', () => under.gateway.set({ freeze: { all: true, services: [] } })],
    ['a revocation', 'revoked', () => set([], ['api'])],
    ['the end of the window', 'gateway_unavailable', async () => under.gateway.close()],
  ])(
    'is not waited for after %s: the command is ended, and what it still writes is used for nothing',
    async (_name, code, act) => {
      const { read } = await start();
      let write: (result: CommandRun['result']) => void = () => undefined;
      gives = () => new Promise((resolve) => (write = resolve));
      const before = upstream.requests.length;
      const waiting = read('api', '/v1/me');
      await until(() => runs.length === 1, 'the command runs');
      await act();
      expect(refusalOf(await waiting).code).toBe(code);
      expect(runs[0]?.signal.aborted).toBe(true);
      write({ value: new Secret(key) });
      expect(upstream.requests).toHaveLength(before);
    },
  );

  it('that a command wrote after a freeze is not there when it is lifted', async () => {
    const { gateway, read } = await start();
    let write: (result: CommandRun['result']) => void = () => undefined;
    gives = () =>
      new Promise((resolve) => {
        write = resolve;
      });
    const waiting = read('api', '/v1/me');
    await until(() => runs.length === 1, 'the command runs');
    await gateway.set({ freeze: { all: true, services: [] } });
    await waiting;
    write({ value: new Secret(key) });
    const fresh = freshKey();
    gives = () => ({ value: new Secret(fresh) });
    await gateway.set({ freeze: NOW });
    await read('api', '/v1/me');
    expect(runs).toHaveLength(2);
    expect(sent()).toBe(`Bearer ${fresh}`);
  });

  it('of another command than the one that gave it is fetched by the new one', async () => {
    const { read } = await start();
    await read('api', '/v1/me');
    await set([command({ id: '2', command: { program: '/usr/bin/op', args: [], environment: {} } })]);
    await read('api', '/v1/me');
    expect(runs.map(({ program }) => program)).toEqual(['/usr/bin/pass', '/usr/bin/op']);
  });

  it('goes only where the user confirmed it', async () => {
    const { read } = await start(undefined, [
      command({ binding: { origin: 'https://other.example', placement: 'bearer' } }),
    ]);
    expect(refusalOf(await read('api', '/v1/me')).code).toBe('origin_not_confirmed');
    expect(runs).toHaveLength(0);
    expect(await status()).toMatchObject({ status: 'not_confirmed' });
  });

  it('that the API refuses shows as rejected', async () => {
    const { read, call } = await start();
    await read('api', '/status/401');
    expect(await status()).toMatchObject({ status: 'rejected' });
    expect(refusalOf(await call({ service: 'api', method: 'DELETE', path: '/v1/me' })).code).toBe('policy_denied');
  });
});

describe('a call that the user is asked about', () => {
  /** Answers the question with this number once it is asked. */
  async function answer(index: number, given: ApprovalAnswer): Promise<void> {
    await until(() => under.questions.length > index, `question ${index}`);
    const { id = '', requestHash = '' } = under.questions[index] ?? {};
    expect(await under.gateway.answerApproval(id, requestHash, given)).toBe(true);
  }
  const ASKS = '[{ path: /**, methods: [GET], approval: remember }]';

  it('runs no program before they say yes, and none when they say no', async () => {
    const { read } = await start(ASKS);
    const declined = read('api', '/v1/declined');
    await until(() => under.questions.length > 0, 'the question');
    expect(runs).toHaveLength(0);
    // The value that would be sent is not known yet, and so are its last characters.
    expect(under.questions[0]?.credential).toEqual({ name: 'api', last4: '' });
    await answer(0, { allow: false });
    expect(refusalOf(await declined).code).toBe('approval_denied');
    expect(runs).toHaveLength(0);

    const allowed = read('api', '/v1/allowed');
    await answer(1, { allow: true, for: 'once' });
    expect(await allowed).toHaveProperty('answer');
    expect(runs).toHaveLength(1);
    expect(sent()).toBe(`Bearer ${key}`);
  });

  it('passes by a yes for ten minutes, whatever the command gives meanwhile', async () => {
    const { read } = await start(ASKS);
    const first = read('api', '/v1/me');
    await answer(0, { allow: true, for: '10m' });
    expect(await first).toHaveProperty('answer');
    key = freshKey();
    clock += 301_000;
    expect(await read('api', '/v1/me')).toHaveProperty('answer');
    expect(sent()).toBe(`Bearer ${key}`);
    expect(under.questions).toHaveLength(1);
  });

  it('is asked about again when another command gives the credential', async () => {
    const { read } = await start(ASKS);
    const call = read('api', '/v1/me');
    await until(() => under.questions.length > 0, 'the question');
    await set([command({ id: '2', command: { program: '/usr/bin/op', args: [], environment: {} } })]);
    await until(() => under.questions[0]?.ended === 'changed', 'the question ends');
    await answer(1, { allow: false });
    expect(refusalOf(await call).code).toBe('approval_denied');
    expect(runs).toHaveLength(0);
  });

  it('is not sent when access is frozen while the program runs', async () => {
    const { gateway, read } = await start(ASKS);
    let write: (result: CommandRun['result']) => void = () => undefined;
    gives = () => new Promise((resolve) => (write = resolve));
    const before = upstream.requests.length;
    const call = read('api', '/v1/me');
    await answer(0, { allow: true, for: 'once' });
    await until(() => runs.length === 1, 'the command runs');
    await gateway.set({ freeze: { all: false, services: ['api'] } });
    write({ value: new Secret(key) });
    expect(refusalOf(await call).code).toBe('frozen');
    expect(upstream.requests).toHaveLength(before);
  });
});

describe('a command that fails', () => {
  it.each([
    ['ends badly', () => ({ why: phrase`it exited with status 1` }), 'it exited with status 1'],
    ['writes several lines', () => ({ value: new Secret(`${key}\nuser: me`) }), 'more than one line'],
    ['writes too little', () => ({ value: new Secret('abc') }), 'too short'],
  ] as const)(
    'because it %s has its own reason in the answer and in the tree, and sends nothing',
    async (_name, result, why) => {
      const { read } = await start();
      gives = result;
      const before = upstream.requests.length;
      const refusal = refusalOf(await read('api', '/v1/me'));
      expect(refusal.code).toBe('missing_credential');
      expect(refusal.message).toContain(why);
      expect(JSON.stringify(refusal)).not.toContain(key);
      expect(english(await status())).toMatchObject({
        status: 'missing_credential',
        why: expect.stringContaining(why),
      });
      expect(upstream.requests).toHaveLength(before);
    },
  );

  it('is not run again at once, and is mended by its next success', async () => {
    const { read } = await start();
    gives = () => ({ why: phrase`it exited with status 1` });
    await read('api', '/v1/me');
    await read('api', '/v1/me');
    expect(runs).toHaveLength(1);
    gives = () => ({ value: new Secret(key) });
    clock += 10_000;
    expect(await read('api', '/v1/me')).toHaveProperty('answer');
    expect(await status()).toEqual({ name: 'api', status: 'ready' });
  });

  it('when it is tried shows the end of its standard error without known and likely secrets', async () => {
    const { read } = await start();
    await read('api', '/v1/me');
    const token = [
      'ghp',
      freshKey()
        .replace(/[^A-Za-z0-9]/g, '')
        .padEnd(36, 'x')
        .slice(0, 36),
    ].join('_');
    under = await gatewayInProcess({
      policy: '',
      commands: [command()],
      runCommand: async () => ({
        result: { why: phrase`it exited with status 2` },
        stderr: `store locked\u001b[31m for ${token}\n`,
      }),
    });
    const outcome = await under.gateway.tryCommand('api', command().command);
    expect(english(outcome)).toMatchObject({
      why: 'it exited with status 2',
      stderr: expect.stringContaining('store locked'),
    });
    expect(JSON.stringify(outcome)).not.toContain(token);
    expect(JSON.stringify(outcome)).not.toContain('\\u001b');
  });
});
