import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsCredential, looksPasted, looksPastedAsPath } from '../../../../src/core/checkup/secrets/pasted.ts';
import { KNOWN_SERVICES } from '../../../../src/core/services/knownServices.ts';
import { cpuTime } from '../../../support/cpuTime.ts';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A new value each time: nothing here is anybody's. */
function random(length: number, alphabet = LETTERS_AND_DIGITS): string {
  return [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

const PASTED: Readonly<Record<string, () => string>> = {
  'a GitHub token': () => `ghp${'_'}${random(36)}`,
  'a fine-grained GitHub token': () => `github${'_pat_'}${random(22)}_${random(59)}`,
  'a GitLab token': () => `glpat${'-'}${random(20)}`,
  'a Stripe key': () => `sk${'_live_'}${random(24)}`,
  'an Anthropic key': () => `sk${'-ant-'}api03-${random(80)}`,
  'a Slack token': () => `xoxb${'-'}${random(11, '0123456789')}-${random(12, '0123456789')}-${random(24)}`,
  'a JSON Web Token': () => `eyJ${random(20)}.eyJ${random(40)}.${random(43)}`,
  'an authorization header': () => `Authorization: Bearer ${random(40)}`,
  'a password in a URL': () => `https://user:${random(20)}@api.example.com/`,
  'a private key': () => `-----BEGIN ${'PRIVATE'} KEY-----\n${random(64)}\n-----END ${'PRIVATE'} KEY-----`,
  'the first line of a private key alone': () => `-----BEGIN ${'PRIVATE'} KEY-----`,
  'the first line of an older one': () => `  -----BEGIN RSA ${'PRIVATE'} KEY-----`,
  'the first line of an encrypted one': () => `-----BEGIN ENCRYPTED ${'PRIVATE'} KEY----- ${random(64)}`,
  'hexadecimal digits of no known shape': () => random(40, '0123456789abcdef'),
  'a UUID': () => randomUUID(),
  'letters and digits of no known shape': () => random(40),
  'small letters and digits of no known shape': () => random(40, 'abcdefghijklmnopqrstuvwxyz0123456789'),
  base64: () => randomBytes(32).toString('base64'),
  'base64url with a prefix': () => `acme_${randomBytes(24).toString('base64url')}`,
  'a value of the tests': () => `demo-env-${randomUUID()}`,
  'blanks around it': () => `  ${random(40)}\n`,
};

const TYPED = [
  '',
  'payments',
  'stripe-live',
  'customer-portal-v2',
  'internal-wiki-2024',
  'my-company-billing-service-eu-west-1',
  'MyInternalWikiApi2',
  'production',
  'staging (EU), shared with the web team',
  'X-Api-Key',
  'X-Acme-Client-Authentication',
  'Ocp-Apim-Subscription-Key',
  'api_key',
  'jane.doe+billing2024@mail.example.com',
  'firstname.lastname@subsidiary.example.co.uk',
  'https://api.example.com',
  'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod/v2',
  'http://127.0.0.1:8080/api/v1',
  '/v1/customers/me?expand=subscriptions',
  'read, and ask before every write',
  'op read op://Work/Stripe/key',
];

describe('what is pasted where no credential belongs', () => {
  test.each(Object.entries(PASTED))('%s is seen', (_, make) => {
    // Chance makes words of a few: three in a hundred at most, so that of so many twice that is out of its reach.
    const seen = Array.from({ length: 2000 }, make).filter(looksPasted).length;
    expect(seen).toBeGreaterThanOrEqual(1880);
  });

  test.each(TYPED)('“%s” is no credential', (text) => {
    expect(looksPasted(text)).toBe(false);
    expect(holdsCredential(text)).toBe(false);
  });

  test('nothing that is known of a service is taken for one', () => {
    const words = KNOWN_SERVICES.flatMap(({ id, label, baseUrl }) => [id, label, baseUrl, new URL(baseUrl).host]);
    expect(words.filter(looksPasted)).toEqual([]);
  });

  test('the letters of the alphabet alone, in words, are never one', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), fc.constantFrom('-', '_', '.', ' '), (words, by) => {
        fc.pre(!holdsCredential(words.join(by)));
        expect(looksPasted(words.join(by))).toBe(false);
      }),
    );
  });
});

test('an id is as random as a credential: only the shape of a known one tells', () => {
  expect(holdsCredential(randomUUID())).toBe(false);
  expect(holdsCredential(`ghp${'_'}${random(36)}`)).toBe(true);
});

describe('where a path belongs', () => {
  test.each(Object.entries(PASTED))('%s is seen', (_, make) => {
    expect(Array.from({ length: 200 }, make).filter(looksPastedAsPath).length).toBeGreaterThanOrEqual(185);
  });

  test.each(['', '/', '/v1/me', 'v1/me', '/v1/customers/me?expand=subscriptions', `/v1/things/${randomUUID()}`])(
    '%s is a path',
    (text) => {
      expect(looksPastedAsPath(text)).toBe(false);
    },
  );

  test('a known token in a path is seen', () => {
    expect(looksPastedAsPath(`/v1/ghp${'_'}${random(36)}`)).toBe(true);
  });
});

test('a long text takes no time', () => {
  for (const text of ['a1'.repeat(500_000), '-'.repeat(1_000_000), 'A'.repeat(1_000_000)]) {
    expect(cpuTime(() => looksPasted(text))).toBeLessThan(1000);
  }
});
