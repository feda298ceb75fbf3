import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentName } from '../../../src/core/audit/agentName.ts';
import type { AuditEvent } from '../../../src/core/audit/auditEvent.ts';
import { humanLine } from '../../../src/core/audit/humanLine.ts';
import { GENESIS, sealRecord } from '../../../src/core/audit/record.ts';
import { verifyParts } from '../../support/verifyParts.ts';

interface Case {
  readonly id: string;
  readonly category: 'forge' | 'tamper';
  readonly level: 'must' | 'should';
  readonly field: string;
  readonly value: string;
  readonly reason: string;
}

const CASES: readonly Case[] = readFileSync(new URL('../../corpus/audit-forging.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

/** About files rather than records: the tests of the gateway's audit log hold them. */
const ELSEWHERE = ['log file replaced by a symlink to another file'];

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The event that a gateway makes of a call with a hostile value in one field, and where that value then is. */
function eventOf({ field, value }: Case): { event: AuditEvent; recorded: (event: AuditEvent) => unknown } {
  const event: AuditEvent = {
    id: 'e1',
    kind: 'denied',
    agent: { name: agentName('claude-ai'), version: '1.0' },
    service: 'stripe',
    method: 'GET',
    path: '/v1/charges',
    code: 'policy_denied',
  };
  switch (field) {
    case 'path':
    case 'method':
    case 'service':
      return { event: { ...event, [field]: value }, recorded: (e) => e[field] };
    case 'agent':
      return { event: { ...event, agent: { name: value } }, recorded: (e) => e.agent.name };
    case 'error':
    case 'reason':
      return { event: { ...event, reason: value }, recorded: (e) => e.reason };
    case 'query.value':
      return { event, recorded: () => value };
    default:
      throw new Error(`no event is made for the field ${field}`);
  }
}

describe('the audit corpus', () => {
  it('is read whole', () => {
    expect(CASES).toHaveLength(16);
    expect(CASES.filter((test) => test.category === 'forge')).toHaveLength(13);
    expect(CASES.filter((test) => test.category === 'tamper').map((test) => test.value)).toEqual([
      'truncate last record',
      ...ELSEWHERE,
      'clock set back',
    ]);
  });

  it.each(CASES.filter((test) => test.category === 'forge'))('$id: $reason in $field', (test) => {
    const { event, recorded } = eventOf(test);
    const position = { gatewayId: 'run-1', seq: 1, time: '2024-03-15T10:23:45.678Z', prev: GENESIS };
    const { line, record } = sealRecord(event, position, sha256);
    expect(line.split(/[\n\r\u2028\u2029]/)).toHaveLength(1);
    expect(recorded(JSON.parse(line) as AuditEvent)).toBe(test.value);
    expect(verifyParts([{ name: 'a', lines: `${line}\n`.split('\n') }], sha256)).toMatchObject({
      ok: true,
      records: 1,
    });
    for (const text of [line, humanLine(record)]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }
    expect(humanLine(record).split(' | ')).toHaveLength(6);
    expect(humanLine(record)).toMatch(/ \| BLOCKED \| policy violation$/);
  });

  it('finds a removed last record by the head that is kept elsewhere', () => {
    let prev = GENESIS;
    const lines = [1, 2, 3].map((seq) => {
      const time = '2024-03-15T10:23:45.678Z';
      const sealed = sealRecord(
        { id: 'e', kind: 'control', agent: { name: 'x' } },
        { gatewayId: 'r', seq, time, prev },
        sha256,
      );
      prev = sealed.record.hash;
      return sealed.line;
    });
    const result = verifyParts([{ name: 'a', lines: lines.slice(0, 2) }], sha256, { seq: 3, hash: prev });
    expect(result).toMatchObject({ ok: false, tail: 'cut' });
  });
});
