import { describe, expect, it, test } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { ruleLines, withRule } from '../../../../src/core/policy/edit/ruleWriter.ts';
import { bodyToTry, ruleWanted } from '../../../../src/core/policy/learn/narrowestRule.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { PolicyNotWritableError } from '../../../../src/core/policy/text/insertion.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';

const HEAD = `# mine
services:
  demo:
    baseUrl: https://api.example.com # there
    auth: { type: bearer }
`;

function verdict(text: string, method: string, path: string, body: { json?: unknown } = {}): string {
  const service = parsePolicy(text).policy?.services.get('demo');
  if (!service) throw new Error(JSON.stringify(parsePolicy(text).problems));
  const request = canonicalise({ service: 'demo', method, path, ...body }, service);
  if (!request.ok) throw new Error(inEnglish(request.error.message));
  return decide(compileService(service), request.value).verdict;
}

describe('a rule is put into', () => {
  test('a list, as lines at its end, and nothing else changes', () => {
    const before = `${HEAD}    policies:
      - path: /a # first
        methods: [GET]
      - { path: /b, methods: [GET] } # last
    limits: { requests: 5/minute }
`;
    const after = withRule(before, 'demo', { method: 'POST', path: '/v1/x', approval: 'always' });
    expect(after).toBe(
      before.replace('# last\n', '# last\n      - path: /v1/x\n        methods: [POST]\n        approval: always\n'),
    );
    expect(verdict(after, 'POST', '/v1/x')).toBe('ask');
  });

  it.each([
    ['the end of the file', `${HEAD}    policies:\n      - path: /a\n        methods: [GET]`],
    [
      'a list with line ends of Windows',
      `${HEAD}    policies:\n    - path: /a\n      methods: [GET]\n`.replaceAll('\n', '\r\n'),
    ],
    ['an empty list', `${HEAD}    policies: []\n`],
    ['no list', HEAD],
    ['a list in brackets', `${HEAD}    policies: [{ path: /a, methods: [GET] }]\n`],
    ['a service in braces', 'services: { demo: { baseUrl: https://api.example.com, auth: { type: bearer } } }'],
    [
      'a list before another service',
      `${HEAD}    policies:\n      - path: /a\n        methods: [GET]\n\n  # next\n  other:\n    baseUrl: https://o.example.com\n    auth: { type: bearer }\n`,
    ],
  ])('%s', (_where, before) => {
    const after = withRule(before, 'demo', { method: 'POST', path: '/v1/x' });
    expect(verdict(after, 'POST', '/v1/x')).toBe('allow');
    expect(verdict(after, 'GET', '/v1/x')).toBe('deny');
    expect(after.includes('# mine')).toBe(before.includes('# mine'));
    expect(after.includes('# next')).toBe(before.includes('# next'));
  });
});

test('a star of an agent’s is a literal one', () => {
  expect(ruleLines({ method: 'GET', path: '/a/*/b' }).join('\n')).toContain('%2A');
  const after = withRule(`${HEAD}    policies: []\n`, 'demo', { method: 'GET', path: '/a/*/b' });
  expect(verdict(after, 'GET', '/a/*/b')).toBe('allow');
  expect(verdict(after, 'GET', '/a/x/b')).toBe('deny');
});

test('a rule for a GraphQL endpoint has a block, without which it would allow nothing', () => {
  const rule = ruleWanted({ method: 'POST', path: '/graphql' }, '');
  const after = withRule(`${HEAD}    policies:\n      - path: /a\n        methods: [GET]\n`, 'demo', rule);
  expect(after).toContain('graphql: { operations: [query] }');
  expect(parsePolicy(after).problems).toEqual([]);
  expect(verdict(after, 'POST', '/graphql', bodyToTry(rule))).toBe('allow');
  expect(verdict(after, 'POST', '/graphql', { json: { query: 'mutation { a }' } })).toBe('deny');
  expect(ruleWanted({ method: 'POST', path: '/' }, '/GraphQL').graphql).toBeDefined();
  expect(ruleWanted({ method: 'POST', path: '/graphql/x' }, '').graphql).toBeDefined();
  for (const other of [{ method: 'GET', path: '/graphql' } as const, { method: 'POST', path: '/graphqlx' } as const]) {
    expect(ruleWanted(other, '').graphql).toBeUndefined();
  }
});

test.each(['services: {}', 'services: [', 'x'])('%j has no such service', (text) => {
  expect(() => withRule(text, 'demo', { method: 'GET', path: '/a' })).toThrow(PolicyNotWritableError);
});
