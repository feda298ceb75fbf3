import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectGateway } from '../../src/gateway/control/pipe.ts';
import { type ForkedGateway, forkGateway, GATEWAY } from '../support/forkedGateway.ts';
import { isRunning, listeningPorts } from '../support/processInfo.ts';
import {
  type Agent,
  CLI,
  connectAgent,
  freshKey,
  loopbackService,
  policyText,
  type Served,
  serve,
} from '../support/serve.ts';
import { sleep, until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const key = freshKey();
let upstream: Upstream;
let served: Served;
let agent: Agent;
let policy: string;

beforeAll(async () => {
  upstream = await startUpstream();
  policy = policyText({ api: loopbackService(upstream.origin) });
  served = await serve({ policy, credentials: { api: key } });
  agent = await served.agent();
  await agent.ok('read', { service: 'api', path: '/x' });
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

const mode = (file: string): string => (fs.lstatSync(file).mode & 0o7777).toString(8);
const folders: string[] = [];
function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

describe('a credential', () => {
  it('is in no environment and no command line', () => {
    for (const pid of [served.pid, agent.pid]) {
      for (const file of ['environ', 'cmdline']) {
        const text = fs.readFileSync(`/proc/${pid}/${file}`, 'latin1');
        expect(text.length, file).toBeGreaterThan(0);
        expect(text.includes(key), `${file} of ${pid}`).toBe(false);
      }
    }
  });

  it('is in no file under the temporary folder, or below the folder of the gateway', () => {
    expect(served.everything()).not.toContain(key);
    const ours = fs.readdirSync(os.tmpdir()).filter((name) => /^(vk-|valet-key)/.test(name));
    expect(ours.length).toBeGreaterThan(0);
    for (const name of ours) {
      const found = spawnSync('grep', ['-rlF', '--', key, path.join(os.tmpdir(), name)], { encoding: 'utf8' });
      expect(found.stdout).toBe('');
    }
  });

  it('is not among the files that the processes hold open', () => {
    for (const pid of [served.pid, agent.pid]) {
      const open = fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return [fs.readlinkSync(`/proc/${pid}/fd/${fd}`)];
        } catch {
          return [];
        }
      });
      for (const file of open.filter(
        (name) => name.startsWith('/') && fs.existsSync(name) && fs.statSync(name).isFile(),
      )) {
        expect(fs.readFileSync(file, 'latin1').includes(key), file).toBe(false);
      }
    }
  });
});

describe('the runtime directory', () => {
  it('is open to its owner alone, and so is all in it', () => {
    expect(mode(served.runtimeDir)).toBe('700');
    const names = fs.readdirSync(served.runtimeDir);
    expect(names.map((name) => path.extname(name)).sort()).toEqual(['.json', '.sock']);
    for (const name of names) expect(mode(path.join(served.runtimeDir, name)), name).toBe('600');
    expect(mode(served.auditDir)).toBe('700');
    for (const name of fs.readdirSync(served.auditDir))
      expect(mode(path.join(served.auditDir, name)), name).toBe('600');
  });

  const unsafe: readonly (readonly [string, (folder: string) => string])[] = [
    [
      'that others can write into',
      (folder) => {
        const directory = path.join(folder, 'run');
        fs.mkdirSync(directory);
        fs.chmodSync(directory, 0o770);
        return directory;
      },
    ],
    [
      'that others can read',
      (folder) => {
        const directory = path.join(folder, 'run');
        fs.mkdirSync(directory);
        fs.chmodSync(directory, 0o755);
        return directory;
      },
    ],
    [
      'that is a link',
      (folder) => {
        fs.mkdirSync(path.join(folder, 'real'), { mode: 0o700 });
        fs.symlinkSync(path.join(folder, 'real'), path.join(folder, 'run'));
        return path.join(folder, 'run');
      },
    ],
    [
      'that is a file',
      (folder) => {
        fs.writeFileSync(path.join(folder, 'run'), '', { mode: 0o700 });
        return path.join(folder, 'run');
      },
    ],
  ];

  it.each(unsafe)('%s is refused by gateway and proxy', async (_, make) => {
    await refusedByBoth(make(temporaryFolder()));
  });

  it('of another user is refused by gateway and proxy', async () => {
    if (process.getuid?.() !== 0) {
      // Only root can give a directory away; for anybody else one of root's serves.
      await refusedByBoth('/root');
      return;
    }
    const directory = path.join(temporaryFolder(), 'run');
    fs.mkdirSync(directory, { mode: 0o700 });
    fs.chownSync(directory, 12_345, 12_345);
    await refusedByBoth(directory);
  });

  async function refusedByBoth(directory: string): Promise<void> {
    const folder = temporaryFolder();
    const policyFile = path.join(folder, 'valetkey.yaml');
    fs.writeFileSync(policyFile, policy);
    const started = spawnSync(process.execPath, [CLI, 'serve', '--policy', policyFile, '--runtime-dir', directory], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(started.status).toBe(2);
    expect(started.stdout).toBe('');
    expect(started.stderr).toContain(directory);
    const caller = await connectAgent({ ...served.proxy, env: { VALETKEY_RUNTIME_DIR: directory } }, 'claude-code');
    try {
      const error = await caller.refused('read', { service: 'api', path: '/x' });
      expect(error).toMatchObject({ code: 'gateway_unavailable', sent: 'no' });
      expect(error.message).toContain('cannot be trusted');
    } finally {
      await caller.close();
    }
  }

  it('is cleared of what dead gateways left, and of nothing else', async () => {
    const folder = temporaryFolder();
    const runtimeDir = path.join(folder, 'run');
    fs.mkdirSync(runtimeDir, { mode: 0o700 });
    const dead = spawnSync(process.execPath, ['-e', '0']).pid;
    const rendezvous = (id: string, pid: number): void => {
      const socket = path.join(runtimeDir, `${id}.sock`);
      const text = {
        protocol: 1,
        gatewayId: id,
        pid,
        hostPid: 1,
        socket,
        folders: [],
        focusedAt: 1,
        key: 'ab'.repeat(32),
      };
      fs.writeFileSync(path.join(runtimeDir, `${id}.json`), JSON.stringify(text), { mode: 0o600 });
      fs.writeFileSync(socket, '', { mode: 0o600 });
    };
    rendezvous('00000000000000aa', dead);
    rendezvous('00000000000000bb', process.pid);
    fs.writeFileSync(path.join(runtimeDir, '00000000000000cc.json'), '{"half":');
    const fresh = await serve({ policy, folder, credentials: { api: key } });
    const names = fs.readdirSync(runtimeDir).filter((name) => name.startsWith('00000000000000'));
    expect(names.sort()).toEqual(['00000000000000bb.json', '00000000000000bb.sock']);
    await fresh.stop();
  });

  it('that a cleaner took away comes back, and proxies find it again', async () => {
    const fresh = await serve({ policy, credentials: { api: key } });
    const connected = await fresh.agent();
    await connected.ok('read', { service: 'api', path: '/x' });
    fs.rmSync(fresh.runtimeDir, { recursive: true });
    await until(
      () => fs.existsSync(fresh.runtimeDir) && fs.readdirSync(fresh.runtimeDir).length >= 2,
      'the files',
      6000,
    );
    expect(mode(fresh.runtimeDir)).toBe('700');
    for (const name of fs.readdirSync(fresh.runtimeDir)) expect(mode(path.join(fresh.runtimeDir, name))).toBe('600');
    await connected.ok('read', { service: 'api', path: '/x' });
    const late = await fresh.agent();
    await late.ok('read', { service: 'api', path: '/x' });
    await fresh.stop();
    expect(fs.existsSync(fresh.runtimeDir)).toBe(false);
  });

  it('is empty once the gateway has ended', async () => {
    const folder = temporaryFolder();
    const fresh = await serve({ policy, folder });
    const ended = new Promise((resolve) => fresh.process.once('exit', resolve));
    fresh.process.stdin?.end();
    expect(await ended).toBe(0);
    expect(fs.readdirSync(fresh.runtimeDir)).toEqual([]);
  });
});

describe('SIGUSR1', () => {
  it('opens no inspector, and the processes go on', async () => {
    const child = forkGateway();
    const control = await connectGateway(child.process, child.start, child.events);
    const pids = [served.pid, agent.pid, child.process.pid ?? 0];
    for (const pid of pids) process.kill(pid, 'SIGUSR1');
    await sleep(400);
    for (const pid of pids) {
      expect(isRunning(pid)).toBe(true);
      expect(listeningPorts(pid)).toEqual([]);
    }
    await agent.ok('read', { service: 'api', path: '/x' });
    control.dispose();
    await child.end();
  });

  it('would open one otherwise, so that the test above sees it', async () => {
    const plain = spawn(process.execPath, ['--inspect-port=0', '-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'ignore',
    });
    try {
      await sleep(300);
      plain.kill('SIGUSR1');
      await until(() => listeningPorts(plain.pid ?? 0).length > 0, 'an inspector', 5000);
    } finally {
      plain.kill('SIGKILL');
    }
  });
});

describe('the private child process', () => {
  let child: ForkedGateway;

  async function started(text = policy): Promise<Awaited<ReturnType<typeof connectGateway>>> {
    child = forkGateway();
    const control = await connectGateway(child.process, child.start, child.events);
    await control.set({ policies: [{ id: 'user', label: 'policy', approved: text, written: text, grants: true }] });
    await control.set({ credentials: child.credentials({ api: [upstream.origin, key] }) });
    return control;
  }

  it('answers its parent and the proxies', async () => {
    const control = await started();
    const caller = await connectAgent(child.proxy, 'claude-code');
    await caller.ok('read', { service: 'api', path: '/echo' });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    await control.set({ freeze: { all: true, services: [] } });
    expect((await caller.refused('read', { service: 'api', path: '/x' })).code).toBe('frozen');
    expect(await control.status()).toMatchObject({
      services: [{ name: 'api', status: 'frozen' }],
      proxies: 1,
      calls: 0,
    });
    await until(() => child.told.some((line) => line.includes('| api | GET /echo | 200 |')), 'the line of the call');
    for (const file of ['environ', 'cmdline']) {
      expect(fs.readFileSync(`/proc/${child.process.pid}/${file}`, 'latin1')).not.toContain(key);
    }
    await caller.close();
    control.dispose();
    await child.end();
  });

  it('ends within a second of its parent letting go, calls under way or not', async () => {
    const control = await started();
    const caller = await connectAgent(child.proxy, 'claude-code');
    const before = upstream.requests.length;
    const pending = caller.refused('read', { service: 'api', path: '/hang' });
    await upstream.received(before + 1);
    const began = performance.now();
    control.dispose();
    child.process.disconnect();
    await until(() => !isRunning(child.process.pid ?? 0), 'the end of the gateway', 3000);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await pending).toMatchObject({ code: 'gateway_unavailable', sent: 'unknown' });
    expect(fs.readdirSync(child.start.runtimeDir)).toEqual([]);
    await caller.close();
    await child.end();
  });

  it('tells a call that waits for the user that nothing was sent, and records that, before it ends', async () => {
    const asking = { path: '/asking', methods: ['GET'], approval: 'always' };
    const control = await started(policyText({ api: loopbackService(upstream.origin, { policies: [asking] }) }));
    const caller = await connectAgent(child.proxy, 'claude-code');
    const before = upstream.requests.length;
    const pending = caller.refused('read', { service: 'api', path: '/asking' });
    await until(() => child.told.some((line) => line.includes('/asking')), 'the question');
    control.dispose();
    child.process.disconnect();
    const refusal = await pending;
    expect(refusal).toMatchObject({ code: 'gateway_unavailable', sent: 'no' });
    expect(refusal.nextStep).toContain('Nothing was sent');
    await until(() => !isRunning(child.process.pid ?? 0), 'the end of the gateway', 3000);
    const [file, ...more] = fs.readdirSync(child.start.auditDir);
    expect(more).toEqual([]);
    const records = fs.readFileSync(path.join(child.start.auditDir, file ?? ''), 'utf8');
    expect(records).toContain('"code":"gateway_unavailable"');
    expect(upstream.requests).toHaveLength(before);
    await caller.close();
    await child.end();
  });

  it('ends within a second of its parent being killed', async () => {
    // A parent that forks the gateway, lets it listen, says its pid and waits to be killed.
    const folder = temporaryFolder();
    const start = { runtimeDir: path.join(folder, 'run'), auditDir: path.join(folder, 'audit'), extensionVersion: '0' };
    const script = `import { fork } from 'node:child_process';
      import { connectGateway } from ${JSON.stringify(path.resolve('src/gateway/control/pipe.ts'))};
      const child = fork(${JSON.stringify(GATEWAY)}, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const events = { onAudit() {}, onAccessWish() {}, onLog() {} };
      await connectGateway(child, ${JSON.stringify(start)}, events);
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const parent: ChildProcess = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => parent.stdout?.once('data', (text) => resolve(Number(text))));
    expect(isRunning(pid)).toBe(true);
    expect(fs.readdirSync(start.runtimeDir)).toHaveLength(2);
    const began = performance.now();
    parent.kill('SIGKILL');
    await until(() => !isRunning(pid), 'the end of the gateway', 3000);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('started by hand says what it is, with exit status 2', () => {
    const run = spawnSync(process.execPath, [GATEWAY], { encoding: 'utf8', timeout: 10_000 });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('VS Code starts it');
  });
});
