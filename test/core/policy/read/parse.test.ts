import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalCredentials, parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { english } from '../../../support/english.ts';
import { runs } from '../../../support/runs.ts';
import { rules } from '../arbitraries.ts';
import { places, policyOf, serviceOf, valid } from '../fixtures.ts';

/** Key-shaped, but made of parts, so that no scanner takes the test for a leak. */
const FAKE_KEY = ['sk', 'live', `${'x'.repeat(3)}51ABC`].join('_');

const service = (lines: string): string => `services:\n  api:\n${lines.replace(/^/gm, '    ')}`;
const OK = 'baseUrl: https://api.example.com\nauth: { type: bearer }\npolicies: [{ path: /a, methods: [GET] }]\n';

describe('a valid policy', () => {
  it('is read whole, with defaults', () => {
    const text = `version: 1
services:
  stripe:
    description: Payments
    baseUrl: https://api.stripe.com/v1/
    environment: test
    auth: { type: header, name: X-Api-Key, prefix: "Key " }
    policies:
      - path: /charges
        methods: [GET]
      - path: /**/secret
        effect: deny
    headers:
      set: { Stripe-Version: 2024-06-20 }
      allow: [X-Trace-Id]
    limits:
      requests: 60/minute
      responseBytes: 1MB
      requestBytes: 2048
      timeout: 30s
      concurrent: 4
`;
    const stripe = serviceOf(text, 'stripe');
    expect(stripe).toMatchObject({
      description: 'Payments',
      environment: 'test',
      network: 'public',
      auth: { type: 'header', name: 'X-Api-Key', prefix: 'Key ' },
      baseUrl: { origin: 'https://api.stripe.com', prefix: '/v1' },
      headers: { set: [['stripe-version', '2024-06-20']], allow: ['x-trace-id'] },
      limits: {
        requests: { count: 60, per: 'minute' },
        responseBytes: 1_000_000,
        requestBytes: 2048,
        timeoutMs: 30_000,
        concurrent: 4,
      },
      line: 3,
    });
    expect(stripe.rules.map(({ id, effect, line, methods }) => [id, effect, line, methods && [...methods]])).toEqual([
      ['stripe/policies/0', 'allow', 9, ['GET']],
      ['stripe/policies/1', 'deny', 11, undefined],
    ]);
    expect(text.slice(stripe.span.start, stripe.span.end)).toBe('stripe');
  });

  it('has four lines at least', () => {
    const text =
      'services: { stripe: { baseUrl: https://api.stripe.com, auth: { type: bearer }, policies: [ { path: /v1/charges, methods: [GET] } ] } }';
    expect(parsePolicy(text).problems).toEqual([]);
    expect(serviceOf(text, 'stripe').limits).toEqual({
      concurrent: 16,
      responseBytes: 1024 * 1024,
      requestBytes: 1024 * 1024,
      timeoutMs: 30_000,
    });
  });

  it.each([
    '',
    '---\n',
    '# nothing yet\n',
    'services:\n',
    'services: {}\n',
    'version: 1\n',
    '\ufeffservices: {}\n',
    '{}',
  ])('may be empty: %j', (text) => {
    expect(valid(text).services.size).toBe(0);
    expect(parsePolicy(text).problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['no-services', 'information'],
    ]);
  });

  it('warns about a service without policies at its key, and grants it nothing', () => {
    const document = parsePolicy(service('baseUrl: https://a.example\nauth: { type: bearer }\n'));
    expect(places(document)).toEqual(['no-policies@2:3']);
    expect(document.problems[0]?.severity).toBe('warning');
    expect(document.policy?.services.get('api')?.rules).toEqual([]);
    expect(places(parsePolicy(service('baseUrl: https://a.example\nauth: { type: bearer }\npolicies: []\n')))).toEqual([
      'no-policies@5:5',
    ]);
  });

  it.each([
    ['auth: { type: basic }', { type: 'basic' }],
    ['auth: { type: basic, username: me@example.com }', { type: 'basic', username: 'me@example.com' }],
    ['auth: { type: header, name: Authorization }', { type: 'header', name: 'Authorization' }],
    ['auth: { type: query, name: api_key }', { type: 'query', name: 'api_key' }],
  ])('knows %s', (auth, expected) => {
    expect(serviceOf(service(`baseUrl: https://a.example\n${auth}\npolicies: []\n`)).auth).toEqual(expected);
  });

  it.each([
    ['1KB', 1000],
    ['1KiB', 1024],
    ['2MB', 2_000_000],
    ['2MiB', 2_097_152],
    ['512B', 512],
    ['512', 512],
  ])('counts %s as %d bytes', (written, bytes) => {
    expect(serviceOf(service(`${OK}limits: { responseBytes: ${written} }\n`)).limits.responseBytes).toBe(bytes);
  });

  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
  ])('counts %s as %d milliseconds', (written, ms) => {
    expect(serviceOf(service(`${OK}limits: { timeout: ${written} }\n`)).limits.timeoutMs).toBe(ms);
  });

  it('reads CR LF as LF', () => {
    expect(parsePolicy(service(OK).replaceAll('\n', '\r\n')).problems).toEqual([]);
  });

  it('reads every list of valid rules', () => {
    fc.assert(
      fc.property(rules, (list) => {
        const read = serviceOf(policyOf(list)).rules;
        expect(read.map(({ pattern, effect }) => [pattern.text, effect])).toEqual(
          list.map(({ path, effect }) => [path, effect ?? 'allow']),
        );
      }),
      { numRuns: runs(100) },
    );
  });
});

describe('a problem stands where it is', () => {
  it.each<[string, string[], string?]>([
    [service(`${OK}polices: []\n`), ['unknown-key@6:5'], 'policies'],
    [service(OK.replace('baseUrl', 'base_url')), ['unknown-key@3:5', 'missing-key@2:3'], 'baseUrl'],
    [service(OK.replace('baseUrl', 'url')), ['unknown-key@3:5', 'missing-key@2:3'], 'baseUrl'],
    [service(`${OK}approval: always\n`), ['unknown-key@6:5']],
    [`servces: {}\n`, ['unknown-key@1:1', 'no-services@1:1'], 'services'],
    [`options: {}\nservices: {}\n`, ['unknown-key@1:1', 'no-services@2:1']],
    [service(OK.replace('[GET]', '[get]')), ['unknown-method@5:38'], 'GET'],
    [service(OK.replace('[GET]', '[GET, PSOT]')), ['unknown-method@5:43'], 'POST'],
    [service(OK.replace('[GET]', '[CONNECT]')), ['unknown-method@5:38']],
    [service(OK.replace('[GET]', 'GET')), ['wrong-type@5:37']],
    [service(OK.replace('[GET]', '[]')), ['no-methods@5:37']],
    [service(OK.replace(', methods: [GET]', '')), ['missing-key@5:18']],
    [service(OK.replace('path: /a, ', '')), ['missing-key@5:18']],
    [service(OK.replace('/a,', 'a,')), ['bad-pattern@5:24'], '/a'],
    [service(OK.replace('/a,', '12,')), ['wrong-type@5:24']],
    [service(OK.replace('/a,', ',')), ['wrong-type@5:18']],
    [service(OK.replace('[GET]', '[GET], effect: block')), ['unknown-effect@5:52']],
    [service(OK.replace('[GET]', '[GET], effect: Deny')), ['unknown-effect@5:52'], 'deny'],
    [service(OK.replace('[GET]', '[GET], approval: sometimes')), ['unknown-approval@5:54']],
    [service(OK.replace('[GET]', '[GET], approval: allways')), ['unknown-approval@5:54'], 'always'],
    [service(OK.replace('methods: [GET]', 'effect: deny, approval: always')), ['approval-on-deny@5:52']],
    [service(OK.replace('bearer', 'Bearer')), ['unknown-auth-type@4:19'], 'bearer'],
    [service(OK.replace('{ type: bearer }', 'bearer')), ['wrong-type@4:11']],
    [service(OK.replace('{ type: bearer }', '')), ['missing-key@4:5']],
    [service(OK.replace('{ type: bearer }', '{ type: bearer, name: x }')), ['unknown-key@4:27']],
    [service(OK.replace('{ type: bearer }', '{ type: header }')), ['missing-key@4:5']],
    [service(OK.replace('{ type: bearer }', '{ type: header, name: Host }')), ['bad-auth-name@4:33']],
    [service(OK.replace('{ type: bearer }', '{ type: header, name: "a b" }')), ['bad-auth-name@4:33']],
    [service(OK.replace('{ type: bearer }', '{ type: query, name: "a&b" }')), ['bad-auth-name@4:32']],
    [service(OK.replace('{ type: bearer }', '{ type: basic, username: "a:b" }')), ['bad-auth-username@4:36']],
    [service(OK.replace('https://api.example.com', 'http://api.example.com')), ['base-url-cleartext@3:14']],
    [service(OK.replace('https://api.example.com', 'https://localhost')), ['base-url-network@3:14']],
    [service(`${OK}network: intranet\n`), ['unknown-network@6:14']],
    [service(`${OK}baseUrl: https://evil.example\n`), ['duplicate-key@6:5']],
    [service(`${OK}limits: { requests: 60/min }\n`), ['bad-limit@6:25']],
    [service(`${OK}limits: { requests: 0/minute }\n`), ['bad-limit@6:25']],
    [service(`${OK}limits: { timeout: 30 }\n`), ['bad-limit@6:24']],
    [service(`${OK}limits: { responseBytes: 1mb }\n`), ['bad-limit@6:30']],
    [service(`${OK}limits: { perAgent: 2 }\n`), ['bad-limit@6:25']],
    [service(`${OK}verify: { path: v1/me }\n`), ['bad-verify@6:21']],
    [service(`${OK}verify: { path: /a/../b }\n`), ['bad-verify@6:21']],
    [service(`${OK}verify: { method: DELETE, path: /a }\n`), ['bad-verify@6:23']],
    [service(`${OK}verify: { method: GET }\n`), ['missing-key@6:5']],
    [service(`${OK}verify: /v1/me\n`), ['wrong-type@6:13']],
    [service(`${OK}headers: { set: { Host: a } }\n`), ['reserved-header@6:23']],
    [service(`${OK}headers: { set: { Authorization: a } }\n`), ['reserved-header@6:23']],
    [service(`${OK}headers: { allow: [X-HTTP-Method-Override] }\n`), ['reserved-header@6:24']],
    [service(`${OK}headers: { allow: [cookie, x-a, X-A] }\n`), ['reserved-header@6:24', 'duplicate-header@6:37']],
    [service(`${OK}headers: { set: { x-a: "b\\nc" } }\n`), ['multi-line-text@6:28']],
    [service(`${OK}headers: { set: { "x a": b } }\n`), ['bad-header-name@6:23']],
    [service(`${OK.replace('bearer', 'header, name: X-Key')}headers: { allow: [x_key] }\n`), ['reserved-header@6:24']],
    [service(`${OK}headers: { set: { x-api-token: b } }\n`), ['credential-like-header@6:23']],
    [`services:\n  Stripe: { ${OK.trim().replaceAll('\n', ', ')} }\n`, ['bad-service-name@2:3'], 'stripe'],
    [`services:\n  toString: {}\n`, ['forbidden-name@2:3', 'no-services@1:1']],
    [`services:\n  api: null\n`, ['missing-key@2:3', 'missing-key@2:3', 'no-policies@2:3']],
    [`services:\n  1: {}\n`, ['bad-key@2:3', 'no-services@1:1']],
    [`services:\n  [a, b]: {}\n`, ['bad-key@2:3', 'no-services@1:1']],
    [`version: 2\nservices: {}\n`, ['unsupported-version@1:10', 'no-services@2:1'], '1'],
    [`version: "1"\nservices: {}\n`, ['unsupported-version@1:10', 'no-services@2:1'], '1'],
    [`- a\n`, ['wrong-type@1:1']],
    [`services: [a]\n`, ['wrong-type@1:11']],
    [service(`${OK}environment: ""\n`), ['bad-environment@6:18']],
    [service(`${OK}description: "a\\u202eb"\n`), ['forbidden-character@6:18']],
    [service(`${OK.replace('/a,', '"/a\\u200b",')}`), ['forbidden-character@5:24']],
    [
      service(`${OK.replace('{ path: /a, methods: [GET] }', '{ path: /a, methods: [GET, GET] }')}`),
      ['duplicate-method@5:43'],
    ],
    [
      service(
        `baseUrl: https://a.example\nauth: { type: bearer }\npolicies:\n  - path: /a\n      /b\n    methods: [GET]\n`,
      ),
      ['multi-line-text@6:15'],
    ],
    [service(`${OK}\tdescription: x\n`), ['yaml-syntax@6:5']],
  ])('%#: %s', (text, expected, suggestion) => {
    const document = parsePolicy(text);
    expect(places(document)).toEqual(expected);
    expect(document.problems[0]?.suggestion).toBe(suggestion);
    for (const problem of document.problems) {
      expect(english(problem.message)).toMatch(/[.?`]$/);
      expect(problem.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    }
    const harmless = document.problems.every(({ severity }) => severity !== 'error');
    expect(document.policy !== undefined).toBe(harmless);
  });

  it('spans the very key, and the value', () => {
    const text = service(`${OK}polices: []\n`);
    const [problem] = parsePolicy(text).problems;
    expect(problem && text.slice(problem.span.start, problem.span.end)).toBe('polices');
    expect(problem?.end).toEqual({ line: 6, column: 12 });
  });

  it('counts columns in UTF-16 code units', () => {
    const text = '# \u{1f511}\n{ "services": {}, "\u{1f511}": 1 }\n';
    expect(places(parsePolicy(text))).toContain('unknown-key@2:19');
  });

  it('reports two hundred problems, says that there are more, and stays refused', () => {
    const document = parsePolicy(
      `${Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join('\n')}\nservices: {}\n`,
    );
    expect(document.problems).toHaveLength(201);
    expect(document.problems.at(-1)?.code).toBe('too-many-problems');
    expect(document.policy).toBeUndefined();
  });
});

describe('a hostile file', () => {
  it.each([
    ['an alias', 'a: *b\n', 'yaml-alias'],
    ['an anchor', 'services: &a {}\n', 'yaml-anchor'],
    ['a standard tag', 'services: !!map {}\n', 'yaml-tag'],
    ['a custom tag', 'services: !x {}\n', 'yaml-tag'],
    ['a directive', '%YAML 1.1\n---\nservices: {}\n', 'yaml-directive'],
    ['two documents', 'services: {}\n---\nservices: {}\n', 'several-documents'],
    ['an empty second document', 'services: {}\n---\n', 'several-documents'],
    ['a merge key', 'services: { "<<": {} }\n', 'merge-key'],
    ['a NUL', 'services: {}\n# \u0000\n', 'forbidden-character'],
    ['UTF-16 read as UTF-8', '\ufffd\ufffds\u0000', 'forbidden-character'],
    ['a lone carriage return', '# a\rservices: {}\n', 'forbidden-character'],
    ['a byte order mark inside', 'services: {}\n\ufeff', 'forbidden-character'],
    ['a bidirectional control in a comment', '# \u202e\n', 'forbidden-character'],
    ['a zero-width space', 'services:\u200b {}\n', 'forbidden-character'],
    ['a line separator', '# \u2028services: {}\n', 'forbidden-character'],
    ['half a surrogate pair', '# \ud83d\n', 'forbidden-character'],
    ['21 lists', `${'['.repeat(21)}${']'.repeat(21)}\n`, 'nesting-too-deep'],
    ['lists in block style', `${'- '.repeat(21)}a\n`, 'nesting-too-deep'],
    [
      'maps in block style',
      Array.from({ length: 25 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
      'nesting-too-deep',
    ],
    ['explicit keys', `${'? '.repeat(21)}a\n`, 'nesting-too-deep'],
    ['a file of 257 KB', `# ${'a'.repeat(257 * 1024)}\n`, 'file-too-large'],
    ['a file of 257 KB in two-byte letters', `# ${'\u00e9'.repeat(129 * 1024)}\n`, 'file-too-large'],
    ['commas', `[${','.repeat(200_000)}]`, 'too-complex'],
  ])('%s', (_name, text, code) => {
    const document = parsePolicy(text);
    expect(document.problems.map((problem) => problem.code)).toContain(code);
    expect(document.policy).toBeUndefined();
  });

  it('may be 256 KB and 20 deep', () => {
    const text = `services: {} #${'a'.repeat(256 * 1024 - 15)}\n`;
    expect(text.length).toBe(256 * 1024);
    expect(parsePolicy(text).policy).toBeDefined();
    expect(places(parsePolicy(`${'['.repeat(20)}${']'.repeat(20)}\n`))).toEqual(['wrong-type@1:1']);
  });

  it('does not take a value for an alias, an anchor or a tag', () => {
    const text = service(`${OK}description: |\n  *bold* & !important\n  --- %done\n`);
    expect(parsePolicy(text).problems).toEqual([]);
    expect(serviceOf(text).description).toBe('*bold* & !important\n--- %done');
  });

  it('does not take a value that begins with % for a directive', () => {
    const document = parsePolicy(service(`${OK}environment: %a\n`));
    expect(places(document)).toEqual(['yaml-syntax@6:18']);
    expect(english(document.problems[0]?.message)).toContain('quotes');
  });

  it('pollutes no prototype', () => {
    parsePolicy(
      'services: { __proto__: { polluted: 1 } }\n__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('never throws, and always gives places inside the text', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ': ',
      ',',
      '- ',
      '? ',
      '\n',
      '  ',
      '"',
      "'",
      '|',
      '>',
      '#',
      'a',
      '&a',
      '*a',
      '!t',
      '---',
      '...',
      '%',
      '\t',
      'services',
      'api',
      'path: /a',
      '\\',
      '\u00e9',
      '\u{1f511}',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        for (const { span, start, end } of parsePolicy(text).problems) {
          expect(span.start).toBeLessThanOrEqual(span.end);
          expect(span.end).toBeLessThanOrEqual(text.length);
          expect(start.line).toBe(text.slice(0, span.start).split('\n').length);
          expect(start.column).toBe(span.start - text.slice(0, span.start).lastIndexOf('\n'));
          expect(end.line).toBe(text.slice(0, span.end).split('\n').length);
        }
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe('a literal credential', () => {
  // The example of an article about MCP and secrets, as it circulates.
  const article = `services:
  stripe:
    baseUrl: https://api.stripe.com
    auth: { type: bearer, key: ${FAKE_KEY} }
    policies:
      - path: /v1/charges
        methods: [GET] # Read-only access
      - path: /v1/customers
        methods: [GET, POST]
`;

  it('is its own problem over the whole pair, and its value is never quoted', () => {
    const document = parsePolicy(article);
    expect(places(document)).toEqual(['literal-credential@4:27']);
    const [problem] = document.problems;
    expect(problem && article.slice(problem.span.start, problem.span.end)).toBe(`key: ${FAKE_KEY}`);
    expect(JSON.stringify(document.problems)).not.toContain(FAKE_KEY);
    expect(document.policy).toBeUndefined();
  });

  it('can be taken out with its pair, and the rest is the policy', () => {
    const [literal, ...more] = literalCredentials(article);
    if (literal === undefined) throw new Error('not found');
    expect(more).toEqual([]);
    expect(literal.service).toBe('stripe');
    expect(literal.value?.expose('store')).toBe(FAKE_KEY);
    expect(article.slice(literal.valueSpan.start, literal.valueSpan.end)).toBe(FAKE_KEY);
    expect(inspect(literal, { depth: 5 })).not.toContain(FAKE_KEY);
    const rest = article.slice(0, literal.removal.start) + article.slice(literal.removal.end);
    expect(rest).toContain('auth: { type: bearer }');
    expect(parsePolicy(rest).problems).toEqual([]);
    expect([...valid(rest).services.keys()]).toEqual(['stripe']);
  });

  it.each([
    ['auth: { token: V, type: bearer }', 'V'],
    ['auth: { "secret": "V", type: bearer }', 'V'],
    ["auth: { type: bearer, apiKey: 'V' , }", 'V'],
    ['auth: {\n  type: bearer, # the type\n  client_secret: V # the key\n}', 'V'],
    ['auth:\n  type: bearer\n  password: V # V\n', 'V'],
    ['auth:\n  token: V\n  type: bearer\n', 'V'],
    ['auth:\n  type: bearer\n  key: |\n    V\n', 'V\n'],
    ['auth:\n  type: bearer\n  key: 12345678\n', '12345678'],
    ['auth:\n  type: bearer\n  key: {env: V}\n', undefined],
    ['auth:\n  type: bearer\n  key:\n', undefined],
    ['auth: { type: bearer }\napiKey: V\n', 'V'],
  ])('%j', (auth, value) => {
    const text = service(`baseUrl: https://a.example\npolicies: [{ path: /a, methods: [GET] }]\n${auth}\n`);
    const [literal] = literalCredentials(text);
    if (literal === undefined) throw new Error('not found');
    expect(literal.value?.expose('store')).toBe(value);
    const rest = text.slice(0, literal.removal.start) + text.slice(literal.removal.end);
    expect(rest).not.toMatch(/V/);
    expect(parsePolicy(rest).problems).toEqual([]);
    expect(parsePolicy(text).problems.map(({ code }) => code)).toEqual(['literal-credential']);
  });

  it('is not quoted either where it stands in a wrong place', () => {
    const wrong = [
      service(`${OK.replace('bearer', FAKE_KEY)}`),
      service(`${OK.replace('{ type: bearer }', FAKE_KEY)}`),
      service(`${OK.replace('{ type: bearer }', `{ ${FAKE_KEY}: }`)}`),
      service(`${OK.replace('{ type: bearer }', `{ type: bearer, "${FAKE_KEY}" "x" }`)}`),
      service(`${OK}${FAKE_KEY}: 1\n`),
      service(`${OK}environment: [${FAKE_KEY}]\n`),
      `services: { ${FAKE_KEY}: {} }\n`,
      `${FAKE_KEY}\n`,
      `services: "${FAKE_KEY}\n`,
    ];
    for (const text of wrong) {
      const { problems } = parsePolicy(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain(FAKE_KEY.slice(0, 12));
    }
  });
});

describe('a large file', () => {
  /** Property reads of the text stand in for time: they count what the parser did per character. */
  it('keeps its order of cost: twice the rules, twice the nodes, no pairwise comparison of keys', {
    timeout: 120_000,
  }, () => {
    const keys = (count: number): string =>
      `services:\n${Array.from({ length: count }, (_, index) => `  s${index}: { baseUrl: https://a.example, auth: { type: bearer }, policies: [] }\n`).join('')}`;
    const work = (text: string): number => {
      let hashed = 0;
      const original = Map.prototype.get;
      Map.prototype.get = function (this: Map<unknown, unknown>, key: unknown) {
        hashed += 1;
        return original.call(this, key);
      };
      try {
        expect(parsePolicy(text).policy).toBeDefined();
      } finally {
        Map.prototype.get = original;
      }
      return hashed;
    };
    const once = work(keys(1000));
    expect(once).toBeGreaterThan(1000);
    expect(work(keys(2000))).toBeLessThan(once * 2.1);
  });
});

interface Case {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly expect: 'reject' | 'no-grants' | 'accept-or-reject' | 'needs-approval' | 'no-approval-needed';
  readonly reason: string;
  readonly yaml_b64: string;
  readonly grants?: readonly { readonly service: string; readonly method: string; readonly path: string }[];
}

describe('the corpus of policy files', () => {
  const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
  const cases = readFileSync(new URL('../../../corpus/policy-yaml.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)
    .filter(({ expect: expected }) => !expected.includes('approval'));

  const grantsOf = (text: string): string[] =>
    [...(parsePolicy(text).policy?.services.values() ?? [])].flatMap(({ name, rules: list }) =>
      list.flatMap((rule) => [...(rule.methods ?? [])].map((verb) => `${name} ${verb} ${rule.pattern.canonical}`)),
    );

  const holds = (one: Case): boolean => {
    const text = decode(one.yaml_b64);
    const accepted = parsePolicy(text).policy !== undefined;
    const listed = (one.grants ?? []).map(({ service: name, method: verb, path }) => `${name} ${verb} ${path}`);
    switch (one.expect) {
      case 'reject':
        return !accepted;
      case 'no-grants':
        return grantsOf(text).length === 0;
      default:
        return !accepted || grantsOf(text).sort().join() === listed.sort().join();
    }
  };

  it.each(cases.filter(({ level }) => level === 'must'))('$id: $reason', (one) => {
    expect(holds(one)).toBe(true);
  });

  it('holds for the cases that should, too', () => {
    const should = cases.filter(({ level }) => level === 'should');
    const failed = should.filter((one) => !holds(one)).map(({ id }) => id);
    expect(should.length).toBeGreaterThan(0);
    expect(failed).toEqual([]);
  });
});

describe('an administrator’s file', () => {
  const origins = (list: string) => parsePolicy(`allowedOrigins: ${list}\n`, 'administrator');

  it('may say which origins are allowed, and need not name a service', () => {
    const { policy, problems } = origins('[https://API.example.com, "http://127.0.0.1:8080", https://x.example:443/]');
    expect(problems).toEqual([]);
    expect(policy?.allowedOrigins).toEqual(['https://api.example.com', 'http://127.0.0.1:8080', 'https://x.example']);
    expect(origins('[]').policy?.allowedOrigins).toEqual([]);
    expect(parsePolicy('services: {}\n', 'administrator').policy).not.toHaveProperty('allowedOrigins');
  });

  it.each([
    ['[https://api.example.com/v1]', 'bad-origin@1:18'],
    ['[api.example.com]', 'bad-origin@1:18'],
    ['[https://*.example.com]', 'bad-origin@1:18'],
    ['[https://a.example, 7]', 'wrong-type@1:37'],
    ['https://a.example', 'wrong-type@1:17'],
  ])('is wrong with %s', (list, place) => {
    const document = origins(list);
    expect(places(document)).toContain(place);
    expect(document.policy).toBeUndefined();
  });

  it('is told of a misspelt key', () => {
    expect(parsePolicy('allowedOrigin: []\n', 'administrator').problems).toMatchObject([
      { code: 'unknown-key', suggestion: 'allowedOrigins' },
    ]);
    expect(parsePolicy('allowedOrigin: []\n').problems[0]).not.toHaveProperty('suggestion');
  });

  it('is the only one that has them', () => {
    const document = parsePolicy(`allowedOrigins: [https://a.example]\n${service(OK)}`);
    expect(places(document)).toEqual(['administrator-only@1:1']);
    expect(document.policy).toBeUndefined();
  });
});
