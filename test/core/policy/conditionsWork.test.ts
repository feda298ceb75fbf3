import { describe, expect, it } from 'vitest';
import { type CompiledService, compileService, decide, type Judged } from '../../../src/core/policy/decide/decide.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { serviceOf } from './fixtures.ts';

// What a decision costs, for requests that are made to cost a lot: names that are read anew for every condition would make
// it seconds, and minutes for a large policy.

const policy = (rules: readonly string[]): CompiledService =>
  compileService(
    serviceOf(
      `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies:\n${rules.map((rule) => `      - { path: /x, ${rule} }\n`).join('')}`,
    ),
  );
/** With so many rules. What is done anew for each shows with the first few, before all of them take minutes. */
type Rules = (count: number) => CompiledService;
const many =
  (rule: (i: number) => string): Rules =>
  (count) =>
    policy(Array.from({ length: count }, (_, i) => rule(i)));
const one =
  (rule: string): Rules =>
  () =>
    policy([rule]);
const FEW = 50;
const ALL = 2000;
const deny = (condition: string): string => `effect: deny, ${condition}`;

const THREE = one(
  'methods: [POST], body: { amount: { max: 5000 }, currency: { in: [usd, eur] }, customer.id: { matches: cus_* } }',
);
const OF_QUERY = one('methods: [POST], query: { limit: { max: 10 }, expand: { present: false } }');
const DISTINCT = many((i) => deny(`body: { f${i}: { equals: a } }`));
const ALLOWING = many((i) => `methods: [POST], body: { f${i}: { max: 5 }, o${i}.x: { in: [1, 2] } }`);
const MATCHING = many((i) => deny(`body: { v: { matches: "*a${i}*b" } }`));
const BELOW = many((i) => deny(`body: { v: { matches: "**/a${i}*" } }`));
const NESTED = many((i) => deny(`body: { o${i}.x: { equals: a } }`));
const DISTINCT_QUERY = many((i) => deny(`query: { f${i}: { equals: a } }`));
const LISTED = one(deny(`body: { v: { in: [${Array.from({ length: 9000 }, (_, i) => `v${i}`).join(', ')}] } }`));

const names = (count: number, name: (i: number) => string): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), 0]));
const odd = (i: number): string => `É.${'É'.repeat(12)}${i}`;
const json = (value: unknown, query: Judged['query'] = []): Judged => of('json', JSON.stringify(value), query);
const form = (text: string): Judged => of('form', text, []);
const of = (kind: 'json' | 'form' | 'text', text: string, query: Judged['query']): Judged => ({
  method: 'POST',
  path: '/x',
  segments: ['x'],
  query,
  body: { kind, text },
});

const fields = Array.from({ length: 9900 }, (_, i) => `A.b-${i}=&`).join('');
const seventy = names(70_000, (i) => `A${i.toString(36)}.`);
const nested = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`o${i}`, names(18, (k) => `naÉme${k}`)]));
const bracketed = Array.from({ length: 99 }, (_, i) => encodeURI(`v[${'É'.repeat(200)}${i}]=`)).join('&');

const CASES: readonly (readonly [string, Rules, Judged])[] = [
  ['a form of 9,900 fields', THREE, form(`${fields}amount=5`)],
  ['JSON of 70,000 names', THREE, json({ ...seventy, amount: 5, currency: 'usd', customer: { id: 'cus_1' } })],
  ['JSON of 70,000 names, to conditions on the query', OF_QUERY, json(seventy, [['limit', '5']])],
  ['JSON of 1,000 odd names, to 2,000 rules', DISTINCT, json(names(1000, odd))],
  ['JSON of 1,000 odd names, to 2,000 rules that allow', ALLOWING, json(names(1000, odd))],
  ['JSON of 20,000 names, to 2,000 rules', DISTINCT, json(names(20_000, (i) => `A${i}`))],
  ['JSON of 1,000 objects, to 2,000 rules', NESTED, json(nested)],
  ['JSON of 1,000 odd names, to 2,000 rules on the query', DISTINCT_QUERY, json(names(1000, odd), [['f1', 'b']])],
  ['a text of 1 MB, to 2,000 patterns', MATCHING, json({ v: 'a'.repeat(1_000_000) })],
  ['a text of 10,000 odd characters, to 2,000 patterns', MATCHING, json({ v: 'É'.repeat(9999) })],
  ['a text of 10,000 slashes, to 2,000 patterns', BELOW, json({ v: '/'.repeat(9999) })],
  ['a text of 99 slashes, to 2,000 patterns', BELOW, json({ v: 'É/'.repeat(99) })],
  ['a text of 10,000 odd characters, to a long list', LISTED, json({ v: 'É'.repeat(9999) })],
  ['a number of 1 MB', THREE, of('json', `{"amount":${'1'.repeat(1_000_000)}}`, [])],
  ['500,000 numbers', THREE, json(Array(500_000).fill(1))],
  ['500,000 escapes', THREE, json('\n'.repeat(500_000))],
  ['300,000 empty objects', THREE, json(Array(300_000).fill({}))],
  ['a form with a value of 1 MB', MATCHING, form(`v=${'%C3%89'.repeat(170_000)}`)],
  ['a form with a name of 1 MB', MATCHING, form(`${'%C3%89'.repeat(170_000)}=1`)],
  [
    'a form with 99 long names',
    DISTINCT,
    form(
      Array(99)
        .fill(`${'%C3%89'.repeat(1600)}=1`)
        .join('&'),
    ),
  ],
  [
    'a text that is JSON of 20,000 names',
    DISTINCT_QUERY,
    of('text', JSON.stringify(names(20_000, (i) => `A.${i}`)), []),
  ],
  ['a text that is JSON of 1,000 odd names', DISTINCT_QUERY, of('text', JSON.stringify(names(1000, odd)), [])],
  ['a text of 500,000 empty fields', DISTINCT_QUERY, of('text', `${'&'.repeat(500_000)}=`, [])],
  ['a text of 1,000 long odd names', DISTINCT_QUERY, of('text', `${'%25C3%2589'.repeat(20)}=1&`.repeat(1000), [])],
  ['a text of one odd name of 1 MB', DISTINCT_QUERY, of('text', `${'%C3%89'.repeat(170_000)}=1`, [])],
  ['a form with 99 names below one', many((i) => deny(`body: { v.f${i}: { equals: a } }`)), form(bracketed)],
];

/** Ten times what a decision takes on a machine that has nothing else to do. */
const MOST_MS = 100;

describe('a decision', () => {
  it.each(CASES)('takes a few milliseconds for %s', (_name, rules, request) => {
    for (const count of [FEW, ALL]) {
      const service = rules(count);
      expect(
        cpuTime(() => decide(service, request), 3, MOST_MS),
        `with ${count} rules`,
      ).toBeLessThan(MOST_MS);
    }
  });
});
