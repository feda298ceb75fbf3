import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AuditEvent } from '../../src/core/audit/auditEvent.ts';
import { Redactor } from '../../src/core/redact/redactor.ts';
import type { Call } from '../../src/core/request/arguments/call.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Refusal } from '../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { trickyServer, type WrappedClient, wrappedClient } from '../support/wrapped.ts';

// A call that would pass, but for a credential in it that the gateway keeps, whoever gave it to the agent.

const key = freshKey();
const HOUR_MS = 60 * 60 * 1000;
let upstream: Upstream;
let running: GatewayInProcess;
let auditDir: string;
let now: number;
const wishes: string[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());

beforeEach(async () => {
  now = 1_800_000_000_000;
  wishes.length = 0;
  auditDir = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  running = await gatewayInProcess({
    policy: policyText({
      api: loopbackService(upstream.origin, {
        policies: [
          { path: '/**', methods: ['GET', 'POST'] },
          { path: '/asking', methods: ['POST'], approval: 'always' },
          { path: '/shut/**', effect: 'deny' },
        ],
      }),
    }),
    credentials: [['api', upstream.origin, key]],
    onAccessRequest: ({ path: wanted }) => void wishes.push(wanted),
    now: () => now,
    auditDir,
  });
  return () => fs.rmSync(auditDir, { recursive: true, force: true });
});

const caller = (name: string) => ({ agent: { name }, scope: 'window' as const, connection: `c-${name}` });
const call = (more: Partial<Call>, name = 'claude-code') =>
  running.gateway.call({ tool: 'execute', service: 'api', method: 'POST', path: '/a', ...more }, caller(name));

async function refusal(asked: ReturnType<typeof call>): Promise<Refusal> {
  const result = await asked;
  if (!('refusal' in result)) throw new Error('it passed');
  return result.refusal;
}
async function passes(asked: ReturnType<typeof call>): Promise<void> {
  const result = await asked;
  if ('refusal' in result) throw new Error(JSON.stringify(result.refusal));
}
const records = (): readonly AuditEvent[] =>
  fs
    .readdirSync(auditDir)
    .flatMap((name) => fs.readFileSync(path.join(auditDir, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
/** Until all refused calls are looked through and recorded: their agents have their answers before that. */
const recorded = (): Promise<void> =>
  until(async () => (await running.gateway.status()).calls === 0, 'all refused calls are recorded');
const notices = (): readonly AuditEvent[] => records().filter(({ verdict }) => verdict === 'credential_in_call');

const PLACES: Readonly<Record<string, (value: string) => Partial<Call>>> = {
  'the path': (value) => ({ path: `/a/${value}/b` }),
  'the query of the path': (value) => ({ path: `/a?q=${value}` }),
  'the value of a parameter': (value) => ({ query: { q: ['x', value] } }),
  'the name of a parameter': (value) => ({ query: { [value]: 1 } }),
  'a header': (value) => ({ headers: { 'idempotency-key': `k ${value}` } }),
  'a value of a JSON body': (value) => ({ json: { deep: [{ in: [`x ${value}`] }] } }),
  'a name of a JSON body': (value) => ({ json: { [value]: null } }),
  'a form': (value) => ({ form: { a: { b: value } } }),
  'a text': (value) => ({ text: `say ${value}` }),
  'a large text': (value) => ({ text: `${'word '.repeat(20_000)}${value}` }),
  'the reason': (value) => ({ reason: `because of ${value}` }),
  'a pointer of select': (value) => ({ select: [`/${value}`] }),
};
const SPELLINGS: Readonly<Record<string, (value: string) => string>> = {
  'as it is': (value) => value,
  'in another case': (value) => value.toUpperCase(),
  'as base64': (value) => Buffer.from(`x${value}`).toString('base64url'),
  'as hexadecimal': (value) => Buffer.from(value).toString('hex'),
  'percent-encoded': (value) => [...value].map((c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`).join(''),
};
const IN_FORM = Object.entries(PLACES).flatMap(([place, put]) =>
  Object.entries(SPELLINGS)
    // An escape is none in a header, and in a parameter it is escaped once more.
    .filter(([spelling]) => !(spelling === 'percent-encoded' && place === 'the value of a parameter'))
    .map(([spelling, write]) => [place, spelling, (value: string) => put(write(value))] as const),
);

describe('a call that would pass', () => {
  it.each(IN_FORM)('is refused and recorded with a credential in %s, %s', async (_place, _spelling, put) => {
    const before = upstream.requests.length;
    const refused = await refusal(call(put(key)));
    expect(refused).toMatchObject({ code: 'invalid_request', sent: 'no', service: 'api' });
    expect(refused.message).toBe('This call contains a credential that Valet Key keeps, so nothing was sent.');
    expect(upstream.requests).toHaveLength(before);
    expect(JSON.stringify(refused)).not.toContain('[redacted');
    expect(records().filter(({ kind }) => kind === 'denied')).toMatchObject([
      { code: 'invalid_request', service: 'api', credential: { name: 'api', last4: '' } },
    ]);
    expect(notices()).toMatchObject([{ kind: 'control', service: 'api', agent: { raw: 'claude-code' } }]);
    expect(JSON.stringify(records())).not.toContain(key);
    expect(running.log.join('\n')).toContain('| BLOCKED | invalid request, credential in the call');
  });

  it('passes with anything else, however much it looks like one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(PLACES)),
        // Fewer than eight characters of what is secret: `sk_test_` is known to everybody.
        fc.constantFrom(key.slice(0, 15), key.slice(-7), [...key].reverse().join(''), 'password', 'administrator'),
        async (put, word) => {
          await passes(call(put(word)));
        },
      ),
      { numRuns: 60 },
    );
    expect(notices()).toEqual([]);
  });

  it('is refused without a question to the user with a credential in it', async () => {
    await refusal(call({ path: '/asking', json: { key } }));
    expect(running.questions).toEqual([]);
  });

  it('may hold one when the user sends it', async () => {
    const performed = await running.gateway.perform({
      tool: 'execute',
      service: 'api',
      method: 'POST',
      path: `/${key}`,
    });
    expect(performed).toHaveProperty('answer');
  });
});

describe('a call that is refused for another reason', () => {
  it('says nothing of the credential in it, and the trail and the user know', async () => {
    const [right, wrong] = [await refusal(call({ path: `/shut/${key}` })), await refusal(call({ path: '/shut/x' }))];
    expect(right).toEqual(wrong);
    await recorded();
    expect(records().filter(({ kind }) => kind === 'denied')).toMatchObject([
      { code: 'policy_denied', credential: { name: 'api', last4: '' } },
      { code: 'policy_denied' },
    ]);
    expect(notices()).toHaveLength(1);
    // And nothing that comes after it tells, either.
    for (let i = 0; i < 30; i++) await passes(call({}));
  });

  it.each([1, 500])('is answered before anything looks for one in it, %i times', async (times) => {
    // What is short is looked through in this thread, and would keep the answer waiting.
    const look = vi.spyOn(Redactor.prototype, 'namesIn');
    onTestFinished(() => look.mockRestore());
    await refusal(call({ path: '/shut/x', json: { text: Array.from({ length: times }, () => key) } }));
    expect(look).not.toHaveBeenCalled();
    expect(records()).toEqual([]);
    await recorded();
    if (times === 1) expect(look).toHaveBeenCalled();
    expect(records()).toMatchObject([
      { verdict: 'credential_in_call' },
      { kind: 'denied', credential: { name: 'api' } },
    ]);
  });

  it('is recorded by a gateway that ends meanwhile', async () => {
    await refusal(call({ path: '/shut/x', text: 'x'.repeat(30_000) }));
    expect(records()).toEqual([]);
    await running.gateway.close();
    expect(records()).toMatchObject([{ kind: 'denied', code: 'policy_denied' }]);
  });
});

describe('the user', () => {
  it('is told once an hour for each credential, whatever the agents call themselves', async () => {
    const current = [
      { service: 'api', value: new Secret(key), binding: { origin: upstream.origin, placement: 'bearer' } },
      { service: 'other', value: new Secret(`other-${key}`), binding: { origin: 'https://o', placement: 'bearer' } },
    ];
    await running.gateway.set({ credentials: { current, retired: [], revoked: [] } });
    for (let i = 0; i < 3; i++) await refusal(call({ path: `/shut/${key}` }));
    await recorded();
    await refusal(call({ path: `/shut/${key}` }, 'cursor'));
    await refusal(call({ text: `other-${key}` }, 'cursor'));
    for (let i = 0; i < 20; i++) await refusal(call({ path: `/shut/${key}` }, `invented-${i}`));
    await recorded();
    const told = (): readonly string[] => notices().map(({ agent, service }) => `${agent.raw} ${service}`);
    expect(told()).toEqual(['claude-code api', 'cursor other']);
    now += HOUR_MS;
    await refusal(call({ path: `/shut/${key}` }));
    await recorded();
    expect(told()).toEqual(['claude-code api', 'cursor other', 'claude-code api']);
  });
});

describe('after a right guess', () => {
  it('few calls of the connection pass for an hour, whatever is in them, and those of others do', async () => {
    await refusal(call({ text: key }));
    for (let i = 0; i < 10; i++) await passes(call({ text: `guess ${i}` }));
    const [right, wrong] = [await refusal(call({ text: key })), await refusal(call({ text: 'guess' }))];
    expect(right).toEqual(wrong);
    expect(right).toMatchObject({ code: 'rate_limited', sent: 'no', service: 'api' });
    expect(right.nextStep).toContain('Valet Key: Restart Gateway');
    expect(records().filter(({ code }) => code === 'rate_limited')).toMatchObject([
      { subject: 'held back', method: 'POST', path: '/a' },
      { subject: 'held back' },
    ]);
    expect(running.log.join('\n')).toContain('| BLOCKED | held back');
    await passes(call({}, 'cursor'));
    now += HOUR_MS;
    await passes(call({}));
  });

  it('an agent is not held back for what another process did in its name', async () => {
    const posing = { ...caller('claude-code'), connection: 'another' };
    const guess = (text: string) =>
      running.gateway.call({ tool: 'execute', service: 'api', method: 'POST', path: '/a', text }, posing);
    expect((await refusal(guess(key))).code).toBe('invalid_request');
    expect((await refusal(guess(key))).code).toBe('invalid_request');
    expect((await refusal(guess('x'))).code).toBe('rate_limited');
    for (let i = 0; i < 30; i++) await passes(call({}));
  });

  it('after three of them in an hour, whoever asks is answered alike, right or wrong, and the user knows', async () => {
    const answers = [];
    for (let i = 0; i < 20; i++) answers.push((await refusal(call({ text: key }, `invented-${i}`))).code);
    expect(answers).toEqual([...Array(3).fill('invalid_request'), ...Array(17).fill('rate_limited')]);
    const [right, wrong] = [await refusal(call({ text: key }, 'one')), await refusal(call({ text: 'guess' }, 'two'))];
    expect(right).toEqual(wrong);
    expect(records().filter(({ verdict }) => verdict === 'all_held_back')).toMatchObject([
      { kind: 'control', service: 'api', agent: { raw: 'invented-2' } },
    ]);
    // What nobody would have let pass is told its own reason.
    expect((await refusal(call({ path: '/shut/x' }, 'three'))).code).toBe('policy_denied');
    // The user's own request passes.
    expect(
      await running.gateway.perform({ tool: 'execute', service: 'api', method: 'GET', path: '/a' }),
    ).toHaveProperty('answer');
    now += HOUR_MS;
    await passes(call({}, 'one'));
  });

  it('three of them in more than an hour hold nobody else back', async () => {
    for (let i = 0; i < 8; i++) {
      await refusal(call({ text: key }, `slow-${i}`));
      now += HOUR_MS / 2;
      await passes(call({}, 'cursor'));
    }
  });

  it('a second one is the last for an hour', async () => {
    await refusal(call({ text: key }));
    expect((await refusal(call({ text: key }))).code).toBe('invalid_request');
    for (const text of ['guess', key]) {
      const refused = await refusal(call({ text }));
      expect(refused).toMatchObject({ code: 'rate_limited', retryAfterMs: HOUR_MS });
    }
    now += HOUR_MS;
    await passes(call({}));
  });

  it('calls that come at once say no more than ten more', async () => {
    const texts = Array.from({ length: 60 }, (_, i) => (i === 20 ? key : `guess ${i}`));
    const results = await Promise.all(texts.map((text) => call({ text })));
    const codes = results.map((result) => ('refusal' in result ? result.refusal.code : 'passed'));
    expect(codes.filter((code) => code === 'invalid_request')).toHaveLength(1);
    expect(codes.slice(21).filter((code) => code === 'passed')).toHaveLength(10);
    expect(codes.slice(21).filter((code) => code === 'rate_limited')).toHaveLength(29);
  });
});

describe('a credential that is easy to guess', () => {
  it('stands in calls of agents that do not have it, which pass and hold nobody back', async () => {
    const weak = {
      service: 'api',
      value: new Secret('password'),
      binding: { origin: upstream.origin, placement: 'bearer' },
    };
    await running.gateway.set({ credentials: { current: [weak], retired: [], revoked: [] } });
    for (let i = 0; i < 30; i++) await passes(call({ json: { text: 'Reset the password of the user' } }));
    expect(notices()).toEqual([]);
  });
});

describe('a wish', () => {
  const wish = (target: string, reason = 'r', name = 'claude-code') =>
    running.gateway.requestAccess({ service: 'api', method: 'DELETE', path: target, reason }, caller(name));

  it('is refused with a credential in its path or its reason, and the user is not asked', async () => {
    expect(await wish(`/${key}`)).toMatchObject({ refusal: { code: 'invalid_request', sent: 'no' } });
    expect(await wish('/x', `because ${key}`, 'cursor')).toMatchObject({ refusal: { code: 'invalid_request' } });
    // However long what is not looked at makes it.
    expect(await wish(`/${key}?${'q'.repeat(60_000)}`, 'r', 'zed')).toMatchObject({
      refusal: { code: 'invalid_request' },
    });
    expect(wishes).toEqual([]);
    expect(records().filter(({ kind }) => kind === 'denied')).toHaveLength(3);
    expect(notices()).toHaveLength(1);
    now += HOUR_MS;
    expect(await wish('/x', 'r', 'windsurf')).toMatchObject({ answer: { recorded: true } });
  });

  it.each(['GET', 'POST', 'DELETE'])(
    'is refused with one for %s, allowed already or not, and told alike',
    async (method) => {
      const asked = (target: string, name: string) =>
        running.gateway.requestAccess({ service: 'api', method, path: target, reason: 'r' }, caller(name));
      const code = method === 'DELETE' ? { recorded: true } : { recorded: false };
      expect(await asked('/a/x', 'a')).toMatchObject({ answer: code });
      expect(await asked(`/a/${key}`, 'a')).toMatchObject({ refusal: { code: 'invalid_request', sent: 'no' } });
      expect(records().at(-1)).toMatchObject({
        kind: 'denied',
        subject: 'request_access',
        credential: { name: 'api' },
      });
      expect(notices()).toHaveLength(1);
      await asked(`/a/${key}`, 'a');
      const held = [await asked(`/a/${key}`, 'a'), await asked('/a/y', 'a')];
      expect(held[0]).toEqual(held[1]);
      expect(held[0]).toMatchObject({ refusal: { code: 'rate_limited' } });
      expect(records().at(-1)).toMatchObject({ subject: 'request_access, held back' });
    },
  );

  it('is recorded, whatever becomes of it', async () => {
    await running.gateway.requestAccess({ service: 'api', method: 'GET', path: '/a', reason: 'needless' }, caller('a'));
    await running.gateway.requestAccess(
      { service: 'nobody', method: 'GET', path: '/a?q=1', reason: 'unknown' },
      caller('a'),
    );
    await running.gateway.requestAccess({ service: 'api', method: 'GET', path: '/../a', reason: 'odd' }, caller('a'));
    await wish('/x');
    expect(records()).toMatchObject([
      { kind: 'control', verdict: 'access_not_asked', service: 'api', path: '/a', reason: 'needless' },
      { kind: 'denied', code: 'unknown_service', subject: 'request_access', service: 'nobody', path: '/a' },
      { kind: 'denied', code: 'invalid_request', subject: 'request_access', path: '/../a' },
      { kind: 'control', verdict: 'request_access', path: '/x' },
    ]);
  });

  it('is one of thirty a minute at most, for each connection', async () => {
    const codes = async (name: string): Promise<readonly unknown[]> => {
      const wishing = Array.from({ length: 31 }, () =>
        running.gateway.requestAccess({ service: 'api', method: 'GET', path: '/a', reason: 'r' }, caller(name)),
      );
      return (await Promise.all(wishing)).map((result) => ('refusal' in result ? result.refusal.code : 'answered'));
    };
    expect(await codes('a')).toEqual([...Array(30).fill('answered'), 'rate_limited']);
    expect((await codes('b'))[0]).toBe('answered');
    now += 2_000;
    expect(await wish('/x', 'r', 'a')).toHaveProperty('answer');
  });
});

describe('a list of services', () => {
  it('is recorded once a minute for each connection, with how many there were', async () => {
    for (let i = 0; i < 5; i++) await running.gateway.listServices(caller('a'));
    await running.gateway.listServices(caller('b'));
    now += 60_000;
    await running.gateway.listServices(caller('a'));
    await running.gateway.listServices(caller('b'));
    await running.gateway.listServices(caller('b'));
    running.gateway.disconnect('c-b');
    const listed = records().filter(({ verdict }) => verdict === 'list_services');
    expect(listed.map(({ agent, subject }) => [agent.name, subject])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['a', '4 more since the last record'],
      ['b', undefined],
      ['b', '1 more since the last record'],
    ]);
  });

  it('is recorded as refused with an unknown name, and with whose credential that is', async () => {
    await running.gateway.listServices(caller('a'), 'nobody');
    await running.gateway.listServices(caller('a'), key);
    expect(records().filter(({ kind }) => kind === 'denied')).toMatchObject([
      { code: 'unknown_service', subject: 'list_services', service: 'nobody' },
      { code: 'unknown_service', subject: 'list_services', credential: { name: 'api' } },
    ]);
    expect(notices()).toHaveLength(1);
  });

  it('is one of sixty a minute at most, for each connection', async () => {
    const results = await Promise.all(Array.from({ length: 61 }, () => running.gateway.listServices(caller('a'))));
    expect(results.filter((result) => 'answer' in result)).toHaveLength(60);
    expect(results.at(-1)).toMatchObject({ refusal: { code: 'rate_limited', retryAfterMs: 1000 } });
    expect(await running.gateway.listServices(caller('b'))).toHaveProperty('answer');
  });
});

describe('a tool of an upstream MCP server', () => {
  let served: Served;
  const clients: WrappedClient[] = [];
  beforeAll(async () => {
    const servers = { tricky: trickyServer('tricky', { tools: { allow: ['echo'], ask: ['env'], deny: ['big'] } }) };
    served = await serve({ policy: JSON.stringify({ servers }), credentials: { tricky: key } });
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await served?.stop();
  });
  const client = async (name: string): Promise<WrappedClient> => {
    const one = await wrappedClient(served.proxy, 'tricky', name);
    clients.push(one);
    return one;
  };

  it('is not called with a credential in its arguments', async () => {
    const tricky = await client('guessing');
    expect(await tricky.refused('echo', { text: { deep: [`x ${key}`] } })).toMatchObject({
      code: 'invalid_request',
      sent: 'no',
      service: 'tricky',
    });
    expect(await tricky.text('echo', { text: 'anything else' })).toContain('anything else');
    const told = served.records().filter(({ verdict }) => verdict === 'credential_in_call');
    expect(told).toMatchObject([{ service: 'tricky', agent: { raw: 'guessing' } }]);
  });

  it('that is refused for another reason says nothing of it', async () => {
    const tricky = await client('denied');
    for (const tool of ['big', 'nobody-has-it', 'env']) {
      const [right, wrong] = [await tricky.refused(tool, { text: key }), await tricky.refused(tool, { text: 'x' })];
      expect(right).toEqual(wrong);
    }
    expect(served.diagnostics.join('\n')).toContain('credential_in_call');
  });
});
