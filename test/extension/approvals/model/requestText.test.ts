import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyLines,
  bodyOnOneLine,
  cut,
  oneLine,
  queryLines,
} from '../../../../src/extension/approvals/model/requestText.ts';
import { cpuTime } from '../../../support/cpuTime.ts';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

describe('a body on one line', () => {
  it.each([
    [JSON_TYPE, '{"a":1}', '{"a":1}'],
    [FORM_TYPE, 'a=1&b=%0Ax', 'a=1&b=%0Ax'],
    ['text/plain', 'x\n\nAllowed by you', String.raw`"x\n\nAllowed by you"`],
    ['text/plain', '\u202eevil', String.raw`"\u202eevil"`],
    [JSON_TYPE, `{"a":"${' '.repeat(400)}b"}`, '{"a":" b"}'],
  ])('%s %j is %j', (contentType, text, line) => {
    expect(bodyOnOneLine({ contentType, text }, 1000)).toEqual({ text: line, left: 0 });
  });

  it('never is two, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(JSON_TYPE, FORM_TYPE, 'text/plain'),
        fc.string({ unit: 'binary' }),
        (contentType, text) => {
          expect(bodyOnOneLine({ contentType, text }, 1000).text).not.toMatch(/[\n\r\u2028\u2029\u202a-\u202e]/);
          for (const line of bodyLines({ contentType, text }))
            expect(line).not.toMatch(/[\n\r\u2028\u2029\u202a-\u202e]/);
        },
      ),
    );
  });
});

it('a body on one line is cut before it is escaped, so that a megabyte that cannot be shown takes no time', () => {
  const text = '\u202e'.repeat(1024 * 1024);
  for (const contentType of [JSON_TYPE, FORM_TYPE, 'text/plain']) {
    const { text: shown, left } = bodyOnOneLine({ contentType, text }, 300);
    expect(cpuTime(() => bodyOnOneLine({ contentType, text }, 300))).toBeLessThan(50);
    expect(shown).toMatch(/^"?(?:\\u202e)+\\?/);
    expect(shown).toHaveLength(300);
    expect(left).toBeGreaterThan(1024 * 1024 - 300);
  }
});

describe('a body for reading', () => {
  it.each([
    [JSON_TYPE, '{"a":[1]}', ['{', '  "a": [', '    1', '  ]', '}']],
    [`application/vnd.x+json; charset=utf-8`, '{}', ['{}']],
    // What JavaScript would read differently is shown as it is sent.
    [JSON_TYPE, '{"a":12345678901234567890}', ['{"a":12345678901234567890}']],
    [JSON_TYPE, '{"a":1,"a":2}', ['{"a":1,"a":2}']],
    [FORM_TYPE, 'a=1&b=x+y', ['a = 1', 'b = x y', '', 'a=1&b=x+y']],
    ['text/plain', 'one\r\ntwo', ['one', 'two']],
  ])('%s %j', (contentType, text, lines) => {
    expect(bodyLines({ contentType, text })).toEqual(lines);
  });
});

describe('the query of a URL', () => {
  it.each([
    ['https://api.example.com/v1/x', []],
    ['https://api.example.com/v1/x?', []],
    ['https://api.example.com/v1/x?a=1&b=x%20y&a=2', ['a = 1', 'b = x y', 'a = 2']],
    ['https://api.example.com/v1/x?q=what?&flag', ['q = what?', 'flag = ']],
  ])('of %s is read a parameter a line', (url, lines) => {
    expect(queryLines(url)).toEqual(lines);
  });

  it('has a line for each parameter, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
        const query = values.map((value) => `n=${encodeURIComponent(value)}`).join('&');
        const lines = queryLines(`https://api.example.com/?${query}`);
        expect(lines).toHaveLength(values.length);
        for (const line of lines) expect(line).not.toMatch(/[\n\r\u2028\u2029\u202a-\u202e]/);
      }),
    );
  });
});

it('what is cut says how much is left, and one line stays one', () => {
  expect(cut('abcdef', 4)).toEqual({ text: 'abcd', left: 2 });
  expect(cut('abcd', 4)).toEqual({ text: 'abcd', left: 0 });
  expect(oneLine('a\tb\u00a0c\n')).not.toMatch(/[^\S ]/);
});
