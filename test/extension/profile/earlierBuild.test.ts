import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { narrowApproved } from '../../../src/core/policy/compare/approval.ts';
import { policyChanges } from '../../../src/core/policy/compare/changes.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../src/core/secret.ts';
import { AgentStore } from '../../../src/extension/agents/model/agentStore.ts';
import { Connections } from '../../../src/extension/agents/model/connections.ts';
import { AnchorStore } from '../../../src/extension/audit/model/anchorStore.ts';
import { Exposures } from '../../../src/extension/checkup/scan/exposures.ts';
import { KillSwitchTests } from '../../../src/extension/checkup/scan/killSwitchTests.ts';
import { folderScope } from '../../../src/extension/credentials/model/credentialId.ts';
import { CredentialStore } from '../../../src/extension/credentials/model/credentialStore.ts';
import { FreezeStore } from '../../../src/extension/freeze/model/freezeStore.ts';
import { PolicyStore } from '../../../src/extension/policy/model/policyStore.ts';
import { policyLanguage } from '../../../src/extension/policy/model/windowPolicyLanguage.ts';
import { ToolPinStore } from '../../../src/extension/servers/model/toolPinStore.ts';
import { ApprovalStore } from '../../../src/extension/state/approvalStore.ts';
import { installationKey } from '../../../src/extension/state/installationKey.ts';
import { SharedStateFile } from '../../../src/extension/state/sharedState.ts';
import { STORAGE_FOLDERS } from '../../../src/extension/state/storageFolders.ts';
import { FakeMetadata, FakeSecrets, FakeTexts, noPause } from '../support/fakes.ts';
import profile from './earlierBuild.json' with { type: 'json' };

// What an earlier build wrote, to the letter: users keep it through every update. A name or a shape that is changed in the code
// makes this build lose what is stored, or, of a freeze, forget that something was stopped. The profile is never written anew.

/** Where its global storage was: approvals and anchors are bound to the place. */
const STORAGE = '/profile/globalStorage/valet-key';
/** A minute after it was last used. */
const NOW = 1_790_000_094_000;
const STRIPE = { scope: 'user', service: 'stripe' } as const;
const BINDING = { origin: 'https://api.stripe.com', placement: 'bearer' };
const now = (): number => NOW;

let secrets: FakeSecrets;
let metadata: FakeMetadata;

beforeEach(() => {
  secrets = new FakeSecrets();
  for (const [key, text] of Object.entries(profile.secrets)) secrets.entries.set(key, text);
  metadata = new FakeMetadata();
  for (const [key, value] of Object.entries(profile.globalState)) metadata.entries.set(key, JSON.stringify(value));
});

/** One of the folders in global storage. */
function folder(which: keyof typeof STORAGE_FOLDERS): FakeTexts {
  const texts = new FakeTexts();
  for (const [file, text] of Object.entries(profile.files)) {
    if (path.dirname(file) === STORAGE_FOLDERS[which]) texts.files.set(path.basename(file), text);
  }
  return texts;
}

function approvedTexts(which: keyof typeof STORAGE_FOLDERS): ApprovalStore {
  return new ApprovalStore({ texts: folder(which), secrets, installation: STORAGE, pause: noPause });
}

test('what one window does for the others', () => {
  expect(folder('announcements').files.size).toBe(1);
});

describe('credentials', () => {
  async function opened(): Promise<CredentialStore> {
    const store = new CredentialStore({ secrets, metadata, now });
    await store.load();
    return store;
  }

  test('with their values, destinations, dates and what the API thought of them', async () => {
    const store = await opened();
    expect(store.get(STRIPE)).toMatchObject({
      state: 'present',
      binding: BINDING,
      createdAt: 1_790_000_001_000,
      rotatedAt: 1_790_000_003_000,
      lastUsedAt: 1_790_000_008_000,
      expiresAt: 1_890_000_000_000,
      condition: 'rejected',
    });
    expect(store.holders(new Secret('the second value of stripe'))).toEqual([STRIPE]);
    const internal = { scope: folderScope('file:///work'), service: 'internal' };
    expect(store.holders(new Secret('the value of internal'))).toEqual([internal]);
  });

  test('that are a command, a session, or revoked', async () => {
    const store = await opened();
    const command = { program: '/usr/bin/gh', args: ['auth', 'token'], keepMs: 600_000 };
    expect(store.get({ scope: 'user', service: 'github' })).toMatchObject({ state: 'command', command });
    expect(store.get({ scope: 'user', service: 'graph' })).toMatchObject({ state: 'session' });
    expect(store.get({ scope: 'user', service: 'notion' })).toMatchObject({ state: 'revoked' });
    expect(store.all()).toHaveLength(5);
  });

  test('replaced values, for redaction and for undoing the rotation', async () => {
    const store = await opened();
    const retired = store.retired().map(({ id, value }) => [id.service, value]);
    expect(retired.map(([service]) => service)).toEqual(['stripe', 'notion']);
    expect(store.undoOffer(STRIPE)).toMatchObject({ until: 1_790_000_603_000 });
    await store.undoRotation(STRIPE);
    expect(store.holders(new Secret('the first value of stripe'))).toEqual([STRIPE]);
  });

  test('their histories', async () => {
    expect((await opened()).historyOf(STRIPE).map(({ how }) => how)).toEqual(['added', 'rotated']);
  });
});

test('keys of the installation', async () => {
  expect(await installationKey(secrets, 'requestHash')).toBe('1f'.repeat(32));
  expect(await installationKey(secrets, 'fingerprint')).toBe('3f'.repeat(32));
});

test('approvals, what saves left of them, and the last valid texts', async () => {
  const written = profile.files['written/user.yaml'];
  const read = { kind: 'text', text: 'not: [valid' } as const;
  const store = new PolicyStore({
    approvals: approvedTexts('approved'),
    lastValid: folder('written'),
    language: policyLanguage({
      parse: async (text) => parsePolicy(text),
      narrow: async (approved, text) => narrowApproved(approved, text),
      changes: async (approved, text, once) => policyChanges(approved, text, once),
    }),
    now,
    log: () => undefined,
  });
  await store.setSources([
    { id: 'user', label: 'policy.yaml', read: async () => read },
    { id: 'workspace:file:///work', label: 'valetkey.yaml', read: async () => ({ kind: 'missing' }) },
  ]);
  expect(store.get('user')).toMatchObject({
    disk: 'invalid',
    written,
    approval: {
      kind: 'approved',
      text: written,
      once: profile.files['approved/once-user.yaml'],
      services: ['stripe'],
      at: 1_790_000_026_000,
    },
  });
  expect(store.get('workspace:file:///work')).toMatchObject({ approval: { kind: 'approved', services: ['internal'] } });
});

describe('a freeze', () => {
  async function frozen(change: (directory: string) => void): Promise<readonly string[]> {
    const directory = mkdtempSync(path.join(tmpdir(), 'profile-'));
    try {
      change(directory);
      const store = new FreezeStore({ file: new SharedStateFile(directory), secrets });
      await store.load();
      expect(store.state.all).toBe(false);
      return store.state.services;
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  test('outlives an update of the extension, as SecretStorage has it', async () => {
    expect(await frozen(() => undefined)).toEqual(['internal']);
  });

  test('outlives it as the signed file has it, which alone may lift one', async () => {
    // As another window may have left it.
    secrets.entries.set('freeze', JSON.stringify({ all: true, services: [], revision: 2 }));
    expect(await frozen((to) => writeFileSync(path.join(to, 'state.json'), profile.files['state.json']))).toEqual([
      'internal',
    ]);
  });
});

test('which agents may call', async () => {
  const store = new AgentStore({ text: approvedTexts('agents'), now });
  await store.load();
  expect(store.broken).toBe(false);
  expect(store.admission).toEqual({
    entries: ['vscode', 'claude-code'],
    names: ['Claude Code'],
    frozen: ['Cursor'],
  });
});

test('which tools were accepted', async () => {
  const scopes = new Map([['files', 'user' as const]]);
  const store = new ToolPinStore({ text: approvedTexts('tools'), now, scopes: () => scopes });
  await store.load();
  expect(store.pins).toEqual([{ server: 'files', tools: [{ name: 'read_file', hash: 'ab'.repeat(32) }] }]);
});

test('how far the audit log of each run went', async () => {
  const store = new AnchorStore({ secrets, installation: STORAGE, now });
  expect(await store.all()).toEqual([{ gatewayId: 'run-1', seq: 41, hash: 'cd'.repeat(32), at: 1_790_000_032_000 }]);
});

test('which clients were connected, and the way back', () => {
  const machine = { platform: 'linux', home: '/home/me', env: {}, extensionStorage: '/profile' } as const;
  const connections = new Connections({ metadata, machine, launch: { command: 'valet-key', args: [] }, now });
  expect(connections.all).toEqual([
    {
      client: 'cursor',
      file: '/home/me/.cursor/mcp.json',
      after: 'ef'.repeat(32),
      backup: '/home/me/.cursor/mcp.json.valet-key-backup',
    },
  ]);
});

test('what the checkup knows', async () => {
  expect(new KillSwitchTests(metadata).last).toEqual({ at: 1_790_000_033_000, ms: 37 });
  expect(await new Exposures(folder('checkup')).all()).toMatchObject([{ id: 'e1', credential: 'user/github' }]);
});
