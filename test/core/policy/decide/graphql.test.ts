import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import type { RequestInput } from '../../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { serviceOf } from '../fixtures.ts';

const policy = (rules: string, baseUrl = 'https://api.example.com'): string =>
  `services:\n  api:\n    baseUrl: ${baseUrl}\n    auth: { type: bearer }\n    policies:\n${rules}`;
const ALLOW =
  '      - { path: /graphql, methods: [GET, POST], graphql: { operations: [query], fields: [viewer, node] } }\n';
const OPEN =
  '      - { path: /graphql, methods: [GET, POST], graphql: { operations: [query, mutation, subscription] } }\n';
const DENY = '      - { path: /graphql, effect: deny, graphql: { operations: [mutation], fields: [drop] } }\n';

function verdict(text: string, input: Partial<RequestInput>): string {
  const service = serviceOf(text);
  const request = canonicalise({ service: 'api', method: 'POST', path: '/graphql', ...input }, service);
  if (!request.ok) throw new Error(inEnglish(request.error.message));
  return decide(compileService(service), request.value).verdict;
}

const allowed = (document: string): string => verdict(policy(ALLOW), { json: { query: document } });

describe('a batch of GraphQL documents', () => {
  const batch = (documents: number, fields: number): unknown[] =>
    Array.from({ length: documents }, () => ({ query: `{ ${'viewer '.repeat(fields)}}` }));

  it.each([
    [1, 9000, 'allow'],
    [10, 900, 'allow'],
    [50, 190, 'allow'],
    [10, 1100, 'deny'],
    [50, 210, 'deny'],
  ])('of %i with %i fields each may have as many tokens as one document: %s', (documents, fields, expected) => {
    expect(verdict(policy(ALLOW), { json: batch(documents, fields) })).toBe(expected);
  });
});

describe('a GraphQL document', () => {
  it.each<[string, string]>([
    ['{ viewer { login } }', 'allow'],
    ['query { viewer { login } node(id: 1) { id } }', 'allow'],
    ['query Q($id: ID!) { node(id: $id) { ... on User { secrets } } }', 'allow'],
    ['{ v: viewer { login } }', 'allow'],
    ['{ viewer: secrets { login } }', 'deny'],
    ['{ secrets }', 'deny'],
    ['{ viewer { login } secrets }', 'deny'],
    ['{ __typename }', 'deny'],
    ['{ viewer { login } secrets @skip(if: true) }', 'deny'],
    ['{ viewer { login } ... @include(if: false) { secrets } }', 'deny'],
    ['{ ... on Query { viewer { login } } }', 'allow'],
    ['{ ... on Query { secrets } }', 'deny'],
    ['{ ...F } fragment F on Query { viewer { login } }', 'allow'],
    ['{ ...F } fragment F on Query { secrets }', 'deny'],
    ['{ ...F } fragment F on Query { viewer { login } ...G } fragment G on Query { secrets }', 'deny'],
    ['{ ...F } fragment F on Query { viewer { login } ...F }', 'allow'],
    ['{ ...F } fragment F on Query { ...G } fragment G on Query { ...F secrets }', 'deny'],
    ['{ ...Missing }', 'deny'],
    ['{ ...F } fragment F on Query { viewer { login } } fragment F on Query { secrets }', 'deny'],
    ['query A { viewer { login } } query B { secrets }', 'deny'],
    ['query A { viewer { login } } mutation B { viewer { login } }', 'deny'],
    ['mutation { viewer { login } }', 'deny'],
    ['subscription { viewer { login } }', 'deny'],
    ['{ viewer { login } } type T { a: Int }', 'deny'],
    ['fragment F on Query { viewer { login } }', 'deny'],
    ['{ viewer { login }', 'deny'],
    ['', 'deny'],
    ['# { viewer }\n', 'deny'],
    ['{ viewer { login } } # mutation { x }', 'allow'],
    ['{ viewer(text: "} mutation { drop") { login } }', 'allow'],
    [`{ viewer ${'{ a '.repeat(200)}${'}'.repeat(200)} }`, 'deny'],
    [`{ viewer(a: ${'['.repeat(20_000)}`, 'deny'],
    [`{ ${'viewer '.repeat(20_000)} }`, 'deny'],
    [`{ viewer } ${'#'.repeat(100_001)}`, 'deny'],
  ])('%.90s', (document, expected) => {
    expect(allowed(document)).toBe(expected);
  });

  it('is judged by every operation in it, whatever operationName says', () => {
    const query = 'query A { viewer { login } } query B { secrets }';
    expect(verdict(policy(ALLOW), { json: { query, operationName: 'A' } })).toBe('deny');
  });

  it('is not allowed where the server may take another one', () => {
    const query = '{ viewer { login } }';
    const tries: Partial<RequestInput>[] = [
      { json: { id: 'abc' } },
      { json: { query, id: 'abc' } },
      { json: { query, documentId: 'abc' } },
      { json: { query, Query: '{ secrets }' } },
      { json: { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } } },
      { json: { query, extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } } },
      { json: { query }, query: { query: '{ secrets }' } },
      { json: { query }, query: { Extensions: '{}' } },
      { json: [] },
      { json: [{ query }, { query: '{ secrets }' }] },
      { json: [{ query }, 'x'] },
      { json: query },
      { json: { query: [query] } },
      { text: query, headers: { 'content-type': 'application/graphql' } },
      { form: { query, id: 'x' } },
      { form: { query: '{ secrets }' } },
      { form: { query, operations: '{"query":"{ secrets }"}' } },
      { method: 'GET', query: { query, operations: '{"query":"{ secrets }"}' } },
      {},
      { method: 'GET', query: { query: ['{ viewer { login } }', '{ secrets }'] } },
      { method: 'GET', query: { query: '{ secrets }' } },
      { method: 'GET', query: { extensions: '{"persistedQuery":{"version":1}}' } },
      { method: 'GET', query: { query, extensions: '{"persistedQuery":{"version":1}}' } },
      { method: 'GET' },
    ];
    for (const one of tries) {
      expect(verdict(policy(ALLOW), one), JSON.stringify(one)).toBe('deny');
    }
    for (const one of [
      { json: { query, variables: { a: 1 }, operationName: null, extensions: {} } },
      { json: [{ query }, { query }] },
      { form: { query } },
      { json: { query }, query: { 'api-version': '1' } },
      { method: 'GET', query: { query, variables: '{}' } },
    ]) {
      expect(verdict(policy(ALLOW), one), JSON.stringify(one)).toBe('allow');
    }
  });

  it('is denied as soon as one operation in it is, or when it cannot be read', () => {
    const both = policy(`${OPEN}${DENY}`);
    expect(verdict(both, { json: { query: '{ viewer { login } }' } })).toBe('allow');
    expect(verdict(both, { json: { query: 'mutation { add }' } })).toBe('allow');
    expect(verdict(both, { json: { query: 'mutation { add a: drop }' } })).toBe('deny');
    expect(verdict(both, { json: [{ query: '{ a }' }, { query: 'mutation { drop }' }] })).toBe('deny');
    expect(verdict(both, { json: { query: '{' } })).toBe('deny');
  });
});

describe('a path with a segment graphql', () => {
  const open = policy(
    '      - { path: /**, methods: [GET, HEAD, POST, PUT] }\n      - { path: /graphql, methods: [POST], approval: always }\n',
  );
  const spellings = [
    '/graphql',
    '/api/graphql',
    '/api/GraphQL',
    '/graphql/',
    '/graph%71l',
    '/graphql;v=1',
    '/graphql%20',
    '/%20graphql',
    '/graphql+',
    '/graphql%2B',
    '/graphql.',
    '/graphql%E2%80%8B',
    '/%EF%BD%87raphql',
    '/graphql%3Fx',
    '/graphql%23',
    '/graphql%3Fx/y',
    '/graphql/x',
    '/graphql/.x',
    '/graphql/schema',
    '/api/graphql/v1',
    '/graphql/execute',
    '/graphql.json',
    '/GraphQL.JSON',
    '/graphql.json/x',
    '/graphql.json;v=1/x',
    '/v1/%20GRAPHQL.json%3Fx/y',
  ];

  it.each(spellings)('takes no POST without a graphql block: %s', (path) => {
    expect(verdict(open, { path, json: { query: '{ a }' } })).toBe('deny');
  });

  it.each(spellings)('takes no GET that may hold a document: %s', (path) => {
    for (const query of [
      { query: 'mutation { a }' },
      { Query: '{ a }' },
      { 'query[]': '{ a }' },
      { '[query]': '{ a }' },
      { operationName: 'A', doc_id: '1' },
      { extensions: '{"persistedQuery":{}}' },
      { q: 'mutation{a}' },
    ]) {
      expect(verdict(open, { path, method: 'GET', query })).toBe('deny');
      expect(verdict(open, { path, method: 'HEAD', query })).toBe('deny');
    }
  });

  it.each([
    'id',
    'hash',
    'query_hash',
    'queryHash',
    'documentHash',
    'docId',
    'operationId',
    'operationHash',
    'mutation_id',
    'qid',
    'sha256Hash',
    'persistedQuery',
    'persistedQueryId',
    'persistedQueryHash',
    'persistentQueryId',
    'persisted_query_id',
    'storedOperationId',
    'trustedDocument',
    'savedQuery',
    'operation',
    'op',
    'opname',
    'document',
    'doc',
    'mutation',
    'apq',
    'Query-Hash',
    '[queryHash]',
  ])('takes no parameter that may name a stored document: %s', (name) => {
    const query = { [name]: '17' };
    expect(verdict(open, { path: '/api/graphql', method: 'GET', query })).toBe('deny');
    const scoped = policy('      - { path: /graphql, methods: [GET, POST], graphql: { operations: [query] } }\n');
    expect(verdict(scoped, { path: '/graphql', json: { query: '{ a }' }, query })).toBe('deny');
    expect(verdict(scoped, { path: '/graphql', method: 'GET', query: { query: '{ a }', ...query } })).toBe('deny');
  });

  it.each(['page', 'sdl', 'raw', 'user_id', 'organisation_hash', 'operator', 'documents', 'options', 'key', 'path'])(
    'takes one that names none: %s',
    (name) => {
      expect(verdict(open, { path: '/api/graphql', method: 'GET', query: { [name]: '17' } })).toBe('allow');
    },
  );

  it.each([
    '/graphql%3Fquery=',
    '/graphql;query=',
    '/graphql%3Fa=1&query=',
    '/graphql/x%3Fq=',
    '/graphql%3Fa=1%26doc_id=',
  ])('takes no GET with a document that stands in the path: %s', (path) => {
    expect(verdict(open, { path: `${path}%7Ba%7D`, method: 'GET' })).toBe('deny');
    const scoped = policy('      - { path: /graphql/**, methods: [POST], graphql: { operations: [query] } }\n');
    const below = path.replace('/graphql', '/graphql/b');
    expect(verdict(scoped, { path: `${below}mutation%7Ba%7D`, json: { query: '{ a }' } })).toBe(
      /query|doc_id/.test(path) ? 'deny' : 'allow',
    );
  });

  it('is read without a document, and another name or method is no endpoint', () => {
    expect(verdict(open, { path: '/api/graphql', method: 'GET' })).toBe('allow');
    expect(verdict(open, { path: '/repos/graphql/graphql-js', method: 'GET', query: { page: 2 } })).toBe('allow');
    for (const path of ['/xgraphql', '/graphqlx', '/graphql-js', '/graphql.jsx', '/gql', '/graphql%2Bx']) {
      expect(verdict(open, { path, json: {} }), path).toBe('allow');
    }
    expect(verdict(open, { path: '/search', method: 'GET', query: { query: '{ a }' } })).toBe('allow');
    expect(verdict(open, { path: '/graphql', method: 'PUT', json: {} })).toBe('allow');
  });

  it('counts in the prefix of the base URL, too', () => {
    for (const prefix of ['graphql', 'graphql/v1', 'GraphQL']) {
      const prefixed = policy('      - { path: /**, methods: [POST] }\n', `https://api.example.com/${prefix}`);
      expect(verdict(prefixed, { path: '/', json: { query: '{ a }' } })).toBe('deny');
      expect(verdict(prefixed, { path: '/x', json: { query: '{ a }' } })).toBe('deny');
    }
  });

  it('has a block that opens it, below and beside /graphql as well', () => {
    const blocks = policy('      - { path: /**, methods: [GET, POST], graphql: { operations: [query] } }\n');
    for (const path of ['/graphql', '/graphql/x', '/graphql.json']) {
      expect(verdict(blocks, { path, json: { query: '{ a }' } })).toBe('allow');
      expect(verdict(blocks, { path, json: { query: 'mutation { a }' } })).toBe('deny');
      expect(verdict(blocks, { path, method: 'GET', query: { query: '{ a }' } })).toBe('allow');
    }
  });
});

describe('a comment', () => {
  const hidden = (end: string): string => `query A { viewer { id } } #${end} mutation B { deleteEverything }\n`;

  it.each([
    ['U+2028', '\u2028'],
    ['U+2029', '\u2029'],
    ['a next line (U+0085)', '\u0085'],
    ['a vertical tab', '\u000b'],
    ['a form feed', '\u000c'],
    ['a record separator', '\u001e'],
    ['a NUL', '\u0000'],
  ])('with %s, by which another parser may end it, makes the document unreadable', (_, end) => {
    expect(allowed(hidden(end))).toBe('deny');
    expect(allowed(`{ viewer { id } #x${end}y\n }`)).toBe('deny');
    expect(verdict(policy(OPEN), { json: { query: hidden(end), operationName: 'A' } })).toBe('deny');
  });

  it('that only some parsers end at a carriage return makes the document unreadable', () => {
    expect(allowed('{ viewer { #\r deleteEverything #\r }\n }')).toBe('deny');
    expect(allowed('{ viewer { id } } #\r')).toBe('deny');
    expect(allowed('{ viewer { id } } # a\r\n# b\tc\n')).toBe('allow');
  });

  it('is none inside of a text', () => {
    expect(allowed('{ viewer(text: "#\u2028") { id } }')).toBe('allow');
    expect(allowed('{ viewer(text: """#\u2029 \r""") { id } }')).toBe('allow');
  });

  it.each(['\u2028', '\u2029', '\u0085', '\u000b'])('is not needed: %j alone cannot be read', (end) => {
    expect(allowed(`{ viewer { id } ${end} }`)).toBe('deny');
  });
});
