import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import type { RequestInput } from '../../../src/core/request/model.ts';
import { serviceOf } from './fixtures.ts';

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
  if (!request.ok) throw new Error(request.error.message);
  return decide(compileService(service), request.value).verdict;
}

const allowed = (document: string): string => verdict(policy(ALLOW), { json: { query: document } });

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

describe('a path that ends in /graphql', () => {
  it('takes no POST without a graphql block, in no spelling', () => {
    const open = policy(
      '      - { path: /**, methods: [GET, POST] }\n      - { path: /graphql, methods: [POST], approval: always }\n',
    );
    for (const path of [
      '/graphql',
      '/api/graphql',
      '/api/GraphQL',
      '/graphql/',
      '/graph%71l',
      '/graphql;v=1',
      '/graphql%20',
    ]) {
      expect(verdict(open, { path, json: { query: '{ a }' } }), path).toBe('deny');
    }
    expect(verdict(open, { path: '/graphql/schema', json: {} })).toBe('allow');
    expect(verdict(open, { path: '/xgraphql', json: {} })).toBe('allow');
    expect(verdict(open, { path: '/api/graphql', method: 'GET' })).toBe('allow');
    const prefixed = policy('      - { path: /, methods: [POST] }\n', 'https://api.example.com/graphql');
    expect(verdict(prefixed, { path: '/', json: { query: '{ a }' } })).toBe('deny');
  });
});
