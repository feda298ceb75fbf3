import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { phrase } from '../../src/core/text/phrase.ts';
import { APPROVAL_TIMES, type ApprovalTimes } from '../../src/gateway/call/approvals.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import {
  type Agent,
  type Approval,
  freshKey,
  loopbackService,
  policyText,
  type Served,
  serve,
} from '../support/serve.ts';
import { sleep, until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const key = freshKey();
const POLICIES = [
  { path: '/**', methods: ['GET'] },
  { path: '/v1/refunds', methods: ['POST'], approval: 'always' },
  { path: '/v1/notes', methods: ['POST'], approval: 'remember' },
];
const REFUND = { service: 'api', method: 'POST', path: '/v1/refunds', json: { amount: 5 } };
const NOTE = { service: 'api', method: 'POST', path: '/v1/notes', json: { text: 'a' } };

let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  const api = loopbackService(upstream.origin, { policies: POLICIES });
  served = await serve({
    approve: 'ask',
    policy: policyText({ api, other: api }),
    credentials: { api: key, other: key },
  });
});
afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});
// Each test is a conversation of its own: what one was allowed is nothing to the next.
beforeEach(async () => {
  agent = await served.agent();
});

/** The next question that is printed. */
async function question(after = served.approvals.length): Promise<Approval> {
  await until(() => served.approvals.length > after, 'a question');
  return served.approvals[after] as Approval;
}

function answer(approval: Approval, allow: boolean, more: object = {}): Promise<Record<string, unknown>> {
  return served.order({ do: 'answer', approval: approval.id, allow, ...more });
}

/** Makes the call, waits for its question and gives both. */
async function asked(args: Record<string, unknown>, who = agent): Promise<[Approval, ReturnType<Agent['raw']>]> {
  const before = served.approvals.length;
  const call = who.raw('execute', args);
  return [await question(before), call];
}

describe('a call that a rule asks about', () => {
  it('waits, says exactly what would be sent, and passes once it is allowed', async () => {
    const sent = upstream.requests.length;
    const [approval, call] = await asked({
      ...REFUND,
      query: { note: 'x y' },
      reason: 'A “customer” asked\u202e\nfor it',
    });
    expect(approval).toEqual({
      id: expect.any(String),
      service: 'api',
      method: 'POST',
      target: '/v1/refunds?note=x%20y',
      agent: 'claude',
      reason: "A 'customer' asked for it",
    });
    expect(upstream.requests).toHaveLength(sent);
    expect(await answer(approval, true)).toMatchObject({ ok: true });
    expect(await call).toMatchObject({ status: 200 });
    expect(upstream.requests.slice(sent)).toMatchObject([{ target: '/v1/refunds?note=x%20y', body: '{"amount":5}' }]);
  });

  it('is refused when the user says no, and the identical call again without another question', async () => {
    const sent = upstream.requests.length;
    const [approval, call] = await asked(REFUND);
    await answer(approval, false);
    expect(await call).toMatchObject({ error: { code: 'approval_denied', sent: 'no' } });
    const questions = served.approvals.length;
    expect(await agent.refused('execute', REFUND)).toMatchObject({ code: 'approval_denied' });
    expect([served.approvals.length, upstream.requests.length]).toEqual([questions, sent]);
  });

  it('does not pass with another body, path, query, header or service, or for another connection', async () => {
    const sent = upstream.requests.length;
    const [approval, call] = await asked(REFUND);
    await answer(approval, true);
    await call;
    expect(upstream.requests).toHaveLength(sent + 1);
    const others = [
      REFUND, // the same once more: once is once
      { ...REFUND, json: { amount: 500 } },
      { ...REFUND, query: { a: 1 } },
      { ...REFUND, headers: { 'idempotency-key': '1' } },
      { ...REFUND, service: 'other' },
    ];
    for (const args of others) {
      const [again, waiting] = await asked(args);
      await answer(again, false);
      expect(await waiting).toMatchObject({ error: { code: 'approval_denied' } });
    }
    const [elsewhere, waiting] = await asked(REFUND, await served.agent());
    await answer(elsewhere, false);
    await waiting;
    expect(upstream.requests).toHaveLength(sent + 1);
  });

  it('is passed once by an answer that comes twice, from two windows at once', async () => {
    const sent = upstream.requests.length;
    const [approval, call] = await asked(REFUND);
    const answers = await Promise.all([answer(approval, true), answer(approval, true), answer(approval, false)]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(await call).toMatchObject({ status: 200 });
    expect(upstream.requests).toHaveLength(sent + 1);
  });

  it('shares a question with the identical call beside it, and one “once” passes one of the two', async () => {
    const sent = upstream.requests.length;
    const [approval, first] = await asked(REFUND);
    const second = agent.raw('execute', REFUND);
    await until(async () => (await served.order({ do: 'status' })).calls === 2, 'two calls');
    const before = served.approvals.length;
    await answer(approval, true);
    const next = await question(before);
    expect(await Promise.race([first, second])).toMatchObject({ status: 200 });
    await answer(next, false);
    const results = await Promise.all([first, second]);
    expect(results.filter((result) => 'status' in result)).toHaveLength(1);
    expect(upstream.requests).toHaveLength(sent + 1);
  });

  it('that was cancelled takes its question along, unless the identical call still waits', async () => {
    const sent = upstream.requests.length;
    const first = new AbortController();
    const before = served.approvals.length;
    const cancelled = agent.raw('execute', REFUND, first.signal).catch(() => 'cancelled');
    const approval = await question(before);
    const other = agent.raw('execute', REFUND);
    await until(async () => (await served.order({ do: 'status' })).calls === 2, 'two calls');
    first.abort();
    expect(await cancelled).toBe('cancelled');
    await until(async () => (await served.order({ do: 'status' })).calls === 1, 'one call');
    await answer(approval, true);
    expect(await other).toMatchObject({ status: 200 });

    const alone = new AbortController();
    const gone = agent.raw('execute', { ...REFUND, json: 2 }, alone.signal).catch(() => 'cancelled');
    const withdrawn = await question(before + 1);
    alone.abort();
    await gone;
    await until(async () => (await served.order({ do: 'status' })).calls === 0, 'no call');
    expect(await answer(withdrawn, true)).toMatchObject({
      ok: false,
      error: expect.stringContaining('no longer open'),
    });
    expect(upstream.requests).toHaveLength(sent + 1);
  });

  it('loses its question with its connection', async () => {
    const own = await served.agent();
    const [approval, call] = await asked(REFUND, own);
    call.catch(() => undefined);
    await own.close();
    await until(async () => (await served.order({ do: 'status' })).calls === 0, 'no call');
    expect(await answer(approval, true)).toMatchObject({ ok: false });
  });
});

describe('ten minutes', () => {
  it('pass what the rule asks about, on that connection and on no other', async () => {
    const [approval, call] = await asked(NOTE);
    expect(await answer(approval, true, { for: '10m' })).toMatchObject({ ok: true });
    await call;
    const questions = served.approvals.length;
    expect(await agent.ok('execute', { ...NOTE, json: { text: 'b' } })).toMatchObject({ status: 200 });
    expect(served.approvals).toHaveLength(questions);
    const [again, waiting] = await asked(REFUND);
    await answer(again, false);
    await waiting;
    const namesake = await served.agent();
    const [elsewhere, other] = await asked(NOTE, namesake);
    await answer(elsewhere, false);
    expect(await other).toMatchObject({ error: { code: 'approval_denied' } });
  });

  it('are not to be had of a rule that asks every time', async () => {
    const [approval, call] = await asked(REFUND);
    expect(await answer(approval, true, { for: '10m' })).toMatchObject({ ok: false });
    await answer(approval, false);
    expect(await call).toMatchObject({ error: { code: 'approval_denied' } });
  });

  it.each(['freeze', 'reload', 'rotate'] as const)('end with a %s', async (change) => {
    const [approval, call] = await asked(NOTE);
    await answer(approval, true, { for: '10m' });
    await call;
    if (change === 'freeze') {
      await served.order({ do: 'freeze' });
      await served.order({ do: 'unfreeze' });
    } else if (change === 'rotate') await served.order({ do: 'rotate', service: 'api', credential: freshKey() });
    else await rewritten([...POLICIES, { path: '/x', effect: 'deny' }]);
    const [again, waiting] = await asked(NOTE);
    await answer(again, false);
    expect(await waiting).toMatchObject({ error: { code: 'approval_denied' } });
    if (change === 'reload') await rewritten(POLICIES);
  });
});

async function rewritten(policies: readonly object[]): Promise<void> {
  const fs = await import('node:fs');
  const api = loopbackService(upstream.origin, { policies });
  fs.writeFileSync(served.policyFile, policyText({ api, other: api }));
  expect(await served.order({ do: 'reload' })).toMatchObject({ ok: true });
}

describe('a question is withdrawn', () => {
  it('by a freeze, which ends the call, and an answer afterwards does nothing', async () => {
    const sent = upstream.requests.length;
    const [approval, call] = await asked(REFUND);
    const began = performance.now();
    await served.order({ do: 'freeze', service: 'api' });
    expect(await call).toMatchObject({ error: { code: 'frozen', sent: 'no' } });
    expect(performance.now() - began).toBeLessThan(100);
    expect(await answer(approval, true)).toMatchObject({ ok: false });
    await served.order({ do: 'unfreeze', service: 'api' });
    const [again, waiting] = await asked(REFUND);
    expect(again.id).not.toBe(approval.id);
    await answer(again, false);
    await waiting;
    expect(upstream.requests).toHaveLength(sent);
  });

  it('by a rotation, and the call waits on with a question about the new credential', async () => {
    const [approval, call] = await asked(REFUND);
    const before = served.approvals.length;
    await served.order({ do: 'rotate', service: 'api', credential: freshKey() });
    const next = await question(before);
    expect(await answer(approval, true)).toMatchObject({ ok: false });
    await answer(next, true);
    expect(await call).toMatchObject({ status: 200 });
  });

  it('by a revocation', async () => {
    const [approval, call] = await asked({ ...REFUND, service: 'other' });
    await served.order({ do: 'revoke', service: 'other' });
    expect(await call).toMatchObject({ error: { code: 'revoked', sent: 'no' } });
    expect(await answer(approval, true)).toMatchObject({ ok: false });
    await served.order({ do: 'rotate', service: 'other', credential: key });
  });

  it('by a policy that denies it, and not by one that says the same elsewhere in the file', async () => {
    const [approval, call] = await asked(REFUND);
    await rewritten([{ path: '/above', effect: 'deny' }, ...POLICIES]);
    await answer(approval, true);
    expect(await call).toMatchObject({ status: 200 });

    const [other, denied] = await asked(REFUND);
    await rewritten([...POLICIES, { path: '/v1/refunds', effect: 'deny' }]);
    expect(await denied).toMatchObject({ error: { code: 'policy_denied' } });
    expect(await answer(other, true)).toMatchObject({ ok: false });
    await rewritten(POLICIES);
  });
});

describe('an agent that asks and asks', () => {
  it('has five questions open at most, and is told so', async () => {
    const before = served.approvals.length;
    const waiting = Array.from({ length: 5 }, (_, n) => agent.raw('execute', { ...REFUND, json: n }));
    await until(() => served.approvals.length === before + 5, 'five questions');
    expect(await agent.refused('execute', { ...REFUND, json: 6 })).toMatchObject({
      code: 'rate_limited',
      sent: 'no',
      message: expect.stringContaining('wait for the user'),
    });
    const other = await served.agent();
    const [theirs, call] = await asked(REFUND, other);
    for (const approval of [...served.approvals.slice(before, before + 5), theirs]) await answer(approval, false);
    await Promise.all([...waiting, call]);
  });

  it('holds up no other call while it waits, and counts against no limit', async () => {
    const before = served.approvals.length;
    const waiting = agent.raw('execute', REFUND);
    const approval = await question(before);
    expect(await agent.ok('read', { service: 'api', path: '/x' })).toMatchObject({ status: 200 });
    await answer(approval, false);
    await waiting;
  });
});

it('a waiting agent hears that it waits', async () => {
  const heard: string[] = [];
  const before = served.approvals.length;
  const call = agent.client.callTool({ name: 'execute', arguments: REFUND }, undefined, {
    onprogress: ({ message }) => void heard.push(message ?? ''),
  });
  const approval = await question(before);
  await until(() => heard.length > 0, 'progress');
  expect(heard[0]).toContain('user');
  await answer(approval, true);
  expect(await call).toMatchObject({ structuredContent: { status: 200 } });
});

it('what the user said stands in the trail, with the hash of the request', async () => {
  const [approval, call] = await asked(REFUND);
  await answer(approval, true);
  await call;
  const records = served.records();
  const said = records.find(({ id }) => id === approval.id);
  expect(said).toMatchObject({ kind: 'control', agent: { name: 'person' }, service: 'api', verdict: 'approve_once' });
  const intent = records.findLast(({ kind }) => kind === 'intent');
  expect(intent).toMatchObject({ verdict: 'ask', requestHash: said?.requestHash });
  const [refused, denied] = await asked({ ...REFUND, json: { note: 'no' } });
  await answer(refused, false);
  await denied;
  expect(served.records().slice(-2)).toMatchObject([
    { kind: 'control', verdict: 'deny', id: refused.id },
    { kind: 'denied', code: 'approval_denied', verdict: 'deny' },
  ]);
});

describe('without anybody to ask', () => {
  it.each([
    ['none', { error: { code: 'approval_denied', sent: 'no' } }],
    ['all', { status: 200 }],
  ] as const)('--approve %s decides', async (approve, result) => {
    const other = await serve({
      approve,
      policy: policyText({ api: loopbackService(upstream.origin, { policies: POLICIES }) }),
      credentials: { api: key },
    });
    try {
      expect(await (await other.agent()).raw('execute', REFUND)).toMatchObject(result);
      expect(other.approvals).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});

describe('a question that nobody answers', () => {
  const caller = { agent: { name: 'claude-code' }, scope: 'window' as const, connection: 'c' };
  const call = (json: unknown) => ({ tool: 'execute', ...REFUND, json }) as const;

  async function inProcess(approvalTimes: Partial<ApprovalTimes>): Promise<GatewayInProcess> {
    return gatewayInProcess({
      policy: policyText({ api: loopbackService(upstream.origin, { policies: POLICIES }) }),
      credentials: [['api', upstream.origin, key]],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      approvalTimes: { ...APPROVAL_TIMES, ...approvalTimes },
    });
  }

  it('lets the call go in time with approval_pending, and the identical call passes exactly once when it is allowed', async () => {
    const running = await inProcess({ waitMs: 50 });
    try {
      const sent = upstream.requests.length;
      const pending = await running.gateway.call(call(1), caller);
      const [question] = running.questions;
      expect(pending).toMatchObject({
        refusal: { code: 'approval_pending', sent: 'no', approvalId: question?.id, service: 'api' },
      });
      expect('refusal' in pending && pending.refusal.nextStep).toContain('repeat this identical call');
      expect(running.log.at(-1)).toContain('WAITING | approval');
      expect(question?.ended).toBeUndefined();
      expect(await running.gateway.call(call(1), caller)).toMatchObject({
        refusal: { approvalId: question?.id },
      });
      const allow = { allow: true, for: 'once' } as const;
      expect(await running.gateway.answerApproval(question?.id ?? '', 'another hash', allow)).toBe(false);
      expect(await running.gateway.answerApproval(question?.id ?? '', question?.requestHash ?? '', allow)).toBe(true);
      expect(await running.gateway.call(call(2), caller)).toMatchObject({ refusal: { code: 'approval_pending' } });
      expect(await running.gateway.call(call(1), caller)).toMatchObject({ answer: { status: 200 } });
      expect(await running.gateway.call(call(1), caller)).toMatchObject({ refusal: { code: 'approval_pending' } });
      expect(upstream.requests).toHaveLength(sent + 1);
    } finally {
      running.close();
    }
  });

  it('is withdrawn when its time is up, and an Allow Once that nobody came for is none any more', async () => {
    const running = await inProcess({ waitMs: 5000, openMs: 60, permitMs: 1 });
    try {
      expect(await running.gateway.call(call(1), caller)).toMatchObject({ refusal: { code: 'approval_denied' } });
      const [expired] = running.questions;
      expect(expired?.ended).toBe('expired');
      const allow = { allow: true, for: 'once' } as const;
      expect(await running.gateway.answerApproval(expired?.id ?? '', expired?.requestHash ?? '', allow)).toBe(false);
    } finally {
      running.close();
    }
    const late = await inProcess({ waitMs: 20, permitMs: 1 });
    try {
      await late.gateway.call(call(1), caller);
      const [question] = late.questions;
      const allow = { allow: true, for: 'once' } as const;
      await late.gateway.answerApproval(question?.id ?? '', question?.requestHash ?? '', allow);
      await sleep(10);
      expect(await late.gateway.call(call(1), caller)).toMatchObject({ refusal: { code: 'approval_pending' } });
    } finally {
      late.close();
    }
  });

  it('shows everything that would be sent, and no credential in it', async () => {
    const running = await inProcess({ waitMs: 20 });
    try {
      await running.gateway.call(
        { ...call({ note: 'mine' }), headers: { 'idempotency-key': 'k1' }, reason: 'why' },
        { ...caller, agent: { name: 'Claude “Code”\u202e', version: '1' } },
      );
      expect(running.questions).toEqual([
        {
          id: expect.any(String),
          service: 'api',
          method: 'POST',
          url: `${upstream.origin}/v1/refunds`,
          headers: expect.arrayContaining([['idempotency-key', 'k1']]),
          body: { contentType: 'application/json', text: '{"note":"mine"}' },
          credential: { name: 'api', last4: key.slice(-4) },
          agent: { name: expect.any(String), rawName: "Claude 'Code'", version: '1' },
          reason: 'why',
          rule: { file: 'policy', line: expect.any(Number), text: phrase`${'ask POST /v1/refunds'}` },
          mayRemember: false,
          expiresAt: expect.any(Number),
          requestHash: expect.any(String),
        },
      ]);
      expect(JSON.stringify(running.questions)).not.toContain(key);
    } finally {
      running.close();
    }
  });
});
