import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IdentityProvider, startIdentityProvider } from '../support/identityProvider.ts';
import { loopbackService, policyText, type Served, serve } from '../support/serve.ts';

let idp: IdentityProvider;
let served: Served | undefined;

beforeEach(async () => {
  idp = await startIdentityProvider();
});

afterEach(async () => {
  await served?.stop();
  served = undefined;
  await idp.close();
});

function policy(): string {
  const auth = { type: 'oauth2', grant: 'refresh_token', tokenUrl: idp.tokenUrl, clientId: idp.clientId };
  return policyText({
    crm: loopbackService(`${idp.origin}/api`, { auth }),
    cloud: loopbackService(idp.origin, { auth: { type: 'aws-sigv4', region: 'r', service: 's3' } }),
    forge: loopbackService(`${idp.origin}/api`, {
      auth: { type: 'vscode-session', provider: 'github', scopes: ['repo'] },
    }),
  });
}

describe('serve with a credential that is not a bearer token', () => {
  it('takes it by rotate, renews it, and has nothing of it in any file or line', async () => {
    const refreshToken = await idp.refreshToken();
    const credential = JSON.stringify({ clientSecret: idp.clientSecret, refreshToken });
    served = await serve({ policy: policy(), credentials: { crm: credential } });
    const agent = await served.agent();
    expect((await agent.ok('read', { service: 'crm', path: '/a' })).json).toEqual({
      path: '/api/a',
      echo: 'Bearer [redacted:crm]',
    });
    idp.endTokens();
    expect((await agent.ok('read', { service: 'crm', path: '/b' })).status).toBe(200);
    expect(new Set(idp.requests.map((body) => body.get('refresh_token'))).size).toBe(2);

    const renewals = served.records().filter(({ verdict }) => verdict === 'renew');
    expect(renewals.map(({ kind, path, subject }) => [kind, path, subject])).toEqual(
      ['intent', 'outcome', 'intent', 'outcome'].map((kind) => [kind, '/token', idp.origin]),
    );
    const secrets = [
      idp.clientSecret,
      ...idp.apiCalls.map(({ token }) => token),
      ...idp.requests.map((body) => body.get('refresh_token') ?? ''),
    ];
    const written = served.everything();
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(16);
      expect(written).not.toContain(secret);
    }
  });

  it('takes a token of its own in the place of VS Code’s session', async () => {
    served = await serve({ policy: policy(), credentials: { forge: 'a-session-of-some-length' } });
    const agent = await served.agent();
    expect(await agent.ok('read', { service: 'forge', path: '/x' }).catch((error: Error) => error.message)).toContain(
      'credential_rejected',
    );
    expect(idp.apiCalls[0]?.token).toBe('a-session-of-some-length');
  });

  it.each([
    ['a line break', '\n'],
    ['that of Windows', '\r\n'],
    ['an empty line', '\n\n'],
  ])('takes a key file with %s at its end, by rotate and from the environment', async (_, end) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
    const auth = { type: 'jwt', alg: 'RS256', claims: { iss: 'me' } };
    const service = loopbackService(idp.origin, { auth });
    served = await serve({
      policy: policyText({ one: service, two: service, three: loopbackService(idp.origin) }),
      env: { VALETKEY_CREDENTIAL_TWO: `${pem}${end}` },
    });
    expect(await served.order({ do: 'rotate', service: 'one', credential: `${pem}${end}` })).toMatchObject({
      ok: true,
    });
    expect(served.diagnostics.filter((line) => line.includes('VALETKEY_CREDENTIAL_TWO'))).toEqual([]);
    const { services } = (await served.order({ do: 'status' })) as { services: { name: string; status: string }[] };
    expect(services.map(({ name, status }) => [name, status])).toEqual([
      ['one', 'ready'],
      ['three', 'missing_credential'],
      ['two', 'ready'],
    ]);
    // A token has no lines, so that a break at its end is a slip.
    const token = await served.order({ do: 'rotate', service: 'three', credential: `a-token-of-some-length${end}` });
    expect(token).toMatchObject({ ok: false, error: expect.stringContaining('line break') });
  });

  it('refuses what the type cannot use, without repeating it', async () => {
    served = await serve({ policy: policy() });
    const given = 'just-one-long-secret-value';
    const answer = await served.order({ do: 'rotate', service: 'cloud', credential: given });
    expect(answer.ok).toBe(false);
    expect(String(answer.error)).toContain('secretAccessKey');
    expect(String(answer.error)).not.toContain(given);
  });
});
