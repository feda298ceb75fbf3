import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/core/audit/auditEvent.ts';
import { GENESIS, sealRecord } from '../../../src/core/audit/record.ts';
import type { AuditAnchor, AuditVerification } from '../../../src/core/audit/verification.ts';
import { parseRecord } from '../../../src/core/audit/verify.ts';
import { english } from '../../support/english.ts';
import { runs } from '../../support/runs.ts';
import { verifyParts } from '../../support/verifyParts.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const EVENT: AuditEvent = { id: 'e', kind: 'denied', agent: { name: 'claude' }, path: '/v1/é' };

interface Chain {
  readonly lines: readonly string[];
  readonly hashes: readonly string[];
}

/** A run's records; `events` may look at the hashes so far. */
function chain(count: number, events: (seq: number, hashes: readonly string[]) => AuditEvent = () => EVENT): Chain {
  const lines: string[] = [];
  const hashes: string[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const time = new Date(1_710_498_225_000 + seq * 1000).toISOString();
    const position = { gatewayId: 'run-1', seq, time, prev: hashes.at(-1) ?? GENESIS };
    const { line, record } = sealRecord({ ...events(seq, hashes), id: `e${seq}` }, position, sha256);
    lines.push(line);
    hashes.push(record.hash);
  }
  return { lines, hashes };
}

/** Verifies lines cut into parts before each given index. */
function verify(lines: readonly string[], anchor?: AuditAnchor, ...cuts: number[]): AuditVerification {
  const bounds = [0, ...cuts, lines.length];
  const parts = bounds.slice(1).map((end, i) => ({ name: `part-${i + 1}`, lines: lines.slice(bounds[i], end) }));
  return verifyParts(parts, sha256, anchor);
}

function anchorAt({ hashes }: Chain, seq: number): AuditAnchor {
  return { seq, hash: hashes[seq - 1] ?? '' };
}

/** `file:line code` for every problem. */
function problems(result: AuditVerification): string[] {
  expect(result.ok).toBe(result.problems.length === 0);
  expect(result.problemCount).toBe(result.problems.length);
  return result.problems.map(({ file, line, code }) => `${file}:${line} ${code}`);
}

function without<T>(list: readonly T[], index: number, count = 1): T[] {
  return list.toSpliced(index, count);
}

describe('verifyParts', () => {
  const whole = chain(12);

  it('takes a whole trail, in any number of parts', () => {
    expect(verify(whole.lines)).toEqual({
      ok: true,
      records: 12,
      problems: [],
      problemCount: 0,
      notes: [],
      tail: 'not anchored',
      gatewayId: 'run-1',
      head: anchorAt(whole, 12),
    });
    expect(problems(verify(whole.lines, anchorAt(whole, 9), 3, 3, 8))).toEqual([]);
    expect(verify(whole.lines, anchorAt(whole, 12)).tail).toBe('anchored');
    expect(verify([...whole.lines, '']).ok).toBe(true);
    expect(verify([])).toMatchObject({ ok: true, records: 0 });
    expect(verify([], { seq: 0, hash: GENESIS })).toMatchObject({ ok: true, tail: 'anchored' });
  });

  it('names the line of a changed character, and goes on behind it', () => {
    const lines = whole.lines.with(4, (whole.lines[4] ?? '').replace('claude', 'claudf'));
    expect(problems(verify(lines, anchorAt(whole, 12)))).toEqual(['part-1:5 changed']);
    expect(problems(verify(lines, anchorAt(whole, 5)))).toEqual(['part-1:5 changed']);
    const twice = lines.with(9, (lines[9] ?? '').replace('"seq":10', '"seq":11'));
    expect(problems(verify(twice, undefined, 7))).toEqual(['part-1:5 changed', 'part-2:3 changed']);
    const first = whole.lines.with(0, (whole.lines[0] ?? '').replace('claude', 'claudf'));
    expect(problems(verify(first))).toEqual(['part-1:1 changed']);
  });

  it('says what is missing, and before which line', () => {
    expect(problems(verify(without(whole.lines, 4)))).toEqual(['part-1:5 missing']);
    expect(english(verify(without(whole.lines, 4, 3)).problems[0])?.message).toBe(
      'records 5 to 7 are missing before record 8',
    );
    expect(problems(verify(without(whole.lines, 0)))).toEqual(['part-1:1 missing_start']);
    const parts = [whole.lines.slice(0, 4), whole.lines.slice(8)].map((lines, i) => ({ name: `p${2 * i}`, lines }));
    expect(problems(verifyParts(parts, sha256))).toEqual(['p2:1 missing']);
  });

  it('says what was inserted, repeated or moved', () => {
    const forged = sealRecord(
      EVENT,
      { gatewayId: 'run-1', seq: 5, time: '2024-03-15T10:23:49.000Z', prev: whole.hashes[3] ?? '' },
      sha256,
    );
    const foreign = sealRecord(
      EVENT,
      { gatewayId: 'run-2', seq: 5, time: '2024-03-15T10:23:49.000Z', prev: whole.hashes[3] ?? '' },
      sha256,
    );
    expect(problems(verify(whole.lines.toSpliced(4, 0, forged.line)))).toEqual([
      'part-1:6 out_of_order',
      'part-1:7 relinked',
    ]);
    expect(problems(verify(whole.lines.toSpliced(4, 1, forged.line)))).toEqual(['part-1:6 relinked']);
    expect(problems(verify(whole.lines.toSpliced(4, 0, foreign.line)))).toEqual(['part-1:5 foreign']);
    expect(problems(verify(whole.lines.toSpliced(4, 0, '')))).toEqual(['part-1:5 broken_line']);
    expect(problems(verify(whole.lines.toSpliced(8, 0, whole.lines[2] ?? '')))).toEqual(['part-1:9 out_of_order']);
    const [a = '', b = ''] = whole.lines.slice(4, 6);
    expect(problems(verify(whole.lines.toSpliced(4, 2, b, a)))).toEqual(['part-1:5 missing', 'part-1:6 out_of_order']);
    expect(problems(verify(whole.lines, undefined, 6)).length).toBe(0);
    expect(problems(verify([...whole.lines.slice(6), ...whole.lines.slice(0, 6)])).length).toBeGreaterThan(0);
  });

  it('tells a cut last line from a broken one', () => {
    const cut = (whole.lines[11] ?? '').slice(0, 40);
    expect(problems(verify([...whole.lines.slice(0, 11), cut]))).toEqual(['part-1:12 cut_line']);
    expect(problems(verify([...whole.lines.slice(0, 11), cut, '']))).toEqual(['part-1:12 cut_line']);
    expect(problems(verify(whole.lines.with(5, cut)))).toEqual(['part-1:6 broken_line']);
    for (const line of [
      'null',
      '[]',
      '"x"',
      '{}',
      `${'['.repeat(50_000)}`,
      '{"seq":1}',
      `{"hash":"${'0'.repeat(64)}"}`,
    ]) {
      expect(problems(verify(whole.lines.with(5, line)))).toEqual(['part-1:6 broken_line']);
    }
  });

  it('finds a cut tail against the anchor, and only against it', () => {
    const short = whole.lines.slice(0, 7);
    expect(verify(short)).toMatchObject({ ok: true, tail: 'not anchored' });
    expect(verify(short, anchorAt(whole, 7))).toMatchObject({ ok: true, tail: 'anchored' });
    const cut = verify(short, anchorAt(whole, 8));
    expect(cut.tail).toBe('cut');
    expect(problems(cut)).toEqual(['part-1:7 cut_tail']);
    expect(verify([], anchorAt(whole, 8)).tail).toBe('cut');
  });

  it('finds a trail that was made anew against the anchor', () => {
    const anew = chain(12, (seq) => (seq === 3 ? { ...EVENT, path: '/v1/other' } : EVENT));
    expect(verify(anew.lines).ok).toBe(true);
    expect(verify(anew.lines, anchorAt(whole, 2)).ok).toBe(true);
    expect(problems(verify(anew.lines, anchorAt(whole, 9)))).toEqual(['part-1:9 rewritten']);
    expect(problems(verify(without(whole.lines, 4), anchorAt(whole, 5)))).toEqual([
      'part-1:5 missing',
      'part-1:11 rewritten',
    ]);
  });

  it('notes when the clock went back, which the sequence does not follow', () => {
    const times = ['2024-03-15T10:23:45.000Z', '2024-03-15T09:00:00.000Z', '2024-03-15T09:00:01.000Z'];
    let prev = GENESIS;
    const lines = times.map((time, index) => {
      const { line, record } = sealRecord(EVENT, { gatewayId: 'run-1', seq: index + 1, time, prev }, sha256);
      prev = record.hash;
      return line;
    });
    const result = verify(lines);
    expect(result.ok).toBe(true);
    expect(result.notes.map(({ line, code }) => `${line} ${code}`)).toEqual(['2 clock_back']);
  });

  it('keeps a hundred problems and counts the others', () => {
    const result = verify(Array.from({ length: 500 }, () => 'x'));
    expect(result.problems).toHaveLength(100);
    expect(result.problemCount).toBe(500);
  });

  it('finds any flip, deletion, insertion or move of a line', () => {
    const anchor = anchorAt(whole, 12);
    const index = fc.nat(whole.lines.length - 1);
    const flip = fc.tuple(index, fc.nat(), fc.integer({ min: 1, max: 127 })).map(([i, at, mask]) => {
      const line = whole.lines[i] ?? '';
      const place = at % line.length;
      const other = String.fromCharCode(line.charCodeAt(place) ^ mask);
      return whole.lines.with(i, line.slice(0, place) + other + line.slice(place + 1));
    });
    const remove = fc.tuple(index, fc.integer({ min: 1, max: 5 })).map(([i, n]) => without(whole.lines, i, n));
    const insert = fc
      .tuple(index, index, fc.constantFrom(' ', 'x', '{}', undefined))
      .map(([i, j, line]) => whole.lines.toSpliced(i, 0, line ?? whole.lines[j] ?? ''));
    const move = fc
      .tuple(index, index)
      .filter(([i, j]) => i !== j)
      .map(([i, j]) => without(whole.lines, i).toSpliced(j, 0, whole.lines[i] ?? ''));
    const split = fc
      .tuple(index, fc.integer({ min: 1, max: 60 }))
      .map(([i, at]) =>
        whole.lines.toSpliced(i, 1, (whole.lines[i] ?? '').slice(0, at), (whole.lines[i] ?? '').slice(at)),
      );
    fc.assert(
      fc.property(fc.oneof(flip, remove, insert, move, split), fc.nat(8), (lines, cut) => {
        expect(verify(lines, anchor, cut).ok).toBe(false);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('finds without an anchor, too, whatever is not at the very end', () => {
    const index = fc.nat(whole.lines.length - 2);
    const remove = index.map((i) => without(whole.lines, i));
    const replace = index.map((i) => {
      const { gatewayId = '', seq = 0, time = '', prev = '' } = parseRecord(whole.lines[i] ?? '') ?? {};
      return whole.lines.with(
        i,
        sealRecord({ ...EVENT, path: '/forged' }, { gatewayId, seq, time, prev }, sha256).line,
      );
    });
    fc.assert(
      fc.property(fc.oneof(remove, replace), (lines) => {
        expect(verify(lines).ok).toBe(false);
      }),
    );
  });
});

describe('pruned runs', () => {
  const pruneAt = (at: number, upTo: number, hash?: string, gatewayId = 'run-1'): Chain =>
    chain(12, (seq, hashes) =>
      seq === at
        ? { ...EVENT, kind: 'pruned', removed: { gatewayId, seq: upTo, hash: hash ?? hashes[upTo - 1] ?? '' } }
        : EVENT,
    );

  it('begin where a pruned record says', () => {
    const run = pruneAt(8, 5);
    expect(verify(run.lines.slice(5))).toMatchObject({ ok: true, tail: 'not anchored' });
    expect(verify(run.lines.slice(5), anchorAt(run, 8))).toMatchObject({ ok: true, tail: 'anchored' });
    expect(verify(run.lines, anchorAt(run, 8)).ok).toBe(true);
  });

  it('begin nowhere else', () => {
    const run = pruneAt(8, 5);
    expect(problems(verify(run.lines.slice(4)))).toEqual(['part-1:1 missing_start']);
    expect(problems(verify(run.lines.slice(6)))).toEqual(['part-1:1 missing_start']);
    const other = pruneAt(8, 5, undefined, 'run-2');
    expect(problems(verify(other.lines.slice(5)))).toEqual(['part-1:1 missing_start']);
    const wrong = pruneAt(8, 5, 'f'.repeat(64));
    expect(problems(verify(wrong.lines.slice(5)))).toEqual(['part-1:1 missing_start']);
  });

  it('cannot be forged against an anchor', () => {
    const honest = chain(12);
    // Somebody removes the first five records, and lets the gateway's next record say that they were pruned.
    const appended = sealRecord(
      { ...EVENT, kind: 'pruned', removed: { gatewayId: 'run-1', seq: 5, hash: honest.hashes[4] ?? '' } },
      { gatewayId: 'run-1', seq: 13, time: '2024-03-15T11:00:00.000Z', prev: honest.hashes[11] ?? '' },
      sha256,
    );
    const lines = [...honest.lines.slice(5), appended.line];
    expect(verify(lines).ok).toBe(true);
    expect(problems(verify(lines, anchorAt(honest, 12)))).toEqual(['part-1:1 start_not_anchored']);
    // Or puts it before the anchored record, and makes the rest anew.
    const anew = pruneAt(8, 5);
    expect(problems(verify(anew.lines.slice(5), anchorAt(honest, 12)))).toEqual(['part-1:7 rewritten']);
    // Or removes the anchored record along with them.
    expect(verify(anew.lines.slice(5), anchorAt(honest, 4)).ok).toBe(false);
  });
});
