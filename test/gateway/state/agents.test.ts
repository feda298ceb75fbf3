import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConnectedAgent, GatewayControl } from '../../../src/gateway/control/controlPort.ts';
import { connectGateway } from '../../../src/gateway/control/pipe.ts';
import { type ForkedGateway, forkGateway } from '../../support/forkedGateway.ts';
import { type Agent, connectAgent, freshKey, loopbackService, policyText } from '../../support/serve.ts';
import { until } from '../../support/until.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

let upstream: Upstream;
let gateway: ForkedGateway;
let control: GatewayControl;
let connected: readonly ConnectedAgent[] = [];
const agents: Agent[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = forkGateway();
  control = await connectGateway(gateway.process, gateway.start, {
    ...gateway.events,
    onAgents: (told) => {
      connected = told;
    },
  });
  const text = policyText({ api: loopbackService(upstream.origin) });
  await control.set({ credentials: gateway.credentials({ api: [upstream.origin, freshKey()] }) });
  await control.set({ agents: { entries: ['vscode', 'codex'], names: ['friend'], frozen: [] } });
  await control.set({ policies: [{ id: 'user', label: 'p', approved: text, written: text, grants: true }] });
});
afterAll(async () => {
  for (const agent of agents) await agent.close();
  await gateway?.end();
  await upstream?.close();
});

async function agent(name: string, env: Record<string, string> = {}): Promise<Agent> {
  const started = await connectAgent({ ...gateway.proxy, env: { ...gateway.proxy.env, ...env } }, name);
  agents.push(started);
  return started;
}

const READ = { service: 'api', path: '/echo' };

async function seen(rawName: string, wanted: Partial<ConnectedAgent>): Promise<ConnectedAgent> {
  const find = (): ConnectedAgent | undefined =>
    connected.find(
      (one) =>
        one.rawName === rawName &&
        Object.entries(wanted).every(([field, value]) => one[field as keyof ConnectedAgent] === value),
    );
  await until(() => find() !== undefined, `${rawName} to be told as ${JSON.stringify(wanted)}`);
  return find() as ConnectedAgent;
}

it('an unknown agent waits for the user, sees no service, asks for nothing and sends nothing', async () => {
  const stranger = await agent('stranger');
  const before = upstream.requests.length;
  for (const [tool, given] of [
    ['read', READ],
    ['list_services', {}],
    ['request_access', { service: 'api', method: 'GET', path: '/x', reason: 'y' }],
  ] as const) {
    expect(await stranger.refused(tool, given)).toMatchObject({
      code: 'approval_pending',
      sent: 'no',
      nextStep: expect.stringContaining('Allow Agent'),
    });
  }
  expect(upstream.requests.length).toBe(before);
  expect(gateway.told.some((line) => line.includes('stranger asks'))).toBe(false);
  await seen('stranger', { state: 'waiting', calls: 1, blocked: 1 });
});

it('once it is allowed, the next call passes', async () => {
  const stranger = await agent('stranger');
  expect((await stranger.refused('read', READ)).code).toBe('approval_pending');
  await control.set({ agents: { entries: ['vscode', 'codex'], names: ['friend', 'stranger'], frozen: [] } });
  await stranger.ok('read', READ);
  const told = await seen('stranger', { state: 'allowed', calls: 2, blocked: 1 });
  expect(told.pid).toBe(process.pid);
});

it('those that VS Code starts, those with our entry and those that were allowed call without a question', async () => {
  for (const [name, env] of [
    ['Visual Studio Code', { ELECTRON_RUN_AS_NODE: '1' }],
    ['codex-mcp-client', { VALETKEY_CLIENT: 'codex' }],
    ['friend', {}],
  ] as const) {
    await (await agent(name, env)).ok('read', READ);
  }
  await seen('Visual Studio Code', { name: 'copilot', entry: 'vscode', state: 'allowed' });
  await seen('codex-mcp-client', { name: 'codex', entry: 'codex', version: '1.0.0' });
});

it('an entry that nobody made, or a strange one, is no entry', async () => {
  for (const mark of ['cursor', 'none', 'x'.repeat(500), 'Codex', '']) {
    expect((await (await agent('other', { VALETKEY_CLIENT: mark })).refused('read', READ)).code).toBe(
      'approval_pending',
    );
  }
});

it('freezing one agent stops what it is doing and leaves the others alone', async () => {
  const [frozen, other] = [await agent('frozen-one', { VALETKEY_CLIENT: 'codex' }), await agent('friend')];
  const hanging = frozen.refused('read', { service: 'api', path: '/hang' });
  await until(() => upstream.requests.some(({ target }) => target === '/hang'), 'the call to arrive');
  const began = performance.now();
  await control.set({ agents: { entries: ['vscode', 'codex'], names: ['friend'], frozen: ['frozen-one'] } });
  expect(await hanging).toMatchObject({ code: 'frozen', sent: 'unknown' });
  expect(performance.now() - began).toBeLessThan(100);
  expect(await frozen.refused('read', READ)).toMatchObject({ code: 'frozen', sent: 'no' });
  await other.ok('read', READ);
  await seen('frozen-one', { state: 'frozen' });
});

it('one client is one agent, whichever of its entries it was started from', async () => {
  const names = ['qwen-cli-mcp-client-valet-key'];
  await control.set({ agents: { entries: [], names, frozen: [] } });
  const [own, wrapped] = [await agent(names[0] ?? ''), await agent('qwen-cli-mcp-client-valet-key-mini')];
  await own.ok('read', READ);
  await wrapped.ok('read', READ);
  await seen('qwen-cli-mcp-client', { name: 'qwen', state: 'allowed' });
  await control.set({ agents: { entries: [], names, frozen: ['qwen-cli-mcp-client'] } });
  for (const one of [own, wrapped]) expect(await one.refused('read', READ)).toMatchObject({ code: 'frozen' });
});

it('no longer allowing one agent stops what it is doing and leaves the others alone', async () => {
  const names = ['friend', 'guest'];
  await control.set({ agents: { entries: [], names, frozen: [] } });
  const [gone, other] = [await agent('guest'), await agent('friend')];
  const hanging = gone.refused('read', { service: 'api', path: '/hang?guest' });
  await until(() => upstream.requests.some(({ target }) => target === '/hang?guest'), 'the call to arrive');
  await control.set({ agents: { entries: [], names: ['friend'], frozen: [] } });
  const refusal = await hanging;
  expect(refusal).toMatchObject({ code: 'approval_pending', sent: 'unknown' });
  expect(refusal.nextStep).toContain('Do not repeat');
  expect(await gone.refused('read', READ)).toMatchObject({ code: 'approval_pending', sent: 'no' });
  await other.ok('read', READ);
});

it('disconnecting ends the connection; the next call makes another one', async () => {
  const friend = await agent('friend');
  await friend.ok('read', READ);
  const { id } = await seen('friend', { calls: 1 });
  await control.disconnectAgents([id]);
  await until(() => !connected.some((one) => one.id === id), 'it to be gone');
  await friend.ok('read', READ);
});

it.each(['person', 'Person', '(person)', 'ｐｅｒｓｏｎ', 'person-valet-key', 'valet-key', 'Valet Key'])(
  'an agent that calls itself “%s” is not recorded as the user or as Valet Key',
  async (name) => {
    const before = new Set(connected.map(({ id }) => id));
    await (await agent(name)).raw('list_services', {});
    const added = (): readonly ConnectedAgent[] => connected.filter(({ id }) => !before.has(id));
    await until(() => added().length === 1, `${name} to be told`);
    expect(added()[0]?.name).toMatch(/^agent/);
  },
);
