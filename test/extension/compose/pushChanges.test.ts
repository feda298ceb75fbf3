import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, type TestContext, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { AgentStore } from '../../../src/extension/agents/model/agentStore.ts';
import { pushChanges } from '../../../src/extension/compose/pushChanges.ts';
import { credentialSetOf } from '../../../src/extension/credentials/model/credentialSet.ts';
import { CredentialStore } from '../../../src/extension/credentials/model/credentialStore.ts';
import { FreezeStore } from '../../../src/extension/freeze/model/freezeStore.ts';
import { publishChange } from '../../../src/extension/gateway/commands/publishChange.ts';
import { Backoff } from '../../../src/extension/gateway/model/backoff.ts';
import { GatewaySupervisor } from '../../../src/extension/gateway/model/gatewaySupervisor.ts';
import type { SettingName } from '../../../src/extension/gateway/model/settingSender.ts';
import { ToolPinStore } from '../../../src/extension/servers/model/toolPinStore.ts';
import { ApprovalStore } from '../../../src/extension/state/approvalStore.ts';
import { SharedStateFile } from '../../../src/extension/state/sharedState.ts';
import { Emitter } from '../../../src/extension/util/emitter.ts';
import type { PolicyFile } from '../../../src/gateway/control/controlPort.ts';
import { FakeRun } from '../support/fakeRun.ts';
import { FakeMetadata, FakeSecrets, FakeTexts } from '../support/fakes.ts';

const STRIPE = { scope: 'user', service: 'stripe' } as const;
const GITHUB = { scope: 'user', service: 'github' } as const;
const LINEAR = { scope: 'user', service: 'linear' } as const;
const IDS = new Map([STRIPE, GITHUB, LINEAR].map((id) => [id.service, id]));
const BINDING = { origin: 'https://api.stripe.com', placement: 'bearer' };
const COMMAND = { program: '/usr/bin/pass', args: ['stripe'], keepMs: 60_000 };
/** Longer than what happens at once is gathered for. */
const GATHERED_MS = 120;

/** A window with its stores, as it is composed, and a gateway that counts. */
async function windowWithGateway({ onTestFinished }: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'push-'));
  const secrets = new FakeSecrets();
  const texts = new FakeTexts();
  const now = Date.now;
  const shared = new SharedStateFile(folder);
  const text = new ApprovalStore({ texts, secrets, installation: folder });
  const credentials = new CredentialStore({ secrets, metadata: new FakeMetadata(), now });
  const agentStore = new AgentStore({ text, now });
  const freeze = new FreezeStore({ file: shared, secrets });
  const toolPins = new ToolPinStore({ text, now, scopes: () => new Map() });
  const policies: PolicyFile[] = [];
  const policiesChanged = new Emitter<void>();
  const run = new FakeRun();
  const gateway = new GatewaySupervisor(
    { start: async () => run, after: () => ({ dispose: () => undefined }), now, log: () => undefined },
    {
      window: () => ({ hostPid: 1, folders: [], trusted: true, focusedAt: 0 }),
      network: () => ({ noProxy: [], certificates: [] }),
      policies: () => [...policies],
      credentials: () => credentialSetOf(IDS, credentials.all(), credentials.retired()),
      freeze: () => freeze.state,
      agents: () => agentStore.admission,
      toolPins: () => toolPins.pins,
    },
    new Backoff(),
  );
  const failures: unknown[] = [];
  const never = new Emitter<void>();
  const pushing = pushChanges(
    {
      ...{ gateway, freeze, agentStore, credentials, toolPins },
      policies: { onDidChange: policiesChanged.event, refresh: async () => undefined },
      administrator: { onDidChange: never.event },
    },
    { shared, onDidChangeSecret: secrets.onDidChange, onDidChangeNetwork: never.event },
    (error) => failures.push(error),
  );
  onTestFinished(() => {
    pushing.dispose();
    gateway.dispose();
    rmSync(folder, { recursive: true });
  });
  await credentials.put(STRIPE, new Secret('the-oldest-of-stripe'), BINDING);
  await credentials.put(STRIPE, new Secret('the-first-of-stripe'), BINDING);
  await credentials.put(GITHUB, new Secret('the-first-of-github'), BINDING);
  await credentials.put(GITHUB, new Secret('the-second-of-github'), BINDING);
  await Promise.all([freeze.load(), agentStore.load(), toolPins.load(), credentials.load()]);
  await gateway.start();
  await pause(GATHERED_MS);
  run.told.length = 0;
  run.credentials.length = 0;
  const app = { gateway, announceChange: () => shared.announceChange() };
  return { run, credentials, agentStore, policies, policiesChanged, failures, app };
}

type Window = Awaited<ReturnType<typeof windowWithGateway>>;

type Change = (window: Window) => Promise<unknown>;

const CHANGES: readonly (readonly [action: string, part: SettingName, change: Change])[] = [
  ['add', 'credentials', ({ credentials }) => credentials.put(LINEAR, new Secret('the-first-of-linear'), BINDING)],
  ['rotate', 'credentials', ({ credentials }) => credentials.put(STRIPE, new Secret('the-second-of-stripe'), BINDING)],
  ['undo rotation', 'credentials', ({ credentials }) => credentials.undoRotation(GITHUB)],
  ['revoke', 'credentials', ({ credentials }) => credentials.revoke(STRIPE)],
  ['take from a command', 'credentials', ({ credentials }) => credentials.putCommand(STRIPE, COMMAND, BINDING)],
  ['allow a session', 'credentials', ({ credentials }) => credentials.putSession(LINEAR, BINDING)],
  ['remove all', 'credentials', ({ credentials }) => credentials.removeAll()],
  ['allow agent', 'agents', ({ agentStore }) => agentStore.allow('claude')],
  ['freeze agent', 'agents', ({ agentStore }) => agentStore.freeze('claude')],
];

test.concurrent.for(CHANGES)('%s sends the gateway its %s once', async ([action, part, change], context) => {
  const window = await windowWithGateway(context);
  await change(window);
  await publishChange(window.app, [part], { action });
  await pause(GATHERED_MS);
  expect(window.run.told).toEqual([part, `record ${action}`]);
  expect(window.failures).toEqual([]);
});

test.concurrent.for(CHANGES)(
  '%s says that it is done when its %s are active',
  async ([action, part, change], context) => {
    const window = await windowWithGateway(context);
    let letThrough = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    window.run.delay = () => gate;
    const done = change(window)
      .then(() => publishChange(window.app, [part], { action }))
      .then(() => 'done');
    expect(await Promise.race([done, pause(GATHERED_MS, 'waiting')])).toBe('waiting');
    expect(window.run.told).toEqual([]);
    letThrough();
    expect(await done).toBe('done');
    expect(window.run.told).toEqual([part, `record ${action}`]);
  },
);

test.concurrent('two rotations in a row send both, the last one last', async (context) => {
  const { credentials, run } = await windowWithGateway(context);
  await Promise.all([
    credentials.put(STRIPE, new Secret('the-second-of-stripe'), BINDING),
    credentials.put(STRIPE, new Secret('the-thirds-of-stripe'), BINDING),
  ]);
  await pause(GATHERED_MS);
  expect(run.credentials).toHaveLength(2);
  const now = run.credentials.at(-1)?.current.find(({ service }) => service === 'stripe');
  expect(now?.value.equals(new Secret('the-thirds-of-stripe'))).toBe(true);
});

test.concurrent('a save of a policy that changes no credential sends none', async (context) => {
  const { policies, policiesChanged, run } = await windowWithGateway(context);
  policies.push({ id: 'user', label: 'policy.yaml', written: 'services: {}', grants: true });
  policiesChanged.fire();
  await pause(GATHERED_MS);
  expect(run.told).toEqual(['policies']);
});
