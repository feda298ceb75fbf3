import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

const CLIENT = 'valet-client';
const ACCOUNT = 'somebody';

/** A certified OpenID provider on loopback, and an API that takes its tokens. */
export interface IdentityProvider {
  readonly origin: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The body of every token request that arrived, in order. */
  readonly requests: URLSearchParams[];
  /** Token requests that the client hung up on. */
  abandoned: number;
  /** What the token endpoint does instead of answering, if anything. */
  trouble: 'none' | 'error' | 'silent' | 'slow';
  /** The API accepts nothing at all while it is so. */
  refusing: boolean;
  /** What the API's and the token endpoint's clocks show more than this machine's, in milliseconds. */
  skewMs: number;
  /** A refresh token as a sign-in with offline access gives it. */
  refreshToken(): Promise<string>;
  authorizationCode(redirectUri: string, challenge: string): Promise<string>;
  /** Ends every access token that was given so far. */
  endTokens(): void;
  /** The API's requests, with the token that each carried. */
  readonly apiCalls: {
    readonly method: string;
    readonly path: string;
    readonly token: string;
    readonly status: number;
  }[];
  close(): Promise<void>;
}

export async function startIdentityProvider({
  tokenSeconds = 3600,
  /** Serves pages on which anybody signs in, and sends the browser back to any port of this machine (RFC 8252). */
  pages = false,
  /** An address of this machine. */
  host = '127.0.0.1',
} = {}): Promise<IdentityProvider> {
  const clientSecret = crypto.randomUUID() + crypto.randomUUID();
  let handle: (...given: Parameters<ReturnType<Provider['callback']>>) => void = () => undefined;
  const ended = new Set<string>();
  const given = new Set<string>();
  const server = createServer((incoming, response) => {
    if (state.skewMs !== 0) response.setHeader('date', new Date(Date.now() + state.skewMs).toUTCString());
    const path = incoming.url ?? '';
    if (path.startsWith('/api'))
      return void api(incoming.method ?? '', path, incoming.headers.authorization ?? '', response);
    if (path !== '/token') return void handle(incoming, response);
    response.on('close', () => {
      if (!response.writableFinished) state.abandoned++;
    });
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      state.requests.push(new URLSearchParams(body.toString()));
      if (state.trouble === 'silent') return;
      if (state.trouble === 'error') return void response.writeHead(503).end('down');
      // The provider reads the body itself.
      Object.assign(incoming, { body: Object.fromEntries(state.requests.at(-1) ?? []) });
      setTimeout(() => handle(incoming, response), state.trouble === 'slow' ? 300 : 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: clientSecret,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        ...(pages
          ? { application_type: 'native' as const, redirect_uris: ['http://127.0.0.1/signed-in'] }
          : { redirect_uris: ['https://callback.example/back'] }),
        response_types: ['code'],
        scope: 'openid offline_access read write',
      },
    ],
    scopes: ['openid', 'offline_access', 'read', 'write', 'admin'],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: pages } },
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: tokenSeconds,
      ClientCredentials: tokenSeconds,
      RefreshToken: 86_400,
      Grant: 86_400,
      IdToken: 3600,
      AuthorizationCode: 60,
    },
    cookies: { keys: [crypto.randomUUID()] },
  });
  handle = provider.callback();
  provider.on('access_token.saved', (token) => given.add(token.jti));
  provider.on('client_credentials.saved', (token) => given.add(token.jti));

  async function api(
    method: string,
    path: string,
    header: string,
    response: import('node:http').ServerResponse,
  ): Promise<void> {
    const token = header.replace(/^Bearer /, '');
    const known = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
    const fine = known !== undefined && !state.refusing && !ended.has(token);
    const scoped = !path.startsWith('/api/write') || known?.scope?.split(' ').includes('write');
    const status = !fine ? 401 : scoped ? 200 : 403;
    state.apiCalls.push({ method, path, token, status });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ path, echo: header }));
  }

  async function grant(): Promise<string> {
    const made = new provider.Grant({ accountId: ACCOUNT, clientId: CLIENT });
    made.addOIDCScope('openid offline_access read');
    return made.save();
  }

  const state: IdentityProvider = {
    origin,
    tokenUrl: `${origin}/token`,
    clientId: CLIENT,
    clientSecret,
    requests: [],
    abandoned: 0,
    trouble: 'none',
    refusing: false,
    skewMs: 0,
    apiCalls: [],
    refreshToken: async () => {
      const client = await provider.Client.find(CLIENT);
      if (!client) throw new Error('no client');
      const token = new provider.RefreshToken({
        accountId: ACCOUNT,
        client,
        grantId: await grant(),
        gty: 'authorization_code',
        scope: 'openid offline_access read',
      });
      return token.save();
    },
    authorizationCode: async (redirectUri, challenge) => {
      const client = await provider.Client.find(CLIENT);
      if (!client) throw new Error('no client');
      const code = new provider.AuthorizationCode({
        accountId: ACCOUNT,
        client,
        grantId: await grant(),
        gty: 'authorization_code',
        redirectUri,
        scope: 'openid offline_access read',
        codeChallenge: challenge,
        codeChallengeMethod: 'S256',
      });
      return code.save();
    },
    endTokens: () => {
      for (const { token } of state.apiCalls) ended.add(token);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}
