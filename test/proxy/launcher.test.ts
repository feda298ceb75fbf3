import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Launcher } from '../../src/extension/agents/model/launcher.ts';
import { pointerText, readPointer, WINDOWS_LAUNCHER } from '../../src/extension/agents/model/launcherText.ts';
import { connectAgent, freshKey, loopbackService, PROXY, policyText, type Served, serve } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const key = freshKey();
let upstream: Upstream;
let served: Served;
let folder: string;
let launcher: Launcher;

beforeAll(async () => {
  upstream = await startUpstream();
  served = await serve({ policy: policyText({ api: loopbackService(upstream.origin) }), credentials: { api: key } });
});
afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk launcher-'));
  launcher = new Launcher(path.join(folder, 'launcher'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** An installed version of the extension; gives its proxy. */
function installVersion(version: string): string {
  const proxy = path.join(folder, 'extensions', `valet-key.valet-key-${version}`, 'dist/proxy.js');
  fs.mkdirSync(path.dirname(proxy), { recursive: true });
  fs.copyFileSync(PROXY, proxy);
  return proxy;
}

function activate(version: string, proxy: string): void {
  launcher.install({ version, proxy, editor: process.execPath, runtimeDir: served.runtimeDir });
}

/** Starts the launcher as a client does, from some other folder, and reads something. */
async function readThrough(env: Record<string, string> = {}): Promise<number> {
  const { command, args } = launcher.command;
  const before = process.cwd();
  process.chdir(os.tmpdir());
  try {
    const agent = await connectAgent(
      { command, args: [...args], env: { PATH: process.env.PATH ?? '', ...env } },
      'codex',
    );
    try {
      return (await agent.ok('read', { service: 'api', path: '/echo' })).status;
    } finally {
      await agent.close();
    }
  } finally {
    process.chdir(before);
  }
}

describe('the launcher', () => {
  it('starts the proxy, with options for Node cleared, from a path with a space', async () => {
    activate('1.0.0', installVersion('1.0.0'));
    expect(await readThrough({ NODE_OPTIONS: '--require=/does/not/exist' })).toBe(200);
  });

  it('still starts it when an update renamed the folder, before VS Code was opened again and after', async () => {
    const old = installVersion('1.0.0');
    activate('1.0.0', old);
    fs.renameSync(
      path.join(folder, 'extensions/valet-key.valet-key-1.0.0'),
      path.join(folder, 'extensions/valet-key.valet-key-1.1.0'),
    );
    expect(await readThrough()).toBe(200);
    activate('1.1.0', old.replace('1.0.0', '1.1.0'));
    expect(await readThrough()).toBe(200);
  });

  it('runs on the editor’s own binary where the machine has no Node, or one that is too old', async () => {
    activate('1.0.0', installVersion('1.0.0'));
    const tools = path.join(folder, 'tools');
    fs.mkdirSync(tools);
    for (const tool of ['dirname', 'sh']) {
      fs.symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        path.join(tools, tool),
      );
    }
    expect(await readThrough({ PATH: tools })).toBe(200);
    fs.writeFileSync(path.join(tools, 'node'), '#!/bin/sh\necho v18.20.0\n[ "$1" = --version ]\n', { mode: 0o755 });
    expect(await readThrough({ PATH: tools })).toBe(200);
  });

  it('says what to do when the extension is gone', () => {
    activate('1.0.0', installVersion('1.0.0'));
    fs.rmSync(path.join(folder, 'extensions'), { recursive: true });
    const run = (): string =>
      execFileSync(launcher.command.command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    expect(run).toThrow(/Install it in VS Code/);
  });

  it('holds nothing secret, is this user’s alone, and is written only when something changed', () => {
    const proxy = installVersion('1.0.0');
    activate('1.0.0', proxy);
    const directory = path.join(folder, 'launcher');
    const state = (): unknown[] =>
      fs
        .readdirSync(directory)
        .sort()
        .map((name) => {
          const { mode, ino } = fs.statSync(path.join(directory, name));
          return [name, (mode & 0o777).toString(8), ino];
        });
    const before = state();
    expect(before.map((entry) => (entry as unknown[]).slice(0, 2))).toEqual([
      ['current', '600'],
      ['valet-key', '700'],
      ['valet-key.cmd', '600'],
    ]);
    expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
    activate('1.0.0', proxy);
    expect(state()).toEqual(before);
    fs.chmodSync(path.join(directory, 'valet-key'), 0o777);
    activate('1.0.0', proxy);
    expect(state().map((entry) => (entry as unknown[])[1])).toEqual(['600', '700', '600']);
    expect(fs.readFileSync(path.join(directory, 'current'), 'utf8')).not.toContain(key);
  });

  it('points to the newest version that is there', () => {
    const [older, newer] = [installVersion('1.9.0'), installVersion('1.10.0')];
    const pointed = (): string | undefined =>
      readPointer(fs.readFileSync(path.join(folder, 'launcher/current'), 'utf8'))?.version;
    activate('1.10.0', newer);
    activate('1.9.0', older);
    expect(pointed()).toBe('1.10.0');
    fs.rmSync(newer);
    activate('1.9.0', older);
    expect(pointed()).toBe('1.9.0');
  });

  it('takes no path that would break the pointer’s lines', () => {
    expect(() => activate('1.0.0', '/a\nproxy=/evil')).toThrow('line break');
    const target = { version: '1', proxy: '/a=b/p.js', editor: '/e', runtimeDir: '/r' };
    expect(readPointer(pointerText(target))).toEqual(target);
  });

  it('for Windows is a script of cmd.exe, started by cmd.exe itself', () => {
    const windows = new Launcher('C:\\Users\\ann b\\storage', 'win32');
    expect(windows.command).toEqual({
      command: 'cmd.exe',
      args: ['/d', '/c', 'C:\\Users\\ann b\\storage\\valet-key.cmd'],
    });
    expect(
      WINDOWS_LAUNCHER.split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith('\r')),
    ).toBe(true);
  });
});
