import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APPROVAL_TIMES } from '../../src/gateway/call/approvals.ts';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey, loopbackService, policyText } from '../support/serve.ts';
import { sleep, until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const ASKS = [{ path: '/v1/**', methods: ['POST'], approval: 'remember' }];
const ALLOWS = [{ path: '/v1/**', methods: ['POST'] }];
const REFUND = { tool: 'execute', service: 'api', method: 'POST', path: '/v1/refunds', json: { amount: 5 } } as const;
const caller = { agent: { name: 'cline' }, scope: 'window' as const, connection: 'c' };
/** Of the 60 seconds that a client waits, so many milliseconds are left for the user: an API takes 30 seconds at the most. */
const FOR_THE_USER_MS = 200;
const PATIENCE_MS = 30_000 + FOR_THE_USER_MS;

let upstream: Upstream;
let running: GatewayInProcess;
let auditDir: string;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream?.close());

const policy = (policies: readonly object[], timeout = '30s'): string =>
  policyText({ api: loopbackService(upstream.origin, { policies, limits: { timeout } }) });

beforeEach(async () => {
  auditDir = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  running = await gatewayInProcess({
    policy: policy(ASKS),
    credentials: [['api', upstream.origin, freshKey()]],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    auditDir,
    approvalTimes: { ...APPROVAL_TIMES, patienceMs: PATIENCE_MS },
  });
});

afterEach(() => fs.rmSync(auditDir, { recursive: true, force: true }));

type Outcome = { answer: Answer } | { refusal: Refusal };
const call = (hears: boolean): Promise<Outcome> =>
  running.gateway.call(REFUND, caller, undefined, hears ? () => undefined : undefined);

async function asked(): Promise<void> {
  await until(() => running.questions.length > 0, 'a question');
}

/** What the user does about the open question, by which the call may pass. */
const WAYS: Record<string, () => Promise<unknown>> = {
  'allows it once': () => say({ allow: true, for: 'once' }),
  'allows it for ten minutes': () => say({ allow: true, for: '10m' }),
  'changes the policy, so that nobody has to be asked': () => running.setPolicy(policy(ALLOWS)),
};

function say(answer: { allow: true; for: 'once' | '10m' }): Promise<boolean> {
  const [question] = running.questions;
  return running.gateway.answerApproval(question?.id ?? '', question?.requestHash ?? '', answer);
}

describe.each(Object.entries(WAYS))('when the user %s', (_, act) => {
  it('too late for a client that hears nothing meanwhile, nothing is sent until it repeats the call', async () => {
    const sent = upstream.requests.length;
    const first = call(false);
    await asked();
    await sleep(FOR_THE_USER_MS + 50);
    await act();
    expect(await first).toMatchObject({
      refusal: { code: 'approval_pending', sent: 'no', nextStep: expect.stringMatching(/^Repeat this identical call/) },
    });
    expect(upstream.requests).toHaveLength(sent);
    expect(await call(false)).toMatchObject({ answer: { status: 200 } });
    expect(running.questions).toHaveLength(1);
    expect(upstream.requests).toHaveLength(sent + 1);
  });

  it('as late for a client that hears of its progress, the call goes on', async () => {
    const first = call(true);
    await asked();
    await sleep(FOR_THE_USER_MS + 50);
    await act();
    expect(await first).toMatchObject({ answer: { status: 200 } });
  });

  it('in time, the call goes on', async () => {
    const first = call(false);
    await asked();
    await act();
    expect(await first).toMatchObject({ answer: { status: 200 } });
  });
});

it('who says no late is not asked again', async () => {
  const first = call(false);
  await asked();
  await sleep(FOR_THE_USER_MS + 50);
  const [question] = running.questions;
  await running.gateway.answerApproval(question?.id ?? '', question?.requestHash ?? '', { allow: false });
  expect(await first).toMatchObject({ refusal: { code: 'approval_denied' } });
});

it('an API that may take longer than the client waits leaves the user no time at all', async () => {
  await running.setPolicy(policy(ASKS, '2m'));
  const first = call(false);
  await asked();
  await WAYS['allows it once']?.();
  expect(await first).toMatchObject({ refusal: { code: 'approval_pending' } });
  expect(await call(false)).toMatchObject({ answer: { status: 200 } });
});

describe('a call that only waited', () => {
  const verdictOf = async (code: string): Promise<unknown> => {
    const found = (): { verdict?: unknown } | undefined =>
      fs
        .readdirSync(auditDir)
        .filter((name) => name.endsWith('.jsonl'))
        .flatMap((name) => fs.readFileSync(path.join(auditDir, name), 'utf8').split('\n').filter(Boolean))
        .map((line): { code?: string; verdict?: unknown } => JSON.parse(line))
        .find((record) => record.code === code);
    await until(() => found() !== undefined, 'the record');
    return found()?.verdict;
  };

  it('has a verdict of its own when its answer comes too late', async () => {
    const first = call(false);
    await asked();
    await sleep(FOR_THE_USER_MS + 50);
    await say({ allow: true, for: 'once' });
    await first;
    expect(await verdictOf('approval_pending')).toBe('wait');
  });

  it('has it when its agent takes it back', async () => {
    const controller = new AbortController();
    const first = running.gateway.call(REFUND, caller, controller.signal, () => undefined);
    await asked();
    controller.abort();
    expect(await first).toMatchObject({ refusal: { code: 'cancelled', sent: 'no' } });
    expect(await verdictOf('cancelled')).toBe('wait');
  });

  it('has none of its own when the user says no', async () => {
    const first = call(true);
    await asked();
    const [question] = running.questions;
    await running.gateway.answerApproval(question?.id ?? '', question?.requestHash ?? '', { allow: false });
    await first;
    expect(await verdictOf('approval_denied')).toBe('deny');
  });
});

describe('the time that a call took', () => {
  it('is without what the user took, in the answer and in the audit log', async () => {
    const first = call(true);
    await asked();
    await sleep(600);
    await say({ allow: true, for: 'once' });
    const outcome = await first;
    expect('answer' in outcome && outcome.answer.durationMs).toBeLessThan(500);
    const line = running.log.findLast((text) => text.includes('POST /v1/refunds | 200'));
    expect(Number(/(\d+)ms$/.exec(line ?? '')?.[1])).toBeLessThan(500);
  });
});
