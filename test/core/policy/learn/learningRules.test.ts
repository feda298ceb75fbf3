import { describe, expect, test } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { openForLearning } from '../../../../src/core/policy/learn/learningRules.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';

const HEAD = 'services:\n  shop:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n';
const OTHER = '  other:\n    baseUrl: https://other.example.com\n    auth: { type: bearer }\n    policies: []\n';

function verdict(text: string | undefined, service: string, method: string, path: string): string {
  const found = parsePolicy(text ?? '').policy?.services.get(service);
  if (!found) return 'no service';
  const request = canonicalise({ service, method, path }, found);
  return request.ok ? decide(compileService(found), request.value).verdict : 'invalid';
}

describe('a service that is being learned', () => {
  const policies = {
    'no policies': '',
    'an empty list': '    policies: []\n',
    'a list in brackets': '    policies: [{ path: /v1/a, methods: [GET] }]\n',
    'a block': '    policies:\n      - path: /v1/a # why\n        methods: [GET]\n',
  };
  test.each(Object.entries(policies))('may read all, and is asked about writes: %s', (_, own) => {
    const opened = openForLearning(`${HEAD}${own}${OTHER}`, 'shop');
    expect(verdict(opened, 'shop', 'GET', '/v1/anything/at/all')).toBe('allow');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(verdict(opened, 'shop', method, '/v1/anything')).toBe('ask');
    }
    expect(verdict(opened, 'other', 'GET', '/v1/anything')).toBe('deny');
    expect(opened).toContain('# why'.repeat(own.includes('# why') ? 1 : 0));
  });

  test('is denied what a deny rule denies, and asked what a rule asks about', () => {
    const rules =
      '    policies:\n      - { path: /v1/**/secret, effect: deny }\n      - { path: /v1/payouts, methods: [GET], approval: always }\n';
    const opened = openForLearning(`${HEAD}${rules}`, 'shop');
    expect(verdict(opened, 'shop', 'GET', '/v1/a/secret')).toBe('deny');
    expect(verdict(opened, 'shop', 'GET', '/v1/payouts')).toBe('ask');
  });

  test('has to be one of the file, and the file without errors', () => {
    expect(openForLearning(HEAD, 'nobody')).toBeUndefined();
    expect(openForLearning(`${HEAD}    nonsense: 1\n`, 'shop')).toBeUndefined();
    expect(openForLearning('[', 'shop')).toBeUndefined();
  });
});
