import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../src/core/audit/auditEvent.ts';
import { compareRecords, matchesQuery, parseSince } from '../../../src/core/audit/auditQuery.ts';
import { groupParts } from '../../../src/core/audit/partName.ts';

const RECORD: AuditRecord = {
  gatewayId: 'run-1',
  seq: 4,
  time: '2024-03-15T10:23:45.678Z',
  id: 'e4',
  kind: 'denied',
  agent: { name: 'claude' },
  service: 'stripe',
  verdict: 'deny',
  code: 'policy_denied',
  prev: '',
  hash: '',
};

describe('matchesQuery', () => {
  it.each([
    [{}, true],
    [{ since: Date.parse(RECORD.time) }, true],
    [{ since: Date.parse(RECORD.time) + 1 }, false],
    [{ service: 'stripe' }, true],
    [{ service: 'strip' }, false],
    [{ agent: 'claude' }, true],
    [{ agent: 'cursor' }, false],
    [{ verdict: 'deny' }, true],
    [{ verdict: 'denied' }, true],
    [{ verdict: 'policy_denied' }, true],
    [{ verdict: 'allow' }, false],
    [{ service: 'stripe', agent: 'claude', verdict: 'allow' }, false],
  ])('%j: %s', (query, matches) => {
    expect(matchesQuery(RECORD, query)).toBe(matches);
  });
});

describe('compareRecords', () => {
  it('orders by time, then by run and sequence', () => {
    const records = [
      { ...RECORD, seq: 2 },
      { ...RECORD, gatewayId: 'run-0', seq: 9 },
      { ...RECORD, seq: 1 },
      { ...RECORD, seq: 3, time: '2024-03-15T10:23:44.000Z' },
    ];
    expect(records.sort(compareRecords).map(({ gatewayId, seq }) => `${gatewayId}/${seq}`)).toEqual([
      'run-1/3',
      'run-0/9',
      'run-1/1',
      'run-1/2',
    ]);
  });
});

describe('parseSince', () => {
  const now = Date.parse('2024-03-15T12:00:00Z');

  it.each([
    ['30m', '2024-03-15T11:30:00.000Z'],
    ['24h', '2024-03-14T12:00:00.000Z'],
    ['7d', '2024-03-08T12:00:00.000Z'],
    ['2024-03-01', '2024-03-01T00:00:00.000Z'],
    ['2024-03-15T10:23:45Z', '2024-03-15T10:23:45.000Z'],
    ['2024-03-15T10:23:45+02:00', '2024-03-15T08:23:45.000Z'],
  ])('%s', (text, time) => {
    expect(new Date(parseSince(text, now) ?? 0).toISOString()).toBe(time);
  });

  it.each(['', 'yesterday', '5', '5y', '-5m', '2024', '2024-13-45', '15.03.2024'])('takes no %j', (text) => {
    expect(parseSince(text, now)).toBeUndefined();
  });
});

describe('groupParts', () => {
  it('sorts files by run and part, and leaves out others', () => {
    expect(
      groupParts([
        '20240316T000000Z-b7-0001.jsonl',
        '20240315T102345Z-a1-b2-0010.jsonl',
        '20240315T102345Z-a1-b2-0002.jsonl',
        '20240315T102345Z-a1-b2-10000.jsonl',
        'notes.txt',
        '20240315T102345Z-a1.jsonl',
        '20240315T102345Z-a1-0001.jsonl.tmp',
      ]),
    ).toEqual([
      {
        gatewayId: 'a1-b2',
        parts: [
          '20240315T102345Z-a1-b2-0002.jsonl',
          '20240315T102345Z-a1-b2-0010.jsonl',
          '20240315T102345Z-a1-b2-10000.jsonl',
        ],
      },
      { gatewayId: 'b7', parts: ['20240316T000000Z-b7-0001.jsonl'] },
    ]);
  });
});
