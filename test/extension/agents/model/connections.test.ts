import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientOf } from '../../../../src/extension/agents/model/agentClients.ts';
import { EntryError } from '../../../../src/extension/agents/model/clientEntry.ts';
import { ClientFileError } from '../../../../src/extension/agents/model/clientFile.ts';
import { Connections } from '../../../../src/extension/agents/model/connections.ts';
import { FakeMetadata } from '../../support/fakes.ts';

const claude = clientOf('claude-code') ?? expect.fail();
const codex = clientOf('codex') ?? expect.fail();
const secret = ['ghp', crypto.randomUUID()].join('_');
const TEXT = `{\n  // with a token of somebody else\n  "mcpServers": { "gh": { "env": { "TOKEN": "${secret}" } } },\n}\n`;

let now: number;
let home: string;
let connections: Connections;
let metadata: FakeMetadata;
let file: string;

beforeEach(() => {
  now = Date.UTC(2026, 10, 21);
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-home-'));
  file = path.join(home, '.claude.json');
  metadata = new FakeMetadata();
  connections = new Connections({
    metadata,
    machine: { platform: 'linux', home, env: {}, extensionStorage: path.join(home, 'storage') },
    launch: { command: '/launcher/valet-key', args: [] },
    now: () => now,
  });
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ClientFileError) return error.reason;
    if (error instanceof EntryError) return error.problem;
    throw error;
  }
  return 'none';
}

describe('connecting', () => {
  test('keeps the file’s mode, and a copy of it that only this user can read', async () => {
    fs.writeFileSync(file, TEXT, { mode: 0o640 });
    const backup = await connections.connect(connections.planToConnect(claude));
    expect(fs.statSync(file).mode & 0o777).toBe(0o640);
    expect(backup && [fs.readFileSync(backup, 'utf8'), fs.statSync(backup).mode & 0o777]).toEqual([TEXT, 0o600]);
    expect(connections.isConfigured(claude)).toBe(true);
    expect(fs.readdirSync(home).sort()).toEqual(['.claude.json', path.basename(backup ?? '')]);
  });

  test('makes a missing file, and its folder, for this user alone', async () => {
    expect(await connections.connect(connections.planToConnect(codex))).toBeUndefined();
    const made = path.join(home, '.codex/config.toml');
    expect([fs.statSync(made).mode & 0o777, fs.statSync(path.dirname(made)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test('follows a link, and leaves it one', async () => {
    const real = path.join(home, 'dotfiles.json');
    fs.writeFileSync(real, '{}');
    fs.symlinkSync(real, file);
    const plan = connections.planToConnect(claude);
    expect(plan.file.real).toBe(fs.realpathSync(real));
    await connections.connect(plan);
    expect(fs.lstatSync(file).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(real, 'utf8')).toContain('/launcher/valet-key');
  });

  test('follows a link to a file that is not there yet', async () => {
    fs.symlinkSync('later.json', file);
    await connections.connect(connections.planToConnect(claude));
    expect(fs.readFileSync(path.join(home, 'later.json'), 'utf8')).toContain('/launcher/valet-key');
  });

  test('leaves alone what cannot be changed safely, and says why', async () => {
    fs.writeFileSync(file, '{ "mcpServers": {');
    expect(reasonOf(() => connections.planToConnect(claude))).toBe('unparsable');
    fs.writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(reasonOf(() => connections.planToConnect(claude))).toBe('not-text');
    fs.rmSync(file);
    fs.mkdirSync(file);
    expect(reasonOf(() => connections.planToConnect(claude))).toBe('no-file');
  });

  test('leaves a read-only file alone, also where the system would let it pass, and no copy behind', async () => {
    fs.writeFileSync(file, TEXT, { mode: 0o444 });
    await expect(connections.connect(connections.planToConnect(claude))).rejects.toMatchObject({ reason: 'read-only' });
    expect(fs.readFileSync(file, 'utf8')).toBe(TEXT);
    expect(fs.readdirSync(home)).toEqual(['.claude.json']);
  });

  test('changes nothing when the file changed since the user saw the difference', async () => {
    fs.writeFileSync(file, TEXT);
    const plan = connections.planToConnect(claude);
    fs.writeFileSync(file, '{}');
    await expect(connections.connect(plan)).rejects.toMatchObject({ reason: 'changed' });
    expect(fs.readFileSync(file, 'utf8')).toBe('{}');
  });
});

describe('disconnecting', () => {
  test('gives every byte back, and takes the copy away', async () => {
    fs.writeFileSync(file, TEXT);
    await connections.connect(connections.planToConnect(claude));
    await connections.disconnect(connections.planToDisconnect(claude));
    expect(fs.readFileSync(file, 'utf8')).toBe(TEXT);
    expect(fs.readdirSync(home)).toEqual(['.claude.json']);
    expect(connections.all).toEqual([]);
  });

  test('leaves no copy behind that holds a secret which left the file since', async () => {
    fs.writeFileSync(file, TEXT);
    await connections.connect(connections.planToConnect(claude));
    const connected = fs.readFileSync(file, 'utf8');
    await connections.dropOutdatedCopies();
    expect(fs.readdirSync(home)).toHaveLength(2); // the file is as it was written, so the copy is still the way back
    fs.writeFileSync(file, connected.replace(secret, ''));
    await connections.dropOutdatedCopies();
    expect(fs.readdirSync(home)).toEqual(['.claude.json']);
    // The secret comes back, by an undo of what took it out: the file is not taken for the one of then.
    fs.writeFileSync(file, connected);
    await connections.disconnect(connections.planToDisconnect(claude));
    const text = fs.readFileSync(file, 'utf8');
    expect([text.includes(secret), text.includes('/launcher/valet-key')]).toEqual([true, false]);
    expect(connections.all).toEqual([]);
  });

  test('leaves one copy, however often one connects while others write', async () => {
    fs.writeFileSync(file, TEXT);
    await connections.connect(connections.planToConnect(claude));
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(secret, ''));
    now += 1000;
    const backup = await connections.connect(connections.planToConnect(claude, ['github']));
    expect(fs.readdirSync(home).sort()).toEqual(['.claude.json', path.basename(backup ?? '')]);
  });

  test('removes a file that was made for it', async () => {
    await connections.connect(connections.planToConnect(claude));
    await connections.disconnect(connections.planToDisconnect(claude));
    expect(fs.readdirSync(home)).toEqual([]);
  });

  test('after others wrote, takes out the entry alone', async () => {
    fs.writeFileSync(file, TEXT);
    await connections.connect(connections.planToConnect(claude));
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('// with', '// now with'));
    await connections.disconnect(connections.planToDisconnect(claude));
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toContain('// now with a token');
    expect(text).toContain(secret);
    expect(connections.isConfigured(claude)).toBe(false);
  });

  test('after connecting twice, leads to before the first time', async () => {
    fs.writeFileSync(file, TEXT);
    const first = await connections.connect(connections.planToConnect(claude));
    const newer = new Connections({
      metadata,
      machine: { platform: 'linux', home, env: {}, extensionStorage: '' },
      launch: { command: '/elsewhere/valet-key', args: [] },
      now: () => Date.UTC(2026, 10, 22),
    });
    expect(await newer.connect(newer.planToConnect(claude))).toBe(first);
    await newer.disconnect(newer.planToDisconnect(claude));
    expect(fs.readFileSync(file, 'utf8')).toBe(TEXT);
  });

  test('what was never connected changes nothing', () => {
    fs.writeFileSync(file, TEXT);
    const plan = connections.planToDisconnect(claude);
    expect(plan.text).toBe(plan.file.text);
  });
});
