import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { explain } from '../../../../src/core/policy/decide/explain.ts';
import { hoverPolicy } from '../../../../src/core/policy/editor/hover.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import type { RequestInput } from '../../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { english } from '../../../support/english.ts';
import { places, serviceOf, valid } from '../fixtures.ts';

const policy = (rules: readonly string[], more = ''): string =>
  `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n${more}    policies:\n${rules.map((rule) => `      - { path: /x, ${rule} }\n`).join('')}`;
const WRITES = 'methods: [POST, PUT, PATCH, DELETE, OPTIONS]';
const OPEN = 'methods: [GET, POST, PUT, PATCH, DELETE, OPTIONS]';
const SMALL = 'body: { amount: { max: 5000 } }';

/** The verdict on a request as an agent gives it, and the reason. */
function judge(text: string, input: Partial<RequestInput>): readonly [verdict: string, reason: string] {
  const service = serviceOf(text);
  const request = canonicalise({ service: 'api', method: 'POST', path: '/x', ...input }, service);
  if (!request.ok) return ['invalid', inEnglish(request.error.message)];
  const { verdict, reason } = decide(compileService(service), request.value);
  return [verdict, inEnglish(reason)];
}

const verdict = (text: string, input: Partial<RequestInput>): string => judge(text, input)[0];
const typed = (type: string): Partial<RequestInput> => ({ json: { amount: 1 }, headers: { 'content-type': type } });

/** Requests in which a JSON API finds an amount that the condition holds for. */
const AS_JSON: readonly Partial<RequestInput>[] = [
  { json: { amount: 1 } },
  { json: { amount: 1 }, method: 'DELETE' },
  { json: { amount: 1 }, query: { other: 1 } },
  typed('application/json'),
  typed('Application/JSON'),
  typed('application/json; charset=utf-8'),
  typed('application/json;charset="UTF-8"'),
];
/** What a JSON API may find no amount in. */
const NOT_AS_JSON: readonly Partial<RequestInput>[] = [
  { form: { amount: 1 } },
  { form: { amount: 1 }, method: 'PUT' },
  { form: { amount: '1' }, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  { text: 'amount=1' },
  { text: '{"amount":1}' },
  { text: '{"amount":1}', headers: { 'content-type': 'application/octet-stream' } },
  typed('application/vnd.api+json'),
  typed('application/x+json'),
  typed('application/json; profile=x'),
  typed('application/json; charset=utf-8; version=1'),
];

describe('an allow rule for JSON', () => {
  const limited = policy([`${WRITES}, bodyType: json, ${SMALL}`]);

  it.each(AS_JSON)('matches %j', (input) => {
    expect(verdict(limited, input)).toBe('allow');
  });

  it.each(NOT_AS_JSON)('does not match %j, and says why', (input) => {
    expect(judge(limited, input)).toEqual([
      'deny',
      expect.stringContaining('because it covers only JSON bodies, sent as application/json.'),
    ]);
  });

  it.each<Partial<RequestInput>>([
    {},
    { json: {} },
    { json: null },
    { json: [] },
    { json: [{ amount: 1 }] },
    { json: 1 },
    { json: { amount: 5001 } },
    { json: { amount: 1, Amount: 9000 } },
    { json: { amount: 1 }, query: { amount: 1 } },
    { json: { amount: 1 }, query: { AMOUNT: 1 } },
    { json: { amount: 1, 'amount.value': 9 } },
  ])('holds its conditions as before: %j', (input) => {
    expect(verdict(limited, input)).toBe('deny');
  });

  it('takes another type where the policy sets it for all calls, and from nobody else', () => {
    const set = policy(
      [`${WRITES}, bodyType: json, ${SMALL}`],
      '    headers: { set: { Content-Type: application/vnd.api+json } }\n',
    );
    expect(verdict(set, { json: { amount: 1 } })).toBe('allow');
    expect(verdict(set, typed('application/x+json'))).toBe('allow');
    expect(verdict(set, { form: { amount: 1 } })).toBe('invalid');
  });
});

describe('an allow rule for forms', () => {
  const limited = policy([`${WRITES}, bodyType: form, ${SMALL}`]);

  it('matches a form, and neither JSON nor a text', () => {
    expect(verdict(limited, { form: { amount: 1 } })).toBe('allow');
    expect(verdict(limited, { form: { amount: 1 }, method: 'PUT' })).toBe('allow');
    for (const input of [...AS_JSON, ...NOT_AS_JSON.filter(({ form }) => form === undefined)]) {
      expect(judge(limited, input), JSON.stringify(input)).toEqual([
        'deny',
        expect.stringContaining('because it covers only form bodies.'),
      ]);
    }
    for (const input of [{}, { form: {} }, { form: { amount: 5001 } }, { form: { Amount: 1 } }]) {
      expect(verdict(limited, input), JSON.stringify(input)).toBe('deny');
    }
  });
});

describe('a rule that names no kind', () => {
  it('goes by what is sent, as it always did', () => {
    const either = policy([`${WRITES}, ${SMALL}`]);
    expect(verdict(either, { json: { amount: 1 } })).toBe('allow');
    expect(verdict(either, { form: { amount: 1 } })).toBe('allow');
    expect(verdict(either, { text: 'amount=1' })).toBe('deny');
  });
});

describe('a rule that names a kind and asks nothing of it', () => {
  it('allows what has no body, and no other kind', () => {
    const only = policy([`${OPEN}, bodyType: json`]);
    expect(verdict(only, { json: { any: 'thing' } })).toBe('allow');
    expect(verdict(only, { method: 'GET' })).toBe('allow');
    expect(verdict(only, {})).toBe('allow');
    for (const input of NOT_AS_JSON) expect(verdict(only, input), JSON.stringify(input)).toBe('deny');
  });

  it('with a field that must be absent lets no other kind carry it', () => {
    for (const type of ['json', 'form']) {
      const absent = policy([`${WRITES}, bodyType: ${type}, body: { admin: { present: false } }`]);
      const other = type === 'json' ? 'form' : 'json';
      expect(verdict(absent, { [type]: { a: 1 } })).toBe('allow');
      expect(verdict(absent, {})).toBe('allow');
      expect(verdict(absent, { [other]: { a: 1 } })).toBe('deny');
      expect(verdict(absent, { [type]: { admin: 1 } })).toBe('deny');
      expect(verdict(absent, { text: 'admin=1' })).toBe('deny');
    }
  });
});

describe.each(['effect: deny', `${WRITES}, approval: always`])('a rule that holds back (%s)', (rule) => {
  const held = rule.includes('deny') ? 'deny' : 'ask';
  const json = policy([OPEN, `${rule}, bodyType: json, body: { mode: { equals: live } }`]);
  const form = policy([OPEN, `${rule}, bodyType: form, body: { mode: { equals: live } }`]);

  it('concerns every body of another kind, as the API may go by a missing field', () => {
    for (const value of ['live', 'test']) {
      expect(verdict(json, { form: { mode: value } })).toBe(held);
      expect(verdict(form, { json: { mode: value } })).toBe(held);
      expect(verdict(json, { json: { mode: value }, headers: { 'content-type': 'application/x+json' } })).toBe(held);
      for (const text of [json, form]) expect(verdict(text, { text: `mode=${value}` })).toBe(held);
    }
  });

  it('judges the kind that it names, and concerns no request without a body', () => {
    expect(verdict(json, { json: { mode: 'live' } })).toBe(held);
    expect(verdict(json, { json: {} })).toBe(held);
    expect(verdict(json, { json: { mode: 'test' } })).toBe('allow');
    expect(verdict(form, { form: { mode: 'test' } })).toBe('allow');
    expect(verdict(json, { method: 'GET' })).toBe('allow');
    expect(verdict(json, {})).toBe('allow');
  });

  it('still goes by its conditions on the query', () => {
    const both = policy([
      OPEN,
      `${rule}, bodyType: json, query: { a: { equals: "1" } }, body: { mode: { equals: live } }`,
    ]);
    expect(verdict(both, { form: { mode: 'test' }, query: { a: 2 } })).toBe('allow');
    expect(verdict(both, { form: { mode: 'test' }, query: { a: 1 } })).toBe(held);
  });
});

describe('the words', () => {
  it('are in explanations and hovers', () => {
    const text = policy([`${WRITES}, bodyType: form, ${SMALL}`]);
    const request = canonicalise({ service: 'api', method: 'POST', path: '/x', json: { amount: 1 } }, serviceOf(text));
    if (!request.ok) throw new Error(inEnglish(request.error.message));
    expect(english(explain(compileService(serviceOf(text)), request.value).rules)).toMatchObject([
      { applied: false, why: 'The path matches, but it covers only form bodies.' },
    ]);
    const lines = hoverPolicy(text, text.indexOf('bodyType') + 2, valid(text))?.lines ?? [];
    expect(english(lines).join('\n')).toContain('is allowed, for body amount at most 5000; form body.');
    expect(english(lines).join('\n')).toContain('bodyType: The kind of body that the API reads');
  });

  it.each([
    ['bodyType: JSON', 'unknown-body-type@6:'],
    ['bodyType: text', 'unknown-body-type@6:'],
    ['bodyType: [json]', 'wrong-type@6:'],
    ['bodyType:', 'wrong-type@6:'],
    ['bodytype: json', 'unknown-key@6:'],
    ['contentType: json', 'unknown-key@6:'],
  ])('that are not the language’s are errors at their place: %s', (more, place) => {
    const document = parsePolicy(policy([`${WRITES}, ${SMALL}, ${more}`]));
    expect(document.policy).toBeUndefined();
    expect(places(document).join()).toContain(place);
    if (!place.startsWith('wrong-type')) expect(document.problems[0]?.span.start).toBeGreaterThan(0);
    if (more === 'bodyType: JSON') expect(document.problems[0]?.suggestion).toBe('json');
    if (place.startsWith('unknown-key')) expect(document.problems[0]?.suggestion).toBe('bodyType');
  });
});
