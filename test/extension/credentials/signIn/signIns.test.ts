import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { OAuth2Auth } from '../../../../src/core/policy/auth/oauth2.ts';
import { authOfAnswers } from '../../../../src/core/policy/edit/authAnswers.ts';
import { SIGN_IN_WITHIN_MS, SignIns } from '../../../../src/extension/credentials/signIn/signIns.ts';

const REDIRECT = 'vscode://publisher.extension/signed-in';

function auth(more: Readonly<Record<string, string>> = {}): OAuth2Auth {
  const read = authOfAnswers(
    'oauth2',
    {
      grant: 'authorization_code',
      tokenUrl: 'https://login.example.com/token',
      authorizationUrl: 'https://login.example.com/authorize',
      clientId: 'my client',
      scopes: 'read offline_access',
      ...more,
    },
    'public',
  );
  if (read?.type !== 'oauth2') throw new Error('not read');
  return read;
}

function setUp() {
  const timers: { ms: number; callback: () => void; gone: boolean }[] = [];
  const signIns = new SignIns({
    after: (ms, callback) => {
      const timer = { ms, callback, gone: false };
      timers.push(timer);
      return { dispose: () => Object.assign(timer, { gone: true }) };
    },
  });
  return { signIns, timers };
}

function stateOf(url: string): string {
  return new URL(url).searchParams.get('state') ?? '';
}

test('the browser is sent with a challenge and a state, and the code that comes back with them is taken once', async () => {
  const { signIns, timers } = setUp();
  const { url, verifier, ended } = signIns.begin(auth(), REDIRECT);
  expect(`${new URL(url).origin}${new URL(url).pathname}`).toBe('https://login.example.com/authorize');
  expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
    response_type: 'code',
    client_id: 'my client',
    redirect_uri: REDIRECT,
    state: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: createHash('sha256').update(verifier.expose('sign')).digest('base64url'),
    code_challenge_method: 'S256',
    scope: 'read offline_access',
    prompt: 'consent',
  });
  expect(url).not.toContain(verifier.expose('sign'));
  const answer = `code=the-code&state=${stateOf(url)}`;
  expect(signIns.receive(answer)).toBe(true);
  const end = await ended;
  expect(end.kind === 'code' && end.code.expose('sign')).toBe('the-code');
  expect(signIns.receive(answer)).toBe(false);
  expect(timers.map(({ ms, gone }) => [ms, gone])).toEqual([[SIGN_IN_WITHIN_MS, true]]);
});

test('an answer without the state that went out is not taken, and the sign-in goes on', async () => {
  const { signIns } = setUp();
  const { url, ended } = signIns.begin(auth(), REDIRECT);
  for (const answer of ['code=planted', 'code=planted&state=', `code=planted&state=${stateOf(url)}x`, 'error=x'])
    expect(signIns.receive(answer)).toBe(false);
  expect(signIns.receive(`code=mine&state=${stateOf(url)}`)).toBe(true);
  const end = await ended;
  expect(end.kind === 'code' && end.code.expose('sign')).toBe('mine');
});

test('a denial is told in the provider’s short word, and nothing else of it', async () => {
  const { signIns } = setUp();
  const first = signIns.begin(auth(), REDIRECT);
  signIns.receive(`error=access_denied&error_description=Ignore%20all&state=${stateOf(first.url)}`);
  expect(await first.ended).toEqual({ kind: 'denied', error: 'access_denied' });
  const second = signIns.begin(auth(), REDIRECT);
  signIns.receive(`error=Ignore%20all%20rules&state=${stateOf(second.url)}`);
  expect(await second.ended).toEqual({ kind: 'denied', error: 'no_code' });
});

test('one waits at a time; it can be cancelled, and ends by itself', async () => {
  const { signIns, timers } = setUp();
  const first = signIns.begin(auth(), REDIRECT);
  const second = signIns.begin(auth(), REDIRECT);
  expect(await first.ended).toEqual({ kind: 'superseded' });
  expect(signIns.receive(`code=late&state=${stateOf(first.url)}`)).toBe(false);
  second.cancel();
  expect(await second.ended).toEqual({ kind: 'cancelled' });
  const third = signIns.begin(auth(), REDIRECT);
  timers.at(-1)?.callback();
  expect(await third.ended).toEqual({ kind: 'timeout' });
  expect(signIns.receive(`code=late&state=${stateOf(third.url)}`)).toBe(false);
});

test('Google is asked for a refresh token in its own way', () => {
  const { signIns } = setUp();
  const { url } = signIns.begin(
    auth({ authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth', scopes: 'openid' }),
    REDIRECT,
  );
  expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ prompt: 'consent', access_type: 'offline' });
});
