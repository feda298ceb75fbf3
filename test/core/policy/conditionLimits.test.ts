import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileService, decide, type Judged } from '../../../src/core/policy/decide/decide.ts';
import { foldText } from '../../../src/core/policy/patterns/fold.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import type { CanonicalBody, RequestInput } from '../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { english } from '../../support/english.ts';
import { runs } from '../../support/runs.ts';
import { serviceOf } from './fixtures.ts';

// What a server does not read, or reads otherwise than it is sent, no condition holds for.

const policy = (...rules: string[]): string =>
  `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies:\n${rules.map((rule) => `      - { path: /x, ${rule} }\n`).join('')}`;
const OPEN = 'methods: [GET, POST]';

function judged(query: Judged['query'], body?: CanonicalBody): Judged {
  return { method: 'POST', path: '/x', segments: ['x'], query, ...(body ? { body } : {}) };
}

/** Whether a rule that allows, one that denies and one that asks, each with these conditions, match: `101` and the like. */
function matching(conditions: string, request: Judged): string {
  const of = (text: string): string => decide(compileService(serviceOf(text)), request).verdict;
  return [
    of(policy(`${OPEN}, ${conditions}`)) === 'allow',
    of(policy(OPEN, `effect: deny, ${conditions}`)) === 'deny',
    of(policy(OPEN, `${OPEN}, approval: always, ${conditions}`)) === 'ask',
  ]
    .map(Number)
    .join('');
}

function canonical(input: Partial<RequestInput>): Judged {
  const request = canonicalise({ service: 'api', method: 'POST', path: '/x', ...input }, serviceOf(policy(OPEN)));
  if (!request.ok) throw new Error(inEnglish(request.error.message));
  return request.value;
}

const HOLDS = '111';
/** Where it cannot be evaluated. */
const UNCLEAR = '011';
const FAILS = '000';

const some = (count: number, name = 'p'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, '']));
const AMOUNT = 'body: { amount: { max: 5 } }';
const LIMIT = 'query: { limit: { max: 5 } }';

describe('a request with over 100 parameters', () => {
  const AROUND_A_HUNDRED: [string, string, Partial<RequestInput>, string][] = [
    ['99 fields before it', AMOUNT, { form: { ...some(99), amount: 5 } }, HOLDS],
    ['100 fields before it', AMOUNT, { form: { ...some(100), amount: 5 } }, UNCLEAR],
    ['100 fields behind it', AMOUNT, { form: { amount: 5, ...some(100) } }, UNCLEAR],
    ['a field that is too large among 100', AMOUNT, { form: { ...some(99), amount: 6 } }, FAILS],
    ['1,200 fields before it', AMOUNT, { form: { ...some(1200), amount: 5 } }, UNCLEAR],
    ['a list of 100', AMOUNT, { form: { amount: 5, list: Array(100).fill('x') } }, UNCLEAR],
    ['a repeated name', AMOUNT, { form: { amount: 5, 'list[]': Array(100).fill('x') } }, UNCLEAR],
    ['an object of 100', AMOUNT, { form: { amount: 5, more: some(100) } }, UNCLEAR],
    ['50 parameters and 50 fields', AMOUNT, { query: some(50), form: { ...some(49, 'f'), amount: 5 } }, HOLDS],
    ['51 parameters and 50 fields', AMOUNT, { query: some(51), form: { ...some(49, 'f'), amount: 5 } }, UNCLEAR],
    ['101 parameters beside JSON', AMOUNT, { query: some(101), json: { amount: 5 } }, UNCLEAR],
    ['100 parameters beside JSON', AMOUNT, { query: some(100), json: { amount: 5 } }, HOLDS],
    ['500 names in JSON', AMOUNT, { json: { ...some(500), amount: 5 } }, HOLDS],
    ['99 parameters before it', LIMIT, { query: { ...some(99), limit: 5 } }, HOLDS],
    ['100 parameters before it', LIMIT, { query: { ...some(100), limit: 5 } }, UNCLEAR],
    ['the same one 100 times', LIMIT, { path: `/x?${'a&'.repeat(100)}limit=5` }, UNCLEAR],
    ['the same one in an array', LIMIT, { query: { a: Array(100).fill(1), limit: 5 } }, UNCLEAR],
    ['empty ones, which are not sent', LIMIT, { path: `/x?${'&'.repeat(500)}limit=5` }, HOLDS],
    ['some in the path and some beside', LIMIT, { path: `/x?${'a&'.repeat(50)}limit=5`, query: some(50) }, UNCLEAR],
    ['a form beside it', LIMIT, { query: { limit: 5 }, form: some(100) }, UNCLEAR],
    ['a form beside it of 99', LIMIT, { query: { limit: 5 }, form: some(99) }, HOLDS],
    ['what has to be absent', 'query: { admin: { present: false } }', { query: some(101) }, UNCLEAR],
    ['what has to be there', 'body: { a: { present: true } }', { form: { a: 1, ...some(100) } }, UNCLEAR],
    ['what has to be absent from a form', 'body: { a: { present: false } }', { form: some(101) }, UNCLEAR],
    ['both parts', `${LIMIT}, ${AMOUNT}`, { query: { limit: 5 }, form: { ...some(98), amount: 5 } }, HOLDS],
    [
      'both parts and one more',
      `${LIMIT}, ${AMOUNT}`,
      { query: { limit: 5 }, form: { ...some(99), amount: 5 } },
      UNCLEAR,
    ],
  ];

  it.each(AROUND_A_HUNDRED)('is unclear to every condition: %s', (_name, conditions, input, expected) => {
    expect(matching(conditions, canonical(input))).toBe(expected);
  });

  it('counts every piece of a form, and either separator', () => {
    const form = (text: string): Judged => judged([], { kind: 'form', text });
    expect(matching(AMOUNT, form(`${'&'.repeat(99)}amount=5`))).toBe(HOLDS);
    expect(matching(AMOUNT, form(`${'&'.repeat(100)}amount=5`))).toBe(UNCLEAR);
    expect(matching(AMOUNT, form(`${'a;'.repeat(100)}&amount=5`))).toBe(UNCLEAR);
    // What goes out never has the other separator.
    expect(canonical({ form: { 'a;b': ';c' }, path: '/x?d;e=f' }).body?.text).toBe('a%3Bb=%3Bc');
  });

  it('is what a denied agent hears of, and nothing of the request', () => {
    const service = compileService(serviceOf(policy(`${OPEN}, ${LIMIT}`)));
    expect(english(decide(service, canonical({ query: { ...some(100, 'odd'), limit: 5 } })).reason)).toMatch(
      /because it has conditions, and servers drop some parameters when there are more than 100\.$/,
    );
  });

  it('is no concern of a rule without conditions', () => {
    expect(matching('agents: ["*"]', canonical({ query: some(500) }))).toBe(UNCLEAR);
    const open = compileService(serviceOf(policy(OPEN)));
    expect(decide(open, canonical({ query: some(500), form: some(500) })).verdict).toBe('allow');
  });
});

describe('a parameter that stands in the path', () => {
  const open = (conditions: string, input: Partial<RequestInput>): string => {
    const of = (...rules: string[]): string => {
      const service = serviceOf(policy(...rules).replaceAll('path: /x', 'path: /**'));
      const request = canonicalise({ service: 'api', method: 'POST', path: '/x', ...input }, service);
      if (!request.ok) throw new Error(inEnglish(request.error.message));
      return decide(compileService(service), request.value).verdict;
    };
    return `${Number(of(`${OPEN}, ${conditions}`) === 'allow')}${Number(of(OPEN, `effect: deny, ${conditions}`) === 'deny')}1`;
  };

  it.each<[string, string, string]>([
    ['behind an escaped question mark', '/a%3Flimit=9', UNCLEAR],
    ['behind another one', '/a%3Fb=1&limit=9', UNCLEAR],
    ['behind an escaped separator', '/a%3Fb=1%26limit=9', UNCLEAR],
    ['behind a semicolon', '/a;limit=9', UNCLEAR],
    ['in a segment before the last', '/a%3Flimit=9/b', UNCLEAR],
    ['in the spelling of another server', '/a%3F%5BLimit%5D=9', UNCLEAR],
    ['among a hundred', `/a%3F${'b&'.repeat(101)}`, UNCLEAR],
    ['of another name', '/a%3Fmark=9', HOLDS],
    ['of a question', '/wiki/What%3F', HOLDS],
  ])('is unclear to a condition on it: %s', (_name, path, expected) => {
    expect(open(LIMIT, { path, query: { limit: 5 } })).toBe(expected);
    expect(open('body: { limit: { max: 5 } }', { path, json: { limit: 5 } })).toBe(expected);
  });
});

describe('a request without a body', () => {
  const big = 'body: { amount: { min: 6 } }';
  const both = 'body: { amount: { min: 6 }, currency: { equals: usd } }';
  const absent = 'body: { confirm: { present: false } }';
  const unless = 'body: { amount: { min: 6 }, confirm: { present: false } }';

  const CASES: [string, string, Partial<RequestInput>, string][] = [
    ['in the query', big, { query: { amount: 9 } }, UNCLEAR],
    ['in the query, and there too small', big, { query: { amount: 5 } }, UNCLEAR],
    ['in the query, in another spelling', big, { query: { 'Amount[]': 9 } }, UNCLEAR],
    ['in the query of the path', big, { path: '/x?amount=9' }, UNCLEAR],
    ['each in the query', both, { query: { amount: 9, currency: 'usd' } }, UNCLEAR],
    ['nowhere', big, {}, FAILS],
    ['nowhere, others in the query', big, { query: { other: 9 } }, FAILS],
    ['one of two in the query', both, { query: { amount: 9 } }, UNCLEAR],
    ['the other one in the query', both, { query: { currency: 'usd' } }, UNCLEAR],
    ['one of two in the query, in another spelling', both, { path: '/x?[Currency]=usd' }, UNCLEAR],
    ['one of two in the query, below a dot', both, { query: { 'amount.value': 9 } }, UNCLEAR],
    ['both nowhere, others in the query', both, { query: { amounts: 9, 'x.amount': 9 } }, FAILS],
    ['in the query, beside one that is absent', unless, { query: { amount: 9 } }, UNCLEAR],
    ['absent, as the rule has it', absent, {}, '111'],
    ['absent, beside one that is nowhere', unless, {}, UNCLEAR],
    ['absent, in the query', absent, { query: { confirm: 'x' } }, UNCLEAR],
    ['absent from what reads', absent, { method: 'GET' }, '100'],
    [
      'beside a condition on the query that fails',
      `query: { mode: { equals: a } }, ${both}`,
      { query: { amount: 9, mode: 'b' } },
      FAILS,
    ],
    [
      'beside a condition on the query that holds',
      `query: { mode: { equals: a } }, ${both}`,
      { query: { amount: 9, mode: 'a' } },
      UNCLEAR,
    ],
    ['in the query of what reads', big, { method: 'GET', query: { amount: 9 } }, FAILS],
  ];

  it.each(CASES)('is denied or asked about by where its fields are: %s', (_name, conditions, input, expected) => {
    expect(matching(conditions, canonical(input))).toBe(expected);
  });
});

describe('a field that a server reads otherwise', () => {
  const nested = (depth: number, value: unknown): Record<string, unknown> =>
    depth === 0 ? { end: value } : { [`l${depth}`]: nested(depth - 1, value) };

  it.each([
    [5, HOLDS],
    [6, UNCLEAR],
    [9, UNCLEAR],
  ])('lies %i names below the first one, in a form or a query', (depth, expected) => {
    const [first = '', ...rest] = [...Array.from({ length: depth }, (_, i) => `l${depth - i}`), 'end'];
    const conditions = `body: { ${[first, ...rest].join('.')}: { max: 5 } }`;
    expect(matching(conditions, canonical({ form: nested(depth, 5) }))).toBe(expected);
    expect(matching(conditions, canonical({ json: nested(depth, 5) }))).toBe(HOLDS);
    const name = `${first}${rest.map((step) => `[${step}]`).join('')}`;
    const query = { [name]: 5 };
    expect(matching(`query: { "${name}": { max: 5 } }`, canonical({ query }))).toBe(expected);
    // What is deep elsewhere concerns nobody.
    expect(matching(AMOUNT, canonical({ form: { ...nested(9, 5), amount: 5 } }))).toBe(HOLDS);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['the first item', { 'a[0]': '5' }, HOLDS],
    ['a whole list', { a: ['5', '9', '9'] }, HOLDS],
    ['a gap behind it', { 'a[0]': '5', 'a[2]': '9' }, UNCLEAR],
    ['an item beyond', { 'a[0]': '5', 'a[21]': '9' }, UNCLEAR],
    ['a list of 20', { a: ['5', ...Array(19).fill('9')] }, HOLDS],
    ['a list of 21', { a: ['5', ...Array(20).fill('9')] }, UNCLEAR],
    ['any item beside', { 'a[0]': '5', 'a[]': ['9'] }, UNCLEAR],
    ['a name beside', { 'a[0]': '5', 'a[x]': '9' }, HOLDS],
  ])('is an item of a list in a form: %s', (_name, form, expected) => {
    expect(matching('body: { "a.0": { max: 5 } }', canonical({ form }))).toBe(expected);
  });

  it('is an item that gaps move up', () => {
    // To qs, whose lists have no gaps, the second item is 9.
    const moved = canonical({ form: { 'a[0]': '1', 'a[5]': '9' } });
    expect(matching('body: { "a.1": { present: false } }', moved)).toBe(UNCLEAR);
    const only = canonical({ form: { 'a[5][price]': '9' } });
    expect(matching('body: { "a.0.price": { present: false } }', only)).toBe(UNCLEAR);
    expect(matching('body: { "a.0.price": { present: false } }', canonical({ form: { b: '9' } }))).toBe(HOLDS);
  });
});

describe('a JSON body that is large in some way', () => {
  it.each<[string, unknown, string]>([
    ['1,000 names', { ...some(999), amount: 5 }, HOLDS],
    ['1,001 names', { ...some(1000), amount: 5 }, UNCLEAR],
    ['1,001 names below', { more: some(1001), amount: 5 }, HOLDS],
    ['long names', { ['n'.repeat(33_000)]: 1, amount: 5 }, UNCLEAR],
    ['long names below', { more: { ['n'.repeat(33_000)]: 1 }, amount: 5 }, HOLDS],
    ['20,000 names in all', { rows: Array.from({ length: 1999 }, () => some(10)), amount: 5 }, HOLDS],
    ['over 20,000 names in all', { rows: Array.from({ length: 2000 }, () => some(10)), amount: 5 }, UNCLEAR],
    ['99,999 numbers', { vector: Array(99_999).fill(1), amount: 5 }, HOLDS],
    ['100,001 numbers', { vector: Array(100_001).fill(1), amount: 5 }, UNCLEAR],
    ['a long text', { text: 'x'.repeat(900_000), amount: 5 }, HOLDS],
  ])('is unclear, or not: %s', (_name, json, expected) => {
    expect(matching(AMOUNT, canonical({ json }))).toBe(expected);
  });

  it('is unclear to a condition on the query only for its own names', () => {
    const query = { limit: 5 };
    expect(matching(LIMIT, canonical({ query, json: some(1000) }))).toBe(HOLDS);
    expect(matching(LIMIT, canonical({ query, json: some(1001) }))).toBe(UNCLEAR);
    expect(matching(LIMIT, canonical({ query, json: { below: some(1001) } }))).toBe(HOLDS);
  });

  it('has no item to ask for behind the first 10,000', () => {
    const json = { list: Array.from({ length: 10_002 }, () => 5) };
    expect(matching('body: { "list.9999": { max: 5 } }', canonical({ json }))).toBe(HOLDS);
    expect(matching('body: { "list.10000": { max: 5 } }', canonical({ json }))).toBe(UNCLEAR);
    expect(matching('body: { "list.10002": { present: false } }', canonical({ json }))).toBe(HOLDS);
    expect(matching('body: { "list.10001": { present: false } }', canonical({ json }))).toBe(UNCLEAR);
  });
});

describe('a long text', () => {
  const text = (value: string): Judged => canonical({ json: { v: value } });

  it('is compared as it is, and neither with a pattern nor folded', () => {
    expect(matching('body: { v: { matches: "a*" } }', text('a'.repeat(10_000)))).toBe(HOLDS);
    expect(matching('body: { v: { matches: "a*" } }', text('a'.repeat(10_001)))).toBe(UNCLEAR);
    expect(matching('body: { v: { matches: "b*" } }', text('a'.repeat(10_001)))).toBe(UNCLEAR);
    expect(matching('body: { v: { equals: a } }', text('a'.repeat(10_001)))).toBe(UNCLEAR);
    expect(matching('body: { v: { equals: a } }', text('a'.repeat(10_000)))).toBe(FAILS);
    expect(matching('body: { v: { in: [a, b] } }', text(`a${'\u200b'.repeat(20_000)}`))).toBe(UNCLEAR);
  });

  it('of many parts is compared with a pattern that names as many', () => {
    expect(matching('body: { v: { matches: "**/b" } }', text(`${'a/'.repeat(99)}b`))).toBe(HOLDS);
    expect(matching('body: { v: { matches: "**/b" } }', text(`${'a/'.repeat(100)}b`))).toBe(UNCLEAR);
    expect(matching('body: { v: { matches: "a/*" } }', text('a/'.repeat(200)))).toBe(FAILS);
    expect(matching('body: { v: { matches: "a/**" } }', text('a/b/c'))).toBe(HOLDS);
    expect(matching('body: { v: { matches: "a/**" } }', text('a'))).toBe(FAILS);
    expect(matching('body: { v: { matches: "a/**/d/*" } }', text('a/b/d/c/d/e'))).toBe(HOLDS);
    expect(matching('body: { v: { matches: "**/d/**/f" } }', text('d/d/x/f'))).toBe(HOLDS);
    expect(matching('body: { v: { matches: "**/d/**/f" } }', text('d/d/x/f/g'))).toBe(FAILS);
  });

  it('is no number', () => {
    for (const amount of [`0.${'0'.repeat(100_000)}`, '1'.repeat(100_000)]) {
      expect(matching(AMOUNT, judged([], { kind: 'json', text: `{"amount":${amount}}` }))).toBe(UNCLEAR);
      expect(matching(AMOUNT, judged([], { kind: 'form', text: `amount=${amount}` }))).toBe(UNCLEAR);
    }
  });
});

describe('the folded form of a text', () => {
  it('is that of its characters, one after the other', () => {
    const slowly = (text: string): string => {
      let decoded = text;
      try {
        decoded = decodeURIComponent(text);
      } catch {
        decoded = text;
      }
      let lower = '';
      for (const character of decoded.normalize('NFKC')) lower += character.toLowerCase();
      let folded = '';
      for (const character of lower.normalize('NFKC')) {
        for (const upper of character.toUpperCase()) folded += upper.toLowerCase();
      }
      return folded
        .replaceAll('ς', 'σ')
        .replaceAll('i\u0307', 'i')
        .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
        .trim();
    };
    const character = fc.oneof(
      fc.constantFrom('Σ', 'ς', 'İ', 'ß', 'ﬁ', 'Å', ' ', '%41', '%', '\u200b', 'A', 'a', '.', 'ı', 'ſ', '\u0307'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 6 }), (characters) => {
        expect(foldText(characters.join(''))).toBe(slowly(characters.join('')));
      }),
      { numRuns: runs(2000) },
    );
  });
});
