import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { runs } from '../../support/runs.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

const JWT = base64('{"alg":"HS256","typ":"JWT"}');
const ROLE = base64(
  '{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"service_role","iat":1641769200,"exp":1799535600}',
);
const SENTRY = base64(
  '{"iat":1687336543.242,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}',
);

/** What everybody can know of the beginning of a credential, in parts, by its kind. */
const BEGINNINGS: Readonly<Record<string, readonly string[]>> = {
  'PyPI’s': ['pypi', '-AgEIcHlwaS5vcmcC'],
  'PyPI’s with the UUID’s frame': ['pypi', '-AgEIcHlwaS5vcmcCJ'],
  'TestPyPI’s': ['pypi', '-AgENdGVzdC5weXBpLm9yZwI'],
  'AWS’s session token': ['IQoJ', 'b3JpZ2luX2Vj'],
  'AWS’s older session token': ['FwoG', 'ZXIvYXdzE'],
  'Discord’s': [Buffer.from('1046272197658566666').toString('base64').replaceAll('=', ''), '.GxYzAb.'],
  'Supabase’s': [JWT, `.${ROLE}.`],
  'a JWT’s of an issuer’s': [JWT, `.${base64('{"iss":"https://login.example.com/","sub":"12345678"}')}.`],
  'a JWT’s whose payload is known in part': [JWT, `.${base64('{"iss":"https://login.example.com/","sub":"')}`],
  'Kubernetes’s': [base64('{"alg":"RS256","kid":""}'), `.${base64('{"iss":"kubernetes/serviceaccount"}')}.`],
  'an RSA key’s': ['MIIEvQ', 'IBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ'],
  'an older RSA key’s': ['MIIEow', 'IBAAKCAQEA'],
  'an OpenSSH key’s': ['b3BlbnNz', 'aC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAA'],
  'an Ed25519 key’s': ['MC4CAQAw', 'BQYDK2VwBCIEI'],
  'an X25519 key’s': ['MC4CAQAw', 'BQYDK2VuBCIEI'],
  'an EC key’s': ['MIGHAgEAMBMG', 'ByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg'],
  'an older EC key’s': ['MHcC', 'AQEEI'],
  'Mapbox’s': ['sk', `.${base64('{"u":"someuser","a":"')}`],
  'Mapbox’s temporary': ['tk', `.${base64('{"u":"someuser","a":"')}`],
  'Sentry’s': ['sntrys', `_${SENTRY}_`],
  'Grafana Cloud’s': ['glc', `_${base64('{"o":"123456","n":"stack-')}`],
  '1Password’s': [
    'ops',
    `_${base64('{"signInAddress":"my.1password.com","userAuth":{"method":"SRPg-4096"}}'.slice(0, 66))}`,
  ],
  'Fly’s': ['fm2', '_lJPECAAAAAAAA'],
  'Fly’s with its scheme': ['FlyV1 fm2', '_lJPECAAAAAAAA'],
  'Fly’s of the first kind': ['fm1', 'r_lJPECAAAAAAAA'],
  'a macaroon’s': ['MDAx', 'Y2xvY2F0aW9uIG'],
  'another macaroon’s': ['MDAx', 'NmxvY2F0aW9uIHBhcGkK'],
  'GitHub’s fine-grained': ['github_pat', '_11ABCDEFG0'],
  'Doppler’s': ['dp.st', '.dev_project.'],
  'Meta’s': ['EA', 'AG'],
  'Meta’s of a longer id': ['EAAB', 'sbCS1iHgBA'],
  'Square’s': ['EA', 'AAE'],
  'Square’s older': ['sq0', 'atp-'],
  'Square’s application secret': ['sq0', 'csp-'],
  'Google’s access': ['ya', '29.a0A'],
  'Google’s service’s access': ['ya29', '.c.c0A'],
  'Google’s refresh': ['1//', '0'],
  'Google’s refresh of a user': ['1//', '0g'],
  'Vault’s batch': ['hvb', '.AAAAAQ'],
  'Vault’s service': ['hvs', '.CAESI'],
  'Vault’s recovery': ['hvr', '.CAESI'],
  'age’s': ['AGE-SECRET', '-KEY-1'],
  'Cloudflare’s': ['v1', '.0-'],
  'SendGrid’s': ['SG', '.'],
  'Stripe’s': ['sk_live', '_51HxQz2eZvKYlo2Cd'],
  'Slack’s': ['xoxb', '-2345678901234-3456789012345-'],
  'Asana’s': ['1/', '1200000000000000:'],
  'Asana’s second': ['2/', '1200000000000000/1200000000000001:'],
};

/** What a machine makes: enough for a signature and a key alike. */
const random = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'),
  minLength: 64,
  maxLength: 160,
});

function redactor(value: string): Redactor {
  return new Redactor([{ name: 'api', value: new Secret(value) }]);
}

describe.each(Object.entries(BEGINNINGS))('of a credential that begins as %s, a guess', (_kind, parts) => {
  const known = parts.join('');

  it('in a call is told by nothing until it is the whole', () => {
    fc.assert(
      fc.property(random, (rest) => {
        const redacts = redactor(known + rest);
        for (let length = 0; length < rest.length; length++) {
          expect(redacts.namesIn([`key=${known}${rest.slice(0, length)}`])).toEqual([]);
        }
        expect(redacts.namesIn([known + rest])).toEqual(['api']);
      }),
      { numRuns: runs(3) },
    );
  });

  it('in an answer is told by nothing before eight characters more are right', () => {
    fc.assert(
      fc.property(random, (rest) => {
        const redacts = redactor(known + rest);
        for (let length = 0; length < 8; length++) {
          const text = `(${known}${rest.slice(0, length)})`;
          expect(redacts.text(text).text).toBe(text);
        }
        expect(redacts.text(`(${known}${rest})`).text).toBe('([redacted:api])');
      }),
      { numRuns: runs(3) },
    );
  });
});
