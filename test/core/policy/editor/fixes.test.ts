import { describe, expect, it } from 'vitest';
import { fixesFor } from '../../../../src/core/policy/editor/fixes.ts';
import { lintPolicy } from '../../../../src/core/policy/lint/lint.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { applyEdits } from '../../../../src/core/text/textEdit.ts';

const HEAD = 'services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n';
const block = (...rules: string[]): string =>
  `${HEAD}    policies:\n${rules.map((rule) => `      - ${rule}\n`).join('')}`;

/** The text after the first fix of the first problem with this code, which must be gone then. */
function fixed(text: string, code: string, which = 0): string {
  const count = (source: string): number => lintPolicy(parsePolicy(source)).filter((one) => one.code === code).length;
  const problem = lintPolicy(parsePolicy(text)).find((one) => one.code === code);
  if (problem === undefined) throw new Error(`no ${code}: ${JSON.stringify(lintPolicy(parsePolicy(text)))}`);
  const fix = fixesFor(text, problem)[which];
  if (fix === undefined) throw new Error(`no fix for ${code}`);
  const after = applyEdits(text, fix.edits);
  expect(count(after)).toBe(count(text) - 1);
  return after;
}

describe('a quick fix', () => {
  it('removes an idle rule, in lines and in brackets, and leaves the comments of others', () => {
    const rules = [
      '{ path: /**, methods: [GET] } # all',
      '{ path: /a, methods: [GET] } # one',
      '{ path: /b, methods: [PUT] } # two',
    ];
    expect(fixed(block(...rules), 'shadowed-rule')).toBe(block(rules[0] ?? '', rules[2] ?? ''));
    const long = `${HEAD}    policies:\n      - path: /a\n        methods: [GET]\n      # about b\n      - path: /b\n        methods: [GET]\n      - path: /b\n        effect: deny\n    limits: { concurrent: 2 }\n`;
    expect(fixed(long, 'unreachable-rule')).toBe(long.replace('      - path: /b\n        methods: [GET]\n', ''));
    const flow = `${HEAD}    policies: [{ path: /a, methods: [GET] }, { path: /a, methods: [GET] }]\n`;
    expect(fixed(flow, 'shadowed-rule')).toBe(`${HEAD}    policies: [{ path: /a, methods: [GET] }]\n`);
    expect(fixed(`${HEAD}    policies:\n      - { path: /a, effect: deny }\n`, 'deny-without-effect')).toContain(
      '    policies: []\n',
    );
  });

  it('asks before writes', () => {
    expect(fixed(block('{ path: /a, methods: [PUT] }'), 'write-without-approval')).toBe(
      block('{ path: /a, methods: [PUT], approval: always }'),
    );
    const lines = `${HEAD}    policies:\n      - path: /** # all\n        methods: [PUT] # writes\n    limits: { concurrent: 2 }\n`;
    expect(fixed(lines, 'broad-write')).toBe(
      lines.replace('[PUT] # writes', '[PUT] # writes\n        approval: always'),
    );
    const list = `${HEAD}    policies:\n      - path: /a\n        methods:\n          - PUT\n`;
    expect(fixed(list, 'write-without-approval')).toBe(`${list.trimEnd()}\n        approval: always\n`);
  });

  it.each([
    ['polices: []', 'unknown-key', 'policies: []'],
    [
      'policies: [{ path: "/v1/{id}", methods: [GET] }]',
      'parameter-in-path',
      'policies: [{ path: /v1/*, methods: [GET] }]',
    ],
    ['policies: [{ path: v1/a, methods: [GET] }]', 'bad-pattern', 'policies: [{ path: /v1/a, methods: [GET] }]'],
    ['policies: [{ path: /a, methods: [get] }]', 'unknown-method', 'policies: [{ path: /a, methods: [GET] }]'],
    ['policies: [{ path: /a, methods: [GET, GET] }]', 'duplicate-method', 'policies: [{ path: /a, methods: [GET] }]'],
    ['policies: [{ path: /a }]', 'missing-key', 'policies: [{ path: /a, methods: [GET] }]'],
    [
      'policies: [{ path: /a, effect: deny, approval: always }]',
      'approval-on-deny',
      'policies: [{ path: /a, effect: deny }]',
    ],
    [
      'policies: [{ path: /graphql, methods: [POST] }]',
      'graphql-without-block',
      'policies: [{ path: /graphql, methods: [POST], graphql: { operations: [query] } }]',
    ],
    ['policies: []', 'no-policies', 'policies:\n      - { path: /**, methods: [GET, HEAD] }'],
    ['description: x', 'no-policies', 'description: x\n    policies: [{ path: /**, methods: [GET, HEAD] }]'],
  ])('turns %s (%s) into %s', (before, code, after) => {
    expect(fixed(`${HEAD}    ${before}\n`, code)).toBe(`${HEAD}    ${after}\n`);
  });

  it.each([
    ['policies: # none yet', 'policies: # none yet\n      - { path: /**, methods: [GET, HEAD] }'],
    ['policies: [] # none yet', 'policies: # none yet\n      - { path: /**, methods: [GET, HEAD] }'],
    ['policies: ~', 'policies:\n      - { path: /**, methods: [GET, HEAD] }'],
    ['policies:\n      [] # none yet', 'policies:\n      - { path: /**, methods: [GET, HEAD] } # none yet'],
    ['policies:\n      # none yet', 'policies:\n      - { path: /**, methods: [GET, HEAD] }\n      # none yet'],
  ])('gives a service its first rule and keeps its comment: %s', (before, after) => {
    expect(fixed(`${HEAD}    ${before}\n`, 'no-policies')).toBe(`${HEAD}    ${after}\n`);
  });

  it('gives a service its first rule in braces, and one that is called policies', () => {
    const flow = 'services: { api: { baseUrl: https://api.example.com, auth: { type: bearer }, policies: } }\n';
    expect(fixed(flow, 'no-policies')).toBe(
      flow.replace('policies: ', 'policies: [{ path: /**, methods: [GET, HEAD] }] '),
    );
    const named = HEAD.replace('api:', 'policies:');
    expect(fixed(named, 'no-policies')).toBe(`${named}    policies: [{ path: /**, methods: [GET, HEAD] }]\n`);
  });

  it.each([
    ['http://localhost:3000', '', 'base-url-cleartext', 'http://localhost:3000\n    network: loopback'],
    ['http://localhost:3000', 'network: private', 'base-url-cleartext', 'http://localhost:3000\n    network: loopback'],
    ['https://127.0.0.1', '# here', 'base-url-network', 'https://127.0.0.1\n    network: loopback\n    # here'],
    ['https://crm.internal # ours', '', 'base-url-network', 'https://crm.internal # ours\n    network: private'],
    ['https://8.8.8.8', 'network: loopback # wrong', 'base-url-network', 'https://8.8.8.8'],
    ['http://api.example.com', '', 'base-url-cleartext', 'https://api.example.com'],
  ])('says what the address says: %s %s (%s)', (url, more, code, after) => {
    const rest = '    auth: { type: bearer }\n    policies: [{ path: /a, methods: [GET] }]\n';
    const before = `services:\n  api:\n    baseUrl: ${url}\n${more === '' ? '' : `    ${more}\n`}${rest}`;
    expect(fixed(before, code)).toBe(`services:\n  api:\n    baseUrl: ${after}\n${rest}`);
  });

  it('takes a token endpoint and the URL of a server as it takes a base URL', () => {
    const auth = '{ type: oauth2, grant: client_credentials, clientId: one, tokenUrl: "https://login.internal/token" }';
    const text = `${HEAD.replace('{ type: bearer }', auth)}    policies: [{ path: /a, methods: [GET] }]\n`;
    expect(fixed(text, 'base-url-network')).toBe(text.replace('.com\n', '.com\n    network: private\n'));
    const server = 'servers:\n  crm: { url: https://crm.internal/mcp, tools: { allow: [get_*] } }\n';
    expect(fixed(server, 'base-url-network')).toBe(server.replace('/mcp', '/mcp, network: private'));
  });

  it('never says what stood before the host', () => {
    const secret = crypto.randomUUID();
    const text = HEAD.replace('https://', `https://user:${secret}@`);
    const fixes = parsePolicy(text).problems.flatMap((problem) => fixesFor(text, problem));
    expect(fixes.length).toBeGreaterThan(0);
    expect(JSON.stringify(fixes)).not.toContain(secret);
    expect(fixed(text, 'base-url-userinfo')).toBe(HEAD);
  });

  it.each([
    ['headers: { set: { x-version: 2 } }', 'headers: { set: { x-version: "2" } }'],
    ['description: 2.50', 'description: "2.50"'],
    ['auth: basic', 'auth: { type: basic }'],
  ])('mends the type of %s', (before, after) => {
    const head = before.startsWith('auth') ? HEAD.replace(/ {4}auth.*\n/, '') : HEAD;
    const rest = '    policies: [{ path: /a, methods: [GET] }]\n';
    expect(fixed(`${head}    ${before}\n${rest}`, 'wrong-type')).toBe(`${head}    ${after}\n${rest}`);
  });

  it('offers nothing where the mend is not certain', () => {
    const server = (rest: string): string => `servers: { one: { ${rest}, tools: { allow: [get_*] } } }\n`;
    const rules = '    policies: [{ path: /a, methods: [GET] }]\n';
    for (const [text, code] of [
      [server('command: "one --all | two"'), 'bad-command'],
      [server('command: "./one --all"'), 'bad-command'],
      [server('command: "one --all", args: [two]'), 'bad-command'],
      [`${HEAD}    description: &text\n${rules}`, 'yaml-anchor'],
      [`${HEAD}    description: { a: b }\n${rules}`, 'wrong-type'],
      [HEAD.replace('{ type: bearer }', 'header'), 'wrong-type'],
      [block('{ path: 5, methods: [GET] }'), 'wrong-type'],
      [`${HEAD}    headers: { set: 5 }\n${rules}`, 'wrong-type'],
      [server('command: one, env: { ONE_TOKEN: 5 }'), 'wrong-type'],
      [`version:\n${HEAD}${rules}`, 'unsupported-version'],
      [block('? path'), 'missing-key'],
      [
        block('{ path: /a, methods: [GET], body: { n: { max: 5 } }, query: { n: { max: 5 } } }'),
        'condition-without-effect',
      ],
      [block('{ path: /a, methods: [PUT], body: { n: { max: 5, min: 6 } } }'), 'condition-without-effect'],
    ] as const) {
      const problem = lintPolicy(parsePolicy(text)).find((one) => one.code === code);
      expect(problem, text).toBeDefined();
      expect(problem && fixesFor(text, problem), text).toEqual([]);
    }
  });

  it('takes an anchor away from a map on the lines below it', () => {
    const text = `${HEAD}    limits: &limits # ours\n\n      concurrent: 2\n    policies: [{ path: /a, methods: [GET] }]\n`;
    expect(fixed(text, 'yaml-anchor')).toBe(text.replace(' &limits', ''));
  });

  it('removes a character wherever it stands', () => {
    const hidden = String.fromCodePoint(0x200b);
    const text = `${HEAD}    policies: [{ path: /a, methods: [GET] }] # a${hidden}b\n`;
    expect(fixed(text, 'forbidden-character')).toBe(text.replace(hidden, ''));
    const escaped = `${HEAD}    policies: [{ path: /a, methods: [GET] }]\n    headers: { set: { "x-\\u200ba": one } }\n`;
    expect(fixed(escaped, 'forbidden-character')).toBe(escaped.replace('\\u200b', ''));
  });

  it('leaves an empty list that is read as one, however the last rule was indented', () => {
    const rule = '- path: /a\n      effect: deny\n';
    expect(fixed(`${HEAD}    policies:\n    ${rule}    limits: { concurrent: 2 }\n`, 'deny-without-effect')).toBe(
      `${HEAD}    policies: []\n    limits: { concurrent: 2 }\n`,
    );
    expect(fixed(`${HEAD}    policies: # ours\n    ${rule}`, 'deny-without-effect')).toBe(
      `${HEAD}    policies: # ours\n      []\n`,
    );
  });

  it('takes `perAgent` away, or gives it something to count', () => {
    const text = `${HEAD}    policies: [{ path: /a, methods: [GET] }]\n    limits:\n      concurrent: 2\n      perAgent: true # each\n`;
    expect(fixed(text, 'limit-without-effect')).toBe(`${text}      requests: 60/minute\n`);
    expect(fixed(text, 'limit-without-effect', 1)).toBe(text.replace('      perAgent: true # each\n', ''));
  });

  it('offers reads with questions about writes as a start', () => {
    expect(fixed(`${HEAD}    policies: []\n`, 'no-policies', 1)).toBe(
      block(
        '{ path: /**, methods: [GET, HEAD] }',
        '{ path: /**, methods: [POST, PUT, PATCH, DELETE], approval: always }',
      ),
    );
  });

  it('adds what a service lacks, and offers nothing where nothing is obvious', () => {
    const text =
      'services:\n  api:\n    baseUrl: https://api.example.com\n    policies: [{ path: /a, methods: [GET] }]\n';
    expect(fixed(text, 'missing-key')).toBe(`${text}    auth: { type: bearer }\n`);
    const odd = `${HEAD}    policies: [{ path: "", methods: [GET] }]\n`;
    expect(parsePolicy(odd).problems.flatMap((problem) => fixesFor(odd, problem))).toEqual([]);
  });
});
