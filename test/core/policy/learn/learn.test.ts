import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyChanges } from '../../../../src/core/policy/compare/changes.ts';
import type { SeenBodyType } from '../../../../src/core/policy/decide/bodyType.ts';
import { learnPolicy, tightenPolicy } from '../../../../src/core/policy/learn/learn.ts';
import type { PastCall } from '../../../../src/core/policy/learn/rulesUsed.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { english } from '../../../support/english.ts';
import { runs } from '../../../support/runs.ts';
import { method, pathText, rules } from '../arbitraries.ts';
import { policyOf } from '../fixtures.ts';

const HEAD = 'services:\n  api:\n    baseUrl: https://api.example.com # ours\n    auth: { type: bearer }\n';
const calls = (...list: string[]): { service: string; method: string; path: string }[] =>
  list.map((one) => {
    const [verb = '', path = ''] = one.split(' ');
    return { service: 'api', method: verb, path };
  });

describe('learnPolicy', () => {
  it('adds what was called, with identifiers as stars and questions before writes', () => {
    const text = `${HEAD}    policies:\n      # mine\n      - { path: /v1/charges, methods: [GET] } # reads\n    limits: { concurrent: 2 }\n`;
    const { text: learnt, changes } = learnPolicy(
      text,
      calls(
        'GET /v1/charges',
        'GET /v1/customers/cus_123?x=1',
        'GET /v1/customers/cus_456',
        'HEAD /v1/customers/cus_456',
        'POST /v1/refunds',
        'GET /v1/a*b',
        'GET /a/../b',
        'PURGE /x',
      ),
    );
    expect(learnt).toBe(
      text.replace(
        '# reads\n',
        '# reads\n      - { path: /v1/customers/*, methods: [GET, HEAD] } # cus_123 and 1 more look like identifiers\n      - { path: /v1/a%2Ab, methods: [GET] }\n      - { path: /v1/refunds, methods: [POST], approval: always }\n',
      ),
    );
    expect(english(changes)).toEqual([
      {
        kind: 'added',
        service: 'api',
        rule: 'GET, HEAD /v1/customers/*',
        why: 'Calls used it; cus_123 and 1 more look like identifiers.',
      },
      { kind: 'added', service: 'api', rule: 'GET /v1/a%2Ab', why: 'Calls used it.' },
      { kind: 'added', service: 'api', rule: 'POST /v1/refunds', why: 'Calls used it.' },
    ]);
    expect(learnPolicy(learnt, calls('GET /v1/customers/cus_9', 'POST /v1/refunds')).changes).toEqual([]);
  });

  it.each([
    ['    policies: []\n', '    policies:\n      - { path: /a, methods: [GET] }\n'],
    [
      '    policies: [{ path: /b, methods: [GET] }]\n',
      '    policies: [{ path: /b, methods: [GET] }, { path: /a, methods: [GET] }]\n',
    ],
    [
      '    policies:\n    - path: /b\n      methods: [GET]',
      '    policies:\n    - path: /b\n      methods: [GET]\n    - { path: /a, methods: [GET] }',
    ],
  ])('keeps the form of %j', (before, after) => {
    expect(learnPolicy(HEAD + before, calls('GET /a')).text).toBe(HEAD + after);
  });

  it('opens what plainly is an identifier, and nothing else', () => {
    const learnt = (path: string): string =>
      learnPolicy(`${HEAD}    policies: []\n`, calls(`GET ${path}`)).changes[0]?.rule ?? '';
    for (const id of [
      '42',
      'cus_9s6XKzkNRiz8i3',
      '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      'deadbeef01',
      'a1B2c3D4e5F6g7H8',
    ]) {
      expect(learnt(`/x/${id}/y`)).toBe('GET /x/*/y');
    }
    for (const word of [
      'v1',
      'charges',
      'v2beta',
      'oauth2',
      'payment_methods',
      'tax_2',
      'customer-portal',
      'deadbeef',
    ]) {
      expect(learnt(`/x/${word}/y`)).toBe(`GET /x/${word}/y`);
    }
  });

  it('allows afterwards what was called, and its text is a policy', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.tuple(method, pathText), { maxLength: 5 }), (list, used) => {
        const past = used.map(([verb, path]) => ({ service: 'api', method: verb, path }));
        const { text } = learnPolicy(policyOf(list), past);
        expect(parsePolicy(text).policy, text).toBeDefined();
        expect(learnPolicy(text, past).changes).toEqual([]);
      }),
      { numRuns: runs(200) },
    );
  });
});

const posts = (path: string, ...bodyTypes: SeenBodyType[]): PastCall => ({
  service: 'api',
  method: 'POST',
  path,
  bodyTypes,
});

describe('the kind of body that calls had', () => {
  it('is named by rules that are learned, where it was one', () => {
    const { text } = learnPolicy(`${HEAD}    policies: []\n`, [
      posts('/a', 'json'),
      posts('/b/1', 'form'),
      posts('/b/2', 'form'),
      posts('/c/1', 'form'),
      posts('/c/2', 'json'),
      posts('/d', 'other'),
      posts('/e', 'json', 'other'),
      ...calls('POST /f'),
    ]);
    expect(text.split('\n').filter((line) => line.includes('path:'))).toEqual([
      '      - { path: /a, methods: [POST], bodyType: json, approval: always }',
      '      - { path: /b/*, methods: [POST], bodyType: form, approval: always } # 1 and 1 more look like identifiers',
      '      - { path: /c/*, methods: [POST], approval: always } # 1 and 1 more look like identifiers',
      '      - { path: /d, methods: [POST], approval: always }',
      '      - { path: /e, methods: [POST], approval: always }',
      '      - { path: /f, methods: [POST], approval: always }',
    ]);
    expect(parsePolicy(text).problems).toEqual([]);
  });

  const SMALL = 'body: { amount: { max: 5 } }';

  it.each<[string, string, PastCall[], string | undefined]>([
    ['in braces', `- { path: /a, methods: [POST], ${SMALL} }`, [posts('/a', 'json')], 'json'],
    ['in lines', `- path: /a\n        methods: [POST] # why\n        ${SMALL}`, [posts('/a', 'form')], 'form'],
    [
      'with a list in lines',
      `- path: /a\n        methods:\n          - POST\n        ${SMALL}`,
      [posts('/a', 'form')],
      'form',
    ],
    ['with a path that is narrowed', `- { path: /**, methods: [POST], ${SMALL} }`, [posts('/a', 'json')], 'json'],
    ['that names it', `- { path: /a, methods: [POST], ${SMALL}, bodyType: form }`, [posts('/a', 'json')], 'form'],
    ['of two kinds', `- { path: /a, methods: [POST], ${SMALL} }`, [posts('/a', 'json', 'form')], undefined],
    ['of other kinds', `- { path: /a, methods: [POST], ${SMALL} }`, [posts('/a', 'other')], undefined],
    ['of no kind that is known', `- { path: /a, methods: [POST], ${SMALL} }`, calls('POST /a'), undefined],
    ['without conditions', '- { path: /a, methods: [POST] }', [posts('/a', 'json')], undefined],
    ['on the query', '- { path: /a, methods: [POST], query: { a: { max: 5 } } }', [posts('/a', 'json')], undefined],
  ])('is named by a rule %s that is tightened', (_name, rule, past, expected) => {
    const text = `${HEAD}    policies:\n      ${rule}\n`;
    const tight = tightenPolicy(text, past);
    const after = parsePolicy(tight.text);
    expect(after.problems, tight.text).toEqual([]);
    expect(after.policy?.services.get('api')?.rules.map(({ bodyType }) => bodyType)).toEqual([expected]);
    expect(policyChanges(text, tight.text).filter(({ kind }) => kind === 'widens')).toEqual([]);
    if (expected !== undefined && !rule.includes('bodyType')) {
      expect(tight.changes.map(({ why }) => english(why)).join()).toContain(
        expected === 'json' ? 'Each body was JSON' : 'a form',
      );
    }
    expect(tightenPolicy(tight.text, past).changes).toEqual([]);
  });
});

describe('tightenPolicy', () => {
  it('replaces `**` by the paths used, and drops what was never used', () => {
    const text = `${HEAD}    policies:\n      # everything\n      - path: /v1/** # wide\n        methods: [GET, POST]\n        agents: [claude]\n      - { path: /old, methods: [GET] }\n      - { path: /v1/x, effect: deny }\n      - { path: /both, methods: [GET, PUT] }\n`;
    const { text: tight, changes } = tightenPolicy(
      text,
      calls('GET /v1/customers/cus_123', 'GET /v1/customers/cus_456', 'POST /v1/refunds', 'PUT /both', 'GET /other'),
    );
    expect(tight).toBe(
      `${HEAD}    policies:\n      # everything\n      - path: /v1/customers/* # wide\n        methods: [GET]\n        agents: [claude]\n      - path: /v1/refunds # wide\n        methods: [POST]\n        agents: [claude]\n      - { path: /v1/x, effect: deny }\n      - { path: /both, methods: [PUT] }\n`,
    );
    expect(changes.map(({ kind, rule }) => `${kind} ${rule}`)).toEqual([
      'narrowed GET, POST /v1/**',
      'narrowed GET, PUT /both',
      'removed GET /old',
    ]);
    expect(english(changes[0]?.why)).toContain('/v1/customers/*: cus_123 and 1 more look like identifiers');
    expect(tightenPolicy(tight, calls('GET /v1/customers/cus_1', 'POST /v1/refunds', 'PUT /both')).changes).toEqual([]);
  });

  it('takes a wide rule away where narrower ones allow all that was called', () => {
    const wide = { path: '/orders/**', methods: ['GET'] };
    const narrow = { path: '/orders/*', methods: ['GET'] };
    const past = calls('GET /orders/1', 'GET /orders/2');
    const { text, changes } = tightenPolicy(policyOf([wide, narrow]), past);
    expect(text).not.toContain('**');
    expect(changes.map(({ kind, why }) => `${kind}: ${english(why)}`)).toEqual([
      'removed: Narrower rules allow every call that was made.',
    ]);
    const forOne = `${HEAD}    policies:\n      - { path: /orders/**, methods: [GET] }\n      - { path: /orders/*, methods: [GET], agents: [claude] }\n`;
    expect(tightenPolicy(forOne, past).changes.map(({ kind }) => kind)).toEqual(['narrowed']);
  });

  it('keeps a rule that asks about what another one allows', () => {
    const text = policyOf([
      { path: '/**', methods: ['GET'] },
      { path: '/a', methods: ['GET'], approval: 'always' },
    ]);
    expect(tightenPolicy(text, calls('GET /b')).text).toContain('approval: always');
  });

  it('keeps rules for a path that some servers end early, and those for what they take it for', () => {
    const text = policyOf([
      { path: '/**/orders', methods: ['GET'] },
      { path: '/users/*', methods: ['GET'] },
    ]);
    const past = [{ service: 'api', method: 'GET', path: '/users/7%3F/orders' }];
    expect(tightenPolicy(text, past).changes).toEqual([]);
  });

  it('never widens, and keeps every call that was made', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.tuple(method, pathText), { maxLength: 5 }), (list, used) => {
        const past = used.map(([verb, path]) => ({ service: 'api', method: verb, path }));
        const text = policyOf(list);
        const tight = tightenPolicy(text, past).text;
        expect(parsePolicy(tight).policy, tight).toBeDefined();
        expect(policyChanges(text, tight).filter(({ kind }) => kind === 'widens')).toEqual([]);
        expect(learnPolicy(tight, past).changes.length).toBe(learnPolicy(text, past).changes.length);
      }),
      { numRuns: runs(300) },
    );
  });
});
