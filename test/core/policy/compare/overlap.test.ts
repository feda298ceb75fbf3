import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayMeet } from '../../../../src/core/policy/compare/overlap.ts';
import { PathIndex } from '../../../../src/core/policy/patterns/pathIndex.ts';
import { compilePattern, type Pattern } from '../../../../src/core/policy/patterns/pattern.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { naiveMatches, naiveMatchesFolded } from '../../../support/naivePolicy.ts';
import { runs } from '../../../support/runs.ts';
import { pathText, patternText } from '../arbitraries.ts';
import { policyOf, serviceOf } from '../fixtures.ts';

function compiled(text: string): Pattern {
  const pattern = compilePattern(text);
  if (!pattern.ok) throw new Error(inEnglish(pattern.error));
  return pattern.value;
}

function meets(allowed: string, denied: string): boolean {
  const { rules } = serviceOf(
    policyOf([
      { path: allowed, methods: ['GET'] },
      { path: denied, effect: 'deny' },
    ]),
  );
  const [grant, restricting] = rules;
  if (grant === undefined || restricting === undefined) throw new Error('two rules were written');
  return mayMeet(grant, restricting);
}

describe('an allow and a deny rule', () => {
  it.each([
    ['/v1/a', '/v1/a', true],
    ['/v1/a', '/v1/b', false],
    ['/v1/a.json', '/v1/a', true],
    ['/v1/a', '/v1/a.json', true],
    ['/v1/a.json', '/v1/a.json/**', true],
    ['/v1/a;v=1/b', '/v1/a/b', true],
    ['/v1/ a/b', '/v1/a/b', true],
    ['/v1/a+/b', '/v1/a/b', true],
    ['/v1/a%3Fx/b', '/v1/a', true],
    ['/v1/a%23/b', '/v1/a', true],
    ['/v1/a/x', '/v1/b/x', false],
    ['/v1/*/b', '/v1/x/c', false],
  ])('%s and %s: %s', (allowed, denied, expected) => {
    expect(meets(allowed, denied)).toBe(expected);
  });

  it('never have a request in common when they are told apart', () => {
    fc.assert(
      fc.property(patternText, patternText, pathText, (allowed, denied, path) => {
        const [grant, restricting] = [compiled(allowed).canonical, compiled(denied).canonical];
        fc.pre(naiveMatches(grant, path) && (naiveMatches(restricting, path) || naiveMatchesFolded(restricting, path)));
        expect(meets(allowed, denied)).toBe(true);
      }),
      { numRuns: runs(500), maxSkipsPerRun: 2000 },
    );
  });
});

describe('coverage between folded patterns', () => {
  it('holds for every spelling of a path', () => {
    fc.assert(
      fc.property(patternText, patternText, pathText, (outer, inner, path) => {
        const index = new PathIndex<true>(false);
        index.add(compiled(outer).folded, true);
        fc.pre(
          index.covering(compiled(inner).folded).length > 0 && naiveMatchesFolded(compiled(inner).canonical, path),
        );
        expect(naiveMatchesFolded(compiled(outer).canonical, path)).toBe(true);
      }),
      { numRuns: runs(500), maxSkipsPerRun: 2000 },
    );
  });

  it('a path that a pattern matches strictly is matched generously, too', () => {
    fc.assert(
      fc.property(patternText, pathText, (pattern, path) => {
        const { canonical } = compiled(pattern);
        // A combining mark that a star stands for joins the letter before it.
        fc.pre(!path.includes('%CC%81') && naiveMatches(canonical, path));
        expect(naiveMatchesFolded(canonical, path)).toBe(true);
      }),
      { numRuns: runs(500), maxSkipsPerRun: 500 },
    );
  });
});
