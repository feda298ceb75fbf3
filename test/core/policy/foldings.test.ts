import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import { canonicalPath } from '../../../src/core/request/parts/path.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import type { NaiveRule } from '../../support/naivePolicy.ts';
import { runs } from '../../support/runs.ts';
import { judge, policyOf, serviceOf } from './fixtures.ts';

interface Folding {
  /** As the table in docs/policy.md names it. */
  readonly name: string;
  /** Spellings of `/api/admin/users`, and of `/api/secret`. */
  readonly admin: readonly string[];
  readonly secret: readonly string[];
}

const FOLDINGS: readonly Folding[] = [
  { name: 'case', admin: ['/API/admin/users', '/api/Admin/USERS'], secret: ['/api/SECRET', '/Api/sEcret'] },
  {
    name: 'percent-encoding',
    admin: ['/api/%61dmin/users', '/api/ad%6din/users', '/%61pi/admin/%75sers'],
    secret: ['/api/%73ecret', '/api/secre%74'],
  },
  {
    name: 'compatibility forms (NFKC)',
    admin: ['/api/%EF%BD%81dmin/users', '/api/admin/%F0%9D%90%AEsers'],
    secret: ['/api/%EF%BD%93ecret', '/api/%C5%BFecret', '/api/%E2%93%A2ecret'],
  },
  {
    name: 'invisible characters',
    admin: ['/api/ad%C2%ADmin/users', '/api/admin%E2%80%8B/users', '/api/%EF%BB%BFadmin/users'],
    secret: ['/api/se%E2%80%8Dcret', '/api/secret%EF%B8%8F'],
  },
  {
    name: 'path parameters',
    admin: ['/api/admin;v=1/users', '/api;x/admin/users', '/api/admin;/users;', '/api/admin%3Bx/users'],
    secret: ['/api/secret;', '/api/secret;jsessionid=1', '/api;/secret'],
  },
  {
    name: 'alternate streams',
    admin: [
      '/api/admin::$INDEX_ALLOCATION/users',
      '/api/admin:$i30:$INDEX_ALLOCATION/users',
      '/api:$I30:$index_allocation/admin/users',
      '/api/admin/users::$DATA',
    ],
    secret: ['/api/secret::$DATA', '/api/secret%3A%3A$data', '/api/secret%3A%24I30:$INDEX_ALLOCATION'],
  },
  {
    name: 'dots and white space at the end',
    admin: ['/api/admin./users', '/api/admin%20/users', '/api/admin/users.%20.', '/api/admin%C2%A0/users'],
    secret: ['/api/secret.', '/api/secret%20', '/api/secret...', '/api/secret%E3%80%80'],
  },
  {
    name: 'white space at the beginning',
    admin: ['/api/%20admin/users', '/%20api/admin/users', '/api/%C2%A0admin/%20%20users'],
    secret: ['/api/%20secret', '/api/%E3%80%80secret'],
  },
  {
    name: 'a plus as a space',
    admin: ['/api/+admin/users', '/api/admin+/users', '/api/admin/++users', '/api/admin/users/+x'],
    secret: ['/api/+secret', '/api/secret+', '/api/secret%2B', '/api/secret%EF%BC%8B'],
  },
  {
    name: 'a final slash',
    admin: ['/api/admin/', '/api/admin', '/api/admin/users/'],
    secret: ['/api/secret/', '/api/secret/...', '/api/secret/%2B'],
  },
  {
    name: 'an escaped question mark',
    admin: ['/api/admin%3F/anything', '/api/admin/users%3Fx', '/api/admin%3fx=1/users', '/api/admin/%3F'],
    secret: ['/api/secret%3F', '/api/secret%3Fx=1', '/api/secret/%3Fx/y', '/api/secret%EF%BC%9Fx'],
  },
  {
    name: 'an escaped number sign',
    admin: ['/api/admin%23/anything', '/api/admin/users%23x', '/api/admin%23', '/api/admin/%23'],
    secret: ['/api/secret%23', '/api/secret%23x', '/api/secret/%23/y', '/api/secret%23%3F'],
  },
  {
    name: 'a semicolon as the end of the path',
    admin: ['/api/admin;/users/x', '/api/admin.json;/x', '/api/%20admin;v=1/x'],
    secret: ['/api/secret;/x', '/api/secret;v=1/x/y', '/api/SECRET.json;/x', '/api/secret%3B/x'],
  },
  {
    name: 'a format at the end',
    admin: ['/api/admin.json', '/api/admin.json/', '/api/admin/users.csv', '/api/admin.xml'],
    secret: [
      ...['json', 'xml', 'csv', 'html', 'htm', 'txt', 'yaml', 'yml', 'js', 'rss', 'atom', 'pdf', 'JSON'].map(
        (format) => `/api/secret.${format}`,
      ),
      '/api/secret.html.json',
      '/api/secret.json/',
      '/api/secret.json.xml.csv',
    ],
  },
];

const RULES: readonly NaiveRule[] = [
  { path: '/**', methods: ['GET'] },
  { path: '/api/admin/**', effect: 'deny' },
  { path: '/api/secret', effect: 'deny' },
];
const denying = serviceOf(policyOf(RULES));
const asking = serviceOf(
  policyOf([
    { path: '/**', methods: ['GET'] },
    { path: '/api/admin/**', methods: ['GET'], approval: 'always' },
    { path: '/api/admin', methods: ['GET'], approval: 'always' },
    { path: '/api/secret', methods: ['GET'], approval: 'remember' },
  ]),
);

const verdict = (rules: readonly NaiveRule[], path: string): string =>
  judge(serviceOf(policyOf(rules)), 'GET', path).verdict;

describe('the closed table of foldings', () => {
  it.each(FOLDINGS)('$name', ({ admin, secret }) => {
    for (const path of [...admin, ...secret]) {
      expect(judge(denying, 'GET', path).verdict, path).toBe('deny');
      expect(judge(asking, 'GET', path).verdict, path).toBe('ask');
    }
  });

  it('stands in the documentation, each row with a server that reads so', () => {
    const text = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
    const [, table = ''] = text.split('| folding | a server that reads so | its test |\n|---|---|---|\n');
    const rows = (table.split('\n\n', 1)[0] ?? '').split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.map(([, folding]) => folding)).toEqual(FOLDINGS.map(({ name }) => name));
    for (const [, folding, server, test] of rows) {
      expect(server, folding).not.toBe('');
      expect(test).toBe(`\`foldings.test.ts\` › ${folding}`);
    }
  });

  it('is for both sides where a pattern has what servers drop', () => {
    const denied = (pattern: string, path: string): string =>
      verdict(
        [
          { path: '/**', methods: ['GET'] },
          { path: pattern, effect: 'deny' },
        ],
        path,
      );
    for (const path of ['/v1/Accounts', '/v1/accounts.csv', '/v1/Accounts.json', '/v1/accounts/', '/v1/Accounts%3Fx']) {
      expect(denied('/v1/Accounts.json', path), path).toBe('deny');
      expect(denied('/v1/Accounts.json.', path), path).toBe('deny');
      expect(denied('/v1/%20Accounts+', path), path).toBe('deny');
    }
    for (const path of ['/v1/Accounts/AC1', '/v1/Accounts/AC1.xml', '/v1/accounts/AC1.json', '/v1/accounts/AC1.csv/']) {
      expect(denied('/v1/Accounts/*.json', path), path).toBe('deny');
      expect(denied('/v1/Accounts/AC*.json', path), path).toBe('deny');
    }
    for (const path of ['/v1/a%20b', '/v1/a+b', '/v1/a%2Bb', '/v1/A+B.json']) {
      expect(denied('/v1/a+b', path), path).toBe('deny');
      expect(denied('/v1/a b', path), path).toBe('deny');
    }
    // A parameter that a pattern names is meant.
    expect(denied('/v1/a;v=1', '/v1/a')).toBe('allow');
    expect(denied('/v1/a;v=1', '/v1/A;V=1.json')).toBe('deny');
    expect(denied('/v1/a%3Fb', '/v1/a')).toBe('allow');
    expect(denied('/v1/a%3Fb', '/v1/A%3Fb')).toBe('deny');
  });

  it('keeps what a star stands for', () => {
    const denied = (pattern: string, path: string): string =>
      verdict(
        [
          { path: '/**', methods: ['GET'] },
          { path: pattern, effect: 'deny' },
        ],
        path,
      );
    for (const [pattern, path] of [
      ['/a/x*', '/a/X%20'],
      ['/a/*x', '/a/%20X%20'],
      ['/a/*x*', '/a/+X+'],
      ['/a/v1.*', '/a/V1..'],
      ['/a/a*b', '/a/A%E2%80%8BB.json'],
      ['/a/x*', '/a/X.json'],
      ['/a/*on', '/a/x.json'],
      ['/a/*on', '/a/x.json.xml'],
      ['/a/*;*', '/a/x;y'],
      ['/a/*', '/a/+x'],
    ] as const) {
      expect(denied(pattern, path), `${pattern} ${path}`).toBe('deny');
    }
  });

  it('promises nothing beyond', () => {
    for (const path of [
      '/api/administrator',
      '/api/admin-x',
      '/api/admin,x',
      '/api/admin:x',
      '/api/admin%26x',
      '/api/admin*',
      '/api/admin.json/users',
      '/api/admin.php',
      '/api/secret.jsonx',
      '/api/secret.php',
      '/api/secretjson',
      '/api/secret/x',
      '/api/sec%20ret',
      '/api/sec+ret',
      '/api/x%3F/admin',
      '/api/.json',
      '/secret',
      '/api/s%C3%A9cret',
    ]) {
      expect(judge(denying, 'GET', path).verdict, path).toBe('allow');
    }
  });

  it('is for deny and ask rules alone: what is allowed is what is named', () => {
    for (const { admin, secret } of FOLDINGS) {
      for (const path of [...admin, ...secret]) {
        const canonical = canonicalPath(path);
        if (!canonical.ok || ['/api/admin/users', '/api/secret'].includes(canonical.value.path)) continue;
        const named = [
          { path: '/api/secret', methods: ['GET'] },
          { path: '/api/admin/users', methods: ['GET'] },
        ];
        expect(verdict(named, path), path).toBe('deny');
      }
    }
  });
});

describe('all foldings together', () => {
  const ends = ['.json', '.XML', ';v=1', '%20', '+', '%3Fx', '%23', '%E2%80%8B', '::$DATA', '%C2%A0', '.', '/', ''];
  const starts = ['', '', '%20', '+', '%E2%80%8B', '%C2%A0', '%E3%80%80'];
  const words = ['secret', 'SECRET', '%73ecret', '%C5%BFecret', 'secre%EF%BD%94', 's%C2%ADecret', 'S%65cret'];

  it('compose in any order and number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...starts), { maxLength: 3 }),
        fc.constantFrom(...words),
        fc.array(fc.constantFrom(...ends), { maxLength: 5 }),
        (before, word, after) => {
          const path = `/Api/${before.join('')}${word}${after.join('')}`;
          const canonical = canonicalPath(path);
          // Slashes in the middle make another path, and dots beside delimiters are refused.
          fc.pre(canonical.ok && canonical.value.segments.filter((segment) => segment !== '').length === 2);
          expect(judge(denying, 'GET', path).verdict, path).toBe('deny');
        },
      ),
      { numRuns: runs(1500) },
    );
  });

  it('take time that grows with the path alone', () => {
    const compiled = compileService(denying);
    const cpu = (segments: readonly string[]): number =>
      cpuTime(() => decide(compiled, { method: 'GET', path: `/${segments.join('/')}`, segments, query: [] }), 3, 20);
    const long = (piece: string): string => piece.repeat(Math.floor(8100 / piece.length));
    for (const piece of ['.', '%20', '+', '.js', '.json', ';', '::$', '%E2%80%8B', '%3F', '%23', '. ', '+.', '%2B']) {
      expect(cpu([`${long(piece)}x`]), `${piece}…x`).toBeLessThan(20);
      expect(cpu(['api', `x${long(piece)}`]), `x${piece}…`).toBeLessThan(20);
    }
    expect(cpu(Array.from({ length: 2700 }, () => 'a+'))).toBeLessThan(50);
    expect(cpu(Array.from({ length: 2000 }, () => '+;.'))).toBeLessThan(50);
  });
});
