import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { administratorPath, readAdministratorFile } from '../../../../src/extension/policy/model/administratorFile.ts';
import { AdministratorPolicy } from '../../../../src/extension/policy/model/administratorPolicy.ts';
import type { PolicyRead } from '../../../../src/extension/policy/model/policySource.ts';
import { english } from '../../../support/english.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the file', () => {
  test('has one place on each platform, and no variable moves it', () => {
    expect(administratorPath('linux')).toBe('/etc/valet-key/policy.yaml');
    expect(administratorPath('darwin')).toBe('/Library/Application Support/Valet Key/policy.yaml');
    expect(administratorPath('win32')).toBe('C:\\ProgramData\\Valet Key\\policy.yaml');
  });

  test('is read, or missing with or without its folder', async () => {
    const file = path.join(folder, 'policy.yaml');
    expect(await readAdministratorFile(file)).toEqual({ kind: 'missing' });
    expect(await readAdministratorFile(path.join(folder, 'none', 'policy.yaml'))).toEqual({ kind: 'missing' });
    fs.writeFileSync(file, 'services: {}\n');
    expect(await readAdministratorFile(file)).toEqual({ kind: 'text', text: 'services: {}\n' });
    expect(await readAdministratorFile(path.join(file, 'policy.yaml'))).toEqual({ kind: 'missing' });
  });

  test.each([
    ['a folder', (file: string) => fs.mkdirSync(file)],
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
    ['no UTF-8', (file: string) => fs.writeFileSync(file, Buffer.from([0xff, 0xfe, 0x41]))],
    ['too large', (file: string) => fs.writeFileSync(file, Buffer.alloc(1024 * 1024 + 1, 0x20))],
    ['a link to itself', (file: string) => fs.symlinkSync(file, file)],
  ])('that is %s cannot be read, at once', async (_what, make) => {
    const file = path.join(folder, 'policy.yaml');
    make(file);
    expect(await readAdministratorFile(file)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('what the gateway is told', () => {
  function setUp() {
    const disk: { read: PolicyRead } = { read: { kind: 'missing' } };
    const policy = new AdministratorPolicy({
      path: '/etc/valet-key/policy.yaml',
      label: 'the administrator’s policy',
      read: async () => disk.read,
      parse: async (text) => parsePolicy(text, 'administrator'),
    });
    let fired = 0;
    policy.onDidChange(() => {
      fired += 1;
    });
    const save = async (read: PolicyRead): Promise<void> => {
      disk.read = read;
      await policy.refresh();
    };
    return { policy, save, fired: () => fired };
  }

  test('nothing without a file, and the text with one', async () => {
    const { policy, save, fired } = setUp();
    await save({ kind: 'missing' });
    expect([policy.files(), fired()]).toEqual([[], 0]);
    const text = 'allowedOrigins: [https://api.example.com]\n';
    await save({ kind: 'text', text });
    await save({ kind: 'text', text });
    expect(policy.state.kind).toBe('in-force');
    expect(policy.files()).toEqual([
      { id: 'admin', label: 'the administrator’s policy', grants: false, written: text },
    ]);
    expect(fired()).toBe(1);
    await save({ kind: 'missing' });
    expect([policy.files(), fired()]).toEqual([[], 2]);
  });

  test('a file with errors, and one that cannot be read, though an earlier version was fine', async () => {
    const { policy, save } = setUp();
    await save({ kind: 'text', text: 'services: {}\n' });
    await save({ kind: 'text', text: 'servces: {}\n' });
    expect(english(policy.state)).toMatchObject({ kind: 'broken', why: expect.stringContaining('1:1') });
    expect(policy.files()).toMatchObject([{ id: 'admin', written: 'servces: {}\n' }]);
    await save({ kind: 'unreadable', why: phrase`No permission.` });
    expect(policy.state).toEqual({ kind: 'broken', why: phrase`No permission.` });
    expect(policy.files()).toEqual([{ id: 'admin', label: 'the administrator’s policy', grants: false }]);
  });
});
