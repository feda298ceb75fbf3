import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerRate, rateWithin } from '../../../../src/core/limits/limits.ts';
import type { Rate } from '../../../../src/core/limits/limitsModel.ts';
import { narrowApproved } from '../../../../src/core/policy/compare/approval.ts';
import { policyChanges as changesOf } from '../../../../src/core/policy/compare/changes.ts';
import { waits } from '../../../../src/core/policy/compare/policyChange.ts';
import { policyText, printService } from '../../../../src/core/policy/compare/print.ts';
import { strictness } from '../../../../src/core/policy/compare/strictness.ts';
import { type CompiledService, compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { MAX_POLICY_BYTES, utf8Bytes } from '../../../../src/core/policy/text/textGuard.ts';
import type { Method } from '../../../../src/core/request/parts/requestModel.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { type ChangeInText, changeInText } from '../../../support/changeInText.ts';
import type { NaiveRule } from '../../../support/naivePolicy.ts';
import { runs } from '../../../support/runs.ts';
import { allowRule, askRule, denyRule, method, pathText } from '../arbitraries.ts';
import { policyOf, rulesText, serviceOf, valid } from '../fixtures.ts';

const policyChanges = (...texts: Parameters<typeof changesOf>): ChangeInText[] => changesOf(...texts).map(changeInText);

const GET = ['GET'];
const rulesOf = (text: string): string[] =>
  serviceOf(text).rules.map(
    ({ effect, pattern, methods }) => `${effect} ${[...(methods ?? [])].join()} ${pattern.text}`,
  );
const narrowed = (approved: readonly NaiveRule[], saved: readonly NaiveRule[]): string[] =>
  rulesOf(narrowApproved(policyOf(approved), policyOf(saved)));

/** The text of what these services are read as. */
function reprinted(text: string): string {
  return policyText([...valid(text).services.values()].map(printService));
}

describe('narrowApproved', () => {
  it.each<[string, NaiveRule[], NaiveRule[]]>([
    ['the same', [{ path: '/a', methods: GET }], [{ path: '/a', methods: GET }]],
    [
      'another rule',
      [{ path: '/a', methods: GET }],
      [
        { path: '/a', methods: GET },
        { path: '/b', methods: GET },
      ],
    ],
    ['more methods', [{ path: '/a', methods: GET }], [{ path: '/a', methods: ['GET', 'POST'] }]],
    [
      'a wider rule',
      [
        { path: '/a/b', methods: GET },
        { path: '/a/c', methods: GET },
      ],
      [{ path: '/a/**', methods: GET }],
    ],
    [
      'a deny less',
      [
        { path: '/a', methods: GET },
        { path: '/b', effect: 'deny' },
      ],
      [{ path: '/a', methods: GET }],
    ],
    ['another spelling', [{ path: '/%7Ea', methods: GET }], [{ path: '/~a', methods: GET }]],
  ])('keeps the approved text as it is for %s', (_name, approved, saved) => {
    const text = `# as approved on 3 May\n${policyOf(approved)}`;
    expect(narrowApproved(text, policyOf(saved))).toBe(text);
  });

  it('strikes what the saved text no longer has, for good', () => {
    const both = [
      { path: '/a', methods: GET },
      { path: '/b', methods: ['GET', 'POST'] },
    ];
    const struck = narrowApproved(policyOf(both), policyOf([{ path: '/b', methods: GET }]));
    expect(rulesOf(struck)).toEqual(['allow GET /b']);
    expect(narrowApproved(struck, policyOf(both))).toBe(struck);
  });

  it('lets an approved rule give way to the saved ones that it covers', () => {
    expect(
      narrowed(
        [{ path: '/a/**', methods: ['GET', 'POST'] }],
        [
          { path: '/a/b', methods: ['GET', 'DELETE'] },
          { path: '/a/c/*', methods: ['POST'] },
          { path: '/z', methods: GET },
        ],
      ),
    ).toEqual(['allow GET /a/b', 'allow POST /a/c/*']);
  });

  it('adds the saved denies, once, and never takes one away', () => {
    const text = narrowApproved(
      policyOf([
        { path: '/**', methods: GET },
        { path: '/x', effect: 'deny' },
      ]),
      policyOf([
        { path: '/**', methods: GET },
        { path: '/y', effect: 'deny' },
        { path: '/y', methods: GET, effect: 'deny' },
      ]),
    );
    expect(rulesOf(text)).toEqual(['allow GET /**', 'deny  /x', 'deny  /y']);
    expect(narrowApproved(text, policyOf([{ path: '/**', methods: GET }]))).toBe(text);
  });

  it('lets both texts’ ask rules ask on, and allow nothing that the other text does not', () => {
    const asks = (path: string): NaiveRule => ({ path, methods: GET, approval: 'always' });
    const approvals = (text: string): string[] =>
      serviceOf(text).rules.map(({ pattern, approval }) => `${pattern.text} ${approval}`);
    const allow = (path: string): NaiveRule => ({ path, methods: GET });
    const text = (...list: NaiveRule[]): string => policyOf(list);
    expect(approvals(narrowApproved(text(allow('/**')), text(allow('/**'), asks('/a'))))).toEqual([
      '/** undefined',
      '/a always',
    ]);
    expect(approvals(narrowApproved(text(allow('/a/b'), allow('/c')), text(allow('/**'), asks('/a/*'))))).toEqual([
      '/a/b always',
      '/c undefined',
    ]);
    expect(approvals(narrowApproved(text(allow('/**'), asks('/*/x')), text(allow('/a/**'))))).toEqual(['/a/** always']);
  });

  it('keeps a service’s name and definition when the saved text drops it, and nothing that it allows', () => {
    const text = narrowApproved(policyOf([{ path: '/a', methods: GET }]), 'services: {}\n');
    expect(serviceOf(text).baseUrl.origin).toBe('https://api.example.com');
    expect(rulesOf(text)).toEqual([]);
  });

  it('strikes a verifying request that the saved text does not name, so that putting it back waits for the user', () => {
    const text = policyOf([{ path: '/a', methods: GET }], '    verify: { path: /v1/me }\n');
    expect(serviceOf(text).verify).toEqual({ method: 'GET', path: '/v1/me' });
    expect(narrowApproved(text, `${text}# a comment\n`)).toBe(text);
    for (const other of ['', '    verify: { path: /v1/other }\n', '    verify: { method: HEAD, path: /v1/me }\n']) {
      const struck = narrowApproved(text, policyOf([{ path: '/a', methods: GET }], other));
      expect(serviceOf(struck).verify).toBeUndefined();
      expect(policyChanges(struck, text)).toMatchObject([
        { kind: 'widens', text: '+ verifying request of api: none → GET /v1/me' },
      ]);
    }
  });

  it('approves no service that only the saved text has', () => {
    const more = `${policyOf([{ path: '/a', methods: GET }])}  evil:\n    baseUrl: https://evil.example\n    auth: { type: bearer }\n${rulesText([{ path: '/**', methods: GET }])}`;
    const text = policyOf([{ path: '/a', methods: GET }]);
    expect(narrowApproved(text, more)).toBe(text);
  });

  it.each([
    ['baseUrl', 'https://api.example.com', 'https://evil.example'],
    ['auth', '{ type: bearer }', '{ type: header, name: x-key }'],
    ['network', 'auth:', 'network: private\n    auth:'],
  ])('leaves an approved %s as it was', (_part, from, to) => {
    const text = policyOf([{ path: '/a', methods: GET }]);
    expect(narrowApproved(text, text.replace(from, to))).toBe(text);
    const struck = narrowApproved(text, policyOf([]).replace(from, to));
    expect(serviceOf(struck)).toMatchObject({ auth: { type: 'bearer' }, network: 'public', rules: [] });
    expect(serviceOf(struck).baseUrl.origin).toBe('https://api.example.com');
  });

  it('lowers limits to the lower of both, and lets only those caller headers pass that both let pass', () => {
    const one = policyOf(
      [],
      '    limits: { requests: 60/minute, timeout: 20s, responseBytes: 500KB }\n    headers: { allow: [x-a, x-b], set: { x-v: "1" } }\n',
    );
    const other = policyOf(
      [],
      '    limits: { requests: 2/minute, timeout: 40s, requestBytes: 1KB }\n    headers: { allow: [x-b, x-c], set: { x-v: "2" } }\n',
    );
    const { limits, headers } = serviceOf(narrowApproved(one, other));
    expect(limits).toEqual({
      requests: { count: 2, per: 'minute' },
      concurrent: 16,
      responseBytes: 500_000,
      requestBytes: 1000,
      timeoutMs: 20_000,
    });
    expect(headers).toEqual({ set: [['x-v', '1']], allow: ['x-b'] });
  });

  it('changes nothing for a saved text with errors, and approves nothing of an approved one with errors', () => {
    const text = policyOf([{ path: '/a', methods: GET }]);
    expect(narrowApproved(text, `${text}oops: 1\n`)).toBe(text);
    expect(valid(narrowApproved(`${text}oops: 1\n`, text)).services.size).toBe(0);
  });

  it('approves no rule of the services that no longer fit into a file', () => {
    const deny = (from: number): NaiveRule[] =>
      Array.from({ length: 3000 }, (_, index) => ({
        path: `/${from + index}/${'x'.repeat(20)}`,
        effect: 'deny' as const,
      }));
    const small = `  small:\n    baseUrl: https://small.example\n    auth: { type: bearer }\n${rulesText([{ path: '/a', methods: GET }])}`;
    const allow = { path: '/**', methods: GET };
    let approved = policyOf([allow, ...deny(0)]) + small;
    approved = narrowApproved(approved, policyOf([allow, ...deny(3000)]) + small);
    expect(utf8Bytes(approved)).toBeLessThanOrEqual(MAX_POLICY_BYTES);
    expect(serviceOf(approved).rules).toEqual([]);
    expect(serviceOf(approved).baseUrl.origin).toBe('https://api.example.com');
    expect(serviceOf(approved, 'small').rules).toHaveLength(1);
  });
});

describe('what is printed', () => {
  it('reads the same again', () => {
    const text = `services:
  api:
    description: "two lines: \\n# \\"quoted\\""
    baseUrl: https://api.example.com:8443/v1
    network: private
    environment: "yes"
    auth: { type: header, name: X-Key, prefix: "Key: " }
    headers: { set: { x-mode: "a: b #c" }, allow: [x-trace] }
    policies:
      - { path: "/a b/*:x", methods: [POST, GET] }
      - { path: /r, methods: [PUT], approval: remember }
      - path: /c
        methods: [POST]
        query: { limit: { min: 0.0000001, max: 100 }, "created[gte]": { present: true } }
        body:
          a.b: { in: [1, "1", true, null, "a\\"b"] }
          "/c~1d": { matches: "x*/%2A", equals: 'y: #' }
          e: { present: false }
        bodyType: json
        graphql: { operations: [query, mutation], fields: [viewer] }
        agents: [copilot, cl*]
      - { path: /g, methods: [POST], graphql: { operations: [query] } }
      - { path: "/é/%2A", effect: deny, methods: [DELETE] }
      - { path: /**, effect: deny }
    rotateEvery: 90d
    limits: { requests: 5/hour, perAgent: true, concurrent: 3, responseBytes: 250KB, requestBytes: 77, timeout: 1500ms }
  other: { baseUrl: https://other.example, auth: { type: basic, username: "a b" } }
  third: { baseUrl: https://third.example, auth: { type: query, name: "key" }, policies: [] }
`;
    const printed = reprinted(text);
    const strip = (source: string): unknown =>
      [...valid(source).services.values()].map(({ span: _span, line: _line, rules: list, ...rest }) => ({
        ...rest,
        rules: list.map(({ id, effect, methods, pattern, span: _of, line: _at, ...more }) => ({
          ...more,
          id,
          effect,
          pattern,
          methods: [...(methods ?? [])].sort(),
        })),
      }));
    expect(strip(printed)).toEqual(strip(text));
    expect(reprinted(printed)).toBe(printed);
  });
});

const rate: fc.Arbitrary<Rate> = fc.record({
  count: fc.integer({ min: 1, max: 200 }),
  per: fc.constantFrom('second' as const, 'minute' as const, 'hour' as const, 'day' as const),
});

describe('the lower of two rates', () => {
  it('is within both', () => {
    fc.assert(
      fc.property(fc.option(rate, { nil: undefined }), fc.option(rate, { nil: undefined }), (one, other) => {
        const low = lowerRate(one, other);
        expect(rateWithin(low, one)).toBe(true);
        expect(rateWithin(low, other)).toBe(true);
      }),
    );
  });
});

const base = fc.constantFrom('api', 'api', 'api', 'other');
const limit = fc.constantFrom('', '5/minute', '1/second', '9/minute');

/** In the stock, so that requests pass often enough to be taken away. */
const EVERYTHING: NaiveRule = { path: '/**', methods: ['GET', 'HEAD', 'POST'] };

const more = fc.constantFrom(
  '',
  '',
  '',
  'body: { amount: { max: 5 } }',
  'body: { amount: { max: 9 } }',
  'body: { amount: { in: [1, 7] } }',
  'body: { amount: { max: 5 } }, bodyType: json',
  'body: { amount: { max: 9 } }, bodyType: form',
  'bodyType: json',
  'query: { limit: { max: 5 } }',
  'agents: [claude]',
  'agents: [cl*]',
);
const stockRule: fc.Arbitrary<NaiveRule> = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: allowRule }, askRule, denyRule), more)
  .map(([rule, rest]) => ({ ...rule, more: rest }));

/**
 * Random policies of up to two services, as texts that belong together: their rules are taken from one small stock, so
 * that they often share some, as the versions of one file do.
 */
const policyTexts = (count: number): fc.Arbitrary<string[]> =>
  fc.array(stockRule, { minLength: 3, maxLength: 7 }).chain((stock) => {
    const service = fc.record({ rules: fc.shuffledSubarray([...stock, EVERYTHING]), base, limit });
    const services = fc.record({
      api: fc.option(service, { freq: 8 }),
      b: fc.option(service),
    });
    return fc.array(services.map(textOf), { minLength: count, maxLength: count });
  });

type Parts = { readonly rules: readonly NaiveRule[]; readonly base: string; readonly limit: string } | null;

function textOf(services: Readonly<Record<string, Parts>>): string {
  const lines = Object.entries(services).flatMap(([name, one]) =>
    one === null
      ? []
      : [
          `  ${name}:\n    baseUrl: https://${one.base}.example\n    auth: { type: bearer }\n`,
          one.limit === '' ? '' : `    limits: { requests: ${one.limit} }\n`,
          rulesText(one.rules),
        ],
  );
  return lines.length === 0 ? 'services: {}\n' : `services:\n${lines.join('')}`;
}

const request = fc.record({
  service: fc.constantFrom('api', 'b'),
  method,
  path: pathText,
  agent: fc.constantFrom('claude', 'cursor', undefined),
  query: fc.constantFrom<Asked['query']>([], [['limit', '3']], [['limit', '8']]),
  body: fc.constantFrom(
    '{"amount":1}',
    '{"amount":7}',
    '{"amount":20}',
    '{}',
    'amount=1',
    'amount=7',
    'x=1',
    undefined,
  ),
});
interface Asked {
  readonly service: string;
  readonly method: Method;
  readonly path: string;
  readonly agent: string | undefined;
  readonly query: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

const DENIED = strictness({ verdict: 'deny', reason: phrase`` });

/** How much a text holds a request back; each text is read once. */
function judgeOf(): (text: string, asked: Asked) => number {
  const read = new Map<string, ReadonlyMap<string, CompiledService>>();
  return (text, asked) => {
    const services =
      read.get(text) ?? new Map([...valid(text).services].map(([name, service]) => [name, compileService(service)]));
    read.set(text, services);
    const service = services.get(asked.service);
    const { agent, body, ...rest } = asked;
    const judged = {
      ...rest,
      segments: asked.path.slice(1).split('/'),
      ...(body === undefined
        ? {}
        : { body: { kind: body.startsWith('{') ? ('json' as const) : ('form' as const), text: body } }),
    };
    return service === undefined ? DENIED : strictness(decide(service, judged, agent));
  };
}

const SAVES = 8;

describe('a sequence of saves', () => {
  const acts = fc.array(fc.constantFrom('save', 'save', 'save', 'save an invalid text', 'the user approves'), {
    minLength: SAVES,
    maxLength: SAVES,
  });

  it('lets nothing pass that the approved or the written version forbids, and nothing again that a save forbade', {
    timeout: 120_000,
  }, () => {
    const tries = runs(80, 20);
    let passed = 0;
    fc.assert(
      fc.property(
        policyTexts(SAVES + 1),
        acts,
        fc.array(request, { minLength: 8, maxLength: 12 }),
        (texts, steps, asked) => {
          const judge = judgeOf();
          const [first = '', ...saves] = texts;
          let byUser = first;
          let approved = first;
          let written = first;
          const strictest = new Map<Asked, number>();
          for (const [index, act] of steps.entries()) {
            if (act === 'save') {
              written = saves[index] ?? first;
              approved = narrowApproved(approved, written);
            } else if (act === 'the user approves') {
              byUser = written;
              approved = written;
              strictest.clear();
            } else {
              approved = narrowApproved(approved, `${written}\noops: 1\n`);
            }
            for (const each of asked) {
              const least = Math.max(judge(written, each), strictest.get(each) ?? 0);
              strictest.set(each, least);
              const inForce = Math.max(judge(approved, each), judge(written, each));
              passed += inForce < DENIED ? 1 : 0;
              expect(inForce).toBeGreaterThanOrEqual(judge(byUser, each));
              expect(inForce).toBeGreaterThanOrEqual(least);
            }
            for (const [name, service] of valid(approved).services) {
              const mine = valid(byUser).services.get(name);
              expect(rateWithin(service.limits.requests, mine?.limits.requests)).toBe(true);
              expect(service.baseUrl.origin).toBe(mine?.baseUrl.origin);
            }
            expect(narrowApproved(approved, written)).toBe(approved);
          }
        },
      ),
      { numRuns: tries },
    );
    // Otherwise the properties would hold for want of requests that pass.
    expect(passed).toBeGreaterThan(tries);
  });
});

describe('policyChanges', () => {
  const texts = (approved: string | undefined, written: string): string[] =>
    policyChanges(approved, written).map(({ text }) => text);
  const base = [{ path: '/v1/charges', methods: GET }];

  it('puts what gives away most first, so that a flood of small changes hides nothing', () => {
    const flood = Array.from({ length: 30 }, (_, index) => ({ path: `/v1/many/${index}`, methods: GET }));
    const writes = { path: '/v1/charges', methods: ['POST'] };
    const sweeping = { path: '/v1/**', methods: ['DELETE'] };
    const written = policyOf([...base, ...flood, writes, { path: '/files/**', methods: GET }, sweeping]);
    expect(texts(policyOf(base), written).slice(0, 4)).toEqual([
      '+ DELETE /v1/** on api',
      '+ POST /v1/charges on api',
      '+ GET /files/** on api',
      '+ GET /v1/many/0 on api',
    ]);
  });

  it('names a new service and its rules', () => {
    expect(policyChanges(undefined, policyOf([...base, { path: '/x', effect: 'deny' }]))).toEqual([
      { kind: 'widens', service: 'api', text: '+ service api (https://api.example.com, bearer)' },
      { kind: 'widens', service: 'api', text: '+ GET /v1/charges on api', reach: 'minor' },
      { kind: 'restricts', service: 'api', text: '~ any method /x on api is denied' },
    ]);
    expect(policyChanges(undefined, policyOf([]))[0]?.kind).toBe('restricts');
  });

  it('marks what was approved once and was struck since, and nothing else', () => {
    const rule = (path: string, ...methods: string[]): NaiveRule => ({ path, methods });
    const limited = (rate: string, ...rules: NaiveRule[]): string =>
      policyOf(rules).replace(/\n?$/, `\n    limits: { requests: ${rate} }\n`);
    const once = limited('60/minute', rule('/a', 'GET'), rule('/b', 'GET'));
    const struck = narrowApproved(once, limited('10/minute', rule('/b', 'GET'), { path: '/b/c', effect: 'deny' }));
    const written = limited('60/minute', rule('/a', 'GET', 'POST'), rule('/b', 'GET'), rule('/n', 'GET'));
    expect(policyChanges(struck, written, once).map((one) => [one.text, one.comesBack === true])).toEqual([
      ['+ POST /a on api', false],
      ['+ any method /b/c on api is no longer denied', true],
      ['+ requests of api: 10/minute → 60/minute', true],
      ['+ GET /a on api', true],
      ['+ GET /n on api', false],
    ]);
    const moved = written.replace('api.example.com', 'evil.example');
    expect(policyChanges(struck, moved, once).some((one) => one.comesBack)).toBe(false);
  });

  it('says the limits of a new service that are not the usual ones', () => {
    const text = policyOf(base).replace(/\n?$/, '\n    limits: { requests: 60/minute, timeout: 2m }\n');
    expect(policyChanges(undefined, text).map((one) => one.text)).toEqual([
      '+ service api (https://api.example.com, bearer)',
      '+ timeout of api: 30s → 2m',
      '+ GET /v1/charges on api',
      '~ requests of api: no limit → 60/minute',
    ]);
  });

  it.each<[string, NaiveRule[], NaiveRule[], string[]]>([
    ['another method', base, [{ path: '/v1/charges', methods: ['GET', 'POST'] }], ['+ POST /v1/charges on api']],
    ['another path', base, [...base, { path: '/v1/refunds', methods: ['POST'] }], ['+ POST /v1/refunds on api']],
    [
      'the same twice',
      base,
      [...base, { path: '/b', methods: GET }, { path: '/b', methods: GET }],
      ['+ GET /b on api'],
    ],
    ['a wider path', base, [{ path: '/v1/*', methods: GET }], ['+ GET /v1/* on api']],
    ['a narrower path', [{ path: '/v1/*', methods: GET }], base, ['- GET /v1/* on api']],
    ['a deny more', base, [...base, { path: '/x', effect: 'deny' }], ['- any method /x on api is denied']],
    [
      'a deny less',
      [...base, { path: '/x', effect: 'deny', methods: ['DELETE'] }],
      base,
      ['+ DELETE /x on api is no longer denied'],
    ],
    [
      'a wider deny',
      [...base, { path: '/x/y', effect: 'deny' }],
      [...base, { path: '/X/**', effect: 'deny' }],
      ['+ any method /x/y on api is no longer denied', '- any method /X/** on api is denied'],
    ],
    [
      'a wider deny in the same spelling',
      [...base, { path: '/x/y', effect: 'deny' }],
      [...base, { path: '/x/**', effect: 'deny' }],
      ['- any method /x/** on api is denied'],
    ],
    [
      'a question more',
      base,
      [{ path: '/v1/charges', methods: GET, approval: 'always' }],
      ['- GET /v1/charges on api asks every time'],
    ],
    [
      'a question less',
      [{ path: '/v1/charges', methods: GET, approval: 'remember' }],
      base,
      ['+ GET /v1/charges on api no longer asks'],
    ],
    [
      'ten minutes to offer',
      [{ path: '/b', methods: GET, approval: 'always' }],
      [{ path: '/b', methods: GET, approval: 'remember' }],
      ['+ GET /b on api asks you, and can be allowed for ten minutes'],
    ],
    [
      'no ten minutes to offer',
      [{ path: '/b', methods: GET, approval: 'remember' }],
      [{ path: '/b', methods: GET, approval: 'always' }],
      ['- GET /b on api asks you every time, and can no longer be allowed for ten minutes'],
    ],
    [
      'a question about a part',
      [{ path: '/**', methods: GET }],
      [
        { path: '/**', methods: GET },
        { path: '/b', methods: GET, approval: 'always' },
      ],
      ['- GET /b on api asks every time'],
    ],
    [
      'a rule that asks',
      base,
      [...base, { path: '/b', methods: GET, approval: 'always' }],
      ['+ GET /b (asks every time) on api'],
    ],
    [
      'a rule less that asks',
      [...base, { path: '/b', methods: GET, approval: 'always' }],
      base,
      ['- GET /b (asks every time) on api'],
    ],
  ])('says %s in words', (_name, approved, written, expected) => {
    expect(texts(policyOf(approved), policyOf(written))).toEqual(expected);
  });

  const limited = (more: string, effect?: 'deny'): NaiveRule => ({
    path: '/r',
    methods: ['POST'],
    ...(effect ? { effect } : {}),
    more: `body: { amount: { max: 5 } }${more}`,
  });
  const JSON_ONLY = limited(', bodyType: json');
  const FORM_ONLY = limited(', bodyType: form');

  it.each<[string, NaiveRule[], NaiveRule[], string[]]>([
    ['naming it narrows', [limited('')], [JSON_ONLY], ['- POST /r (body amount at most 5) on api']],
    ['no longer naming it widens', [JSON_ONLY], [limited('')], ['+ POST /r (body amount at most 5) on api']],
    [
      'naming another one does both',
      [JSON_ONLY],
      [FORM_ONLY],
      ['+ POST /r (body amount at most 5; form body) on api', '- POST /r (body amount at most 5; JSON body) on api'],
    ],
    [
      'naming it in a deny rule narrows',
      [...base, limited('', 'deny')],
      [...base, limited(', bodyType: json', 'deny')],
      ['- POST /r (body amount at most 5; JSON body) on api is denied'],
    ],
    [
      'no longer naming it in a deny rule widens',
      [...base, limited(', bodyType: json', 'deny')],
      [...base, limited('', 'deny')],
      ['+ POST /r (body amount at most 5; JSON body) on api is no longer denied'],
    ],
    [
      'a tighter condition of the same kind narrows',
      [limited(', bodyType: json')],
      [{ ...JSON_ONLY, more: 'body: { amount: { max: 4 } }, bodyType: json' }],
      ['- POST /r (body amount at most 5; JSON body) on api'],
    ],
  ])('tells of the kind of body: %s', (_name, approved, written, expected) => {
    expect(texts(policyOf(approved), policyOf(written))).toEqual(expected);
  });

  it('strikes the kind of body that a save took away, so that putting it back waits for the user', () => {
    const both = policyOf([limited('')]);
    const struck = narrowApproved(both, policyOf([JSON_ONLY]));
    expect(serviceOf(struck).rules.map(({ bodyType }) => bodyType)).toEqual(['json']);
    expect(narrowApproved(struck, both)).toBe(struck);
    expect(serviceOf(narrowApproved(struck, policyOf([FORM_ONLY]))).rules).toEqual([]);
    const denied = policyOf([...base, limited(', bodyType: json', 'deny')]);
    const later = narrowApproved(denied, policyOf([...base, limited('', 'deny')]));
    expect(serviceOf(later).rules.filter(({ effect }) => effect === 'deny')).toHaveLength(2);
  });

  it('says what else changed, without header values', () => {
    const from = policyOf(
      base,
      '    limits: { requests: 60/minute }\n    headers: { set: { x-v: "secretive" }, allow: [x-a] }\n',
    );
    const to = policyOf(
      base,
      '    description: new\n    environment: live\n    network: private\n    limits: { requests: 90/minute, timeout: 10s }\n    headers: { set: { x-v: "other" }, allow: [x-b] }\n',
    ).replace('api.example.com', 'evil.example');
    expect(policyChanges(from, to)).toEqual([
      { kind: 'widens', service: 'api', text: '+ baseUrl of api: https://api.example.com → https://evil.example' },
      { kind: 'widens', service: 'api', text: '+ network of api: public → private' },
      { kind: 'widens', service: 'api', text: '+ header x-v on api has a new value' },
      { kind: 'widens', service: 'api', text: '+ caller header x-b on api' },
      { kind: 'widens', service: 'api', text: '+ requests of api: 60/minute → 90/minute' },
      { kind: 'other', service: 'api', text: '~ environment of api: none → live' },
      { kind: 'other', service: 'api', text: '~ description of api: none → new' },
      { kind: 'narrows', service: 'api', text: '- caller header x-a on api' },
      { kind: 'narrows', service: 'api', text: '- timeout of api: 30s → 10s' },
    ]);
  });

  it('tells of every label, of which the user reviews each but those of a name that grants nothing', () => {
    const labels = (environment: string, description: string): string =>
      `    environment: ${environment}\n    description: ${description}\n`;
    const said = (from: string | undefined, to: string): string[] =>
      policyChanges(from, to)
        .filter(waits)
        .map((one) => one.text);
    const live = policyOf(base, labels('live', 'Payments'));
    expect(said(live, policyOf(base, labels('"test → live"', `"${'x'.repeat(900)}"`)))).toEqual([
      '~ environment of api: live → "test → live"',
      `~ description of api: Payments → "${'x'.repeat(69)}…"`,
    ]);
    expect(said(live, policyOf(base, labels('none', '"a\\nb"')))).toEqual([
      '~ environment of api: live → "none"',
      '~ description of api: Payments → "a\\nb"',
    ]);
    expect(said(live, policyOf(base))).toEqual([
      '~ environment of api: live → none',
      '~ description of api: Payments → none',
    ]);
    expect(said(undefined, live)).toContain('~ environment of api: none → live');
    expect(said(undefined, policyOf([], labels('live', 'Payments')))).toEqual([]);
  });

  it('lets no flood of rules that read push a label out of sight', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ path: `/v1/things/${index}`, methods: GET }));
    const [first] = policyChanges(
      policyOf(base, '    environment: live\n'),
      policyOf([...base, ...many], '    environment: test\n'),
    );
    expect(first?.text).toBe('~ environment of api: live → test');
  });

  it('tells of a service that is gone', () => {
    expect(texts(policyOf(base), 'services: {}')).toEqual(['- service api']);
  });

  it('is silent about comments, order and formatting, and about a text with errors', () => {
    const list: NaiveRule[] = [...base, { path: '/b', methods: ['GET', 'POST'] }, { path: '/c', effect: 'deny' }];
    const turned: NaiveRule[] = [...list]
      .reverse()
      .map((rule) => ({ ...rule, ...(rule.methods ? { methods: [...rule.methods].reverse() } : {}) }));
    expect(texts(policyOf(list), `# note\n${policyOf(turned)}\n`)).toEqual([]);
    expect(texts(policyOf(list), reprinted(policyOf(list)))).toEqual([]);
    expect(texts(policyOf(list), policyOf(list).replace('api.example.com', 'api.example.com:443/'))).toEqual([]);
    const denied = (methods: readonly string[]): string => policyOf([...base, { path: '/x', methods, effect: 'deny' }]);
    expect(texts(denied(['GET']), denied(['GET', 'HEAD']))).toEqual([]);
    expect(texts(denied(['GET', 'HEAD']), denied(['GET']))).toEqual([]);
    expect(texts(policyOf(base), 'oops')).toEqual([]);
  });

  it('never misses a widening, and leaves no narrowing open after narrowApproved', () => {
    fc.assert(
      fc.property(
        policyTexts(2),
        fc.array(request, { minLength: 5, maxLength: 20 }),
        ([approved = '', written = ''], asked) => {
          const judge = judgeOf();
          const widens = policyChanges(approved, written).some(({ kind }) => kind === 'widens');
          if (!widens) {
            for (const each of asked) expect(judge(written, each)).toBeGreaterThanOrEqual(judge(approved, each));
          }
          const left = policyChanges(narrowApproved(approved, written), written);
          expect(
            left.filter(({ kind, service }) => kind === 'narrows' && valid(written).services.has(service)),
          ).toEqual([]);
        },
      ),
      { numRuns: runs(300) },
    );
  });
});

describe('the corpus of approvals', () => {
  interface Case {
    readonly id: string;
    readonly expect: string;
    readonly reason: string;
    readonly yaml_b64: string;
    readonly previous_b64: string;
  }
  const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
  const cases = readFileSync(new URL('../../../corpus/policy-yaml.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)
    .filter((one) => one.expect.includes('approval'));

  it.each(cases)('$id: $reason', (one) => {
    const [approved, written] = [decode(one.previous_b64), decode(one.yaml_b64)];
    const asks = policyChanges(approved, written).some(({ kind }) => kind === 'widens');
    expect(asks).toBe(one.expect === 'needs-approval');
    const decideOn = (text: string): string[] =>
      [...valid(text).services.values()].flatMap((service) =>
        (['GET', 'POST'] as const).map((verb) => {
          const judged = { method: verb, path: '/v1/charges', segments: ['v1', 'charges'], query: [] };
          return decide(compileService(service), judged).verdict;
        }),
      );
    expect(decideOn(narrowApproved(approved, written))).toEqual(decideOn(approved));
  });
});
