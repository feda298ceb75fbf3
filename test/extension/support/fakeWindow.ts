import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { AgentList } from '../../../src/extension/agents/model/agentList.ts';
import { AgentStore } from '../../../src/extension/agents/model/agentStore.ts';
import type { App } from '../../../src/extension/app/app.ts';
import { ApprovalQueue } from '../../../src/extension/approvals/model/approvalQueue.ts';
import { AccessRequestList } from '../../../src/extension/audit/model/accessRequestList.ts';
import { ActivityLog } from '../../../src/extension/audit/model/activity.ts';
import { credentialIds, credentialSetOf } from '../../../src/extension/credentials/model/credentialSet.ts';
import { CredentialStore } from '../../../src/extension/credentials/model/credentialStore.ts';
import { FreezeStore } from '../../../src/extension/freeze/model/freezeStore.ts';
import { Backoff } from '../../../src/extension/gateway/model/backoff.ts';
import { GatewaySupervisor } from '../../../src/extension/gateway/model/gatewaySupervisor.ts';
import { Learning } from '../../../src/extension/learn/model/learning.ts';
import type { PolicyEntry } from '../../../src/extension/policy/model/policyStore.ts';
import { serverScopes } from '../../../src/extension/servers/model/serverScopes.ts';
import { ToolPinStore } from '../../../src/extension/servers/model/toolPinStore.ts';
import { serverList } from '../../../src/extension/services/model/serverList.ts';
import { type ServiceListInputs, serviceList } from '../../../src/extension/services/model/serviceList.ts';
import { ApprovalStore } from '../../../src/extension/state/approvalStore.ts';
import type { SharedStateRead } from '../../../src/extension/state/sharedState.ts';
import { Emitter } from '../../../src/extension/util/emitter.ts';
import type { GatewayStatus } from '../../../src/gateway/control/controlPort.ts';
import { editor, Uri } from './fakeEditor.ts';
import { FakeRun } from './fakeRun.ts';
import { FakeMetadata, FakeSecrets, FakeTexts, noPause } from './fakes.ts';

const POLICY = `services:
  stripe: { baseUrl: 'https://api.stripe.com', auth: { type: bearer }, environment: production }
  github: { baseUrl: 'https://api.github.com', auth: { type: bearer } }
servers:
  files: { command: files-server, env: { FILES_TOKEN: { credential: files-token } } }
`;

export const STRIPE = { scope: 'user', service: 'stripe' } as const;
export const STRIPE_BINDING = { origin: 'https://api.stripe.com', placement: 'bearer' };

/** A policy file, valid and approved, but for what a test says. */
export function policyEntry(parts: Partial<PolicyEntry> = {}): PolicyEntry {
  const { policy, problems } = parsePolicy(POLICY);
  if (!policy) throw new Error(problems.map(({ message }) => inEnglish(message)).join(' '));
  return {
    id: 'user',
    label: 'user policy',
    disk: 'valid',
    text: POLICY,
    written: POLICY,
    writtenPolicy: policy,
    approvedPolicy: policy,
    approval: { kind: 'approved', text: POLICY, services: ['stripe', 'github'], at: 1 },
    pending: [],
    ...parts,
  };
}

/**
 * The parts of a window that commands and views work with: our own stores over fakes of our own ports, with a gateway that
 * takes everything. What a test needs beyond them it gives itself; what it does not give is not there.
 */
export async function fakeWindow(parts: Partial<Record<keyof App, unknown>> = {}, { running = true } = {}) {
  const secrets = new FakeSecrets();
  const now = Date.now;
  const file: { read: SharedStateRead } = { read: { kind: 'missing' } };
  const text = new ApprovalStore({ texts: new FakeTexts(), secrets, installation: '/storage', pause: noPause });
  const credentials = new CredentialStore({ secrets, metadata: new FakeMetadata(), now });
  const freeze = new FreezeStore({ file: { read: () => file.read, writeFreeze: () => undefined }, secrets });
  const agentStore = new AgentStore({ text, now });
  const entries: PolicyEntry[] = [policyEntry()];
  const toolPins = new ToolPinStore({ text, now, scopes: () => serverScopes(entries) });
  const run = new FakeRun();
  const gateway = new GatewaySupervisor(
    { start: async () => run, after: () => ({ dispose: () => undefined }), now, log: () => undefined },
    {
      window: () => ({ hostPid: 1, folders: [], trusted: true, focusedAt: 0 }),
      network: () => ({ noProxy: [], certificates: [] }),
      policies: () => [],
      credentials: () => credentialSetOf(credentialIds(entries), credentials.all(), credentials.retired()),
      freeze: () => freeze.state,
      agents: () => agentStore.admission,
      toolPins: () => toolPins.pins,
    },
    new Backoff(),
  );
  const said: { status: GatewayStatus | undefined } = { status: undefined };
  const inputs = (): ServiceListInputs => ({
    entries,
    records: credentials.all(),
    freeze: freeze.state,
    trusted: editor.trusted,
    health: gateway.health.state,
    gateway: said.status,
  });
  const never = new Emitter<void>();
  const announced: number[] = [];
  const errors: string[] = [];
  const app = {
    ...{ credentials, freeze, agentStore, toolPins, gateway },
    services: {
      get list() {
        return serviceList(inputs());
      },
      get servers() {
        return serverList(inputs());
      },
      onDidChange: never.event,
    },
    policies: {
      entries: () => entries,
      get: (id: string) => entries.find((entry) => entry.id === id),
      refresh: async () => undefined,
      onDidChange: never.event,
    },
    locations: {
      uriOf: (id: string) => Uri.file(`/${id}`),
      idOf: (uri: Uri) => uri.path.slice(1),
      isDirty: () => false,
    },
    administrator: { state: { kind: 'none' }, onDidChange: never.event },
    agents: new AgentList(),
    approvals: { queue: new ApprovalQueue(), details: { show: async () => undefined } },
    accessRequests: new AccessRequestList(now),
    activity: new ActivityLog(),
    learning: new Learning(now),
    backups: { all: async () => [], removeAll: async () => undefined },
    texts: { show: async () => undefined, put: (name: string) => Uri.from({ scheme: 'text', path: name }) },
    log: { error: (line: string) => errors.push(line) },
    announceChange: () => announced.push(1),
    ...parts,
  } as unknown as App;
  if (running) await gateway.start();
  run.told.length = 0;
  return { app, run, secrets, entries, said, announced, errors };
}
