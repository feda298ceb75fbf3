import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_POLICY_ID, type GatewayControl, type PolicyFile } from '../../src/gateway/control/controlPort.ts';
import { connectGateway } from '../../src/gateway/control/pipe.ts';
import { readGateways } from '../../src/proxy/findGateways.ts';
import { connect, type GatewayConnection, type Order } from '../../src/proxy/gatewayConnection.ts';
import { type ForkedGateway, forkGateway } from '../support/forkedGateway.ts';
import { longestHold, METERED } from '../support/holdMeter.ts';
import { LARGE_POLICIES, largePolicy } from '../support/largePolicies.ts';
import { freshKey } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

// The largest policies that there can be: no small message of an agent's holds up the gateway by them, nor does a freeze itself.

/** An idle core needs less than 20; see freezeInTheMiddle.test.ts. */
const MAX_HOLD_MS = 30;
/** One good round is enough: what else the machine does takes its caches. */
const ROUNDS = 6;
const WITHIN_MS = 120_000;

const parameters = Array.from({ length: 90 }, (_, i) => `a${i}=0`).join('&');
const names = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`a${i}`, 'cus_1']));

const call = (more: object, service = 'api'): Order => ({
  id: 1,
  do: 'execute',
  call: { tool: 'execute', service, method: 'POST', path: '/x', ...more },
});
const wish = (more: object, service = 'api'): Order => ({
  id: 1,
  do: 'requestAccess',
  access: { service, method: 'PUT', path: '/x', reason: 'because', ...more },
});
/** As long as a misspelt name can be that others are compared with. */
const UNKNOWN = 'abcdefghijklmnopqrstuvwxyz0123456789abcd';

const ORDERS: Readonly<Record<string, Order>> = {
  'a list of all services': { do: 'listServices', id: 1 },
  'a list of one service': { do: 'listServices', id: 1, service: 'api' },
  'a list of a service that there is not': { do: 'listServices', id: 1, service: UNKNOWN },
  'a call': call({}),
  'a call with parameters': call({ path: `/x?${parameters}` }),
  'a call with a body': call({ json: names }),
  'a call that no rule allows': call({ method: 'PUT' }),
  'a call for another path': call({ path: '/other' }),
  'a call of a service that there is not': call({}, UNKNOWN),
  'a call that is too long': call({ text: 'x'.repeat(2_400_000) }),
  'a wish': wish({}),
  'a wish for what conditions deny': wish({ method: 'POST' }),
  'a wish for a service that there is not': wish({}, UNKNOWN),
  'a list of tools': { do: 'listTools', id: 1, server: 'mcp' },
  'a list of the tools of a server that there is not': { do: 'listTools', id: 1, server: UNKNOWN },
  'a call to a tool': { do: 'callTool', id: 1, call: { server: 'mcp', tool: 'tool_0_0', arguments: {} } },
};

const LIST: Order = { id: 1, do: 'listServices' };
/** With the one of each round, hardly fewer than the gateway takes. */
const CONNECTIONS = 60;

let upstream: Upstream;
let gateway: ForkedGateway;
let control: GatewayControl;
let many: readonly GatewayConnection[];

beforeAll(async () => {
  upstream = await startUpstream();
  gateway = forkGateway(undefined, METERED);
  control = await connectGateway(gateway.process, gateway.start, {
    ...gateway.events,
    onApproval: ({ id, requestHash }) => void control.answerApproval(id, requestHash, { allow: false }),
  });
  await control.set({ credentials: gateway.credentials({ api: [upstream.origin, freshKey()] }) });
  many = await Promise.all(Array.from({ length: CONNECTIONS }, connected));
});
afterAll(async () => {
  await gateway?.end();
  await upstream?.close();
});

async function connected(): Promise<GatewayConnection> {
  const [found] = readGateways(gateway.start.runtimeDir);
  if (!found) throw new Error('there is no gateway');
  return connect({ discovery: found, fit: 0, scope: 'window' }, { name: 'claude-code' });
}

/** Of the user, of a workspace and of the administrator. What is written in the first is another text than what was approved. */
function files(what: string, round: number): readonly PolicyFile[] {
  const text = (mark: string): string => largePolicy(what, upstream.origin, `${round} ${mark}`);
  const workspace = text('workspace');
  return [
    { id: 'user', label: 'user', approved: text('approved'), written: text('written'), grants: true },
    { id: 'workspace:w', label: 'workspace', approved: workspace, written: workspace, grants: true },
    { id: ADMIN_POLICY_ID, label: 'administrator', written: text('administrator'), grants: false },
  ];
}

const held = (): Promise<number> => longestHold({ pid: gateway.process.pid ?? 0, diagnostics: gateway.told });

/** Asks all that an agent can ask, and freezes everything. Gives how long each held the event loop at the longest. */
async function holds(what: string, round: number): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const freeze = (all: boolean): Promise<void> => control.set({ freeze: { all, services: [] } });
  await control.set({ policies: files(what, round) });
  // Its limits are those of a connection that asked nothing yet.
  const connection = await connected();
  await held();
  for (const [name, order] of Object.entries(ORDERS)) {
    const reply = JSON.stringify(await connection.ask(order));
    expect(reply).not.toMatch(/gateway_unavailable|"internal"|rate_limited/);
    found.set(name, await held());
  }
  await Promise.all(many.map((one) => one.ask(LIST)));
  found.set('lists for sixty connections', await held());
  await freeze(true);
  found.set('a freeze', await held());
  await control.status();
  found.set('what the host is told', await held());
  await freeze(false);
  found.set('the end of a freeze', await held());
  connection.retire();
  return found;
}

it.each(Object.keys(LARGE_POLICIES))(
  'hold up nothing, of whatever they are large: %s',
  async (what) => {
    const least = new Map<string, number>();
    const tooLong = (): [string, number][] => [...least].filter(([, ms]) => ms >= MAX_HOLD_MS);
    for (let round = 0; round === 0 || (round < ROUNDS && tooLong().length > 0); round++) {
      for (const [name, ms] of await holds(what, round)) least.set(name, Math.min(least.get(name) ?? ms, ms));
    }
    expect(tooLong()).toEqual([]);
  },
  WITHIN_MS,
);
