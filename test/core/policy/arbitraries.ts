import fc from 'fast-check';
import { canonicalPath } from '../../../src/core/request/parts/path.ts';
import { METHODS } from '../../../src/core/request/parts/requestModel.ts';
import type { NaiveRule } from '../../support/naivePolicy.ts';

/** Few and similar words, so that patterns and paths often meet. */
const words = ['a', 'b', 'ab', 'A', 'x%3Ay', 'x:y', '%2A', '*', 'caf%C3%A9', 'cafe%CC%81', 'v1', 'a.b', '%EF%BD%81'];
/** What servers take away at the ends of a word. */
const beginnings = ['', '', '', '', '%20', '+', '%E2%80%8B'];
const endings = ['.json', '.XML', '.js', ';v', '%20', '+', '.', '%3Fq', '%23', '%E2%80%8B', '::$DATA', '%EF%BC%8B'];

/** Mostly the word itself. */
function around(word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const ending = fc.array(fc.constantFrom(...endings), { maxLength: 3 }).map((list) => list.join(''));
  return fc.oneof(
    { weight: 3, arbitrary: word },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...beginnings), word, ending).map((parts) => parts.join('')),
    },
  );
}

const plainWords = words.filter((word) => word !== '*');
const globs = ['*', 'a*', '*b', 'x*y', 'a*b*', '*%2A', '*:y', 'v*', '*A'];

/** A canonical request path. */
export const pathText = fc
  .tuple(fc.array(around(fc.constantFrom(...words)), { maxLength: 4 }), fc.boolean())
  .map(([segments, slash]) => `/${segments.join('/')}${slash && segments.length > 0 ? '/' : ''}`)
  // Dots beside delimiters are refused.
  .filter((path) => canonicalPath(path).ok);

/** A valid pattern, canonical except for the case of nothing. */
export const patternText = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: around(fc.constantFrom(...plainWords)) },
        { weight: 3, arbitrary: around(fc.constantFrom(...globs)) },
        { weight: 2, arbitrary: fc.constant('**') },
      ),
      { maxLength: 4 },
    ),
    fc.boolean(),
  )
  .map(([segments, slash]) => `/${segments.join('/')}${slash && segments.length > 0 ? '/' : ''}`)
  .filter((path) => canonicalPath(path, { pattern: true }).ok);

export const method = fc.constantFrom(...METHODS.slice(0, 4));

const methods = fc.uniqueArray(method, { minLength: 1, maxLength: 3 });

export const allowRule: fc.Arbitrary<NaiveRule> = fc.record({ path: patternText, methods });

export const askRule: fc.Arbitrary<NaiveRule> = fc.record({
  path: patternText,
  methods,
  approval: fc.constantFrom('always' as const, 'remember' as const),
});

export const denyRule: fc.Arbitrary<NaiveRule> = fc.record(
  { path: patternText, methods, effect: fc.constant('deny' as const) },
  { requiredKeys: ['path', 'effect'] },
);

export const rules = fc.array(
  fc.oneof({ weight: 3, arbitrary: allowRule }, { weight: 1, arbitrary: askRule }, { weight: 1, arbitrary: denyRule }),
  { maxLength: 6 },
);
