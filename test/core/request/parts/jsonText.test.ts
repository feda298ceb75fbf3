import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue, readJson } from '../../../../src/core/request/parts/jsonText.ts';
import { runs } from '../../../support/runs.ts';

/** What JSON.parse makes of the same text. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'string':
      return value.text;
    case 'number':
      return Number(value.text);
    case 'boolean':
      return value.value;
    case 'null':
      return null;
    case 'array':
      return value.items.map(plain);
    case 'object': {
      const object: Record<string, unknown> = {};
      for (const [name, field] of value.fields) {
        Object.defineProperty(object, name, { value: plain(field), enumerable: true, configurable: true });
      }
      return object;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const pieces = ['{', '}', '[', ']', ',', ':', '"', '\\', 'a', '"a"', '"b":', '\\u0061', '\\x', '0', '1', '-', '.', 'e'];
const others = [
  'E5',
  '+',
  ' ',
  '\n',
  '\t',
  '\v',
  '\u00a0',
  '\u0000',
  'true',
  'null',
  'false',
  'nul',
  '"\\""',
  '\ufeff',
];

describe('readJson', () => {
  it('reads what JSON.parse reads, with each number as it is written', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), undefined, space);
        const value = readJson(text);
        expect(value && plain(value)).toEqual(JSON.parse(text));
      }),
    );
    expect(readJson('[1.50,-0,1e3]')).toMatchObject({ items: [{ text: '1.50' }, { text: '-0' }, { text: '1e3' }] });
  });

  it('refuses what JSON.parse refuses, and a name that stands twice, however it is spelled', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, ...others), { maxLength: 7 }), (parts) => {
        const text = parts.join('');
        const value = readJson(text);
        if (value === undefined)
          return parsed(text) === undefined || /"(?:a|\\u0061)".*"(?:a|\\u0061)"|"b".*"b"/s.test(text);
        read += 1;
        return JSON.stringify(plain(value)) === JSON.stringify(parsed(text));
      }),
      { numRuns: runs(5000) },
    );
    expect(read).toBeGreaterThan(runs(5000) / 500);
    for (const text of ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '[{"x":{"a":1,"b":2,"a":3}}]']) {
      expect(readJson(text)).toBeUndefined();
    }
  });

  it.each([
    ['64 levels', 64, true],
    ['65 levels', 65, false],
  ])('reads %s: %i', (_name, depth, expected) => {
    expect(readJson('['.repeat(depth) + ']'.repeat(depth)) !== undefined).toBe(expected);
    expect(readJson(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) !== undefined).toBe(expected);
  });

  it('reads no more names and items than it is told, and checks what it does not keep', () => {
    const limits = { names: 3, items: 5, kept: 2 };
    expect(readJson('{"a":{"b":1},"c":2}', limits)).toBeDefined();
    expect(readJson('{"a":{"b":1},"c":2,"d":3}', limits)).toBeUndefined();
    expect(readJson('[1,2,3,4,5]', limits)).toEqual({
      kind: 'array',
      items: [
        { kind: 'number', text: '1' },
        { kind: 'number', text: '2' },
      ],
      length: 5,
    });
    expect(readJson('[1,2,3,4,5,6]', limits)).toBeUndefined();
    for (const wrong of ['01', '"\\x"', '"\n"', '{"a":1,"a":2}', '[', 'tru', '1.', '-', '1e']) {
      expect(readJson(`[0,0,${wrong}]`, limits), wrong).toBeUndefined();
    }
  });
});
