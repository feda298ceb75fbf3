import { describe, expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/core/audit/auditEvent.ts';
import { asCsv, asJsonLines } from '../../../src/core/audit/exportFormats.ts';

const RECORD: AuditRecord = {
  gatewayId: 'aaaa',
  seq: 1,
  time: '2024-03-15T10:23:45.678Z',
  id: 'e1',
  kind: 'outcome',
  agent: { name: 'claude' },
  service: 'stripe',
  method: 'GET',
  path: '/v1/charges',
  status: 200,
  durationMs: 142,
  credential: { name: 'stripe', last4: '4f2a' },
  prev: '00',
  hash: 'ab',
};

/** The fields of the first record by the names in the header; for texts without line breaks in them. */
function cells(text: string): Record<string, string> {
  const [header = '', line = ''] = text.split('\r\n');
  const values = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, value = '']) => value);
  return Object.fromEntries(header.split(',').map((name, at) => [name, values[at] ?? '']));
}

test('JSON lines give every record back', () => {
  const lines = asJsonLines([RECORD, RECORD]).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([RECORD, RECORD]);
  expect(asJsonLines([])).toBe('');
});

describe('CSV', () => {
  test('has a header and a column for each field', () => {
    expect(cells(asCsv([RECORD]))).toMatchObject({
      time: RECORD.time,
      agent: 'claude',
      path: '/v1/charges',
      status: '200',
      credential: 'stripe',
      credentialLast4: '4f2a',
      reason: '',
      hash: 'ab',
    });
    expect(asCsv([]).split('\r\n')).toHaveLength(2);
  });

  test('quotes what would end a field', () => {
    expect(cells(asCsv([{ ...RECORD, reason: 'a, "b"' }])).reason).toBe('"a, ""b"""');
    expect(asCsv([{ ...RECORD, reason: 'two\nlines' }])).toContain('"two\nlines"');
  });

  test.each(['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\t=1'])('lets no spreadsheet run %j', (reason) => {
    expect(cells(asCsv([{ ...RECORD, reason }])).reason).toMatch(/^"?'/);
  });
});
