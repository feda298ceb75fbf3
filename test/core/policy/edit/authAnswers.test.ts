import { describe, expect, test } from 'vitest';
import { credentialOfParts } from '../../../../src/core/credentials/credentialParts.ts';
import { placementOf } from '../../../../src/core/policy/auth/authTypes.ts';
import {
  type AuthAnswers,
  type AuthTypeWithFields,
  answerProblem,
  authOfAnswers,
} from '../../../../src/core/policy/edit/authAnswers.ts';
import { withService } from '../../../../src/core/policy/edit/serviceWriter.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { payloadProblem } from '../../../../src/gateway/credentials/payload.ts';
import { english } from '../../../support/english.ts';

const OAUTH = { tokenUrl: 'https://login.example.com/token', clientId: 'c' };
const COMPLETE: readonly (readonly [AuthTypeWithFields, AuthAnswers, string])[] = [
  [
    'oauth2',
    {
      ...OAUTH,
      grant: 'authorization_code',
      authorizationUrl: 'https://login.example.com/auth',
      scopes: 'read,  write',
    },
    'oauth2:authorization_code https://login.example.com/token https://login.example.com/auth basic:c',
  ],
  [
    'oauth2',
    { ...OAUTH, grant: 'client_credentials', scopes: '' },
    'oauth2:client_credentials https://login.example.com/token basic:c',
  ],
  ['aws-sigv4', { region: 'eu-central-1', service: 's3' }, 'aws-sigv4:eu-central-1:s3'],
  ['github-app', { appId: '12345', installationId: '67890', repositories: 'a b' }, 'github-app:12345:67890'],
  [
    'google-service-account',
    { scopes: 'https://www.googleapis.com/auth/cloud-platform' },
    'google-service-account:https://oauth2.googleapis.com/token',
  ],
  [
    'oauth2',
    { ...OAUTH, grant: 'client_credentials', audience: 'https://api.example.com', clientAuth: 'post' },
    'oauth2:client_credentials https://login.example.com/token post:c',
  ],
  [
    'google-service-account',
    { audience: 'https://service.example.com', scopes: '' },
    'google-service-account:https://oauth2.googleapis.com/token',
  ],
  ['jwt', { alg: 'ES256', keyId: 'K1' }, 'jwt:ES256:authorization:'],
  ['jwt', { alg: 'RS256', claims: 'iss=a=b, aud = my-api,' }, 'jwt:RS256:authorization:'],
  [
    'hmac',
    { hash: 'sha512', sign: '{timestamp}.{target}.{body}', name: 'X-Signature', timestampHeader: 'X-Time' },
    'hmac:sha512:x-signature:{timestamp}.{target}.{body}',
  ],
  ['vscode-session', { provider: 'github', scopes: 'repo' }, 'vscode-session:github'],
];

describe.each(COMPLETE)('%s', (type, answers, placement) => {
  test('its answers make the auth that is written to the policy, and is bound so', () => {
    const auth = authOfAnswers(type, answers, 'public');
    if (!auth) throw new Error('not read');
    expect(placementOf(auth)).toBe(placement);
    const text = withService(undefined, { name: 'new', baseUrl: 'https://api.example.com', auth, rules: [] });
    expect(parsePolicy(text).policy?.services.get('new')?.auth).toEqual(auth);
  });

  test('every answer is found right beside the others, and one too few is no auth', () => {
    for (const [key, answer] of Object.entries(answers))
      expect(answerProblem(type, answers, key, answer, 'public')).toBeUndefined();
    const [[first] = ['']] = Object.entries(answers);
    if (type !== 'hmac') expect(authOfAnswers(type, { ...answers, [first]: '' }, 'public')).toBeUndefined();
  });
});

test.each([
  ['oauth2', 'tokenUrl', 'http://login.example.com/token', 'auth.tokenUrl'],
  ['oauth2', 'tokenUrl', 'login', 'auth.tokenUrl'],
  ['aws-sigv4', 'region', 'EU West', 'auth.region'],
  ['hmac', 'sign', '{nothing}', 'auth.sign'],
  ['hmac', 'name', 'Host', 'cannot carry a credential'],
] as const)('%s: a wrong %s is told at once', (type, key, answer, words) => {
  expect(english(answerProblem(type, {}, key, answer, 'public'))).toContain(words);
});

test('a token endpoint on this machine is right where the API is there, too', () => {
  expect(answerProblem('oauth2', {}, 'tokenUrl', 'http://127.0.0.1:9000/token', 'loopback')).toBeUndefined();
});

test('what is left of another grant is not written', () => {
  const answers = { ...OAUTH, grant: 'refresh_token', authorizationUrl: 'https://login.example.com/auth' };
  expect(authOfAnswers('oauth2', answers, 'public')).not.toHaveProperty('authorizationUrl');
});

test('the parts of a credential make what its type takes', () => {
  const aws = authOfAnswers('aws-sigv4', { region: 'eu-central-1', service: 's3' }, 'public');
  const key = credentialOfParts(['accessKeyId', 'secretAccessKey', 'sessionToken'], ['an-id', 'a-secret', '']);
  expect(key.expose('fingerprint')).toBe('{"accessKeyId":"an-id","secretAccessKey":"a-secret"}');
  expect(aws && payloadProblem(aws, key)).toBeUndefined();
  expect(aws && payloadProblem(aws, new Secret('an-id'))).toBeDefined();
  expect(credentialOfParts(['clientSecret'], ['only']).expose('fingerprint')).toBe('only');
  expect(credentialOfParts(['refreshToken', 'clientSecret'], ['', '']).length).toBe(0);
});

test('an endpoint to sign in at is right when signing in was chosen, in the order of the questions', () => {
  const answers = { grant: 'authorization_code', tokenUrl: OAUTH.tokenUrl };
  expect(answerProblem('oauth2', answers, 'authorizationUrl', 'https://login.example.com/a', 'public')).toBeUndefined();
  expect(english(answerProblem('oauth2', answers, 'authorizationUrl', 'login', 'public'))).toContain(
    'authorizationUrl',
  );
});

test('claims are read as names and values, and one without a value is no answer', () => {
  const auth = authOfAnswers('jwt', { alg: 'RS256', claims: 'iss=a=b, aud = my-api,' }, 'public');
  expect(auth).toMatchObject({ claims: { iss: 'a=b', aud: 'my-api' } });
  expect(answerProblem('jwt', { alg: 'RS256' }, 'claims', 'iss', 'public')).toBeDefined();
  expect(answerProblem('jwt', { alg: 'RS256' }, 'claims', 'exp=1', 'public')).toBeDefined();
});

test('what was answered about another kind of token does not count', () => {
  const answers = { scopes: 'https://www.googleapis.com/auth/cloud-platform', audience: 'https://a.example' };
  expect(authOfAnswers('google-service-account', answers, 'public')).not.toHaveProperty('audience');
});
