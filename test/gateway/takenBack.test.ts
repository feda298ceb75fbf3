import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { credentialsOf } from '../../src/core/policy/compare/serverDestination.ts';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { Secret } from '../../src/core/secret.ts';
import { APPROVAL_TIMES } from '../../src/gateway/call/approvals.ts';
import type { Credential, CredentialSet } from '../../src/gateway/control/controlPort.ts';
import type { Refusal } from '../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey, loopbackService } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { trickyServer } from '../support/wrapped.ts';

/** What a call asks for: a request to a service, or a tool of an upstream server. Each has the name `target` in its policy. */
type Kind = 'service' | 'tool';
type Outcome = { answer: unknown } | { refusal: Refusal };

const AGENT = { name: 'friend' };
const ALLOWED = { entries: [], names: [AGENT.name], frozen: [] };
const WINDOW = { hostPid: 1, folders: [], focusedAt: 0, trusted: true };
const YES = { allow: true, for: 'once' } as const;

let upstream: Upstream;
let folder: string;
let local: GatewayInProcess;
/** Lets a service's look-up, or a server's list of tools, come through. */
let release: () => void;
let looking: number;
let cancel: AbortController;
let key: string;

beforeAll(async () => {
  vi.stubGlobal('VALETKEY_VERSION', '0.0.0');
  upstream = await startUpstream();
});
afterAll(async () => {
  await upstream?.close();
  vi.unstubAllGlobals();
});

const origin = (): string => upstream.origin.replace('127.0.0.1', 'target.example');
const journalFile = (): string => path.join(folder, 'journal');
const gateFile = (): string => path.join(folder, 'gate');

/** `rule` is what the policy says of the one path and the one tool that are called. */
function policy(kind: Kind, rule: 'ask' | 'ask elsewhere' | 'deny' | 'nothing'): string {
  const asking = rule === 'ask elsewhere' ? ['/x', 'echo'] : ['/**', '*'];
  if (kind === 'service') {
    const asks = { path: asking[0], methods: ['GET'], approval: 'always' };
    const policies = rule === 'nothing' ? [] : [asks, ...(rule === 'deny' ? [{ path: '/x', effect: 'deny' }] : [])];
    return JSON.stringify({ services: { target: loopbackService(origin(), { policies }) } });
  }
  const tools = rule === 'nothing' ? {} : { ask: [asking[1]], ...(rule === 'deny' ? { deny: ['echo'] } : {}) };
  const args = ['--journal', journalFile(), '--list-after', gateFile()];
  return JSON.stringify({ servers: { target: trickyServer('target', { tools }, args) } });
}

function credentials(kind: Kind, value = freshKey(), elsewhere = false): CredentialSet {
  const server = kind === 'tool' ? parsePolicy(policy(kind, 'ask')).policy?.servers.get('target') : undefined;
  const bound = server ? credentialsOf(server)[0] : { origin: origin(), placement: 'bearer' };
  const place = { origin: bound?.origin ?? '', placement: bound?.placement ?? '' };
  const binding = elsewhere ? { ...place, origin: 'https://elsewhere.example' } : place;
  const current: Credential = { service: 'target', value: new Secret(value), binding };
  return { current: [current], retired: [], revoked: [] };
}

const NONE: CredentialSet = { current: [], retired: [], revoked: [] };

/** Makes everything as it was before an act, by the very thing that the act changed: nothing else takes a yes back meanwhile. */
const BACK = {
  freeze: () => local.gateway.set({ freeze: { all: false, services: [] } }),
  agents: () => local.gateway.set({ agents: ALLOWED }),
  credential: (kind: Kind) => local.gateway.set({ credentials: credentials(kind, key) }),
  policy: (kind: Kind) => local.setPolicy(policy(kind, 'ask')),
  window: () => local.gateway.set({ window: WINDOW }),
  nothing: () => undefined,
};

interface Act {
  readonly act: (kind: Kind) => unknown;
  /** The refusal that a call comes to; `asks again` where there is something else to ask. */
  readonly comes: string;
  readonly back: keyof typeof BACK;
}

/** What may happen around a call. */
const ACTS: Readonly<Record<string, Act>> = {
  'freeze of it': {
    act: () => local.gateway.set({ freeze: { all: false, services: ['target'] } }),
    comes: 'frozen',
    back: 'freeze',
  },
  'freeze of everything': {
    act: () => local.gateway.set({ freeze: { all: true, services: [] } }),
    comes: 'frozen',
    back: 'freeze',
  },
  'freeze of the agent': {
    act: () => local.gateway.set({ agents: { ...ALLOWED, frozen: [AGENT.name] } }),
    comes: 'frozen',
    back: 'agents',
  },
  'disallowed agent': {
    act: () => local.gateway.set({ agents: { ...ALLOWED, names: [] } }),
    comes: 'approval_pending',
    back: 'agents',
  },
  revocation: {
    act: () => local.gateway.set({ credentials: { ...NONE, revoked: ['target'] } }),
    comes: 'revoked',
    back: 'credential',
  },
  'missing credential': {
    act: () => local.gateway.set({ credentials: NONE }),
    comes: '(missing_credential|revoked)',
    back: 'credential',
  },
  rotation: {
    act: (kind) => local.gateway.set({ credentials: credentials(kind) }),
    comes: 'asks again',
    back: 'credential',
  },
  'credential for elsewhere': {
    act: (kind) => local.gateway.set({ credentials: credentials(kind, freshKey(), true) }),
    comes: 'origin_not_confirmed',
    back: 'credential',
  },
  'rule that denies': { act: (kind) => local.setPolicy(policy(kind, 'deny')), comes: 'policy_denied', back: 'policy' },
  'rule that is gone': {
    act: (kind) => local.setPolicy(policy(kind, 'nothing')),
    comes: 'policy_denied',
    back: 'policy',
  },
  'other rule that asks': {
    act: (kind) => local.setPolicy(policy(kind, 'ask elsewhere')),
    comes: 'asks again',
    back: 'policy',
  },
  'policy that nobody approved': {
    act: (kind) =>
      local.gateway.set({ policies: [{ id: 'user', label: 'policy', written: policy(kind, 'ask'), grants: true }] }),
    comes: 'policy_not_approved',
    back: 'policy',
  },
  'workspace that is not trusted': {
    act: () => local.gateway.set({ window: { ...WINDOW, trusted: false } }),
    comes: 'policy_not_approved',
    back: 'window',
  },
  'connection that closed': { act: () => local.gateway.disconnect('c'), comes: 'cancelled', back: 'nothing' },
  cancellation: { act: () => cancel.abort(), comes: 'cancelled', back: 'nothing' },
};

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-taken-'));
  cancel = new AbortController();
  key = freshKey();
  upstream.requests.length = 0;
});
afterEach(() => {
  local.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(kind: Kind, text = policy(kind, 'ask'), waitMs = APPROVAL_TIMES.waitMs): Promise<void> {
  looking = 0;
  local = await gatewayInProcess({
    policy: text,
    approvalTimes: { ...APPROVAL_TIMES, waitMs },
    resolve: () =>
      new Promise((resolve) => {
        looking += 1;
        release = () => resolve([{ address: '127.0.0.1', family: 4 }]);
      }),
  });
  if (kind === 'tool') release = () => fs.writeFileSync(gateFile(), '');
  await local.gateway.set({ agents: ALLOWED });
  await local.gateway.set({ credentials: credentials(kind, key) });
}

function call(kind: Kind): Promise<Outcome> {
  const caller = { agent: AGENT, scope: 'window', connection: 'c' } as const;
  return kind === 'service'
    ? local.gateway.call({ tool: 'read', method: 'GET', service: 'target', path: '/x' }, caller, cancel.signal)
    : local.gateway.callTool({ server: 'target', tool: 'echo', arguments: { a: 1 } }, caller, cancel.signal);
}

function codeOf(outcome: Outcome): string {
  return 'refusal' in outcome ? `${outcome.refusal.code} ${outcome.refusal.sent}` : 'answered';
}

function journal(): string[] {
  return fs.existsSync(journalFile()) ? fs.readFileSync(journalFile(), 'utf8').trim().split('\n') : [];
}

/** Requests that arrived, or tools that ran. */
function ran(): number {
  return upstream.requests.length + journal().filter((line) => line.startsWith('call ')).length;
}

/** The question with this number, once it is asked. */
async function question(index = 0): Promise<{ id: string; requestHash: string; ended?: string }> {
  await until(() => local.questions.length > index, `question ${index}`);
  return local.questions[index] as { id: string; requestHash: string; ended?: string };
}

async function yes(index = 0): Promise<boolean> {
  const { id, requestHash } = await question(index);
  return local.gateway.answerApproval(id, requestHash, YES);
}

describe.each<Kind>(['service', 'tool'])('a call of a %s that a rule asks about', (kind) => {
  it('passes with a yes, where nothing happens around it', async () => {
    await start(kind);
    const outcome = call(kind);
    expect(await yes()).toBe(true);
    await until(() => looking > 0 || journal().includes('list'), 'the way out');
    release();
    expect(codeOf(await outcome)).toBe('answered');
    expect(ran()).toBe(1);
  });

  const acts = Object.entries(ACTS).map(([name, act]) => ({ name, ...act }));
  const staying = acts.filter(({ comes }) => comes !== 'cancelled');
  const refused = staying.filter(({ comes }) => comes !== 'asks again');
  // A request that was allowed goes out with the old key or the new one.
  const late = acts.filter(({ name }) => kind === 'tool' || name !== 'rotation');

  it.each(refused)('is not asked about after a $name', async ({ act, comes }) => {
    await start(kind);
    await act(kind);
    expect(codeOf(await call(kind))).toMatch(new RegExp(`^${comes} no$`));
    expect(local.questions).toEqual([]);
    expect([ran(), journal()]).toEqual([0, []]);
  });

  it.each(acts)('loses its question with a $name, and a yes to it runs nothing', async ({ act, comes }) => {
    await start(kind);
    const outcome = call(kind);
    const first = await question();
    await act(kind);
    await until(() => first.ended !== undefined, 'the question to be taken back');
    expect(await yes()).toBe(false);
    if (comes === 'asks again') {
      await question(1);
      cancel.abort();
    }
    expect(codeOf(await outcome)).toMatch(new RegExp(`^${comes === 'asks again' ? 'cancelled' : comes} no$`));
    expect(local.questions).toHaveLength(comes === 'asks again' ? 2 : 1);
    // Not even the server was started.
    expect([ran(), journal()]).toEqual([0, []]);
  });

  it.each(late)('meets a $name before its first byte', async ({ act, comes }) => {
    await start(kind);
    const outcome = call(kind);
    expect(await yes()).toBe(true);
    await until(() => looking > 0 || journal().includes('list'), 'the way out');
    await act(kind);
    release();
    expect(codeOf(await outcome)).toMatch(
      comes === 'asks again'
        ? /^(approval_pending|policy_not_approved|approval_denied) no$/
        : new RegExp(`^(${comes}|policy_not_approved) no$`),
    );
    expect(ran()).toBe(0);
  });

  it.each(staying)('whose time was up loses the yes that came late with a $name', async ({ act, back }) => {
    await start(kind, policy(kind, 'ask'), 20);
    expect(codeOf(await call(kind))).toBe('approval_pending no');
    expect(await yes()).toBe(true);
    await act(kind);
    await BACK[back](kind);
    const wayOut = until(() => looking > 0 || journal().includes('list'), 'the way out').then(
      () => 'is on its way out',
    );
    expect(await Promise.race([call(kind).then(codeOf), wayOut])).toBe('approval_pending no');
    expect([ran(), journal()]).toEqual([0, []]);
  });

  it('runs nothing by itself when the yes comes after its time', async () => {
    await start(kind, policy(kind, 'ask'), 20);
    expect(codeOf(await call(kind))).toBe('approval_pending no');
    expect(await yes()).toBe(true);
    expect([ran(), journal()]).toEqual([0, []]);
  });
});

describe('a tool that the user is asked about', () => {
  /** Its server has been looked at, with what the user accepted of it then. */
  async function known(): Promise<string> {
    await start('tool');
    release();
    const listed = await local.gateway.servers.listTools('target', { agent: AGENT, scope: 'window', connection: 'c' });
    expect('answer' in listed && listed.answer.tools.length).toBeGreaterThan(0);
    return 'target';
  }

  it.each([
    ['any more', []],
    ['as it is now', [{ name: 'echo', hash: '0'.repeat(64), definition: '{}' }]],
  ])('loses its question when it is not accepted %s, and is not asked about again', async (_, tools) => {
    const server = await known();
    const outcome = call('tool');
    const first = await question();
    await local.gateway.set({ toolPins: [{ server, tools }] });
    await until(() => first.ended !== undefined, 'the question to be taken back');
    expect(await yes()).toBe(false);
    expect(codeOf(await outcome)).toBe('policy_not_approved no');
    expect(local.questions).toHaveLength(1);
    expect(ran()).toBe(0);
  });

  it('does not run when it stops being accepted while its server starts', async () => {
    await start('tool');
    const outcome = call('tool');
    expect(await yes()).toBe(true);
    await until(() => journal().includes('list'), 'the list');
    await local.gateway.set({ toolPins: [{ server: 'target', tools: [] }] });
    release();
    expect(codeOf(await outcome)).toBe('policy_not_approved no');
    expect(ran()).toBe(0);
  });
});
