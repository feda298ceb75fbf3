import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { policyChanges } from '../../../src/core/policy/compare/changes.ts';
import { strictness } from '../../../src/core/policy/compare/strictness.ts';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import type { Decision } from '../../../src/core/policy/model/decision.ts';
import type { Service } from '../../../src/core/policy/model/service.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { runs } from '../../support/runs.ts';

function serviceWith(rules: readonly string[], more = 'encodedSlash: true, '): Service {
  const text = `services: { api: { baseUrl: 'https://api.example.com/v4', ${more}auth: { type: bearer }, policies: [${rules.join(', ')}] } }`;
  const { policy, problems } = parsePolicy(text);
  const service = policy?.services.get('api');
  if (!service) throw new Error(problems.map(({ message }) => inEnglish(message)).join('\n'));
  return service;
}

function decision(service: Service, path: string, method = 'GET'): Decision | string {
  const request = canonicalise({ service: 'api', method, path }, service);
  if (!request.ok) return `${inEnglish(request.error.message)} ${inEnglish(request.error.nextStep)}`;
  expect(request.value.target).toBe(`/v4${request.value.path}`);
  return decide(compileService(service), request.value);
}

function verdict(service: Service, path: string): string {
  const decided = decision(service, path);
  return typeof decided === 'string' ? decided : decided.verdict;
}

const ALL = "{ path: '/**', methods: [GET] }";

/** Paths of real APIs in which a slash is a part of one segment. */
const REAL = [
  '/projects/group%2Fproject/issues',
  '/projects/group%2fsub%2Fproject',
  '/projects/7/repository/files/lib%2Fclass%2Erb/raw',
  '/storage/v1/b/bucket/o/folder%2Ffile.txt',
  '/storage/v1/b/bucket/o/folder%2F',
  '/@scope%2fname',
  '/sites/https%3A%2F%2Fwww.example.com%2F/sitemaps',
  '/git/refs/heads%2Fmain',
  '/v1/kv/app%2Fdb%2Fname',
];

describe('an encoded slash', () => {
  test.each(REAL)('%s is sent as it stands', (path) => {
    if (path.includes('%2E')) return expect(verdict(serviceWith([ALL]), path)).toContain('escaped dot');
    expect(verdict(serviceWith([ALL]), path)).toBe('allow');
  });

  test.each(REAL.filter((path) => !path.includes('%2E')))('%s is refused without the flag, which is named', (path) => {
    expect(verdict(serviceWith([ALL], ''), path)).toContain('`encodedSlash: true`');
  });

  it.each([
    '/a/..%2F..%2Fb',
    '/a/%2E%2E%2Fb',
    '/a/..%2f',
    '/a/b%2F.',
    '/a/x%5Cb',
    '/a/x%252Fb',
    '/a/x%c0%afb',
    '/a/%EF%BC%8E%EF%BC%8E%2Fb',
    '/a/b%EF%BC%8Fc',
    '/a/b%00%2Fc',
    '/a/;x%2Fb',
    '/a/%20%2Fb',
    '/a/..;%2Fb',
  ])('hides nothing that is refused otherwise: %s', (path) => {
    expect(verdict(serviceWith([ALL]), path)).not.toMatch(/^(?:allow|ask|deny)$/);
  });

  it('belongs to one segment for allow rules', () => {
    const service = serviceWith([
      "{ path: '/projects/*', methods: [GET] }",
      "{ path: '/files/lib%2Fa.rb', methods: [GET] }",
    ]);
    expect(verdict(service, '/projects/group%2Fproject')).toBe('allow');
    expect(verdict(service, '/projects/group/project')).toBe('deny');
    expect(verdict(service, '/files/lib%2fa.rb')).toBe('allow');
    expect(verdict(service, '/files/lib/a.rb')).toBe('deny');
    expect(verdict(serviceWith(["{ path: '/projects/*/issues', methods: [GET] }"]), '/projects/a%2Fissues')).toBe(
      'deny',
    );
  });

  it.each([
    ['/projects/secret/**', '/projects/secret%2Fplan'],
    ['/projects/secret/plan', '/projects/SECRET%2Fplan'],
    ['/projects/secret/plan', '/projects%2Fsecret%2Fplan'],
    ['/projects/secret/plan', '/projects/secret%2F%2Fplan'],
    ['/projects/secret/plan', '/projects/secret%2Fplan%2F'],
    ['/projects/secret%2Fplan', '/projects/secret%2fPLAN'],
    ['/projects/secret%2Fplan', '/projects/secret/plan'],
    ['/projects/*%2Fplan', '/projects/a%2Fb%2Fplan'],
    ['/projects/*/plan', '/projects/a%2Fplan.json'],
    ['/projects/*', '/projects/a%2Fplan'],
  ])('a deny or ask rule for %s concerns %s', (pattern, path) => {
    expect(verdict(serviceWith([ALL, `{ path: '${pattern}', effect: deny }`]), path)).toBe('deny');
    expect(verdict(serviceWith([ALL, `{ path: '${pattern}', methods: [GET], approval: always }`]), path)).toBe('ask');
  });

  it('makes a GraphQL endpoint of a path in which one is read', () => {
    const service = serviceWith(["{ path: '/**', methods: [POST] }"]);
    expect(decision(service, '/api%2Fgraphql', 'POST')).toMatchObject({ verdict: 'deny' });
  });

  it('is not for signatures that read the path decoded', () => {
    const { policy, problems } = parsePolicy(
      'services: { s3: { baseUrl: https://s3.example.com, encodedSlash: true, auth: { type: aws-sigv4, region: a, service: s3 }, policies: [] } }',
    );
    expect(policy).toBeUndefined();
    expect(problems.map(({ code }) => code)).toContain('encoded-slash-signed');
  });

  it('is a widening that waits for a review', () => {
    const text = (flag: string): string =>
      `services: { api: { baseUrl: 'https://api.example.com', ${flag}auth: { type: bearer }, policies: [${ALL}] } }`;
    const changes = policyChanges(text(''), text('encodedSlash: true, '));
    expect(changes.map(({ kind, words }) => [kind, inEnglish(words)])).toContainEqual([
      'widens',
      expect.stringContaining('encodedSlash of api: false → true'),
    ]);
  });
});

const segment = fc.constantFrom('a', 'b', 'c', 'A', 'a.json', 'x;v', '%20b');
const slashed = fc
  .array(fc.tuple(segment, fc.constantFrom('/', '%2F', '%2f')), { minLength: 1, maxLength: 5 })
  .map(
    (pairs) => `/${pairs.map(([text, slash], index) => (index === pairs.length - 1 ? text : text + slash)).join('')}`,
  );
/** No star within a segment, and no encoded slash: what those match as they stand, they may allow. */
const pattern = fc
  .array(fc.constantFrom('a', 'b', 'c', '**'), { minLength: 1, maxLength: 3 })
  .map((steps) => `/${steps.join('/')}`);
const rule = fc
  .tuple(
    pattern,
    fc.constantFrom(
      'methods: [GET]',
      'effect: deny',
      'methods: [GET], approval: always',
      'methods: [GET], approval: remember',
    ),
  )
  .map(([path, rest]) => `{ path: '${path}', ${rest} }`);

test('no verdict with an encoded slash is milder than that on the decoded path', () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), slashed, (rules, path) => {
      const service = serviceWith(rules);
      const own = decision(service, path);
      const decoded = decision(service, path.replaceAll(/%2f/gi, '/'));
      if (typeof own === 'string' || typeof decoded === 'string') return;
      compared += 1;
      expect(strictness(own), `${rules.join()} ${path}`).toBeGreaterThanOrEqual(strictness(decoded));
    }),
    { numRuns: runs(3000) },
  );
  expect(compared).toBeGreaterThan(runs(3000) / 2);
});
