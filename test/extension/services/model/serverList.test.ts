import { expect, test } from 'vitest';
import { credentialsOf } from '../../../../src/core/policy/compare/serverDestination.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { credentialIds, credentialSetOf } from '../../../../src/extension/credentials/model/credentialSet.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';
import { unconfirmed } from '../../../../src/extension/services/model/destination.ts';
import { serverList } from '../../../../src/extension/services/model/serverList.ts';
import type { ServiceListInputs } from '../../../../src/extension/services/model/serviceList.ts';
import type { ServerState } from '../../../../src/gateway/control/controlPort.ts';

const TEXT = `servers:
  wiki:
    command: node
    args: [wiki.js, --port, '1']
    env: { TOKEN: { credential: wiki-token } }
    tools: { allow: [read] }
`;
const policy = parsePolicy(TEXT).policy ?? expect.fail('the policy has errors');
const server = policy.servers.get('wiki') ?? expect.fail('there is no server');
const [needed = expect.fail('it names no credential')] = credentialsOf(server);
const binding = { origin: needed.origin, placement: needed.placement };
const ENTRY: PolicyEntry = {
  id: 'user',
  label: 'valetkey.yaml',
  disk: 'valid',
  writtenPolicy: policy,
  approval: { kind: 'approved', text: TEXT, services: [], at: 0 },
  servers: ['wiki'],
  pending: [],
};
const STORED: CredentialRecord = {
  state: 'present',
  id: { scope: 'user', service: 'wiki-token' },
  value: new Secret('a-token-of-the-wiki'),
  binding,
  createdAt: 1,
};

function list(inputs: Partial<ServiceListInputs> = {}) {
  return serverList({
    entries: [ENTRY],
    records: [STORED],
    freeze: { all: false, services: [] },
    trusted: true,
    health: 'up',
    gateway: undefined,
    ...inputs,
  });
}

function told(state: Partial<ServerState>): Partial<ServiceListInputs> {
  const tools = { offered: 3, usable: 1, waiting: 1 };
  const one: ServerState = { name: 'wiki', status: 'ready', running: true, tools, ...state };
  return { gateway: { gatewayId: 'g', runtimeDir: '/run', services: [], servers: [one], proxies: 0, calls: 0 } };
}

test('shows what the gateway says of a server, its tools and why it is off', () => {
  expect(list(told({ status: 'not_confirmed', why: phrase`a reason` }))).toMatchObject([
    { name: 'wiki', status: 'not_confirmed', why: phrase`a reason`, running: true, tools: { usable: 1, waiting: 1 } },
  ]);
  expect(list(told({ status: 'not_approved', by: 'administrator' }))[0]?.status).toBe('forbidden');
});

test('says why a server that is ready could not be started, and of no other', () => {
  const failure = phrase`wiki could not be started: its program was not found on the PATH.`;
  expect(list(told({ failure }))[0]).toMatchObject({ status: 'ready', failure });
  expect(list(told({ status: 'frozen', failure }))[0]).not.toHaveProperty('failure');
  expect(list({ ...told({ failure }), health: 'down' })[0]).not.toHaveProperty('failure');
});

test('knows before the gateway was asked whether a credential is missing', () => {
  expect([list()[0]?.status, list({ records: [] })[0]?.status]).toEqual(['ready', 'missing_credential']);
  expect(list({ entries: [{ ...ENTRY, approval: { kind: 'none' } }] })[0]?.status).toBe('not_approved');
});

test('a freeze shows at once, whatever the gateway last said', () => {
  const frozen = { ...told({}), freeze: { all: false, services: ['wiki'] } };
  expect(list(frozen)[0]?.status).toBe('frozen');
});

test('the credential that a server names goes to the gateway under its own name', () => {
  const set = credentialSetOf(credentialIds([ENTRY]), [STORED], []);
  expect(set.current.map(({ service, binding: to }) => [service, to])).toEqual([['wiki-token', binding]]);
  const gone = credentialSetOf(credentialIds([]), [STORED], []);
  expect([gone.current, gone.retired.map(({ service }) => service)]).toEqual([[], ['wiki-token']]);
});

test('a credential that was entered for another command line is one to confirm', () => {
  expect(unconfirmed({ list: [], servers: list() })).toEqual([]);
  const elsewhere = { ...STORED, binding: { ...binding, origin: 'node other.js' } };
  expect(unconfirmed({ list: [], servers: list({ records: [elsewhere] }) })).toMatchObject([
    { credential: 'wiki-token', bound: { origin: 'node other.js' }, wanted: binding, named: { line: 2 } },
  ]);
});
