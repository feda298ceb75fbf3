import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathIndex } from '../../../../src/core/policy/patterns/pathIndex.ts';
import { compilePattern, type Pattern } from '../../../../src/core/policy/patterns/pattern.ts';
import { pathReadings } from '../../../../src/core/policy/patterns/readings.ts';
import { canonicalPath, literalPattern } from '../../../../src/core/request/parts/path.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { english } from '../../../support/english.ts';
import { naiveMatches, naiveMatchesFolded } from '../../../support/naivePolicy.ts';
import { runs } from '../../../support/runs.ts';
import { pathText, patternText } from '../arbitraries.ts';

function compiled(text: string): Pattern {
  const pattern = compilePattern(text);
  if (!pattern.ok) throw new Error(inEnglish(pattern.error));
  return pattern.value;
}

function segmentsOf(path: string): string[] {
  const canonical = canonicalPath(path);
  if (!canonical.ok) throw new Error(`${path}: ${english(canonical.error).message}`);
  return canonical.value.segments;
}

function matches(pattern: string, path: string): boolean {
  const index = new PathIndex<true>(true);
  index.add(compiled(pattern).strict, true);
  return index.match(segmentsOf(path).map(literalPattern)).length > 0;
}

function matchesFolded(pattern: string, path: string): boolean {
  const index = new PathIndex<true>(false);
  index.add(compiled(pattern).folded, true);
  return pathReadings(segmentsOf(path)).some((readings) => index.matchReadings(readings).length > 0);
}

describe('the strict match', () => {
  it.each([
    ['/v1/charges', '/v1/charges', true],
    ['/v1/charges', '/v1/Charges', false],
    ['/v1/charges', '/v1/charges/', false],
    ['/v1/charges/', '/v1/charges/', true],
    ['/v1/charges/', '/v1/charges', false],
    ['/', '/', true],
    ['/v1/*', '/v1/a', true],
    ['/v1/*', '/v1/', false],
    ['/v1/*', '/v1/a/b', false],
    ['/v1/cus_*', '/v1/cus_', false],
    ['/v1/cus_*', '/v1/cus_9', true],
    ['/v1/a*b*c', '/v1/axbyc', true],
    ['/v1/a*b*c', '/v1/abbc', false],
    ['/v1/a*b*c', '/v1/axbbyc', true],
    ['/v1/*:delete', '/v1/x:delete', true],
    ['/v1/*:delete', '/v1/x%3Adelete', false],
    ['/a/**', '/a', false],
    ['/a/**', '/a/b', true],
    ['/a/**', '/a/b/c/', true],
    ['/a/**', '/ab/c', false],
    ['/**', '/a', true],
    ['/**', '/', true],
    ['/a/**/b', '/a/b', true],
    ['/a/**/b', '/a/x/y/b', true],
    ['/a/**/b', '/a/x/y/b/c', false],
    ['/**/secret', '/secret', true],
    ['/**/secret', '/a/b/secret', true],
    ['/a/**/**/b', '/a/b', true],
    ['/a/%2A', '/a/*', true],
    ['/a/%2A', '/a/%2A', true],
    ['/a/%2a', '/a/x', false],
    ['/a/x%2A*', '/a/x*y', true],
    ['/a/x%2A*', '/a/xyz', false],
    ['/a/%2A%2A', '/a/b/c', false],
    ['/a b', '/a%20b', true],
    ['/caf\u00e9', '/caf%C3%A9', true],
    ['/%7Euser', '/~user', true],
    // An escape is one character: a part of it is no letter of the path.
    ['/a/*A', '/a/x%3A', false],
    ['/a/*3A', '/a/x%3A', false],
    ['/a/*A', '/a/%3AA', true],
    ['/v1/(a|b)', '/v1/a', false],
    ['/v1/[abc]', '/v1/a', false],
    ['/v1/.+', '/v1/abc', false],
  ])('%s on %s is %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('agrees with a matcher that tries everything', () => {
    fc.assert(
      fc.property(patternText, pathText, (pattern, path) => {
        const canonical = compiled(pattern).canonical;
        expect(matches(pattern, path)).toBe(naiveMatches(canonical, path));
      }),
      { numRuns: runs(2000) },
    );
  });
});

describe('the generous match', () => {
  it.each([
    ['/a/**', '/a', true],
    ['/a/**', '/a/', true],
    ['/A/Secret', '/a/sEcReT/', true],
    ['/v1/*:delete', '/v1/x%3Adelete', true],
    ['/v1/secret', '/v1/%EF%BD%93ecret', true],
    ['/v1/secret', '/v1/%73ecret', true],
    ['/v1/\u00c5', '/v1/a%CC%8A', true],
    ['/**', '/', true],
    ['/a/*', '/a', false],
    ['/a/%2A', '/a/b', false],
    ['/a/b', '/a/bc', false],
    ['/\u039f\u03a3', '/%CE%BF%CF%83', true],
  ])('%s on %s is %s', (pattern, path, expected) => {
    expect(matchesFolded(pattern, path)).toBe(expected);
  });

  it('agrees with a matcher that tries everything', () => {
    fc.assert(
      fc.property(patternText, pathText, (pattern, path) => {
        expect(matchesFolded(pattern, path)).toBe(naiveMatchesFolded(compiled(pattern).canonical, path));
      }),
      { numRuns: runs(2000) },
    );
  });
});

describe('what is no pattern', () => {
  it.each([
    'v1/charges',
    '',
    '*',
    '/a**',
    '/**a',
    '/***',
    '/a//b',
    '/a/../b',
    '/a?b=c',
    '/a#b',
    '/a%2Fb',
    '/a%zz',
    'https://evil.example/a',
    `/${'**/'.repeat(17)}a`,
  ])('%s', (text) => {
    const result = compilePattern(text);
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : english(result.error)).toMatch(/^\S.*[.]$/s);
  });
});

describe('coverage between patterns', () => {
  const covers = (outer: string, inner: string): boolean => {
    const index = new PathIndex<true>(true);
    index.add(compiled(outer).strict, true);
    return index.covering(compiled(inner).strict).length > 0;
  };

  it.each([
    ['/a/**', '/a/b', true],
    ['/a/**', '/a/**', true],
    ['/a/**', '/a/b/**', true],
    ['/a/**', '/a/*/c', true],
    ['/a/**', '/a/**/b', true],
    ['/a/**', '/a', false],
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/x*', true],
    ['/a/x*', '/a/*', false],
    ['/a/x*', '/a/xy*z', true],
    ['/a/*', '/a/**', false],
    ['/a/**/b', '/a/b', true],
    ['/**', '/a/**/c', true],
    ['/a/b', '/a/*', false],
    ['/a/*', '/a/%2A', true],
    ['/a/%2A', '/a/*', false],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    expect(covers(outer, inner)).toBe(expected);
  });

  it('covers itself, and never a pattern that matches more', () => {
    fc.assert(
      fc.property(patternText, patternText, pathText, (outer, inner, path) => {
        expect(covers(inner, inner)).toBe(true);
        if (covers(outer, inner) && matches(inner, path)) expect(matches(outer, path)).toBe(true);
      }),
      { numRuns: runs(2000) },
    );
  });
});

describe('the cost of a match', () => {
  it('stands at no more places than the pattern has steps, for every segment of the path', () => {
    const pattern = `${'/**/a'.repeat(16)}/end`;
    const index = new PathIndex<true>(true);
    index.add(compiled(pattern).strict, true);
    // A matcher that backtracks needs some 1,000 over 16 steps here, more than the age of the universe.
    expect(index.match([...Array.from({ length: 1000 }, () => 'a'), 'no'])).toEqual([]);
    expect(index.match([...Array.from({ length: 1000 }, () => 'a'), 'end'])).toEqual([true]);
  });

  it('finds every part of a segment once', () => {
    const pattern = `/${'a*'.repeat(500)}b`;
    expect(matches(pattern, `/${'a'.repeat(4000)}`)).toBe(false);
    expect(matches(pattern, `/${'a'.repeat(4000)}b`)).toBe(true);
  });
});
