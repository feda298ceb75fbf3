import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTooHeavy, JsonWeight, MAX_JSON_WEIGHT } from '../../src/core/jsonWeight.ts';

const weigh = (text: string): number => new JsonWeight().add(text).weight;

/** What the weight is meant to be, counted in the value that the text stands for. */
function counted(value: unknown): { parts: number; commas: number } {
  if (typeof value !== 'object' || value === null) return { parts: 0, commas: 0 };
  const children = Object.values(value).map(counted);
  const own = { parts: 1 + (Array.isArray(value) ? 0 : children.length), commas: Math.max(0, children.length - 1) };
  return children.reduce((sum, child) => ({ parts: sum.parts + child.parts, commas: sum.commas + child.commas }), own);
}

describe('the weight of a JSON text', () => {
  it('is its objects, lists and names, and a quarter of the values in a row', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { parts, commas } = counted(value);
        expect(weigh(JSON.stringify(value))).toBe(parts + Math.floor(commas / 4));
      }),
    );
  });

  it('is the same, wherever the text is cut into pieces', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (value, lengths) => {
        const text = JSON.stringify(value);
        const pieces = new JsonWeight();
        for (let at = 0; at < text.length; ) {
          const length = lengths.next().value ?? 1;
          pieces.add(text.slice(at, at + length));
          at += length;
        }
        expect(pieces.weight).toBe(weigh(text));
      }),
    );
  });

  it.each(['"[[[[{{{{::::"', String.raw`"\"[[[["`, String.raw`"\\\"[[[["`])(
    'is nothing for what stands in a text: %s',
    (text) => {
      expect(weigh(text)).toBe(0);
    },
  );

  it.each([String.raw`"\\"[[[[`, '"a",[[[['])('goes on behind a text: %s', (text) => {
    expect(weigh(text)).toBe(4);
  });

  it('begins again for another text, also where the last one ended in the middle', () => {
    const weight = new JsonWeight().add('["never closed \\');
    weight.reset();
    expect(weight.add('[[]]').weight).toBe(2);
  });

  it.each([
    ['lists', '[]'],
    ['lists in lists', '['],
    ['objects', '{}'],
  ])('is too much with over 16,000 %s', (_, part) => {
    expect(isTooHeavy(`${part},`.repeat(MAX_JSON_WEIGHT / 2))).toBe(false);
    expect(isTooHeavy(`${part},`.repeat(MAX_JSON_WEIGHT + 1))).toBe(true);
  });

  it.each([
    [1000, 10],
    [500, 20],
    [100, 100],
  ])('is not too much for %i rows of %i members', (rows, members) => {
    const row = Object.fromEntries(Array.from({ length: members }, (_, i) => [`column_${i}`, [i]]));
    expect(weigh(JSON.stringify({ service: 'x', json: { rows: Array(rows).fill({ ...row }) } }))).toBeGreaterThan(
      10_000,
    );
    const plain = Object.fromEntries(Array.from({ length: members }, (_, i) => [`column_${i}`, 'value']));
    expect(isTooHeavy(JSON.stringify({ service: 'x', json: { rows: Array(rows).fill(plain) } }))).toBe(false);
  });

  it('is never too much for a long text', () => {
    expect(isTooHeavy(JSON.stringify({ text: '[{:,'.repeat(1_000_000) }))).toBe(false);
  });
});
