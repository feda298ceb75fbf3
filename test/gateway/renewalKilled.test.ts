import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectGateway } from '../../src/gateway/control/pipe.ts';
import { type ForkedGateway, forkGateway } from '../support/forkedGateway.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identityProvider.ts';
import { Keyholder } from '../support/keyholder.ts';

let idp: IdentityProvider;
let keyholder: Keyholder;
let policy: string;
const forked: ForkedGateway[] = [];

beforeEach(async () => {
  idp = await startIdentityProvider();
  keyholder = new Keyholder();
  policy = JSON.stringify({
    services: {
      crm: {
        baseUrl: `${idp.origin}/api`,
        network: 'loopback',
        auth: { type: 'oauth2', grant: 'refresh_token', tokenUrl: idp.tokenUrl, clientId: idp.clientId },
        policies: [{ path: '/**', methods: ['GET'] }],
      },
    },
  });
  const refreshToken = await idp.refreshToken();
  keyholder.put(policy, 'crm', JSON.stringify({ clientSecret: idp.clientSecret, refreshToken }));
});

afterEach(async () => {
  for (const gateway of forked.splice(0)) await gateway.end();
  await idp.close();
});

/** The private child process with this policy and the shared credentials, and a read that goes through it. */
async function start(): Promise<{ gateway: ForkedGateway; read(path: string): Promise<number> }> {
  const gateway = forkGateway();
  forked.push(gateway);
  const control = await connectGateway(gateway.process, gateway.start, {
    ...gateway.events,
    tokenStore: keyholder.tokenStore,
  });
  await control.set({ policies: [{ id: 'user', label: 'policy', approved: policy, written: policy, grants: true }] });
  await control.set({ credentials: keyholder.set() });
  return {
    gateway,
    read: async (path) => {
      const outcome = await control.perform({ tool: 'read', service: 'crm', method: 'GET', path });
      if ('refusal' in outcome) throw new Error(JSON.stringify(outcome.refusal));
      return outcome.answer.status;
    },
  };
}

function kill(gateway: ForkedGateway): Promise<void> {
  return new Promise((resolve) => {
    gateway.process.once('exit', () => resolve());
    gateway.process.kill('SIGKILL');
  });
}

describe('a gateway that is killed while it renews a credential', () => {
  it.each([
    ['leaseRenewal', 'before'],
    ['leaseRenewal', 'after'],
    ['storeRenewal', 'before'],
    ['storeRenewal', 'after'],
    ['releaseRenewal', 'before'],
    ['releaseRenewal', 'after'],
  ] as const)('leaves a working one, at %s, %s the parent did it', async (call, when) => {
    const { gateway, read } = await start();
    let killed: Promise<void> | undefined;
    keyholder.stall = (at, then) => {
      if (at !== call || then !== when) return Promise.resolve();
      killed ??= kill(gateway);
      return killed;
    };
    read('/a').catch(() => undefined); // its pipe broke
    await expect.poll(() => killed !== undefined, { timeout: 10_000 }).toBe(true);
    await killed;
    // What the parent had begun, it ends; and it takes the dead gateway's lease back.
    await new Promise((resolve) => setTimeout(resolve, 50));
    keyholder.stall = async () => undefined;
    keyholder.endLeases();

    const next = await start();
    expect(await next.read('/b')).toBe(200);
    idp.endTokens();
    expect(await next.read('/c')).toBe(200);
    const used = idp.requests.map((body) => body.get('refresh_token'));
    expect(new Set(used).size).toBe(used.length);
  });

  it('leaves a working one before the provider took the request', async () => {
    const { gateway, read } = await start();
    idp.trouble = 'silent';
    read('/a').catch(() => undefined);
    await expect.poll(() => idp.requests.length, { timeout: 10_000 }).toBe(1);
    await kill(gateway);
    idp.trouble = 'none';
    keyholder.endLeases();
    expect(await (await start()).read('/b')).toBe(200);
  });
});
