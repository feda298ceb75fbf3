import { expect, test } from 'vitest';
import { USER_AGENT } from '../../../../src/core/audit/agentName.ts';
import type { Activity } from '../../../../src/extension/audit/model/activity.ts';
import { CallNode } from '../../../../src/extension/audit/views/callNode.ts';
import { reasonText } from '../../../../src/extension/audit/views/reasonText.ts';
import { ERROR_CODES } from '../../../../src/protocol/messages.ts';

const CALL = {
  id: '1',
  agent: 'claude',
  service: 'stripe',
  method: 'POST',
  path: '/v1/refunds',
  time: '2026-01-01T00:00:00Z',
};

test.for<[Activity['result'], description: string, context: string, way: RegExp | undefined]>([
  [{ kind: 'under-way' }, 'in progress · stripe', 'call.under-way', undefined],
  [{ kind: 'unknown' }, 'outcome not recorded · stripe', 'call.unknown', undefined],
  [{ kind: 'answered', status: 200, durationMs: 7 }, '200 · 7 ms · stripe', 'call.answered', undefined],
  [{ kind: 'ran', result: 'ok', durationMs: 7 }, 'ok · 7 ms · stripe', 'call.ran', undefined],
  [{ kind: 'ran', result: 'error', durationMs: 7 }, 'the tool failed · 7 ms · stripe', 'call.ran', undefined],
  [
    { kind: 'failed', code: 'upstream_timeout' },
    'failed: the API did not answer in time · stripe',
    'call.failed',
    undefined,
  ],
  [{ kind: 'waited' }, 'waited for your approval · stripe', 'call.waited', undefined],
  // A rule would let it pass; no rule that is added goes before one that denies.
  [
    { kind: 'blocked', code: 'policy_denied' },
    'blocked: the policy does not allow it · stripe',
    'call.blocked.policy',
    /add a rule/,
  ],
  [
    { kind: 'blocked', code: 'policy_denied', rule: 'p.yaml:7' },
    'blocked: the policy does not allow it · stripe',
    'call.blocked',
    /A deny rule forbids/,
  ],
  [{ kind: 'blocked', code: 'frozen' }, 'blocked: access is frozen · stripe', 'call.blocked', /Unfreeze/],
  [
    { kind: 'blocked', code: 'invalid_request', inIt: 'stripe' },
    'blocked: the call contained a credential · stripe',
    'call.blocked',
    /rotate it/,
  ],
  [
    { kind: 'blocked', code: 'rate_limited', heldBack: true },
    'blocked: held back, because an earlier call contained a credential · stripe',
    'call.blocked',
    /rotate it/,
  ],
])('%j', ([result, description, context, way]) => {
  const row = new CallNode({ ...CALL, result });
  expect([row.label, row.description, row.contextValue]).toEqual(['POST /v1/refunds', description, context]);
  const last = String(row.tooltip).split('\n').at(-1);
  if (way) expect(last).toMatch(way);
  else expect(last).toMatch(/^Result: /);
});

test('a count of refused calls and a call of our own tools are no requests', () => {
  const ours = { ...CALL, method: '', path: '', result: { kind: 'waited' } } as const;
  expect(new CallNode({ ...ours, subject: '12 more refused calls' }).label).toBe('12 more refused calls');
  expect(new CallNode({ ...ours, subject: 'list_services' }).label).toBe('list_services');
});

test('each code has words of its own', () => {
  const words = ERROR_CODES.map(reasonText);
  expect(new Set(words).size).toBe(ERROR_CODES.length);
  expect(words.filter((text) => text === reasonText('no such code'))).toHaveLength(1);
});

test('what you did yourself is said to be yours', () => {
  const row = new CallNode({ ...CALL, agent: USER_AGENT, result: { kind: 'unknown' } });
  expect(String(row.tooltip)).toContain('Agent: you');
});
