import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/core/audit/auditEvent.ts';
import { credentialsOf } from '../../src/core/policy/compare/serverDestination.ts';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { Secret } from '../../src/core/secret.ts';
import type {
  AgentAdmission,
  ApprovalAnswer,
  ApprovalQuestion,
  Binding,
  CredentialSet,
  GatewayControl,
} from '../../src/gateway/control/controlPort.ts';
import { connectGateway } from '../../src/gateway/control/pipe.ts';
import type { Refusal } from '../../src/protocol/messages.ts';
import { type ForkedGateway, forkGateway } from '../support/forkedGateway.ts';
import { type HeldUpstream, startHeldUpstream } from '../support/heldUpstream.ts';
import { selfSignedCertificate } from '../support/selfSignedCertificate.ts';
import { type Agent, connectAgent, freshKey } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { trickyServer, type WrappedClient, wrappedClient } from '../support/wrapped.ts';

// Whatever may interrupt a call, at whichever moment, whether it is for a service or for a tool: one pipeline, one table.

type Target = 'service' | 'tool';
type Moment = 'before' | 'while asking' | 'before the first byte';

const NAME = { service: 'api', tool: 'mcp' } as const;
/** The tool's credential does not have its server's name. */
const CREDENTIAL = { service: 'api', tool: 'token' } as const;
/** As records have it. */
const PATH = { service: '/asked', tool: 'echo' } as const;
const AGENT = 'friend';
const ALLOWED: AgentAdmission = { entries: [], names: [AGENT], frozen: [] };
const NO_FREEZE = { all: false, services: [] };
const YES = { allow: true, for: 'once' } as const;
/** No call that anything else interrupts should meet its time-out first, however busy the machine is. */
const LONG = '60s';
const SHORT = '3s';

const certificate = selfSignedCertificate();
let folder: string;
let upstream: HeldUpstream;
let gateway: ForkedGateway;
let control: GatewayControl;
let agent: Agent;
let client: WrappedClient;
let questions: (ApprovalQuestion & { gone?: true })[] = [];
let events: AuditEvent[] = [];
/** The values of this cell's credentials. */
let keys: Record<Target, string>;

beforeAll(async () => {
  gateway = forkGateway();
  control = await connectGateway(gateway.process, gateway.start, {
    ...gateway.events,
    onAudit: (event) => void events.push(event),
    onApproval: (question) => void questions.push({ ...question }),
    onApprovalGone: (id) => {
      const question = questions.find((one) => one.id === id);
      if (question) question.gone = true;
    },
  });
  await control.set({ network: { noProxy: [], certificates: [certificate.cert] } });
});
afterAll(async () => {
  await agent?.close();
  await client?.close();
  await gateway?.end();
});

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-interruptions-'));
  upstream = await startHeldUpstream(certificate);
  keys = { service: freshKey(), tool: freshKey() };
  await control.set({ freeze: NO_FREEZE });
  await control.set({ agents: ALLOWED });
  await setPolicy('ask');
  await control.set({ credentials: credentials() });
  agent ??= await connectAgent(gateway.proxy, AGENT);
  client ??= await wrappedClient(gateway.proxy, NAME.tool, AGENT);
  questions = [];
  events = [];
});
afterEach(async () => {
  release();
  await until(async () => (await control.status()).calls === 0, 'all calls to be over');
  await upstream.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const journalFile = (): string => path.join(folder, 'journal');
const gateFile = (): string => path.join(folder, 'gate');

/** What is asked about is allowed unless denied; what is free takes the one place that there is, and keeps it. */
function policy(rule: 'ask' | 'deny', timeout = LONG): string {
  const limits = { concurrent: 1, timeout };
  const asked = rule === 'ask' ? { approval: 'always' } : { effect: 'deny' };
  const policies = [
    { path: '/free', methods: ['GET'] },
    { path: PATH.service, methods: ['GET'], ...asked },
  ];
  const api = { baseUrl: upstream.origin, network: 'loopback', auth: { type: 'bearer' }, policies, limits };
  const tools = { allow: ['env'], [rule]: [PATH.tool] };
  const mcp = trickyServer(CREDENTIAL.tool, { tools, limits }, [
    '--journal',
    journalFile(),
    '--list-after',
    gateFile(),
  ]);
  return JSON.stringify({ services: { api }, servers: { mcp } });
}

function setPolicy(rule: 'ask' | 'deny', timeout = LONG): Promise<void> {
  const text = policy(rule, timeout);
  return control.set({ policies: [{ id: 'user', label: 'policy', approved: text, written: text, grants: true }] });
}

function credentials(without?: Target, retired: CredentialSet['retired'] = []): CredentialSet {
  const server = parsePolicy(policy('ask')).policy?.servers.get(NAME.tool);
  const [bound] = server ? credentialsOf(server) : [];
  const bindings: Record<Target, Binding> = {
    service: { origin: upstream.origin, placement: 'bearer' },
    tool: { origin: bound?.origin ?? '', placement: bound?.placement ?? '' },
  };
  return {
    current: (['service', 'tool'] as const)
      .filter((target) => target !== without)
      .map((target) => ({
        service: CREDENTIAL[target],
        value: new Secret(keys[target]),
        binding: bindings[target],
      })),
    retired,
    revoked: without ? [CREDENTIAL[without]] : [],
  };
}

/** Makes the call that a rule asks about; gives the refusal, or nothing when it was answered or the client gave it up. */
async function call(target: Target, signal?: AbortSignal): Promise<Refusal | undefined> {
  // A client that hears of its progress waits as long as it takes.
  const options = { onprogress: () => undefined, ...(signal ? { signal } : {}) };
  const args = { service: NAME.service, path: PATH.service };
  try {
    const { structuredContent } =
      target === 'service'
        ? await agent.client.callTool({ name: 'read', arguments: args }, undefined, options)
        : await client.call(PATH.tool, { a: 1 }, options);
    return (structuredContent as { error?: Refusal } | undefined)?.error;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

/** Two calls that no rule asks about: one has the only place, and the other one after it. */
async function takeThePlace(target: Target): Promise<void> {
  for (const calls of [1, 2]) {
    const free =
      target === 'service' ? agent.raw('read', { service: NAME.service, path: '/free' }) : client.call('env');
    void free.catch(() => undefined);
    await until(async () => (await control.status()).calls === calls, 'the place to be taken');
  }
}

/** Lets the requests, and the server's list of tools, come through. */
function release(): void {
  upstream.release();
  fs.writeFileSync(gateFile(), '');
}

/** Whether a call with a yes waits for its connection, or for its server's list of tools. */
function isHeld(target: Target): boolean {
  return target === 'service' ? upstream.connections > 0 : journal().includes('list');
}

function journal(): string[] {
  return fs.existsSync(journalFile()) ? fs.readFileSync(journalFile(), 'utf8').trim().split('\n') : [];
}

/** How often the target was reached by the call that was asked about. */
function ran(target: Target): number {
  return target === 'service'
    ? upstream.received.filter((request) => request.target === PATH.service).length
    : journal().filter((line) => line === `call ${PATH.tool}`).length;
}

function sentKeys(): (string | undefined)[] {
  return upstream.received.map(({ authorization }) => authorization);
}

/** The question with this number. */
async function question(index: number): Promise<ApprovalQuestion & { gone?: true }> {
  await until(() => questions.length > index, `question ${index}`);
  return questions[index] as ApprovalQuestion;
}

async function answer(index: number, given: ApprovalAnswer): Promise<boolean> {
  const { id, requestHash } = await question(index);
  return control.answerApproval(id, requestHash, given);
}

/** How the trail says that the call ended, once it does: a code, or `answered`. */
async function recorded(target: Target): Promise<string> {
  const ends = (): AuditEvent[] =>
    events.filter(({ kind, path: own }) => (kind === 'denied' || kind === 'outcome') && own === PATH[target]);
  await until(() => ends().length > 0, 'the record of the end', 60_000);
  return ends()
    .map(({ code }) => code ?? 'answered')
    .join();
}

interface Event {
  readonly name: string;
  act(target: Target): Promise<void>;
  /** The code of the refusal that it comes to; what differs, by target and moment. */
  readonly comes: string;
}

const EVENTS: readonly Event[] = [
  {
    name: 'freeze',
    act: (target) => control.set({ freeze: { all: false, services: [NAME[target]] } }),
    comes: 'frozen',
  },
  {
    name: 'freeze of the agent',
    act: () => control.set({ agents: { ...ALLOWED, frozen: [AGENT] } }),
    comes: 'frozen',
  },
  {
    name: 'revocation',
    act: (target) => control.set({ credentials: credentials(target) }),
    comes: 'revoked',
  },
  {
    name: 'agent that is not allowed any more',
    act: () => control.set({ agents: { ...ALLOWED, names: [] } }),
    comes: 'approval_pending',
  },
  {
    name: 'narrower policy',
    act: () => setPolicy('deny'),
    comes: 'policy_denied',
  },
];

async function rotate(target: Target): Promise<void> {
  const old = { service: CREDENTIAL[target], value: new Secret(keys[target]), until: Date.now() + 3_600_000 };
  keys = { ...keys, [target]: freshKey() };
  await control.set({ credentials: credentials(undefined, [old]) });
}

/** Brings a call to a moment; resolves when it is there. */
async function bringTo(moment: Moment, target: Target): Promise<void> {
  if (moment === 'before') return;
  await question(0);
  if (moment === 'while asking') return;
  expect(await answer(0, YES)).toBe(true);
  await until(() => isHeld(target), 'the call to be on its way');
}

/** There was one question, and the user's side was told that it is gone: by another way than the agent was. */
async function allGone(): Promise<void> {
  await until(() => questions.every(({ gone }) => gone), 'the question to be taken back');
  expect(questions).toHaveLength(1);
}

/** Nothing reached the target, and no answer to a question makes it. */
async function expectNothingRan(target: Target): Promise<void> {
  for (const [index] of questions.entries()) expect(await answer(index, YES)).toBe(false);
  release();
  await until(async () => (await control.status()).calls === 0, 'all calls to be over');
  expect(ran(target)).toBe(0);
}

const ASKED: readonly Exclude<Moment, 'before'>[] = ['while asking', 'before the first byte'];

describe.each<Target>(['service', 'tool'])('a call of a %s', (target) => {
  describe.each(EVENTS)('meets a $name', ({ act, comes }) => {
    it('before anybody is asked: it is refused, and nothing runs', async () => {
      await act(target);
      expect(await call(target)).toMatchObject({ code: comes, sent: 'no' });
      expect(questions).toEqual([]);
      expect(await recorded(target)).toBe(comes);
      await expectNothingRan(target);
    });

    it.each(ASKED)('%s: it is refused, and nothing runs', async (moment) => {
      const outcome = call(target);
      await bringTo(moment, target);
      await act(target);
      // What waits for a connection, or for its server, is cut off at once or before its first byte.
      release();
      expect(await outcome).toMatchObject({ code: comes, sent: 'no' });
      await allGone();
      expect(await recorded(target)).toBe(comes);
      await expectNothingRan(target);
    });
  });

  describe('meets a rotation', () => {
    it('before anybody is asked: the new value is what is asked about and sent', async () => {
      await rotate(target);
      release();
      const outcome = call(target);
      const { credential } = await question(0);
      if (target === 'service') expect(credential?.last4).toBe(keys.service.slice(-4));
      expect(await answer(0, YES)).toBe(true);
      expect(await outcome).toBeUndefined();
      expect(ran(target)).toBe(1);
      if (target === 'service') expect(sentKeys()).toEqual([`Bearer ${keys.service}`]);
      expect(await recorded(target)).toBe('answered');
      expect(events.find(({ kind }) => kind === 'outcome')?.credential).toEqual({
        name: CREDENTIAL[target],
        last4: keys[target].slice(-4),
      });
    });

    it('while asking: the question is taken back, and another one asked', async () => {
      const outcome = call(target);
      await question(0);
      await rotate(target);
      await question(1);
      expect(await answer(0, YES)).toBe(false);
      expect(await answer(1, { allow: false })).toBe(true);
      expect(await outcome).toMatchObject({ code: 'approval_denied', sent: 'no' });
      await expectNothingRan(target);
    });

    it('before the first byte: a request goes out once, a tool whose server has the old value does not run', async () => {
      const before = keys[target];
      const outcome = call(target);
      await bringTo('before the first byte', target);
      await rotate(target);
      release();
      if (target === 'service') {
        expect(await outcome).toBeUndefined();
        expect([[`Bearer ${before}`], [`Bearer ${keys.service}`]]).toContainEqual(sentKeys());
      } else {
        expect(await outcome).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
        await expectNothingRan(target);
      }
    });
  });

  describe('meets its time-out', () => {
    beforeEach(() => setPolicy('ask', SHORT));

    it('before anybody is asked, while it waits for a place: nobody is', async () => {
      await takeThePlace(target);
      expect(await call(target)).toMatchObject({ code: 'rate_limited', sent: 'no' });
      expect(questions).toEqual([]);
      expect(await recorded(target)).toBe('rate_limited');
      await expectNothingRan(target);
    });

    it('while asking, for longer than a client waits: it is told to repeat the call, and a yes that comes then runs nothing by itself', async () => {
      expect(await call(target)).toMatchObject({ code: 'approval_pending', sent: 'no' });
      release();
      expect(await answer(0, YES)).toBe(true);
      expect(await recorded(target)).toBe('approval_pending');
      expect(ran(target)).toBe(0);
      // The yes is for the identical call, once.
      expect(await call(target)).toBeUndefined();
      expect(ran(target)).toBe(1);
    }, 90_000);

    it('before the first byte: it ends then, and nothing runs', async () => {
      const outcome = call(target);
      await bringTo('before the first byte', target);
      expect(await outcome).toMatchObject({ code: 'upstream_timeout', sent: 'no' });
      expect(await recorded(target)).toBe('upstream_timeout');
      await expectNothingRan(target);
    });
  });

  describe('meets its cancellation', () => {
    let cancel: AbortController;
    beforeEach(() => {
      cancel = new AbortController();
    });

    it('before anybody is asked, while it waits for a place: nobody is', async () => {
      await takeThePlace(target);
      const outcome = call(target, cancel.signal);
      await until(async () => (await control.status()).calls === 3, 'the call to wait');
      cancel.abort();
      await outcome;
      expect(await recorded(target)).toBe('cancelled');
      expect(questions).toEqual([]);
      await expectNothingRan(target);
    });

    it.each(ASKED)('%s: it ends, and nothing runs', async (moment) => {
      const outcome = call(target, cancel.signal);
      await bringTo(moment, target);
      cancel.abort();
      await outcome;
      expect(await recorded(target)).toBe('cancelled');
      await allGone();
      await expectNothingRan(target);
    });
  });
});
