import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call, GivenCall } from '../../../../src/core/request/arguments/call.ts';
import { readCall } from '../../../../src/core/request/arguments/readCall.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import type { CanonicalRequest, RequestProblem } from '../../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { runs } from '../../../support/runs.ts';
import { aService } from '../support.ts';

type Given = Partial<Record<keyof GivenCall, unknown>>;

const given = (more: Given): GivenCall =>
  ({ tool: 'execute', service: 'api', method: 'POST', path: '/v1/items', ...more }) as GivenCall;

function callOf(more: Given): Call {
  const read = readCall(given(more));
  if (!read.ok) throw new Error(JSON.stringify(inWords(read.error)));
  return read.value;
}

interface Problem {
  readonly code: RequestProblem['code'];
  readonly message: string;
  readonly nextStep: string;
}

function inWords({ code, message, nextStep }: RequestProblem): Problem {
  return { code, message: inEnglish(message), nextStep: inEnglish(nextStep) };
}

function problemOf(more: Given): Problem {
  const read = readCall(given(more));
  const request = read.ok ? canonicalise(read.value, aService()) : read;
  if (request.ok) throw new Error(`taken as ${JSON.stringify(request.value)}`);
  return inWords(request.error);
}

/** What is judged and sent of it. */
function requestOf(more: Given): CanonicalRequest {
  const request = canonicalise(callOf(more), aService({ headers: { allow: ['x-tenant'] } }));
  if (!request.ok) throw new Error(JSON.stringify(inWords(request.error)));
  return request.value;
}

const NESTED = {
  name: 'Ada',
  parent: null,
  tags: [],
  meta: {},
  lines: [{ sku: 'a', notes: '', more: [null, { b: 1 }] }],
};

describe('the text of a value', () => {
  it.each<[Given, Given]>([
    [{ json: JSON.stringify(NESTED) }, { json: NESTED }],
    [{ json: ` ${JSON.stringify(NESTED, undefined, 2)}\n` }, { json: NESTED }],
    [{ json: '[{"op":"add"}]' }, { json: [{ op: 'add' }] }],
    [{ json: '8' }, { json: 8 }],
    [{ json: 'true' }, { json: true }],
    [{ form: '{"amount":500,"metadata":{"order":"17"}}' }, { form: { amount: 500, metadata: { order: '17' } } }],
    [{ form: 'a=1&b=2' }, { form: { a: 1, b: 2 } }],
    [{ query: '{"limit":3,"ids":[1,2]}' }, { query: { limit: 3, ids: [1, 2] } }],
    [{ query: 'limit=3' }, { query: { limit: 3 } }],
    [{ query: '?limit=3&created%5Bgte%5D=a+b' }, { query: { limit: 3, 'created[gte]': 'a b' } }],
    [{ query: 'limit=3', path: '/v1/items?a=b' }, { path: '/v1/items?a=b&limit=3' }],
    [{ query: 'versioning' }, { path: '/v1/items?versioning' }],
    [{ headers: '{"Accept":"text/csv"}' }, { headers: { Accept: 'text/csv' } }],
    [{ headers: { 'X-Tenant': 5, Accept: 'a/b', Prefer: null } }, { headers: { 'X-Tenant': '5', Accept: 'a/b' } }],
    [{ headers: '{"X-Tenant":true}' }, { headers: { 'X-Tenant': 'true' } }],
  ])('is taken as the value itself: %j', (text, value) => {
    expect(requestOf(text)).toEqual(requestOf(value));
  });

  it.each<[Given, Partial<Call>]>([
    [{ select: '/data/*/id' }, { select: ['/data/*/id'] }],
    [{ select: '["/a","/b"]' }, { select: ['/a', '/b'] }],
    [{ select: '"/a"' }, { select: ['/a'] }],
    [{ maxChars: '5000' }, { maxChars: 5000 }],
    [{ maxChars: ' 5e3 ' }, { maxChars: 5000 }],
  ])('is taken as the value itself: %j is %j', (text, value) => {
    expect(callOf(text)).toMatchObject(value);
  });

  it('is what JSON.parse makes of it, or it is refused: never sent as a text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.constantFrom('{"a":1', "{'a':1}", '{a:1}', '[1,]')), (json) => {
        const read = readCall(given({ json }));
        if (!read.ok) {
          expect(inWords(read.error).message).toMatch(/^`json` is a text that is not one JSON value/);
          return;
        }
        expect(read.value.json).toEqual(json.trim() === '' ? undefined : JSON.parse(json.trim()));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('comes to the request that the value itself comes to, whatever it is', () => {
    const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(value, (json) => {
        const both = [json, JSON.stringify(json)].map((one) => readCall(given({ json: one })));
        const [itself, text] = both.map((read) => (read.ok ? canonicalise(read.value, aService()) : read));
        expect(text).toEqual(itself);
      }),
      { numRuns: runs(500) },
    );
  });

  it.each<Given>([
    { json: '{"a":1,"a":2}' },
    { json: '{"a":{"b":1,"\\u0062":2}}' },
    { json: '{"a":1} {"b":2}' },
    { json: '{"a":1' },
    { json: "{'a':1}" },
    { json: 'name=Ada' },
    { json: 'hello' },
    { json: JSON.stringify('{"a":1}') },
    { json: `${'['.repeat(65)}${']'.repeat(65)}` },
    { form: '{"a":1' },
    { form: 'hello' },
    { form: 'a=1&b' },
    { form: 'a=%zz' },
    { form: '["a","b"]' },
    { query: '{"limit":3' },
    { query: '{"limit":3,"limit":4}' },
    { query: '["limit"]' },
    { query: 'all customers' },
    { query: 'limit: 3' },
    { query: 'q=a b' },
    { query: 'q=a#b' },
    { query: 'q=ü' },
    { query: '=3' },
    { query: '5' },
    { headers: 'Accept: text/csv' },
    { headers: '{"Accept":"a","Accept":"b"}' },
    { headers: '["Accept"]' },
    { select: 'data.id' },
    { select: '{"0":"/a"}' },
    { select: '["/a"' },
  ])('that is none as a whole is refused, and the value itself is wanted: %j', (more) => {
    const { code, message, nextStep } = problemOf(more);
    expect(code).toBe('invalid_request');
    expect(message).toMatch(/^(?:`(?:json|form|query|headers|select)` is |The form is a text)/);
    expect(nextStep).toMatch(/^Send the (?:object|list) itself, such as /);
  });

  it.each<Given>([
    { json: '{"id":9007199254740993}' },
    { json: '[1e400]' },
    { form: '{"id":9007199254740993}' },
    { query: '{"id":9007199254740993}' },
    { headers: '{"X-Tenant":9007199254740993}' },
  ])('with a number that cannot be held exactly is refused as in a body: %j', (more) => {
    expect(problemOf(more).message).toContain('cannot be represented exactly');
  });

  it('of more parts than can be taken in at once is not read', () => {
    const json = JSON.stringify(Array(20_000).fill({ a: 1 }));
    expect(problemOf({ json }).code).toBe('request_too_large');
    expect(problemOf({ form: 'a=1&'.repeat(200_000) }).code).toBe('request_too_large');
  });
});

describe('a value of another kind', () => {
  const values = [5, true, ['a'], [['Accept', 'text/csv']], [{ name: 'Accept', value: 'text/csv' }]];
  it.each(['query', 'headers', 'form'])('is refused by its kind, and not repeated: %s', (name) => {
    for (const value of values) {
      const { message, nextStep } = problemOf({ [name]: value });
      expect(message).toMatch(
        new RegExp(`^\`${name}\` is (?:a number|true or false|a list) and must be an object of `),
      );
      expect(nextStep).not.toContain('text of it');
    }
  });

  it.each<[Given, string]>([
    [{ select: 5 }, '`select` is a number and must be a list of JSON Pointers.'],
    [{ select: ['/a', 5] }, 'An entry of `select` is not a string.'],
    [{ select: [{ path: '/a' }] }, 'An entry of `select` is not a string.'],
    [{ maxChars: 1.5 }, '`maxChars` is not a whole number from 1 to '],
    [{ maxChars: -1 }, '`maxChars` is not'],
    [{ maxChars: 'many' }, '`maxChars` is not'],
    [{ maxChars: [5] }, '`maxChars` is not'],
    [{ text: 5 }, '`text` is not a string.'],
    [{ query: { created: { gte: 1 } } }, 'A query parameter is not a string, a number or a boolean.'],
    [{ headers: { Accept: ['a'] } }, 'The header accept has a value that is not valid.'],
  ])('is refused: %j', (more, message) => {
    expect(problemOf(more).message).toContain(message);
  });

  it('that is nested in the query is told how the API names it', () => {
    expect(problemOf({ query: '{"created":{"gte":1}}' }).nextStep).toContain('"created[gte]"');
  });
});

describe('a refusal', () => {
  it('quotes nothing of what was written', () => {
    const guess = ['sk', 'live', 'Zx81', 'mnbvcxz'].join('_');
    const values = [
      guess,
      `{"${guess}"`,
      `a=${guess} b`,
      [guess],
      [[guess]],
      { [guess]: { [guess]: guess } },
      { a: [guess, {}] },
    ];
    let refused = 0;
    for (const name of ['query', 'headers', 'json', 'form', 'text', 'select', 'maxChars']) {
      for (const value of values) {
        const read = readCall(given({ [name]: value }));
        const request = read.ok ? canonicalise(read.value, aService()) : read;
        if (request.ok) continue;
        refused += 1;
        expect(JSON.stringify(request.error)).not.toContain(guess);
      }
    }
    expect(refused).toBeGreaterThan(30);
  });
});

/** What clients fill in for each argument that they may not leave out. */
const FILLED = {
  query: [null, {}, [], '', 'null', '{}', '[]'],
  headers: [null, {}, [], '', '{}', '[]'],
  form: [null, {}, [], '', '{}', '[]'],
  text: [null, ''],
  select: [null, [], '', '[]', [null]],
  maxChars: [null, '', 'null', 0, '0'],
  reason: [null, ''],
} as const;

const filled = fc.record(
  Object.fromEntries(Object.entries(FILLED).map(([name, values]) => [name, fc.constantFrom<unknown>(...values)])),
  { requiredKeys: [] },
);

describe('an argument that is null or empty', () => {
  it('is one that is left out, whichever they are', () => {
    fc.assert(
      fc.property(
        filled,
        fc.constantFrom<Given>({ json: NESTED }, { method: 'DELETE' }, { tool: 'read', method: null }),
        (more, call) => {
          expect(callOf({ ...more, ...call })).toEqual(callOf(call));
        },
      ),
      { numRuns: runs(1000) },
    );
  });

  it('leaves nulls and what is empty in a body alone', () => {
    expect(requestOf({ json: NESTED, form: {}, text: '', query: null }).body?.text).toBe(JSON.stringify(NESTED));
  });

  it.each<[Given, Partial<Call>, Given?]>([
    // As APIs take them.
    [{ json: null }, { json: null }],
    [{ json: 'null' }, { json: null }],
    [{ json: null, reason: 'why', query: { a: 1 } }, { json: null }],
    [{ json: {} }, { json: {} }],
    [{ json: {}, form: {}, text: '' }, { json: {} }],
    // From a client that fills in everything.
    [{ json: null, form: null, text: null }, {}],
    [{ json: null, query: {}, select: [] }, {}],
    [{ json: null, form: { a: 1 }, text: null }, { form: { a: 1 } }],
    [{ json: {}, form: { a: 1 }, text: '' }, { form: { a: 1 } }],
    [{ json: [], form: null, text: 'hello' }, { text: 'hello' }],
    [{ json: {}, form: {}, text: '', method: 'GET' }, {}],
    [{ json: {}, form: {}, text: '', method: 'DELETE' }, {}],
    [{ json: '{}', query: {}, select: [], reason: '', method: ' options ' }, {}],
    [{ json: {}, method: 'DELETE' }, { json: {} }],
    // From one that writes null for what does not concern this call.
    [{ json: null, form: { a: 1 } }, { form: { a: 1 } }],
    [{ json: 'null', text: 'hello' }, { text: 'hello' }],
    [{ json: null, method: 'GET' }, {}],
    [{ json: {}, method: 'head' }, {}],
    [{ form: {} }, {}],
    [{ text: '' }, {}],
  ])('is a body only where it is meant: %j', (more, { json, form, text }) => {
    const read = callOf(more);
    expect({ json: read.json, form: read.form, text: read.text }).toEqual({ json, form, text });
  });

  it.each<Given>([
    { json: { a: 1 }, text: 'x' },
    { json: {}, text: 'x' },
    { json: [], form: { a: 1 } },
    { form: { a: 1 }, text: 'x', json: null },
  ])('is no way to send two bodies: %j', (more) => {
    expect(problemOf(more).message).toBe('The request has more than one body.');
  });

  it('sends no type of a body that is not there', () => {
    for (const more of [{ form: {} }, { text: '' }, { form: null }]) {
      const request = requestOf({ method: 'DELETE', ...more });
      expect(request).not.toHaveProperty('body');
      expect(request.headers).toEqual([]);
    }
  });

  it('has read take GET', () => {
    for (const method of [null, '', undefined]) expect(callOf({ tool: 'read', method }).method).toBe('GET');
    expect(requestOf({ tool: 'read', method: 'head' }).method).toBe('HEAD');
    expect(requestOf({ tool: 'read', method: 'Get ' }).method).toBe('GET');
    expect(problemOf({ method: null }).message).toBe('The method cannot be sent.');
  });
});

describe('a form that is written out', () => {
  const type = 'application/x-www-form-urlencoded';
  it.each<[Given, string]>([
    [{ form: 'to=a&to=b' }, 'to=a&to=b'],
    [{ text: 'to=a&to=b', headers: { 'Content-Type': type } }, 'to=a&to=b'],
    [{ text: 'to=a&to=b\n', headers: { 'content-type': `${type}; charset=UTF-8` } }, 'to=a&to=b'],
    [{ form: 'o%3Atag=x&o%3Atag=y' }, 'o%3Atag=x&o%3Atag=y'],
    [{ form: 'tags[]=x&tags[]=y' }, 'tags%5B%5D=x&tags%5B%5D=y'],
    [{ form: 'body=Hello world+!&empty=' }, 'body=Hello%20world%20%21&empty='],
    [{ form: 'a=1;b=2' }, 'a=1%3Bb%3D2'],
  ])('is one, in the one spelling: %j', (more, text) => {
    const { body, headers } = requestOf(more);
    expect(body).toEqual({ kind: 'form', text });
    expect(headers).toEqual([['content-type', type]]);
  });

  it('that the policy gives its type is one, too', () => {
    const service = aService({ headers: { set: [['content-type', type]] } });
    const request = canonicalise(callOf({ text: 'to=a&to=b' }), service);
    expect(request).toMatchObject({ ok: true, value: { body: { kind: 'form', text: 'to=a&to=b' } } });
  });

  it('is looked at like any other', () => {
    expect(problemOf({ form: '_method=DELETE&a=1' }).message).toContain('override the method');
    expect(problemOf({ text: '_method=DELETE', headers: { 'content-type': type } }).message).toContain('override');
    expect(problemOf({ form: 'a%00=1' }).message).toContain('control character');
    const service = aService({ auth: { type: 'query', name: 'api_key' } });
    expect(canonicalise(callOf({ form: 'api_key=x' }), service)).toMatchObject({ ok: false });
  });

  it('has every field that was written, in its order', () => {
    const name = fc.stringMatching(/^[a-z][a-z:.[\]-]{0,6}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.stringMatching(/^[ -~ü]{0,8}$/)), { minLength: 1 }), (fields) => {
        const text = new URLSearchParams(fields).toString();
        const sent = requestOf({ text, headers: { 'Content-Type': type } }).body?.text;
        expect([...new URLSearchParams(sent)]).toEqual(fields);
      }),
      { numRuns: runs(300) },
    );
  });
});
