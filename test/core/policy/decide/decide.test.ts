import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { narrowestRule } from '../../../../src/core/policy/learn/narrowestRule.ts';
import type { Service } from '../../../../src/core/policy/model/service.ts';
import { METHODS, type Method } from '../../../../src/core/request/parts/requestModel.ts';
import { type NaiveRule, naiveVerdict } from '../../../support/naivePolicy.ts';
import { runs } from '../../../support/runs.ts';
import { allowRule, denyRule, method, pathText, rules } from '../arbitraries.ts';
import { judge, policyOf, serviceOf } from '../fixtures.ts';
import { agreesOnRoutes } from '../routes.ts';

const service = (list: readonly NaiveRule[]): Service => serviceOf(policyOf(list));

describe('decide', () => {
  it('denies what no rule names, and says what the path is open to', () => {
    const stripe = service([{ path: '/v1/charges', methods: ['GET', 'HEAD'] }]);
    expect(judge(stripe, 'GET', '/v1/charges')).toMatchObject({ verdict: 'allow', rule: { id: 'api/policies/0' } });
    const post = judge(stripe, 'POST', '/v1/charges');
    expect(post.verdict).toBe('deny');
    expect(post.rule).toBeUndefined();
    expect(post.reason).toBe('No rule of api allows this POST request; this path is allowed only with GET, HEAD.');
    expect(judge(stripe, 'GET', '/v1/refunds').reason).toBe('No rule of api allows this GET request.');
  });

  it('denies everything on a service without policies, and says so', () => {
    const bare = serviceOf('services: { api: { baseUrl: https://api.example.com, auth: { type: bearer } } }');
    expect(judge(bare, 'GET', '/')).toEqual({
      verdict: 'deny',
      reason: 'api has no policies, so every request to it is denied.',
    });
  });

  it('lets a deny win wherever it stands, and names its line', () => {
    const deny = { path: '/v1/**/secret', effect: 'deny' } as const;
    const allow = { path: '/v1/**', methods: ['GET'] };
    for (const list of [
      [deny, allow],
      [allow, deny],
    ]) {
      const decision = judge(service(list), 'GET', '/v1/a/Secret/');
      expect(decision.verdict).toBe('deny');
      expect(decision.rule?.effect).toBe('deny');
      expect(decision.reason).toContain(`line ${6 + list.indexOf(deny)}`);
    }
  });

  it('names the first of several rules that fit', () => {
    const list = [
      { path: '/a/*', methods: ['GET'] },
      { path: '/a/b', methods: ['GET'] },
    ];
    expect(judge(service(list), 'GET', '/a/b').rule?.line).toBe(6);
  });

  it('does not let GET stand for HEAD in an allow rule, and does in a deny rule', () => {
    expect(judge(service([{ path: '/a', methods: ['GET'] }]), 'HEAD', '/a').verdict).toBe('deny');
    const list: NaiveRule[] = [
      { path: '/a', methods: ['GET', 'HEAD'] },
      { path: '/a', methods: ['GET'], effect: 'deny' },
    ];
    expect(judge(service(list), 'HEAD', '/a')).toMatchObject({ verdict: 'deny', rule: { effect: 'deny' } });
    const onlyHead: NaiveRule[] = [
      { path: '/a', methods: ['GET', 'HEAD'] },
      { path: '/a', methods: ['HEAD'], effect: 'deny' },
    ];
    expect(judge(service(onlyHead), 'GET', '/a').verdict).toBe('allow');
  });

  it('asks wherever an ask rule may be meant, and grants by it only what it says', () => {
    const asks = (path: string, methods = ['GET'], approval: 'always' | 'remember' = 'always'): NaiveRule => ({
      path,
      methods,
      approval,
    });
    const list = [{ path: '/**', methods: ['GET', 'HEAD'] }, asks('/admin'), asks('/own', ['POST'])];
    for (const path of ['/admin', '/Admin/', '/adm%C4%B1n', '/admin;v=1']) {
      const expected = path === '/adm%C4%B1n' ? 'allow' : 'ask';
      expect(judge(service(list), 'GET', path).verdict, path).toBe(expected);
    }
    expect(judge(service(list), 'HEAD', '/admin')).toMatchObject({ verdict: 'ask', rule: { id: 'api/policies/1' } });
    expect(judge(service(list), 'POST', '/own').verdict).toBe('ask');
    expect(judge(service(list), 'POST', '/Own').verdict).toBe('deny');
    expect(judge(service(list), 'POST', '/own').reason).toBe(
      'This POST request needs approval, by the ask rule for /own (line 8).',
    );
    const denied: NaiveRule[] = [...list, { path: '/ADMIN', effect: 'deny' }];
    expect(judge(service(denied), 'GET', '/admin').verdict).toBe('deny');
    // The one that offers no ten minutes, wherever it stands.
    const both = [asks('/*', ['GET'], 'remember'), asks('/admin')];
    expect(judge(service(both), 'GET', '/admin').rule?.approval).toBe('always');
  });

  it('denies a path as servers read it that strip parameters or white space from a segment', () => {
    const list: NaiveRule[] = [
      { path: '/v1/**', methods: ['GET'] },
      { path: '/v1/admin/**', effect: 'deny' },
    ];
    for (const path of [
      '/v1/admin;v=1',
      '/v1/Admin%20',
      '/v1/admin;/x',
      '/v1/admin%20;a/keys',
      '/v1/ad%C2%ADmin',
      '/v1/admin%E2%80%8B/x',
      '/v1/admin./x',
      '/v1/admin::$DATA',
    ]) {
      expect(judge(service(list), 'GET', path).verdict, path).toBe('deny');
    }
    expect(judge(service(list), 'GET', '/v1/administrator;v=1').verdict).toBe('allow');
  });

  it('denies by the strict form too, where folding would compose letters across a wildcard', () => {
    const list: NaiveRule[] = [
      { path: '/**', methods: ['GET'] },
      { path: '/cafe*', effect: 'deny' },
    ];
    expect(judge(service(list), 'GET', '/cafe%CC%81').verdict).toBe('deny');
  });

  it('quotes no more of a long path than the user reads', () => {
    expect(judge(service([]), 'GET', `/${'a'.repeat(5000)}`).reason.length).toBeLessThan(300);
    expect(
      judge(service([{ path: '/a', methods: ['GET'] }]), 'GET', `/${'a'.repeat(5000)}`).reason.length,
    ).toBeLessThan(300);
  });
});

describe('decide as a whole', () => {
  it('agrees with the naive evaluator', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.tuple(method, pathText), { minLength: 1, maxLength: 5 }), (list, requests) => {
        const api = service(list);
        for (const [verb, path] of requests) {
          expect(judge(api, verb, path).verdict).toBe(naiveVerdict(list, verb, path));
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('allows nothing without an allow rule', () => {
    fc.assert(
      fc.property(fc.array(denyRule, { maxLength: 4 }), method, pathText, (list, verb, path) => {
        expect(judge(service(list), verb, path).verdict).toBe('deny');
      }),
      { numRuns: runs(200) },
    );
  });

  it('never allows more for a deny rule added anywhere', () => {
    fc.assert(
      fc.property(rules, denyRule, fc.nat(6), method, pathText, (list, deny, at, verb, path) => {
        const more = [...list.slice(0, at), deny, ...list.slice(at)];
        if (judge(service(more), verb, path).verdict === 'allow') {
          expect(judge(service(list), verb, path).verdict).toBe('allow');
          expect(naiveVerdict([deny, { path: '/**', methods: [...METHODS] }], verb, path)).toBe('allow');
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('does not depend on the order of the rules', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(allowRule, denyRule), { maxLength: 6 }), method, pathText, (list, verb, path) => {
        expect(judge(service([...list].reverse()), verb, path).verdict).toBe(judge(service(list), verb, path).verdict);
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('the narrowest rule', () => {
  it('escapes the stars of the agent', () => {
    expect(narrowestRule({ method: 'POST', path: '/v1/**/x*' })).toBe('- path: /v1/%2A%2A/x%2A\n  methods: [POST]');
  });

  it('allows that request and nothing else', () => {
    fc.assert(
      fc.property(pathText, pathText, method, method, (path, otherPath, verb, otherVerb) => {
        const lines = narrowestRule({ method: verb, path }).split('\n');
        const text = policyOf([]).replace('policies: []', `policies:\n      ${lines.join('\n      ')}`);
        const api = serviceOf(text);
        expect(judge(api, verb, path).verdict).toBe('allow');
        const same = path.replaceAll('*', '%2A') === otherPath.replaceAll('*', '%2A') && verb === otherVerb;
        expect(judge(api, otherVerb, otherPath).verdict).toBe(same ? 'allow' : 'deny');
      }),
      { numRuns: runs(200) },
    );
  });
});

/** Counts what a decision looks up in the index, since time on a shared machine says little. */
function lookUps(act: () => void): number {
  let count = 0;
  const original = Map.prototype.get;
  Map.prototype.get = function (this: Map<unknown, unknown>, key: unknown) {
    count += 1;
    return original.call(this, key);
  };
  try {
    act();
  } finally {
    Map.prototype.get = original;
  }
  return count;
}

describe('the cost of a decision', () => {
  it('is the same with ten rules and with 5,000, for allow and deny rules', () => {
    const many = (count: number): Service =>
      service(
        Array.from({ length: count }, (_, index) =>
          index % 2 === 0
            ? { path: `/v1/r${index}/*`, methods: ['GET'] }
            : { path: `/v1/r${index}/s*`, effect: 'deny' as const },
        ),
      );
    const cost = (api: Service): number => {
      const compiled = compileService(api);
      const request = { method: 'GET' as Method, path: '/v1/r8/x', segments: ['v1', 'r8', 'x'], query: [] };
      expect(decide(compiled, request).verdict).toBe('allow');
      return lookUps(() => decide(compiled, request));
    };
    const few = cost(many(10));
    expect(few).toBeGreaterThan(0);
    expect(cost(many(5000))).toBe(few);
  });

  it('does not grow with wildcards that share a place', () => {
    const many = (count: number): Service =>
      service(Array.from({ length: count }, (_, index) => ({ path: `/v1/p${index + 100000}-*:go`, methods: ['GET'] })));
    const cost = (api: Service): number => {
      const compiled = compileService(api);
      const segments = ['v1', 'p100003-x:go'];
      const request = { method: 'GET' as Method, path: `/${segments.join('/')}`, segments, query: [] };
      expect(decide(compiled, request).verdict).toBe('allow');
      return lookUps(() => decide(compiled, request));
    };
    expect(cost(many(4000))).toBe(cost(many(10)));
  });
});

describe('the routes of APIs', () => {
  it('get the naive evaluator’s verdict, whatever the rules are', () => {
    const lines = readFileSync(new URL('../../../corpus/routes.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter(Boolean);
    expect(lines.length).toBeGreaterThan(70);
    agreesOnRoutes(lines, runs(150));
  });
});
