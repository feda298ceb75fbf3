import { createHash, generateKeyPairSync, randomBytes, randomUUID, verify as verifySignature } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import jsonwebtoken from 'jsonwebtoken';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import { english } from '../support/english.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { Keyholder } from '../support/keyholder.ts';
import { type RecordedRequest, startUpstream, type Upstream } from '../support/upstream.ts';

type Outcome = { answer: Answer } | { refusal: Refusal };

const answerOf = (outcome: Outcome): Answer => {
  if ('refusal' in outcome) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.answer;
};
const refusalOf = (outcome: Outcome): Refusal => {
  if ('answer' in outcome) throw new Error(`not refused: ${JSON.stringify(outcome.answer)}`);
  return outcome.refusal;
};

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const pkcs8 = (pair: typeof RSA): string => pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = (pair: typeof RSA): string => pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const spki = (pair: typeof RSA): string => pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

let upstream: Upstream;
let handle: (request: RecordedRequest, response: ServerResponse) => boolean;
let keyholder: Keyholder;

beforeEach(async () => {
  handle = () => false;
  upstream = await startUpstream({ handle: (request, response) => handle(request, response) });
  keyholder = new Keyholder();
});

afterEach(() => upstream.close());

async function open(auth: Record<string, unknown>, credential: string, now?: () => number): Promise<GatewayInProcess> {
  const policy = JSON.stringify({
    services: {
      api: {
        baseUrl: upstream.origin,
        network: 'loopback',
        auth,
        policies: [{ path: '/**', methods: ['GET', 'PUT', 'POST', 'DELETE'] }],
      },
    },
  });
  keyholder.put(policy, 'api', credential);
  return gatewayInProcess({ policy, keyholder, ...(now ? { now } : {}) });
}

function last(): RecordedRequest {
  const request = upstream.requests.at(-1);
  if (!request) throw new Error('nothing arrived');
  return request;
}

const json = (response: ServerResponse, status: number, body: unknown): true => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
};

describe('aws-sigv4', () => {
  const accessKeyId = ['AK', 'IA', 'TESTTESTTESTTEST'].join('');
  const secretAccessKey = randomBytes(30).toString('base64');
  const sessionToken = randomBytes(60).toString('base64');

  /** The signature that another library makes of what arrived. */
  async function expectedOf(request: RecordedRequest, service: string): Promise<string> {
    const signed = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '')?.[1]?.split(';') ?? [];
    const [path = '', search = ''] = request.target.split('?', 2);
    const query: Record<string, string[]> = {};
    for (const [name, value] of new URLSearchParams(search)) query[name] = [...(query[name] ?? []), value];
    const signer = new SignatureV4({
      service,
      region: 'eu-central-1',
      credentials: { accessKeyId, secretAccessKey },
      sha256: Sha256,
      uriEscapePath: service !== 's3',
      applyChecksum: false,
    });
    const date = String(request.headers['x-amz-date']);
    const again = await signer.sign(
      {
        method: request.method,
        protocol: 'http:',
        hostname: '127.0.0.1',
        port: upstream.port,
        path,
        query,
        headers: Object.fromEntries(signed.map((name) => [name, String(request.headers[name])])),
        body: request.body,
      },
      { signingDate: new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')) },
    );
    return String(again.headers.authorization);
  }

  const auth = (service: string): Record<string, unknown> => ({ type: 'aws-sigv4', region: 'eu-central-1', service });
  const credential = JSON.stringify({ accessKeyId, secretAccessKey });

  it.each([
    ['execute-api', 'GET', '/a/b', undefined],
    ['execute-api', 'GET', '/a%20b/c:d/@e/~f?z=1&a=2&a=1&empty=&sp=a%20b', undefined],
    ['execute-api', 'POST', '/items', { name: 'ä "x" {y}' }],
    ['s3', 'GET', '/bucket/a%20key%2Bplus/%C3%BC%281%29', undefined],
    ['s3', 'PUT', '/bucket/key%3Dvalue', { big: 'x'.repeat(5000) }],
    ['dynamodb', 'POST', '/', { TableName: 't' }],
  ])('signs for %s what another library signs the same: %s %s', async (service, method, path, body) => {
    const { call } = await open(auth(service), credential);
    answerOf(await call({ service: 'api', method, path, ...(body ? { json: body } : {}) }));
    const request = last();
    expect(request.headers.authorization).toBe(await expectedOf(request, service));
    expect(request.headers['x-amz-content-sha256']).toBe(createHash('sha256').update(request.body).digest('hex'));
  });

  it('sends a session token in the signature, and leaves the body out where the policy says so', async () => {
    const withSession = JSON.stringify({
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    });
    const { call } = await open({ ...auth('s3'), payload: 'unsigned' }, withSession);
    answerOf(await call({ service: 'api', method: 'PUT', path: '/bucket/key', text: 'hello' }));
    expect(last().headers).toMatchObject({
      'x-amz-security-token': sessionToken,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    });
    expect(last().headers.authorization).toContain('x-amz-security-token');
    expect(last().headers.authorization).toBe(await expectedOf(last(), 's3'));
  });

  it('shows the agent neither the signature nor the keys', async () => {
    const { read, log } = await open(auth('s3'), JSON.stringify({ accessKeyId, secretAccessKey, sessionToken }));
    handle = (request, response) => json(response, 200, { ...request.headers, keys: [secretAccessKey, sessionToken] });
    const answer = JSON.stringify(answerOf(await read('api', '/bucket/key')));
    const signature = /Signature=(\w+)/.exec(last().headers.authorization ?? '')?.[1] ?? 'none';
    expect(signature).toHaveLength(64);
    for (const secret of [signature, secretAccessKey, sessionToken]) expect(answer + log.join()).not.toContain(secret);
  });

  it('signs by the API’s clock once it was told the time, and tries a read again', async () => {
    const behind = 3600_000;
    handle = (request, response) => {
      const [, y, mo, d, h, mi, s] = /(....)(..)(..)T(..)(..)(..)Z/.exec(String(request.headers['x-amz-date'])) ?? [];
      const off = Math.abs(Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) - Date.now());
      return json(response, off > 300_000 ? 403 : 200, { off });
    };
    const { read } = await open(auth('s3'), credential, () => Date.now() - behind);
    expect(answerOf(await read('api', '/x')).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
    expect(answerOf(await read('api', '/y')).status).toBe(200);
    expect(upstream.requests).toHaveLength(3);
  });

  it('refuses session keys that have ended, by their own date', async () => {
    const ended = JSON.stringify({ accessKeyId, secretAccessKey, sessionToken, expiration: '2020-01-01T00:00:00Z' });
    const { read, gateway } = await open(auth('s3'), ended);
    expect(refusalOf(await read('api', '/x'))).toMatchObject({ code: 'credential_expired', sent: 'no' });
    expect((await gateway.status()).services[0]?.status).toBe('expired');
    expect(upstream.requests).toHaveLength(0);
  });

  it('takes none of its headers from a caller', async () => {
    const { call } = await open(auth('s3'), credential);
    for (const name of ['authorization', 'x-amz-date', 'X-Amz-Security-Token', 'x-amz-content-sha256']) {
      const refusal = refusalOf(await call({ service: 'api', method: 'GET', path: '/x', headers: { [name]: 'mine' } }));
      expect(refusal.code).toBe('invalid_request');
    }
  });
});

describe('jwt', () => {
  const claims = { iss: 'my-app', aud: 'api', sub: 'robot' };
  const bearer = (): string => String(last().headers.authorization).replace('Bearer ', '');

  it.each([
    ['RS256', pkcs8(RSA), spki(RSA)],
    ['ES256', pkcs8(EC as unknown as typeof RSA), spki(EC as unknown as typeof RSA)],
    ['HS256', 'a-shared-secret-of-some-length-0123456789', 'a-shared-secret-of-some-length-0123456789'],
  ] as const)('signs with %s what another library verifies', async (alg, key, verifying) => {
    const { read } = await open({ type: 'jwt', alg, keyId: 'k1', claims, lifetime: '2m' }, key);
    answerOf(await read('api', '/a'));
    const verified = jsonwebtoken.verify(bearer(), verifying, {
      algorithms: [alg],
      issuer: 'my-app',
      audience: 'api',
      complete: true,
    });
    expect(verified.header).toMatchObject({ alg, kid: 'k1' });
    const { iat = 0, exp = 0, sub, jti } = verified.payload as jsonwebtoken.JwtPayload;
    expect(exp - iat).toBeLessThanOrEqual(150);
    expect(sub).toBe('robot');
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('signs with EdDSA what node:crypto verifies', async () => {
    const { read } = await open({ type: 'jwt', alg: 'EdDSA', claims }, pkcs8(ED as unknown as typeof RSA));
    answerOf(await read('api', '/a'));
    const [head, payload, signature = ''] = bearer().split('.');
    const good = verifySignature(
      null,
      Buffer.from(`${head}.${payload}`),
      ED.publicKey,
      Buffer.from(signature, 'base64url'),
    );
    expect(good).toBe(true);
  });

  it('goes where the policy says, and is taken out of answers', async () => {
    const { read } = await open({ type: 'jwt', alg: 'HS256', name: 'X-Assertion', claims }, randomUUID());
    const answer = answerOf(await read('api', '/echo'));
    expect(last().headers.authorization).toBeUndefined();
    const sent = String(last().headers['x-assertion']);
    expect(sent.split('.')).toHaveLength(3);
    expect(JSON.stringify(answer)).not.toContain(sent);
    expect((answer.json as { headers: Record<string, string> }).headers['x-assertion']).toBe('[redacted:api]');
  });

  it('is not signed with a key of another kind, and says what is wrong with it', async () => {
    const { read } = await open({ type: 'jwt', alg: 'ES256' }, pkcs8(RSA));
    const refusal = refusalOf(await read('api', '/a'));
    expect(refusal.code).toBe('credential_rejected');
    expect(refusal.message).toContain('P-256');
    expect(upstream.requests).toHaveLength(0);
  });

  it('is dated by the API’s clock once that is known', async () => {
    handle = (request, response) => {
      try {
        jsonwebtoken.verify(String(request.headers.authorization).slice(7), spki(RSA));
        return json(response, 200, {});
      } catch {
        return json(response, 401, {});
      }
    };
    const { read } = await open({ type: 'jwt', alg: 'RS256' }, pkcs8(RSA), () => Date.now() - 7200_000);
    expect(answerOf(await read('api', '/a')).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('hmac', () => {
  it('signs what the policy names, as WebCrypto verifies', async () => {
    const key = randomBytes(32);
    const { call } = await open(
      {
        type: 'hmac',
        hash: 'sha256',
        encoding: 'base64',
        keyEncoding: 'base64',
        sign: '{timestamp}{newline}{nonce}{newline}{method}{newline}{target}{newline}{body}',
        name: 'X-Signature',
        prefix: 't={timestamp},v1=',
        timestampHeader: 'X-Timestamp',
        nonceHeader: 'X-Nonce',
      },
      key.toString('base64'),
    );
    answerOf(await call({ service: 'api', method: 'POST', path: '/pay?a=1&b=%7Bbody%7D', json: { to: '{nonce}' } }));
    const { headers, method, target, body } = last();
    const [, timestamp, signature = ''] = /^t=(\d+),v1=(.+)$/.exec(String(headers['x-signature'])) ?? [];
    expect(headers['x-timestamp']).toBe(timestamp);
    const signed = [timestamp, headers['x-nonce'], method, target, body].join('\n');
    const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    expect(await crypto.subtle.verify('HMAC', imported, Buffer.from(signature, 'base64'), Buffer.from(signed))).toBe(
      true,
    );
  });

  it('shows the agent neither the signature nor the key, and takes no such header from it', async () => {
    const key = randomUUID();
    const { read, call } = await open({ type: 'hmac', sign: '{target}', name: 'X-Signature' }, key);
    const answer = JSON.stringify(answerOf(await read('api', '/echo')));
    const signature = String(last().headers['x-signature']);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(answer).not.toContain(signature);
    const forged = await call({ service: 'api', method: 'GET', path: '/x', headers: { x_signature: 'mine' } });
    expect(refusalOf(forged).code).toBe('invalid_request');
  });
});

describe('github-app', () => {
  const token = ['gh', 's_', randomBytes(20).toString('hex')].join('');
  const auth = {
    type: 'github-app',
    appId: 1234,
    installationId: 99,
    repositories: ['site'],
    permissions: { contents: 'read' },
  };
  let minted = 0;
  /** What GitHub checks of an app's token: signature, issuer, and ten minutes at most by its own clock. */
  const github = (request: RecordedRequest, response: ServerResponse): boolean => {
    if (request.target !== '/app/installations/99/access_tokens') {
      return json(response, request.headers.authorization === `Bearer ${token}` ? 200 : 401, { echo: request.headers });
    }
    try {
      const assertion = String(request.headers.authorization).replace('Bearer ', '');
      const { iat = 0, exp = 0 } = jsonwebtoken.verify(assertion, spki(RSA), {
        algorithms: ['RS256'],
        issuer: '1234',
      }) as jsonwebtoken.JwtPayload;
      if (exp - Date.now() / 1000 > 600 || iat > Date.now() / 1000) throw new Error('too far in the future');
    } catch {
      return json(response, 401, { message: 'A JSON web token could not be decoded' });
    }
    const wanted = JSON.parse(request.body) as { permissions?: Record<string, string> };
    if (wanted.permissions?.administration) return json(response, 422, { message: 'not granted' });
    minted++;
    return json(response, 201, { token, expires_at: new Date(Date.now() + 3600_000).toISOString() });
  };

  beforeEach(() => {
    minted = 0;
    handle = github;
  });

  it('exchanges the app’s key for one installation token, limited to repositories and permissions', async () => {
    const { read } = await open(auth, pkcs1(RSA));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => read('api', `/repos/${i}`)));
    expect(answers.map((outcome) => answerOf(outcome).status)).toEqual(answers.map(() => 200));
    expect(minted).toBe(1);
    expect(JSON.parse(upstream.requests[0]?.body ?? '{}')).toEqual({
      repositories: ['site'],
      permissions: { contents: 'read' },
    });
    expect(JSON.stringify(answers)).not.toContain(token);
  });

  it('signs by GitHub’s clock when this machine’s is off', async () => {
    const { read } = await open(auth, pkcs8(RSA), () => Date.now() + 3600_000);
    expect(answerOf(await read('api', '/repos/1')).status).toBe(200);
    expect(minted).toBe(1);
  });

  it('tells a wrong key from permissions that are not granted', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrong = refusalOf(await (await open(auth, pkcs8(other))).read('api', '/repos/1'));
    expect(wrong).toMatchObject({ code: 'credential_rejected', sent: 'no' });
    expect(wrong.nextStep).toContain('Rotate Credential');
    const wide = { ...auth, permissions: { administration: 'write' } };
    const scope = refusalOf(await (await open(wide, pkcs8(RSA))).read('api', '/repos/1'));
    expect(scope.nextStep).toContain('permissions');
  });
});

describe('google-service-account', () => {
  const token = ['ya', '29.', randomBytes(30).toString('hex')].join('');
  const keyFile = JSON.stringify(
    {
      type: 'service_account',
      project_id: 'p',
      private_key_id: 'kid-1',
      private_key: pkcs8(RSA),
      client_email: 'robot@p.iam.example',
      token_uri: 'https://evil.example/token',
    },
    null,
    2,
  );
  const google = (request: RecordedRequest, response: ServerResponse): boolean => {
    if (request.target !== '/token') {
      const known = request.headers.authorization === `Bearer ${token}`;
      return json(response, known ? 200 : 401, { echo: request.headers.authorization });
    }
    const form = new URLSearchParams(request.body);
    try {
      const claims = jsonwebtoken.verify(form.get('assertion') ?? '', spki(RSA), {
        algorithms: ['RS256'],
        issuer: 'robot@p.iam.example',
        audience: `${upstream.origin}/token`,
      }) as jsonwebtoken.JwtPayload;
      if (claims.target_audience !== undefined) {
        return json(response, 200, { id_token: jsonwebtoken.sign({ aud: claims.target_audience }, 'x'.repeat(32)) });
      }
      if (claims.scope !== 'read write') return json(response, 400, { error: 'invalid_scope' });
      return json(response, 200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
    } catch {
      return json(response, 400, { error: 'invalid_grant' });
    }
  };
  const auth = (): Record<string, unknown> => ({
    type: 'google-service-account',
    scopes: ['read', 'write'],
    tokenUrl: `${upstream.origin}/token`,
  });

  beforeEach(() => {
    handle = google;
  });

  it('exchanges the key file for an access token, at the policy’s token endpoint and not the file’s', async () => {
    const { read } = await open(auth(), keyFile);
    const answer = answerOf(await read('api', '/files'));
    expect(answer).toMatchObject({ status: 200, json: { echo: 'Bearer [redacted:api]' } });
    await read('api', '/more');
    expect(upstream.requests.filter(({ target }) => target === '/token')).toHaveLength(1);
  });

  it('gets an ID token for an audience', async () => {
    const { scopes: _, ...rest } = auth();
    const { read } = await open({ ...rest, audience: 'https://run.example' }, keyFile);
    await read('api', '/x');
    const sent = String(last().headers.authorization).replace('Bearer ', '');
    expect(jsonwebtoken.decode(sent)).toMatchObject({ aud: 'https://run.example' });
  });

  it('takes the private key out of answers, line by line', async () => {
    const { read } = await open(auth(), keyFile);
    const line = pkcs8(RSA).split('\n')[3] ?? '';
    handle = (request, response) =>
      request.target === '/token'
        ? google(request, response)
        : json(response, 200, { leaked: `x ${line} y`, kid: 'kid-1' });
    expect(answerOf(await read('api', '/files')).json).toEqual({ leaked: 'x [redacted:api] y', kid: 'kid-1' });
  });

  it('signs by Google’s clock when this machine’s is off', async () => {
    const { read } = await open(auth(), keyFile, () => Date.now() - 7200_000);
    expect(answerOf(await read('api', '/files')).status).toBe(200);
  });

  it('refuses what is no key file before anything is sent', async () => {
    const { read } = await open(auth(), '{"type":"authorized_user"}');
    expect(refusalOf(await read('api', '/files'))).toMatchObject({ code: 'credential_rejected', sent: 'no' });
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('vscode-session', () => {
  const auth = { type: 'vscode-session', provider: 'github', scopes: ['repo'] };

  it('sends the token that VS Code has, which nobody stores and no agent sees', async () => {
    const token = ['gh', 'o_', randomBytes(18).toString('hex')].join('');
    keyholder.sessions.set('api', token);
    const { read } = await open(auth, 'unused-value');
    const answer = answerOf(await read('api', '/echo'));
    expect(last().headers.authorization).toBe(`Bearer ${token}`);
    expect(JSON.stringify(answer)).not.toContain(token);
  });

  it('that VS Code no longer has shows as missing, and is ready again with the next answer', async () => {
    let ahead = 0;
    keyholder.sessions.set('api', 'a-session-token');
    const { read, gateway } = await open(auth, 'unused-value', () => Date.now() + ahead);
    const service = async (): Promise<object | undefined> => english(await gateway.status()).services[0];
    keyholder.sessions.delete('api');
    const refusal = refusalOf(await read('api', '/x'));
    expect(refusal).toMatchObject({ code: 'missing_credential', sent: 'no' });
    expect(refusal.nextStep).toContain('Accounts');
    expect(await service()).toMatchObject({ status: 'missing_credential', why: expect.stringContaining('GitHub') });
    keyholder.sessions.set('api', 'another-session-token');
    ahead = 1001;
    expect(answerOf(await read('api', '/x')).status).toBe(200);
    expect(await service()).toEqual({ name: 'api', status: 'ready' });
  });

  it('that the API refuses, also a fresh one, is rejected until it takes one', async () => {
    let ahead = 0;
    keyholder.sessions.set('api', 'a-session-token');
    const { read, gateway } = await open(auth, 'unused-value', () => Date.now() + ahead);
    const statusNow = async (): Promise<unknown> => (await gateway.status()).services[0]?.status;
    expect(refusalOf(await read('api', '/status/401')).code).toBe('credential_rejected');
    expect(await statusNow()).toBe('rejected');
    ahead = 60_001;
    expect(answerOf(await read('api', '/x')).status).toBe(200);
    expect(await statusNow()).toBe('ready');
  });

  it('is missing until the user allowed it, and goes to the origin for which that was', async () => {
    const { read, gateway, setPolicy } = await open(auth, 'unused-value');
    expect(refusalOf(await read('api', '/x')).code).toBe('missing_credential');
    keyholder.sessions.set('api', 'a-session-token');
    await gateway.set({ credentials: keyholder.set() });
    expect(answerOf(await read('api', '/x')).status).toBe(200);
    const elsewhere = {
      baseUrl: 'http://127.0.0.1:1',
      network: 'loopback',
      auth,
      policies: [{ path: '/**', methods: ['GET'] }],
    };
    await setPolicy(JSON.stringify({ services: { api: elsewhere } }));
    expect(refusalOf(await read('api', '/x')).code).toBe('origin_not_confirmed');
  });
});

describe('a pasted token that is a JWT', () => {
  it('is expired by its own date, and is not sent', async () => {
    const ended = jsonwebtoken.sign({ exp: Math.floor(Date.now() / 1000) - 60 }, 'x'.repeat(32));
    const { read, gateway } = await open({ type: 'bearer' }, ended);
    const refusal = refusalOf(await read('api', '/x'));
    expect(refusal).toMatchObject({ code: 'credential_expired', sent: 'no' });
    expect(refusal.nextStep).toContain('Rotate Credential');
    expect((await gateway.status()).services[0]?.status).toBe('expired');
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([1e14, -1e14])('that says %d, which no date can name, ends by nobody’s word', async (exp) => {
    const { read, gateway } = await open({ type: 'bearer' }, jsonwebtoken.sign({ exp }, 'x'.repeat(32)));
    expect(answerOf(await read('api', '/x')).status).toBe(200);
    expect((await gateway.status()).services[0]?.status).toBe('ready');
  });

  it('is expiring in its last days', async () => {
    const ending = jsonwebtoken.sign({ exp: Math.floor(Date.now() / 1000) + 86_400 }, 'x'.repeat(32));
    const { read, gateway } = await open({ type: 'bearer' }, ending);
    expect(answerOf(await read('api', '/x')).status).toBe(200);
    expect((await gateway.status()).services[0]?.status).toBe('expiring');
  });
});
