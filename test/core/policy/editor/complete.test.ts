import { describe, expect, it } from 'vitest';
import { type CompletionContext, completePolicy } from '../../../../src/core/policy/editor/complete.ts';
import { hoverPolicy } from '../../../../src/core/policy/editor/hover.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { english } from '../../../support/english.ts';
import { policyOf } from '../fixtures.ts';

const HEAD = 'services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n';

/** The labels offered at the bar, which is no part of the text. */
function offered(marked: string, context?: CompletionContext): string[] {
  const offset = marked.indexOf('|');
  return completePolicy(marked.replace('|', ''), offset, context).map(({ label }) => label);
}

const RULE_KEYS = ['path', 'methods', 'effect', 'approval', 'query', 'body', 'header', 'bodyType', 'graphql', 'agents'];

describe('completePolicy', () => {
  it.each<[type: string, keys: string[]]>([
    ['bearer', []],
    ['basic', ['username']],
    ['header', ['name', 'prefix']],
    ['query', ['name']],
    ['oauth2', ['grant', 'tokenUrl', 'authorizationUrl', 'clientId', 'clientAuth', 'scopes', 'audience']],
    ['aws-sigv4', ['region', 'service', 'payload']],
    ['github-app', ['appId', 'installationId', 'repositories', 'permissions']],
    ['google-service-account', ['scopes', 'audience', 'subject', 'tokenUrl']],
    ['jwt', ['alg', 'keyId', 'claims', 'lifetime', 'name', 'prefix']],
    [
      'hmac',
      [
        'hash',
        'encoding',
        'sign',
        'name',
        'prefix',
        'timestampHeader',
        'timestampFormat',
        'nonceHeader',
        'keyEncoding',
      ],
    ],
    ['vscode-session', ['provider', 'scopes']],
  ])('offers the keys that auth of type %s has', (type, keys) => {
    expect(offered(`services:\n  api:\n    auth:\n      type: ${type}\n      |`).sort()).toEqual(keys.sort());
    expect(offered(`services:\n  api:\n    auth: { type: ${type}, | }`).sort()).toEqual(keys.sort());
  });

  it.each<[string, string[]]>([
    ['|', ['version', 'services', 'servers', 'tests']],
    ['version: 1\n|', ['services', 'servers', 'tests']],
    [
      'services:\n  api:\n    |',
      [
        'description',
        'baseUrl',
        'environment',
        'network',
        'encodedSlash',
        'auth',
        'policies',
        'headers',
        'limits',
        'verify',
        'rotateEvery',
      ],
    ],
    [
      `${HEAD}    li|`,
      [
        'description',
        'environment',
        'network',
        'encodedSlash',
        'policies',
        'headers',
        'limits',
        'verify',
        'rotateEvery',
      ],
    ],
    [`${HEAD}    policies:\n      - |`, RULE_KEYS],
    [`${HEAD}    policies:\n      - path: /a\n        |`, RULE_KEYS.slice(1)],
    [
      `${HEAD}    policies:\n      - path: /a\n        me|\n      - path: /b\n        methods: [GET]\n`,
      RULE_KEYS.slice(1),
    ],
    [`${HEAD}    policies:\n      - { path: /a, | }`, RULE_KEYS.slice(1)],
    [
      `${HEAD}    policies:\n      - { path: /a, methods: [GET, |] }`,
      ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    ],
    [
      `${HEAD}    policies:\n      - path: /a\n        methods:\n          - |`,
      ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    ],
    [`${HEAD}    policies:\n      - path: /a\n        approval: |`, ['always', 'remember']],
    [`${HEAD}    policies:\n      - path: /a\n        approval: al|`, ['always', 'remember']],
    [
      `${HEAD}    policies:\n      - path: /a\n        body: { amount: { | } }`,
      ['equals', 'in', 'max', 'min', 'matches', 'present'],
    ],
    [`${HEAD}    policies:\n      - path: /a\n        body:\n          |`, []],
    [
      `${HEAD}    policies:\n      - path: /a\n        graphql: { operations: [|] }`,
      ['query', 'mutation', 'subscription'],
    ],
    [`${HEAD}    network: |`, ['public', 'private', 'loopback']],
    [
      'services:\n  api:\n    auth: { type: | }',
      [
        'bearer',
        'basic',
        'header',
        'query',
        'oauth2',
        'aws-sigv4',
        'github-app',
        'google-service-account',
        'jwt',
        'hmac',
        'vscode-session',
      ],
    ],
    [
      `${HEAD}    limits:\n      requests: 60/minute\n      |`,
      ['perAgent', 'concurrent', 'responseBytes', 'requestBytes', 'timeout'],
    ],
    [`${HEAD}tests:\n  - name: a\n    expect: |`, ['allow', 'ask', 'deny']],
    [`${HEAD}    # a comment |`, []],
    [`${HEAD}    description: |`, []],
  ])('offers at %j', (marked, expected) => {
    expect(offered(marked)).toEqual(expected);
  });

  it('offers what is known from elsewhere', () => {
    const context: CompletionContext = {
      services: ['stripe', 'api'],
      baseUrls: ['https://api.stripe.com'],
      calls: [
        { service: 'api', method: 'GET', path: '/v1/customers/cus_123?x=1' },
        { service: 'api', method: 'GET', path: '/v1/a*b' },
        { service: 'other', method: 'GET', path: '/other' },
      ],
    };
    expect(offered(`${HEAD}  |`, context)).toEqual(['stripe']);
    expect(offered('services:\n  x:\n    baseUrl: |', context)).toEqual(['https://api.stripe.com']);
    expect(offered(`${HEAD}    policies:\n      - path: |`, context)).toEqual(['/v1/customers/*', '/v1/a%2Ab']);
  });

  it('offers in a test what the file has: its services and servers, paths of its rules and of their calls', () => {
    const context: CompletionContext = {
      services: ['stripe'],
      calls: [
        { service: 'api', method: 'GET', path: '/v1/customers/cus_123?x=1' },
        { service: 'api', method: 'GET', path: '/v1/customers/cus_124' },
        { service: 'other', method: 'GET', path: '/other' },
      ],
    };
    const file = `${HEAD}    policies: [{ path: /v1/**, methods: [GET] }, { path: "/v1/*:close", effect: deny }, { path: }]
  b:
    policies: [{ path: /b, methods: [GET] }]
servers:
  files: { command: npx, args: [files] }
tests:
  - name: a
`;
    const request = (fields: string): string[] => offered(`${file}    request: { ${fields} }`, context);
    expect(request('service: |')).toEqual(['api', 'b']);
    expect(request('server: |')).toEqual(['files']);
    expect(request('service: api, path: |')).toEqual(['/v1/1', '/v1/1:close', '/v1/customers/cus_123']);
    expect(request('service: other, path: |')).toEqual([]);
    expect(request('path: |, service: b')).toEqual(['/b']);
    expect(request('path: |')).toEqual(['/v1/1', '/v1/1:close', '/v1/customers/cus_123', '/b']);
  });

  it.each<[marked: string, label: string, after: string]>([
    ['serv|', 'services', 'services:\n  ▮|'],
    ['tes|', 'tests', 'tests:\n  - ▮|'],
    ['version: 1\r\nserv|\r\n', 'services', 'version: 1\r\nservices:\n  ▮|\r\n'],
    ['services:\n  |', 'stripe', 'services:\n  stripe:\n    ▮|'],
    ['services:\n  api:\n    au|', 'auth', 'services:\n  api:\n    auth:\n      ▮|'],
    [`${HEAD}    |`, 'policies', `${HEAD}    policies:\n      - ▮|`],
    [`${HEAD}    |`, 'description', `${HEAD}    description: |`],
    [`${HEAD}    net|`, 'network', `${HEAD}    network: ▮|`],
    // What stands there already is kept.
    ['serv|:\n  api:\n', 'services', 'services|:\n  api:\n'],
    ['serv|\n\n  api:\n', 'services', 'services:|\n\n  api:\n'],
    ['tes|\n# why\n- name: a\n', 'tests', 'tests:|\n# why\n- name: a\n'],
    ['serv| { api: {} }\n', 'services', 'services: | { api: {} }\n'],
    // In a list, with and without its dash.
    [`${HEAD}    policies:\n      - |`, 'path', `${HEAD}    policies:\n      - path: |`],
    [`${HEAD}    policies:\n      |`, 'path', `${HEAD}    policies:\n      - path: |`],
    [`${HEAD}    policies:\n      |`, 'body', `${HEAD}    policies:\n      - body:\n          |`],
    [
      `${HEAD}    policies:\n      - path: /a\n      |`,
      'path',
      `${HEAD}    policies:\n      - path: /a\n      - path: |`,
    ],
    [
      `${HEAD}    policies:\n      - path: /a\n      # why\n\n      p|\n      - path: /b\n`,
      'path',
      `${HEAD}    policies:\n      - path: /a\n      # why\n\n      - path: |\n      - path: /b\n`,
    ],
    ['tests:\n  - name: a\n  |', 'request', 'tests:\n  - name: a\n  - request:\n      ▮|'],
    ['tests:\n- name: a\n|', 'services', 'tests:\n- name: a\nservices:\n  ▮|'],
    [
      `${HEAD}    policies:\n    - path: /a\n    |`,
      'limits',
      `${HEAD}    policies:\n    - path: /a\n    limits:\n      ▮|`,
    ],
    // Lists of words.
    [`${HEAD}    policies:\n      - |`, 'methods', `${HEAD}    policies:\n      - methods: [▮|]`],
    [`${HEAD}    policies:\n      - methods: |`, 'GET', `${HEAD}    policies:\n      - methods: [GET|]`],
    [`${HEAD}    policies:\n      - methods: [|]`, 'GET', `${HEAD}    policies:\n      - methods: [GET|]`],
    [
      `${HEAD}    policies:\n      - methods:\n          |`,
      'GET',
      `${HEAD}    policies:\n      - methods:\n          - GET|`,
    ],
    [
      `${HEAD}    policies:\n      - methods:\n          - GET\n          |`,
      'PUT',
      `${HEAD}    policies:\n      - methods:\n          - GET\n          - PUT|`,
    ],
    // In braces.
    [`${HEAD}    policies: [{ path: /a, | }]`, 'graphql', `${HEAD}    policies: [{ path: /a, graphql: { ▮| } }]`],
    [`${HEAD}    policies: [{ path: /a, | }]`, 'body', `${HEAD}    policies: [{ path: /a, body: { | } }]`],
    ['services: { api: { | } }', 'policies', 'services: { api: { policies: [{ ▮| }] } }'],
  ])('at %j writes %s so that it is right there', (marked, label, after) => {
    const offset = marked.indexOf('|');
    const text = marked.replace('|', '');
    const context: CompletionContext = { services: ['stripe'] };
    const one = completePolicy(text, offset, context).find((found) => found.label === label);
    if (one === undefined) throw new Error('It is not offered.');
    // ▮ is where something is offered next.
    const { word, insertText, behind = '', leadsOn } = one;
    const result = `${text.slice(0, word.start)}${insertText}${leadsOn ? '▮' : ''}|${behind}${text.slice(word.end)}`;
    expect(result).toBe(after);
    if (leadsOn) expect(offered(result.replace('▮', ''), context)).not.toEqual([]);
  });

  it('replaces the word that is being typed', () => {
    const text = `${HEAD}    poli`;
    const [first] = completePolicy(text, text.length - 2);
    expect(first?.word).toEqual({ start: text.length - 4, end: text.length });
  });
});

describe('hoverPolicy', () => {
  const text = `${policyOf([
    { path: '/v1/customers/**', methods: ['GET', 'HEAD'], approval: 'remember', more: 'agents: [claude]' },
    { path: '/x', effect: 'deny' },
  ])}    limits: { requests: 60/minute }\n`;
  const { policy } = parsePolicy(text);
  const hover = (word: string, calls?: Parameters<typeof hoverPolicy>[3]): readonly string[] | undefined =>
    english(hoverPolicy(text, text.indexOf(word) + 1, policy, calls)?.lines);

  it('says in words what a rule does, and how many calls it matched', () => {
    expect(hover('/v1/customers')).toEqual([
      'GET, HEAD on every path below /v1/customers/ of api asks you, and can be allowed for ten minutes, for agents claude.',
    ]);
    expect(hover('/x')).toEqual(['Every method on /x of api is denied.']);
    const calls = [
      { service: 'api', method: 'GET', path: '/v1/customers/1' },
      { service: 'api', method: 'PUT', path: '/v1/customers/1' },
      { service: 'b', method: 'GET', path: '/v1/customers/1' },
    ];
    expect(hover('/v1/customers', calls)?.[1]).toBe('One call of the last 24 hours matched it.');
    expect(hover('/x', calls)?.[1]).toBe('No call of the last 24 hours matched it.');
  });

  it('explains keys, in a text with errors too', () => {
    expect(hover('requests')).toEqual(['requests: A rate, such as 60/minute.']);
    expect(hover('methods')?.at(-1)).toBe('methods: What the rule is for. GET does not include HEAD.');
    expect(english(hoverPolicy('services:\n  a:\n    network: x\n', 20)?.lines)).toEqual([
      'network: Which addresses the host may resolve to.',
    ]);
    expect(hoverPolicy('# services\n', 4)).toBeUndefined();
  });
});
