import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import { explain } from '../../../src/core/policy/decide/explain.ts';
import { canonicalPath } from '../../../src/core/request/parts/path.ts';
import type { NaiveRule } from '../../support/naivePolicy.ts';
import { runs } from '../../support/runs.ts';
import { policyOf, serviceOf } from './fixtures.ts';

/** What the rules say of a GET; `deny` also for a path that has no canonical form. */
function verdictOf(rules: readonly NaiveRule[], path: string): string {
  const canonical = canonicalPath(path);
  if (!canonical.ok) return 'deny';
  const service = serviceOf(policyOf(rules));
  return decide(compileService(service), { method: 'GET', ...canonical.value, query: [] }).verdict;
}

const RULES: readonly NaiveRule[] = [
  { path: '/users/*', methods: ['GET'] },
  { path: '/teams/*/orders', methods: ['GET'] },
  { path: '/files/**/public', methods: ['GET'] },
];

/** As some server takes them for the end of a path: see the table in docs/policy.md. */
const SIGNS = ['%3F', '%3f', '%23', ';', '%3B', '%EF%BC%9F', '%EF%BC%83', '%EF%BC%9B', '%CD%BE', '%E2%81%87'];

describe('a path that some server ends earlier', () => {
  it.each(SIGNS)('is not allowed by a rule for the whole of it alone: %s', (sign) => {
    for (const path of [
      `/users/${sign}x`,
      `/teams/7${sign}/orders`,
      `/teams/7${sign}x=1/orders`,
      `/files/secret${sign}/public`,
      `/files/a/b${sign}c/d/public`,
    ]) {
      expect([path, verdictOf(RULES, path)]).toEqual([path, 'deny']);
    }
  });

  it.each(SIGNS)('is allowed where what stands before the sign is allowed, too: %s', (sign) => {
    const all = [...RULES, { path: '/teams/*', methods: ['GET'] }];
    for (const path of [`/users/7${sign}x`, `/teams/7${sign}/orders`, `/users/a${sign}b${sign}c`]) {
      expect([path, verdictOf(all, path)]).toEqual([path, 'allow']);
    }
  });

  it.each(SIGNS)('is allowed by a rule that has the sign in its own path: %s', (sign) => {
    const named = [{ path: `/rooms/a${sign}*`, methods: ['GET'] }];
    expect(verdictOf(named, `/rooms/a${sign}general`)).toBe('allow');
    expect(verdictOf(named, '/rooms/a')).toBe('deny');
  });

  it('is allowed only by the methods and conditions of the rule for what stands before', () => {
    const path = '/teams/7%3F/orders';
    expect(verdictOf([...RULES, { path: '/teams/*', methods: ['POST'] }], path)).toBe('deny');
    const narrow = { path: '/teams/*', methods: ['GET'], more: 'query: { a: { equals: b } }' };
    expect(verdictOf([...RULES, narrow], path)).toBe('deny');
  });

  it('is asked about where either of them asks', () => {
    const whole = { path: '/teams/*/orders', methods: ['GET'], approval: 'always' } as const;
    const before = { path: '/teams/*', methods: ['GET'], approval: 'always' } as const;
    const open = { path: '/teams/**', methods: ['GET'] };
    for (const rules of [
      [whole, { ...open, path: '/teams/*' }],
      [before, open],
    ]) {
      expect(verdictOf(rules, '/teams/7%23/orders')).toBe('ask');
    }
  });

  it('says why, and names no part of it', () => {
    const service = serviceOf(policyOf(RULES));
    const path = canonicalPath('/teams/7%3F/orders');
    if (!path.ok) throw new Error(path.error.code);
    const asked = { method: 'GET', ...path.value, query: [] } as const;
    const explained = explain(compileService(service), asked);
    expect(explained).toMatchObject({ verdict: 'deny', rules: [{}, { applied: false }, {}] });
    expect(JSON.stringify(explained)).not.toContain('%3F');
  });

  it('is allowed as a whole and up to each sign, or by a rule that has one', () => {
    const segment = fc.constantFrom('a', 'b', 'a%3F', 'a;b', '%23a', 'b%3Fa;c', 'a%3Bb', 'c');
    const star = fc.constantFrom('a', '*', '**', 'b', 'a*');
    fc.assert(
      fc.property(
        fc.array(fc.array(star, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        (patterns, segments) => {
          const rules = patterns.map((parts) => ({ path: `/${parts.join('/')}`, methods: ['GET'] }));
          const path = `/${segments.join('/')}`;
          if (verdictOf(rules, path) !== 'allow') return;
          for (const sign of [/%3F/, /%23/, /;|%3B/]) {
            const at = path.search(sign);
            if (at > 0) expect([path, verdictOf(rules, path.slice(0, at))]).toEqual([path, 'allow']);
          }
        },
      ),
      { numRuns: runs(2000) },
    );
  });
});
