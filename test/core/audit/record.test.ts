import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/core/audit/auditEvent.ts';
import { GENESIS, sealRecord, unsealLine } from '../../../src/core/audit/record.ts';
import { runs } from '../../support/runs.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const POSITION = { gatewayId: 'run-1', seq: 1, time: '2024-03-15T10:23:45.678Z', prev: GENESIS };
const EVENT: AuditEvent = { id: 'e1', kind: 'denied', agent: { name: 'claude' } };

/** What must not be in the file raw: controls, bidirectional and zero-width characters, separators, lone surrogates. */
const RAW = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\p{Default_Ignorable_Code_Point}/u;

describe('sealRecord', () => {
  it('writes one object with its fields in a fixed order and its hash last', () => {
    const event: AuditEvent = {
      credential: { last4: '4f2a', name: 'stripe' },
      requestHash: 'ab',
      reason: 'why',
      bytes: 3,
      durationMs: 142,
      status: 200,
      rule: 'stripe/policies/2',
      code: 'x',
      verdict: 'allow',
      bodyType: 'json',
      path: '/v1/charges',
      method: 'GET',
      environment: 'test',
      service: 'stripe',
      agent: { conversation: 'c', version: '1', raw: 'claude-ai', name: 'claude' },
      kind: 'outcome',
      id: 'e1',
    };
    const { record, line } = sealRecord(event, POSITION, sha256);
    expect(line).toBe(
      `{"gatewayId":"run-1","seq":1,"time":"2024-03-15T10:23:45.678Z","id":"e1","kind":"outcome","agent":{"name":"claude","raw":"claude-ai","version":"1","conversation":"c"},"service":"stripe","environment":"test","method":"GET","path":"/v1/charges","bodyType":"json","verdict":"allow","code":"x","rule":"stripe/policies/2","status":200,"durationMs":142,"bytes":3,"reason":"why","requestHash":"ab","credential":{"name":"stripe","last4":"4f2a"},"prev":"${GENESIS}","hash":"${record.hash}"}`,
    );
    expect(record.hash).toBe(sha256(line.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}')));
    expect(JSON.parse(line)).toEqual(record);
  });

  it('leaves out what is absent or not a number, and any field that is not of a record', () => {
    const event = { ...EVENT, status: Number.NaN, bytes: Number.POSITIVE_INFINITY, body: 'not recorded' };
    const { record } = sealRecord(event, POSITION, sha256);
    expect(Object.keys(record)).toEqual(['gatewayId', 'seq', 'time', 'id', 'kind', 'agent', 'prev', 'hash']);
  });

  it('gives every text back as it was, and lets none of it break or hide a line', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          ...'\n\r\u0000\u001b\u007f\u0085\u009b\u00ad\u061c\u200b\u200d\u200e\u202e\u2028\u2029\u2066\ufeff\ud800\udc00"\\|',
          '\u{e0041}',
          '\u{1f600}',
          '\ufe0f',
        ),
        fc.string({ unit: 'binary', maxLength: 1, minLength: 1 }),
      ),
      maxLength: 8,
    });
    fc.assert(
      fc.property(text, text, text, text, text, (path, name, reason, service, method) => {
        const { line } = sealRecord({ ...EVENT, agent: { name }, path, reason, service, method }, POSITION, sha256);
        expect(line).not.toMatch(RAW);
        expect(Buffer.from(line, 'utf8').toString('utf8')).toBe(line);
        expect(JSON.parse(line)).toMatchObject({ path, reason, service, method, agent: { name } });
      }),
      { numRuns: runs(200) },
    );
  });

  it('cuts what is too long, and says by how much', () => {
    const long = 'é'.repeat(100_000);
    const event = {
      ...EVENT,
      agent: { name: long, version: long },
      path: long,
      reason: long,
      service: long,
      method: long,
    };
    const { record, line } = sealRecord(event, POSITION, sha256);
    expect(record.path).toBe(`${'é'.repeat(2035)}…[cut 97965]`);
    expect(record.reason?.length).toBeLessThanOrEqual(500);
    expect(record.agent.name.length).toBeLessThanOrEqual(256);
    expect(line.length).toBeLessThan(4000);
    expect(sealRecord({ ...EVENT, path: 'é'.repeat(2048) }, POSITION, sha256).record.path).toBe('é'.repeat(2048));
    const pair = sealRecord({ ...EVENT, reason: `${'a'.repeat(487)}${'😀'.repeat(100)}` }, POSITION, sha256).record
      .reason;
    expect(pair).toMatch(/^a+(?:😀)*…\[cut \d+\]$/u);
  });

  it.each([
    ['an escape of six characters', '\u202e'],
    ['two of them', '\u{e0041}'],
    ['a lone surrogate', '\ud800'],
    ['a control character', '\u0001'],
    ['a quotation mark', '"'],
    ['a backslash', '\\'],
    ['a line end', '\n'],
  ])('counts %s as what it takes in the file', (_, character) => {
    const long = character.repeat(5000);
    const event = { ...EVENT, agent: { name: 'x', raw: long, version: long }, path: long, reason: long, service: long };
    const { line, record } = sealRecord(event, POSITION, sha256);
    expect(line.length).toBeLessThan(4000);
    expect(record.reason).toMatch(/…\[cut \d+\]$/);
    const [, cut = ''] = /…\[cut (\d+)\]$/.exec(record.reason ?? '') ?? [];
    expect(record.reason?.length).toBe(long.length - Number(cut) + `…[cut ${cut}]`.length);
  });
});

describe('unsealLine', () => {
  it('is the inverse of sealing, and takes nothing else', () => {
    const { line, record } = sealRecord(EVENT, POSITION, sha256);
    expect(unsealLine(line)).toEqual({ text: line.replace(`,"hash":"${record.hash}"`, ''), hash: record.hash });
    for (const other of ['', '{}', `${line} `, line.slice(0, -1), line.toUpperCase(), `${line.slice(0, -2)} "}`]) {
      expect(unsealLine(other)).toBeUndefined();
    }
  });
});
