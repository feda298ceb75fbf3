import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonIn } from '../../../src/core/request/jsonInText.ts';
import { runs } from '../../support/runs.ts';

describe('JSON in a text', () => {
  it('is its value, where that is an object or a list', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\n', '\ufeff'), fc.boolean(), (value, blank, pretty) => {
        const text = `${blank}${JSON.stringify(value, undefined, pretty ? 2 : undefined)}${blank}`;
        expect(jsonIn(text)).toEqual(typeof value === 'object' && value !== null ? JSON.parse(text.trim()) : undefined);
      }),
    );
  });

  it('is whatever a parser takes for one, and nothing else', () => {
    const part = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '"a":', '1', 'null', ' ', '-', '\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let parsed: unknown;
        try {
          parsed = JSON.parse(text.trim());
        } catch {
          parsed = undefined;
        }
        expect(jsonIn(text)).toEqual(typeof parsed === 'object' ? (parsed ?? undefined) : undefined);
      }),
      { numRuns: runs(5000) },
    );
  });

  it.each([
    ['objects in lines', '{"a":[1,2,3]}\n'.repeat(70_000)],
    ['brackets that are never closed', '['.repeat(1_000_000)],
    ['text in braces', `{\\rtf1 ${'{\\b a}'.repeat(100_000)}}`],
    ['a list of links', '[a](b)\n'.repeat(100_000)],
  ])('is not in %s, however long', (_what, text) => {
    expect(jsonIn(text)).toBeUndefined();
  });

  it.each([
    ['lists', `[${'[],'.repeat(100_000)}[]]`],
    ['names', `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":1`).join(',')}}`],
    ['lists in lists', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
  ])('is not parsed where it has too many %s', (_what, text) => {
    expect(jsonIn(text)).toBe('too heavy');
  });
});
