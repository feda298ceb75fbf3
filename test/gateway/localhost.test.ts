import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { Keyholder } from '../support/keyholder.ts';
import { freshKey } from '../support/serve.ts';

/** The user's own service listens on 127.0.0.1 alone, another user of the machine on the same port of `[::1]`. */
let own: Server;
let other: Server;
let port: number;
/** Who got what. */
let got: string[];
let under: GatewayInProcess | undefined;

const server = (who: string): Server =>
  createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    got.push(who);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/token') response.end(JSON.stringify({ access_token: freshKey(), expires_in: 3600 }));
    else response.end('{}');
  });

beforeEach(async () => {
  got = [];
  own = server('own');
  other = server('other');
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  port = (own.address() as AddressInfo).port;
  await new Promise<void>((resolve, reject) => other.once('error', reject).listen(port, '::1', resolve));
});

afterEach(async () => {
  await under?.gateway.close();
  under = undefined;
  for (const one of [own, other]) {
    one.closeAllConnections();
    one.close();
  }
});

const ORDERS = [
  ['::1', '127.0.0.1'],
  ['127.0.0.1', '::1'],
  ['::1', '127.0.0.1', '::1'],
  ['::1', '::ffff:127.0.0.1', '127.0.0.1'],
];
const NAMES = ['localhost', 'app.localhost', 'ip6-localhost', 'localhost6', 'localhost.localdomain', 'myhost'];
const CASES = NAMES.flatMap((host) => ORDERS.map((addresses) => ({ host, addresses })));

async function open(host: string, addresses: readonly string[], auth: object, credential: string): Promise<void> {
  const service = {
    baseUrl: `http://${host}:${port}`,
    network: 'loopback',
    auth,
    policies: [{ path: '/**', methods: ['GET'] }],
  };
  const policy = JSON.stringify({ services: { dev: service } });
  const keyholder = new Keyholder();
  keyholder.put(policy, 'dev', credential);
  under = await gatewayInProcess({
    policy,
    keyholder,
    resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });
}

describe('a name that stands for this machine', () => {
  it.each(CASES)('is tried at 127.0.0.1 first: $host as $addresses', async ({ host, addresses }) => {
    await open(host, addresses, { type: 'bearer' }, freshKey());
    expect(await under?.read('dev', '/x')).toMatchObject({ answer: { status: 200 } });
    expect(got).toEqual(['own']);
  });

  it('is tried at 127.0.0.1 first where it is a token endpoint, too', async () => {
    const auth = {
      type: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: `http://localhost:${port}/token`,
      clientId: 'me',
    };
    await open('localhost', ['::1', '127.0.0.1'], auth, freshKey());
    expect(await under?.read('dev', '/x')).toMatchObject({ answer: { status: 200 } });
    expect(got).toEqual(['own', 'own']);
  });

  it.each(['::1', '127.0.0.1'])(
    'is dialled anew for each call, and so at 127.0.0.1 once somebody listens there: %s first',
    async (first) => {
      await new Promise((resolve) => own.close(resolve));
      const addresses = ['::1', '127.0.0.1'].sort((a) => (a === first ? -1 : 1));
      await open('localhost', addresses, { type: 'bearer' }, freshKey());
      for (const _ of [1, 2]) expect(await under?.read('dev', '/x')).toMatchObject({ answer: { status: 200 } });
      expect(got).toEqual(['other', 'other']);
      await new Promise<void>((resolve) => own.listen(port, '127.0.0.1', resolve));
      for (const _ of [1, 2]) expect(await under?.read('dev', '/x')).toMatchObject({ answer: { status: 200 } });
      expect(got).toEqual(['other', 'other', 'own', 'own']);
    },
  );

  it('is tried at [::1] where nobody listens on 127.0.0.1', async () => {
    await new Promise((resolve) => own.close(resolve));
    await open('localhost', ['::1', '127.0.0.1'], { type: 'bearer' }, freshKey());
    expect(await under?.read('dev', '/x')).toMatchObject({ answer: { status: 200 } });
    expect(got).toEqual(['other']);
  });
});
