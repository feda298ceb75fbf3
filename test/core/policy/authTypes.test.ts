import { describe, expect, it } from 'vitest';
import type { Auth } from '../../../src/core/policy/auth/authTypes.ts';
import { placementOf } from '../../../src/core/policy/auth/authTypes.ts';
import { describeAuth } from '../../../src/core/policy/compare/definition.ts';
import { policyText, printService } from '../../../src/core/policy/compare/print.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';

type Fields = Readonly<Record<string, unknown>>;

const text = (auth: Fields, more: Fields = {}): string =>
  JSON.stringify({
    services: {
      api: { baseUrl: 'https://api.example.com', auth, policies: [{ path: '/a', methods: ['GET'] }], ...more },
    },
  });

function authOf(auth: Fields): Auth {
  const { policy, problems } = parsePolicy(text(auth));
  const service = policy?.services.get('api');
  if (!service) throw new Error(JSON.stringify(problems));
  return service.auth;
}

const OAUTH2 = {
  type: 'oauth2',
  grant: 'client_credentials',
  tokenUrl: 'https://login.example.com/token',
  clientId: 'me',
};

/** Each type with everything that it takes. */
const TYPES: readonly Fields[] = [
  { ...OAUTH2, clientAuth: 'post', scopes: ['read', 'write:all'], audience: 'https://api.example.com/' },
  { ...OAUTH2, grant: 'refresh_token', tokenUrl: 'https://login.example.com/oauth/token/' },
  { ...OAUTH2, grant: 'authorization_code', authorizationUrl: 'https://login.example.com/authorize' },
  { type: 'aws-sigv4', region: 'eu-central-1', service: 's3', payload: 'unsigned' },
  { type: 'github-app', appId: 12, installationId: '34', repositories: ['site'], permissions: { contents: 'read' } },
  { type: 'google-service-account', scopes: ['https://www.googleapis.com/auth/drive'], subject: 'a@example.com' },
  { type: 'google-service-account', audience: 'https://run.example.com', tokenUrl: 'https://login.example.com/token' },
  { type: 'jwt', alg: 'ES256', keyId: 'k', claims: { iss: 'me' }, lifetime: '90s', name: 'X-Jwt', prefix: 'v1' },
  {
    type: 'hmac',
    hash: 'sha512',
    encoding: 'base64',
    sign: '{timestamp}{newline}{body}',
    name: 'X-Signature',
    prefix: 't={timestamp},',
    timestampHeader: 'X-Time',
    timestampFormat: 'iso',
    nonceHeader: 'X-Nonce',
    keyEncoding: 'hex',
  },
  { type: 'vscode-session', provider: 'github', scopes: ['repo'] },
];

describe('every auth type', () => {
  it.each(TYPES)('$type reads, and prints what reads the same', (auth) => {
    const first = parsePolicy(text(auth));
    expect(first.problems).toEqual([]);
    const services = [...(first.policy?.services.values() ?? [])];
    const again = parsePolicy(policyText(services.map(printService))).policy?.services.get('api');
    expect(again?.auth).toEqual(services[0]?.auth);
  });

  it.each(TYPES)('$type says every difference of its fields to the user who approves them', (auth) => {
    const words = describeAuth(authOf(auth));
    for (const name of Object.keys(auth).filter((key) => key !== 'type' && auth[key] !== OTHER[key])) {
      const changed = parsePolicy(text({ ...auth, [name]: OTHER[name] })).policy?.services.get('api')?.auth;
      if (changed) expect(describeAuth(changed), name).not.toBe(words);
    }
  });

  it.each(TYPES)('$type takes its headers from no caller', (auth) => {
    const service = parsePolicy(text(auth)).policy?.services.get('api');
    if (!service) throw new Error('no service');
    const ask = (name: string): boolean =>
      canonicalise({ service: 'api', method: 'GET', path: '/a', headers: { [name]: 'mine' } }, service).ok;
    const own = [auth.name, auth.timestampHeader, auth.nonceHeader].filter((name) => typeof name === 'string');
    for (const name of ['authorization', ...own]) expect(ask(name), name).toBe(false);
  });

  it('lets a policy set no header that belongs to the signature', () => {
    const { problems } = parsePolicy(
      text({ type: 'aws-sigv4', region: 'r', service: 's3' }, { headers: { set: { 'x-amz-date': 'never' } } }),
    );
    expect(problems.map(({ code }) => code)).toEqual(['reserved-header']);
  });
});

/** Another value for every field. */
const OTHER: Fields = {
  grant: 'refresh_token',
  tokenUrl: 'https://other.example.com/token',
  authorizationUrl: 'https://other.example.com/authorize',
  clientId: 'other',
  clientAuth: 'basic',
  scopes: ['other'],
  audience: 'other',
  region: 'other-1',
  service: 's3-other',
  payload: 'signed',
  appId: 99,
  installationId: 98,
  repositories: ['other'],
  permissions: { contents: 'write' },
  subject: 'other@example.com',
  alg: 'RS256',
  keyId: 'other',
  claims: { iss: 'other' },
  lifetime: '5m',
  name: 'X-Other',
  prefix: 'other',
  hash: 'sha256',
  encoding: 'hex',
  sign: '{target}',
  timestampHeader: 'X-Other-Time',
  timestampFormat: 'seconds',
  nonceHeader: 'X-Other-Nonce',
  keyEncoding: 'base64',
  provider: 'microsoft',
};

describe('the binding', () => {
  it.each([
    ['tokenUrl', 'https://other.example.com/token'],
    ['tokenUrl', 'https://login.example.com/other'],
    ['clientId', 'other'],
    ['grant', 'refresh_token'],
  ])('of oauth2 holds for one %s', (name, value) => {
    expect(placementOf(authOf({ ...OAUTH2, [name]: value }))).not.toBe(placementOf(authOf(OAUTH2)));
  });

  it('leaves what a token may do to the review', () => {
    expect(placementOf(authOf({ ...OAUTH2, scopes: ['all'] }))).toBe(placementOf(authOf(OAUTH2)));
  });

  it('of a service account does not follow the key file', () => {
    const auth = authOf({ type: 'google-service-account', scopes: ['a'] });
    expect(placementOf(auth)).toBe('google-service-account:https://oauth2.googleapis.com/token');
  });
});

describe('what is wrong with an auth type', () => {
  it.each<[string, Fields, string]>([
    ['a token endpoint in clear text', { ...OAUTH2, tokenUrl: 'http://login.example.com/token' }, 'base-url-cleartext'],
    ['one inside without an opt-in', { ...OAUTH2, tokenUrl: 'https://169.254.169.254/token' }, 'base-url-forbidden'],
    ['one with a credential in it', { ...OAUTH2, tokenUrl: 'https://me:pw@login.example.com/' }, 'base-url-userinfo'],
    ['no token endpoint', { type: 'oauth2', grant: 'refresh_token', clientId: 'me' }, 'missing-key'],
    ['a literal client secret', { ...OAUTH2, clientSecret: 'oops-this-is-it' }, 'literal-credential'],
    ['an unknown grant', { ...OAUTH2, grant: 'password' }, 'bad-auth-value'],
    ['a sign-in page that is not used', { ...OAUTH2, authorizationUrl: 'https://a.example.com/' }, 'bad-auth-value'],
    ['a scope with a blank', { ...OAUTH2, scopes: ['a b'] }, 'bad-auth-value'],
    ['no scope at all', { ...OAUTH2, scopes: [] }, 'bad-auth-value'],
    [
      'an unsigned body elsewhere than in S3',
      { type: 'aws-sigv4', region: 'r', service: 'sqs', payload: 'unsigned' },
      'bad-auth-value',
    ],
    [
      'a permission that does not exist',
      { type: 'github-app', appId: 1, installationId: 2, permissions: { contents: 'all' } },
      'bad-auth-value',
    ],
    ['scopes beside an audience', { type: 'google-service-account', scopes: ['a'], audience: 'b' }, 'bad-auth-value'],
    ['an algorithm that signs nothing', { type: 'jwt', alg: 'none' }, 'bad-auth-value'],
    ['a claim of our own', { type: 'jwt', alg: 'HS256', claims: { exp: '1' } }, 'bad-auth-value'],
    ['a token for a day', { type: 'jwt', alg: 'HS256', lifetime: '1440m' }, 'bad-auth-value'],
    ['a token in the Host header', { type: 'jwt', alg: 'HS256', name: 'Host' }, 'bad-auth-name'],
    ['an unknown placeholder', { type: 'hmac', name: 'X-S', sign: '{body}{key}' }, 'bad-auth-value'],
    ['a signature over nothing of the request', { type: 'hmac', name: 'X-S', sign: '{timestamp}' }, 'bad-auth-value'],
    [
      'a timestamp in the Authorization header',
      { type: 'hmac', name: 'X-S', sign: '{body}', timestampHeader: 'authorization' },
      'bad-auth-name',
    ],
    ['an unknown provider', { type: 'vscode-session', provider: 'gitlab', scopes: ['a'] }, 'bad-auth-value'],
    ['a key of another type', { type: 'aws-sigv4', region: 'r', service: 's3', scopes: ['a'] }, 'unknown-key'],
  ])('%s', (_what, auth, code) => {
    expect(parsePolicy(text(auth)).problems.map((problem) => problem.code)).toEqual([code]);
  });
});
