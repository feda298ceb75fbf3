import fc from 'fast-check';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import { METHODS, type Method } from '../../../src/core/request/parts/requestModel.ts';
import { type NaiveRule, naiveVerdict } from '../../support/naivePolicy.ts';
import { policyOf, serviceOf } from './fixtures.ts';

/** `{id}` as route lists write it, and `{?name,label}` for parameters that are no part of the path. */
const PARAMETER = /\{[^}]*\}/g;

/**
 * Checks that each route (`GET /v1/charges/{id}`) gets the naive evaluator's verdict, under rules that are made of the routes
 * themselves, with their parameters and some of their segments opened.
 */
export function agreesOnRoutes(lines: readonly string[], tries: number): void {
  const requests = lines.map((line) => {
    const [verb = '', path = ''] = line.split(' ');
    return { verb: verb as Method, path: path.replace(PARAMETER, 'x_1') };
  });
  const pathsOf = fc.constantFrom(...lines.map((line) => line.split(' ')[1] ?? '/'));
  const pattern = fc
    .tuple(pathsOf, fc.constantFrom('*', '*_1', '**'), fc.nat(6), fc.boolean())
    .map(([path, wildcard, keep, open]) => {
      // `**` stands alone in its segment.
      const filled = path.replace(/(?<=\/)\{\w+\}(?=\/|$)/g, wildcard).replace(PARAMETER, '*');
      return open ? `/${[...filled.split('/').filter(Boolean).slice(0, keep), '**'].join('/')}` : filled;
    });
  const verbs = fc.uniqueArray(fc.constantFrom(...METHODS), { minLength: 1, maxLength: 4 });
  const rule: fc.Arbitrary<NaiveRule> = fc.oneof(
    fc.record({ path: pattern, methods: verbs }),
    fc.record({ path: pattern, effect: fc.constant('deny' as const) }),
    fc.record({ path: pattern, methods: verbs, effect: fc.constant('deny' as const) }),
  );
  fc.assert(
    fc.property(fc.array(rule, { minLength: 3, maxLength: 12 }), (list) => {
      const compiled = compileService(serviceOf(policyOf(list)));
      for (const { verb, path } of requests) {
        const segments = path.slice(1).split('/');
        const verdict = decide(compiled, { method: verb, path, segments, query: [] }).verdict;
        if (verdict !== naiveVerdict(list, verb, path)) throw new Error(`${verb} ${path}: ${verdict}`);
      }
    }),
    { numRuns: tries },
  );
}
