import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { rulesUsed } from '../../../../src/core/policy/learn/rulesUsed.ts';
import { lintPolicy } from '../../../../src/core/policy/lint/lint.ts';
import type { LintContext } from '../../../../src/core/policy/lint/lintContext.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import type { RequestInput } from '../../../../src/core/request/parts/requestModel.ts';
import type { Problem } from '../../../../src/core/text/problem.ts';
import { english } from '../../../support/english.ts';
import { serviceOf, valid } from '../fixtures.ts';

const policy = (rules: readonly string[], more = ''): string =>
  `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n${more}    policies:\n${rules.map((rule) => `      - { ${rule} }\n`).join('')}`;
const lint = (text: string, context?: LintContext): readonly Problem[] => lintPolicy(parsePolicy(text), context);
/** `code@line`, with the lines of related places. */
const found = (text: string, context?: LintContext): string[] =>
  lint(text, context)
    .filter(({ code }) => code !== 'write-without-approval' && code !== 'body-without-type')
    .map(({ code, start, related }) =>
      [`${code}@${start.line}`, ...(related ?? []).map((one) => one.start.line)].join(' '),
    );

describe('lintPolicy', () => {
  it('says nothing about a policy that is as it should be', () => {
    const text = policy([
      'path: /v1/charges, methods: [GET]',
      'path: /v1/customers/**, methods: [GET]',
      'path: /v1/customers/*/secret, effect: deny',
      'path: /v1/customers/*/keys, methods: [GET], approval: always',
      'path: /v1/refunds, methods: [POST], approval: always, body: { amount: { max: 5000 } }, bodyType: form',
    ]);
    expect(lint(text)).toEqual([]);
  });

  it('leaves a text with errors to its errors', () => {
    const text = policy(['path: /a, methods: [get]', 'path: /**, methods: [POST]']);
    expect(found(text)).toEqual(['unknown-method@6']);
  });

  it.each<[string, string[], string[]]>([
    ['the same twice', ['path: /a, methods: [GET]', 'path: /a, methods: [GET]'], ['shadowed-rule@7 6']],
    ['a narrower one', ['path: /a/b, methods: [GET]', 'path: /a/*, methods: [GET, PUT]'], ['shadowed-rule@6 7']],
    [
      'two that cover one',
      ['path: /a/*, methods: [GET]', 'path: /a/*, methods: [HEAD]', 'path: /a/b, methods: [GET, HEAD]'],
      ['shadowed-rule@8 6 7'],
    ],
    ['one method more', ['path: /a/*, methods: [GET]', 'path: /a/b, methods: [GET, HEAD]'], []],
    [
      'a condition',
      ['path: /a, methods: [GET], query: { q: { max: 5 } }', 'path: /a, methods: [GET]'],
      ['shadowed-rule@6 7'],
    ],
    [
      'a tighter condition',
      ['path: /a, methods: [GET], query: { q: { max: 5 } }', 'path: /a, methods: [GET], query: { q: { max: 9 } }'],
      ['shadowed-rule@6 7'],
    ],
    ['an agent', ['path: /a, methods: [GET], agents: [claude]', 'path: /a, methods: [GET], agents: [cursor]'], []],
    ['a question about a part', ['path: /**, methods: [GET]', 'path: /a, methods: [GET], approval: always'], []],
    [
      'a question that is asked already',
      ['path: /a, methods: [GET], approval: always', 'path: /A, methods: [GET], approval: always'],
      [],
    ],
    [
      'a weaker question',
      ['path: /a, methods: [GET], approval: always', 'path: /a, methods: [GET], approval: remember'],
      ['shadowed-rule@7 6'],
    ],
    [
      'an allow beside its question',
      ['path: /a, methods: [GET], approval: always', 'path: /a, methods: [GET]'],
      ['shadowed-rule@7 6'],
    ],
    ['what is denied', ['path: /a/b, methods: [GET]', 'path: /A/**, effect: deny'], ['unreachable-rule@6 7']],
    [
      'what is denied in one spelling',
      ['path: /a/b, methods: [GET]', 'path: /a/**, effect: deny'],
      ['unreachable-rule@6 7'],
    ],
    [
      'what is denied in a condition',
      ['path: /a, methods: [POST]', 'path: /a, effect: deny, body: { x: { equals: 1 } }'],
      [],
    ],
    [
      'a deny in a deny',
      ['path: /a/**, methods: [GET]', 'path: /a/b, effect: deny, methods: [GET]', 'path: /a/b, effect: deny'],
      ['shadowed-rule@7 8'],
    ],
    ['a deny beside everything', ['path: /a, methods: [GET]', 'path: /b, effect: deny'], ['deny-without-effect@7']],
    [
      'a deny of another method',
      ['path: /a, methods: [GET]', 'path: /a, effect: deny, methods: [POST]'],
      ['deny-without-effect@7'],
    ],
    [
      'a HEAD that a denied GET denies',
      ['path: /a, methods: [HEAD]', 'path: /*, effect: deny, methods: [GET]'],
      ['unreachable-rule@6 7'],
    ],
  ])('finds %s', (_name, rules, expected) => {
    expect(found(policy(rules))).toEqual(expected);
  });

  it('finds what is wider than it looks, and what does nothing', () => {
    expect(found(policy(['path: /**, methods: [GET, POST]']))).toEqual(['broad-write@6']);
    expect(found(policy(['path: /**, methods: [GET, POST], approval: always']))).toEqual([]);
    expect(found(policy(['path: "/v1/{id}/x", methods: [GET]']))).toEqual(['parameter-in-path@6']);
    expect(lint(policy(['path: "/v1/:customer", methods: [GET]']))[0]?.suggestion).toBe('/v1/*');
    expect(found(policy(['path: /v1/*:cancel, methods: [GET]']))).toEqual([]);
    expect(found(policy(['path: /api/graphql, methods: [POST]']))).toEqual(['graphql-without-block@6']);
    expect(found(policy(['path: /graphql, methods: [POST], graphql: { operations: [query] }']))).toEqual([]);
    expect(found(policy(['path: /a, methods: [GET], body: { x: { max: 5 } }']))).toEqual([
      'condition-without-effect@6',
    ]);
    expect(found(policy(['path: /a, methods: [PUT], body: { x: { max: 5, min: 6 } }']))).toEqual([
      'condition-without-effect@6',
    ]);
    expect(found(policy(['path: /a, methods: [GET]'], '    limits: { perAgent: true }\n'))).toEqual([
      'limit-without-effect@2',
    ]);
    const server = (name: string): string => `servers:\n  ${name}: { command: node, tools: { allow: [a] } }\n`;
    expect(found(server('a'.repeat(21)))).toEqual(['long-server-name@2']);
    expect(found(server('a'.repeat(20)))).toEqual([]);
    const [information] = lint(policy(['path: /a, methods: [PUT]']));
    expect(information).toMatchObject({ code: 'write-without-approval', severity: 'information' });
  });

  it.each<[string, string[], string | undefined]>([
    ['', [], 'POST, PUT'],
    ['asked about', ['path: /a, methods: [POST, PUT], approval: always'], undefined],
    ['asked about in another spelling', ['path: /A, methods: [POST, PUT], approval: remember'], undefined],
    ['denied', ['path: /**, effect: deny'], undefined],
    [
      'asked about and denied',
      ['path: /a, methods: [POST], approval: always', 'path: /A, methods: [PUT], effect: deny'],
      undefined,
    ],
    ['asked about in part', ['path: /*, methods: [POST], approval: always'], 'PUT'],
    [
      'asked about in other cases',
      ['path: /a, methods: [POST, PUT], approval: always, body: { x: { min: 5 } }'],
      'POST, PUT',
    ],
  ])('calls a write that is %j without approval only as far as it is', (_name, others, writes) => {
    for (const rules of [
      ['path: /a, methods: [POST, PUT]', ...others],
      [...others, 'path: /a, methods: [POST, PUT]'],
    ]) {
      const messages = lint(policy(rules)).flatMap(({ code, message }) =>
        code === 'write-without-approval' ? english(message) : [],
      );
      expect(messages).toEqual(
        writes === undefined ? [] : [expect.stringContaining(`This rule allows ${writes} without asking you.`)],
      );
    }
  });

  const IDLE: [string, string][] = [
    ['PUT', 'body: { x: { equals: 5, in: [6] } }'],
    ['PUT', 'body: { x: { equals: usd, in: [eur, gbp] } }'],
    ['PUT', 'body: { x: { equals: usd, matches: "e*" } }'],
    ['PUT', 'body: { x: { in: [7, 8], max: 5 } }'],
    ['PUT', 'body: { x: { equals: true, min: 0 } }'],
    ['PUT', 'body: { x: { equals: null, in: [0, ""] } }'],
    ['PUT', 'body: { x: { present: false, equals: 5 } }'],
    ['GET', 'query: { Amount: { max: 5 }, amount: { max: 9 } }'],
    ['GET', 'query: { user-id: { equals: a }, user_id: { present: false } }'],
    ['PUT', 'body: { a.Amount: { max: 5 }, a.amount: { max: 9 } }'],
    ['PUT', 'query: { amount: { max: 5 } }, body: { amount: { max: 9 } }'],
    ['PUT', 'query: { amount: { present: false } }, body: { amount: { max: 9 } }'],
  ];
  const ACTIVE: [string, string][] = [
    ['PUT', 'body: { x: { equals: 5, in: [5, 6], max: 5, min: 5, present: true } }'],
    ['PUT', 'body: { x: { equals: 5, in: ["5.0"] } }'],
    ['PUT', 'body: { x: { equals: 5, matches: "*.0" } }'],
    ['PUT', 'body: { x: { equals: "5", max: 9 } }'],
    ['PUT', 'body: { x: { equals: true, in: ["true"] } }'],
    ['PUT', 'body: { x: { in: [usd, eur], matches: "e*" } }'],
    ['PUT', 'body: { x: { max: 5 }, y: { max: 9 } }'],
    ['PUT', 'body: { x: { present: false }, X: { present: false } }'],
    ['PUT', 'body: { "/x": { present: false }, x: { present: false } }'],
    ['PUT', 'body: { a.x: { max: 5 }, b.x: { max: 5 }, x: { max: 5 } }'],
    ['PUT', 'query: { limit: { max: 5 } }, body: { amount: { max: 9 } }'],
    ['PUT', 'query: { "0": { present: false } }, body: { "/0/x": { max: 9 } }'],
  ];

  it.each<[string, boolean]>([
    ['methods: [POST], body: { x: { max: 5 } }', true],
    ['methods: [POST], body: { x: { min: 5 } }', true],
    ['methods: [POST], body: { x: { equals: a } }', true],
    ['methods: [POST], body: { x: { in: [a] } }', true],
    ['methods: [POST], body: { x: { matches: "a*" } }', true],
    ['methods: [POST], body: { x: { present: true } }', true],
    ['methods: [POST], body: { x: { present: false } }', false],
    ['methods: [POST], body: { x: { present: false }, y: { max: 5 } }', true],
    ['methods: [POST], body: { x: { present: false } }, approval: always', true],
    ['methods: [POST], body: { x: { max: 5 } }, bodyType: json', false],
    ['methods: [POST], body: { x: { max: 5 } }, bodyType: form', false],
    ['methods: [POST], query: { x: { max: 5 } }', false],
    ['methods: [GET, HEAD], body: { x: { max: 5 } }', false],
    ['effect: deny, body: { x: { equals: live } }', true],
    ['effect: deny, body: { x: { present: true } }', false],
    ['effect: deny, body: { x: { present: false } }', true],
    ['effect: deny, body: { x: { equals: live } }, bodyType: json', false],
  ])('asks for the kind of body where a missing field means more: %s', (rule, expected) => {
    const problems = lint(policy([`path: /a, ${rule}`, 'path: /a, methods: [GET, POST], agents: [claude]'], ''));
    const own = problems.filter(({ code }) => code === 'body-without-type');
    expect(own).toMatchObject(expected ? [{ severity: 'warning', data: { service: 'api' }, start: { line: 6 } }] : []);
  });

  it('says of a kind of body without a condition on it that a deny rule is no narrower for it', () => {
    const open = 'path: /a, methods: [POST], agents: [claude]';
    expect(found(policy([open, 'path: /a, effect: deny, bodyType: json']))).toContain('condition-without-effect@7');
    expect(found(policy(['path: /a, methods: [POST], bodyType: json']))).toEqual([]);
  });

  it.each(IDLE)('says that %s with %s never matches', (method, conditions) => {
    expect(found(policy([`path: /a, methods: [${method}], ${conditions}`]))).toEqual(['condition-without-effect@6']);
  });

  it.each(ACTIVE)('says nothing of %s with %s', (method, conditions) => {
    expect(found(policy([`path: /a, methods: [${method}], ${conditions}`]))).toEqual([]);
  });

  it('calls idle only what no request is allowed by', () => {
    const values = ['5', '5.0', '6', 'usd', 'eur', 'true', 'null', ''];
    const json: unknown[] = [5, 6, 7.5, 'usd', 'eur', '5', true, null, 0, ''];
    const names = ['x', 'amount', 'Amount', 'user-id', 'user_id', 'X'];
    const objects = names.flatMap((a) => names.flatMap((b) => json.map((value) => ({ [a]: value, [b]: value }))));
    const requests: Partial<RequestInput>[] = [
      ...objects.flatMap((one) => [{ json: one }, { json: { a: one } }]),
      ...names.flatMap((a) =>
        names.flatMap((b) =>
          values.flatMap((value) => [
            { form: { [a]: value, [b]: value } },
            { query: { [a]: value, [b]: value } },
            { query: { [a]: value }, form: { [b]: value } },
            { query: { [a]: value }, json: { [b]: 5 } },
          ]),
        ),
      ),
    ];
    const verdicts = (method: string, conditions: string): Set<string> => {
      const service = serviceOf(policy([`path: /a, methods: [${method}], ${conditions}`]));
      const compiled = compileService(service);
      return new Set(
        requests.map((more) => {
          const request = canonicalise({ service: 'api', method, path: '/a', ...more }, service);
          return request.ok ? decide(compiled, request.value).verdict : 'invalid';
        }),
      );
    };
    for (const [method, conditions] of IDLE)
      expect([...verdicts(method, conditions)], conditions).not.toContain('allow');
    const met = ACTIVE.slice(0, 7).filter(([method, conditions]) => verdicts(method, conditions).has('allow'));
    expect(met.length).toBeGreaterThan(4);
  });

  it.each([
    ['methods: [GET], graphql: { operations: [mutation] }', true],
    ['methods: [GET], graphql: { operations: [mutation, query] }', false],
    ['methods: [GET, POST], graphql: { operations: [mutation] }', false],
    ['methods: [DELETE, PUT], graphql: { operations: [query] }', true],
    ['methods: [DELETE], graphql: { operations: [mutation] }, effect: deny', false],
    ['methods: [GET], graphql: { operations: [mutation] }, approval: always', false],
  ])('knows by which methods GraphQL goes: %s', (rule, idle) => {
    const codes = found(policy([`path: /graphql, ${rule}`, 'path: /**, methods: [DELETE]']));
    expect(codes.filter((code) => code.startsWith('condition-without-effect'))).toEqual(
      idle ? ['condition-without-effect@6'] : [],
    );
  });

  it('finds what only others know', () => {
    const text = policy(['path: /a/*, methods: [GET]', 'path: /b, methods: [GET]', 'path: /c, effect: deny']);
    const usedRules = rulesUsed(valid(text), [
      { service: 'api', method: 'GET', path: '/a/1?x=1' },
      { service: 'api', method: 'POST', path: '/b' },
      { service: 'api', method: 'GET', path: '/../b' },
      { service: 'other', method: 'GET', path: '/b' },
    ]);
    expect([...usedRules]).toEqual(['api/policies/0']);
    expect(found(text, { usedRules })).toEqual(['unused-rule@7', 'deny-without-effect@8']);
    expect(found(text, { knownServices: ['api'] })).toEqual(['deny-without-effect@8']);
    expect(lint(text, { knownServices: ['app'] })[0]).toMatchObject({
      code: 'unknown-service',
      suggestion: 'app',
      severity: 'warning',
    });
    const two = `services:\n${['test', 'live'].map((name) => `  ${name}: { baseUrl: https://api.example.com, environment: ${name}, auth: { type: bearer }, policies: [{ path: /a, methods: [GET] }] }\n`).join('')}`;
    expect(found(two, { sameCredential: [['test', 'live']] })).toEqual(['one-credential-two-environments@3 2']);
    expect(found(two, { sameCredential: [['test', 'other']] })).toEqual([]);
  });

  it('runs the file’s tests', () => {
    const tests = (expected: string, method = 'GET'): string =>
      `${policy(['path: /a, methods: [GET], approval: always'])}tests:\n  - { name: a, expect: ${expected}, request: { service: api, method: ${method}, path: /a } }\n`;
    expect(found(tests('ask'))).toEqual([]);
    expect(found(tests('allow'))).toEqual(['failing-test@8']);
    expect(found(tests('deny', 'NONE'))).toEqual(['failing-test@8']);
  });

  it('says of a test at the name that the file has no such service or server, whatever it expects', () => {
    const tests = (request: string): string =>
      `${policy(['path: /a, methods: [GET]'])}  bank: { baseUrl: https://b.example, auth: { type: bearer }, policies: [{ path: /a, methods: [GET] }] }\ntests:\n  - { name: a, expect: deny, request: ${request} }\n`;
    const of = (request: string): unknown[] => {
      const text = tests(request);
      return lint(text).map(({ code, message, span, suggestion }) => [
        code,
        text.slice(span.start, span.end),
        english(message),
        ...(suggestion === undefined ? [] : [suggestion]),
      ]);
    };
    const none = (kind: string): string =>
      `This test expects deny and gets invalid. This file has no ${kind} of that name.`;
    expect(of('{ service: zz, method: GET, path: /b }')).toEqual([['failing-test', 'zz', none('service')]]);
    expect(of('{ server: zz, tool: b }')).toEqual([['failing-test', 'zz', none('server')]]);
    expect(of('{ service: bnak, method: GET, path: /b }')).toEqual([
      ['failing-test', 'bnak', `${none('service')} Did you mean \`bank\`?`, 'bank'],
    ]);
    expect(of('{ service: bank, method: GET, path: /b }')).toEqual([]);
  });
});
