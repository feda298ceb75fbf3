import { expect, test } from 'vitest';
import type { AuditEvent } from '../../../../src/core/audit/auditEvent.ts';
import { HELD_BACK } from '../../../../src/core/audit/heldBack.ts';
import { ActivityLog, wantsRule } from '../../../../src/extension/audit/model/activity.ts';

function event(id: string, kind: AuditEvent['kind'], more: Partial<AuditEvent> = {}): AuditEvent & { time: string } {
  const call = { service: 'stripe', method: 'GET', path: '/v1/charges' };
  return { id, kind, agent: { name: 'copilot' }, time: `2024-03-15T10:23:4${id}.000Z`, ...call, ...more };
}

test('an intent and its outcome are one call', () => {
  const log = new ActivityLog();
  log.add(event('1', 'intent'));
  expect(log.calls[0]?.result).toEqual({ kind: 'under-way' });
  log.add(event('1', 'outcome', { status: 200, durationMs: 142 }));
  expect(log.calls).toHaveLength(1);
  expect(log.calls[0]).toMatchObject({ method: 'GET', result: { kind: 'answered', status: 200, durationMs: 142 } });
});

test('a call that was sent and not answered is told from one that was blocked', () => {
  const log = new ActivityLog();
  log.add(event('1', 'outcome', { code: 'upstream_timeout' }));
  log.add(event('2', 'denied', { code: 'policy_denied' }));
  expect(log.calls.map(({ result }) => result)).toEqual([
    { kind: 'blocked', code: 'policy_denied' },
    { kind: 'failed', code: 'upstream_timeout' },
  ]);
});

test('a rule is wanted by what no rule allowed, not by what a deny rule blocked', () => {
  const log = new ActivityLog();
  log.add(event('1', 'denied', { code: 'policy_denied' }));
  log.add(event('2', 'denied', { code: 'policy_denied', rule: 'stripe/policies/1' }));
  log.add(event('3', 'denied', { code: 'frozen' }));
  expect(log.calls.filter(wantsRule).map(({ id }) => id)).toEqual(['1']);
});

test('a tool of an upstream MCP server that answered did not fail, though it has no status', () => {
  const log = new ActivityLog();
  log.add(event('1', 'outcome', { result: 'ok', durationMs: 7 }));
  log.add(event('2', 'outcome', { result: 'error', durationMs: 8 }));
  expect(log.calls.map(({ result }) => result)).toEqual([
    { kind: 'ran', result: 'error', durationMs: 8 },
    { kind: 'ran', result: 'ok', durationMs: 7 },
  ]);
});

test('newest first, per service, and what people did is no call', () => {
  const log = new ActivityLog();
  log.add(event('1', 'denied'));
  log.add(event('2', 'denied', { service: 'github' }));
  log.add(event('3', 'control'));
  expect(log.calls.map(({ id }) => id)).toEqual(['2', '1']);
  expect(log.lastOf('stripe')?.id).toBe('1');
});

test('a call in which a credential stood is told from one that is out of form, and what was held back from a limit', () => {
  const log = new ActivityLog();
  log.add(event('1', 'denied', { code: 'invalid_request', credential: { name: 'stripe', last4: '' } }));
  log.add(event('2', 'denied', { code: 'rate_limited', subject: HELD_BACK }));
  log.add(event('3', 'denied', { code: 'rate_limited', subject: `request_access, ${HELD_BACK}` }));
  log.add(event('4', 'denied', { code: 'rate_limited' }));
  log.add(event('5', 'outcome', { status: 200, durationMs: 1, credential: { name: 'stripe', last4: '' } }));
  expect(log.calls.map(({ result }) => result)).toEqual([
    { kind: 'answered', status: 200, durationMs: 1 },
    { kind: 'blocked', code: 'rate_limited' },
    { kind: 'blocked', code: 'rate_limited', heldBack: true },
    { kind: 'blocked', code: 'rate_limited', heldBack: true },
    { kind: 'blocked', code: 'invalid_request', inIt: 'stripe' },
  ]);
});

test('what was refused without being a call says what it was', () => {
  const log = new ActivityLog();
  const agent = { name: 'copilot' };
  const denied = { id: '1', kind: 'denied', agent, time: '2024-03-15T10:23:41.000Z' } as const;
  log.add({ ...denied, subject: 'list_services', service: 'nobody', code: 'unknown_service' });
  log.add({ ...denied, id: '2', subject: '412 more refused calls', code: 'rate_limited' });
  expect(log.calls.map(({ subject }) => subject)).toEqual(['412 more refused calls', 'list_services']);
});

test('keeps the last 200', () => {
  const log = new ActivityLog();
  for (let n = 0; n < 250; n += 1) log.add(event(String(n), 'denied'));
  expect(log.calls).toHaveLength(200);
  expect(log.calls[0]?.id).toBe('249');
});
