import { expect, test } from 'vitest';
import { secretKind } from '../../../../src/core/checkup/secrets/secretKind.ts';
import { TOKEN_SHAPES } from '../../../../src/core/checkup/secrets/tokenShapes.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { inPseudo } from '../../../support/pseudoLocale.ts';

const OF_NAMES = ['password', 'passphrase', 'private key', 'token', 'secret', 'cookie', 'session', 'key', 'credential'];
const KINDS = [
  ...TOKEN_SHAPES.map(({ kind }) => kind),
  ...OF_NAMES.flatMap((kind) => [kind, `${kind} in a URL`]),
  ...['connection string', 'URL with a key in its path', 'authorization token', 'user name and password'],
  ...['PIN', 'wallet phrase', 'encoded private key', 'encoded secret'],
];

/** Names of standards are the same in every language. */
const STANDARDS = ['JSON Web Token'];

test.each([...new Set(KINDS)].filter((kind) => !STANDARDS.includes(kind)))(
  'a kind of secret is worded by the reader’s language, but for a product’s name: %s',
  (kind) => {
    const words = inPseudo(secretKind(kind));
    expect(inEnglish(secretKind(kind))).toBe(kind);
    expect(words).not.toMatch(/\b(?:token|key|secret|password|webhook|id|in a|string|session|cookie)\b/);
    expect(words.replace(/[^A-Za-z]/g, '').length).toBeLessThan(kind.replace(/[^A-Za-z]/g, '').length);
  },
);

test('a kind of an earlier build, which no table has, is shown as it is', () => {
  expect(inEnglish(secretKind('something else'))).toBe('something else');
});
