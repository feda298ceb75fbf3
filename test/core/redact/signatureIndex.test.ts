import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { SignatureIndex } from '../../../src/core/redact/signatureIndex.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';

const digest = (text: string, hash = 'sha256'): Buffer => createHash(hash).update(text).digest();
const redactor = (index: SignatureIndex): Redactor =>
  new Redactor([{ name: 'key', value: new Secret(randomBytes(20).toString('hex')) }], index);

/** An index that holds so many signatures. */
function filled(count: number): SignatureIndex {
  const index = new SignatureIndex();
  for (let i = 0; i < count; i++) index.add('api', new Secret(digest(`one ${i}`).toString('hex')), 1);
  return index;
}

describe('signatures', () => {
  it('are found wherever they stand, in every usual encoding, whichever was sent', () => {
    const hash = fc.constantFrom('sha1', 'sha256', 'sha512');
    const sent = fc.constantFrom('hex', 'base64', 'base64url');
    const shown = fc.constantFrom<(bytes: Buffer) => string>(
      (bytes) => bytes.toString('hex'),
      (bytes) => bytes.toString('hex').toUpperCase(),
      (bytes) => bytes.toString('base64').replace(/=+$/, ''),
      (bytes) => bytes.toString('base64url'),
      (bytes) => encodeURIComponent(bytes.toString('base64').replace(/=+$/, '')),
      (bytes) => bytes.toString('base64').replace(/=+$/, '').replaceAll('+', ' '),
      (bytes) => JSON.stringify({ a: bytes.toString('base64').replace(/=+$/, '').replaceAll('/', '\\/') }),
    );
    fc.assert(
      fc.property(fc.uuid(), hash, sent, shown, fc.string(), fc.string(), (text, how, as, form, before, after) => {
        const index = filled(50);
        const bytes = digest(text, how);
        index.add('other', new Secret(bytes.toString(as as 'hex')), 1);
        const written = form(bytes);
        const { text: result, count } = redactor(index).text(`${before}.${written}.${after}`);
        expect(count).toBeGreaterThan(0);
        expect(result).not.toContain(written);
        expect(result).toContain('[redacted:other]');
      }),
      { numRuns: runs(300) },
    );
  });

  it('are found in JSON, in numbers of them, and nothing else is taken for one', () => {
    const index = filled(2000);
    const known = Array.from({ length: 20 }, (_, i) =>
      digest(`one ${i * 90}`)
        .toString('base64')
        .replace(/=+$/, ''),
    );
    const unknown = Array.from({ length: 2000 }, (_, i) => digest(`another ${i}`).toString(i % 2 ? 'hex' : 'base64'));
    const { value, count } = redactor(index).json({ known, unknown });
    expect(value).toEqual({ known: known.map(() => '[redacted:api]'), unknown });
    expect(count).toBe(20);
  });

  it('are known by their first or last characters where a text ends or begins within one', () => {
    const index = filled(10);
    const signature = digest('one 3').toString('hex');
    for (let length = 8; length < 64; length++) {
      for (const piece of [signature.slice(0, length), signature.slice(-length)]) {
        const { value } = redactor(index).json([piece, `x ${signature}`]);
        expect(value, piece).toEqual(['[redacted:api]', 'x [redacted:api]']);
      }
    }
    const inside = `x ${signature.slice(0, 20)} y ${signature.slice(-20)} z`;
    expect(redactor(index).text(inside).text, 'a prefix that is quoted in a sentence').toBe(inside);
  });

  it('leave when they end, and those for good when their credential is replaced', () => {
    const index = new SignatureIndex();
    const all = Array.from({ length: 400 }, (_, i) => digest(`one ${i}`).toString('hex'));
    for (const [i, one] of all.entries()) {
      index.add(i % 2 ? 'a' : 'b', new Secret(one), i < 200 ? i : Number.POSITIVE_INFINITY);
    }
    const left = (): number => redactor(index).json(all).count;
    index.sweep(99);
    expect(left()).toBe(300);
    index.sweep(1e12);
    expect(left()).toBe(200);
    index.retire('a', 2e12);
    index.sweep(2e12);
    expect(left()).toBe(100);
    index.add('b', new Secret(all[200] ?? ''), 5);
    index.sweep(1e15);
    expect(left(), 'nothing is shortened by being made again').toBe(100);
  });

  it('cost a call the same, ten or ten thousand', () => {
    const few = filled(10);
    const many = filled(10_000);
    const text = JSON.stringify(
      Array.from({ length: 3000 }, (_, i) => ({ id: i, name: `customer ${i}`, tag: 'abcdefgh' })),
    );
    let next = 0;
    const call = (index: SignatureIndex, made: Redactor): void => {
      index.add('api', new Secret(digest(`new ${next++}`).toString('hex')), 1);
      made.text(text);
    };
    const cpu = (index: SignatureIndex): number => {
      const made = redactor(index);
      for (let i = 0; i < 5; i++) call(index, made);
      return cpuTime(() => {
        for (let i = 0; i < 5; i++) call(index, made);
      }, 7);
    };
    expect(cpu(many) / cpu(few)).toBeLessThan(4);
  });
});
