import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialProblem } from '../../../src/core/redact/strength.ts';
import { Secret } from '../../../src/core/secret.ts';
import { english } from '../../support/english.ts';

function severity(value: string): string | undefined {
  return credentialProblem(new Secret(value))?.severity;
}

describe('credentialProblem', () => {
  it.each([
    '',
    '   ',
    'k7Q2',
    'abc1234',
    '  abc12  ',
    'abcdefgh1234\n',
    '\nabcdefgh1234',
    'abcd\u0000efgh1234',
    'abcd\tefgh1234',
    'abcd\u0085efgh1234',
    'abcd\u200befgh1234',
    '\ufeffabcdefgh1234',
    'abcd\u202eefgh1234',
    'abcd\u2028efgh1234',
    'abcd\ud800efgh1234',
  ])('refuses %j', (value) => {
    expect(severity(value)).toBe('refuse');
  });

  it.each(['deploy:test', 'me@acme.test:h7Xq2', 'postgres://app:admin@db.acme.test/x', 'Server=db;Password=abc1'])(
    'warns of a short password in %j, and says what of it is redacted',
    (value) => {
      const problem = credentialProblem(new Secret(value));
      expect(problem?.severity).toBe('warn');
      expect(english(problem?.message)).toMatch(/password is shorter than 8 characters.*separate word/);
    },
  );

  it.each([
    'YOUR_API_KEY',
    'your-token-here',
    '<api key goes here>',
    'INSERT_TOKEN_HERE',
    'changeme-please',
    'replace_me',
    '$'.concat('{STRIPE_KEY}'),
    '{{ token }}',
    '%STRIPE_KEY%',
    '$STRIPE_KEY',
    'xxxxxxxxxxxx',
    `${'sk'}_test_${'x'.repeat(24)}`,
    '••••••••4f2a',
    'placeholder',
    'example-key-123',
    'access_token',
    'api-key-secret'.slice(0, 7).padEnd(8, 's'),
    'password',
    'Password123!',
    'qwerty123',
    'letmein2024',
    'administrator',
    'aaaaaaaaaaaa',
    '12345678',
    '1234567890',
    'abcdefghijklmnop',
    '87654321',
    'abababababab',
    'Xq7-pL2m',
    'Bearer abcDEF123456789',
    'abc DEF123456789 ',
    '-----BEGIN X-----\nabcdefghijklmnop\n-----END X-----',
    'пароль-FAKE-ключ-77',
  ])('warns about %j', (value) => {
    expect(severity(value)).toBe('warn');
  });

  it.each([
    'tokFAKE9fQ2xL7vB4nM8kR1zW5c',
    'fa4e00c0ffee5ec0e7fa4e00c0ffee5ec0e7',
    '0fa4e000-c0de-4bad-8bad-c0ffee123456',
    'pW/FAKE+9x=&%"\'<>~ ?k#8Lm',
    'correct horse battery staple',
    `${'sk'}_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`,
    `${'gh'}p_${'16C7e42F292c6912E7710c838347Ae178B4a'}`,
    'mein-Schlüssel-9f8e7d6c',
  ])('takes %j', (value) => {
    expect(severity(value)).toBeUndefined();
  });

  it('takes random values, and never quotes one', () => {
    const random = fc.string({
      unit: fc.constantFrom(...'bcdfghjkmnpqrstvwz23456789BCDFGHJKMNPQRSTVWZ'),
      minLength: 20,
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        random.filter((value) => new Set(value).size > 8 && !/x{3}/i.test(value)),
        (value) => severity(value) === undefined,
      ),
    );
    fc.assert(
      fc.property(fc.string({ minLength: 3, maxLength: 30 }), (value) => {
        const message = english(credentialProblem(new Secret(value))?.message) ?? '';
        expect(message === '' || /[.]$/.test(message)).toBe(true);
        fc.pre(/[^\w\s.,]/.test(value));
        expect(message).not.toContain(value);
      }),
    );
  });
});
