import { execFileSync, type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, installDebianPackages } from '../../scripts/lib/system.mjs';
import { inEnglish } from '../../src/core/text/phrase.ts';
import { commandEnvironment } from '../../src/extension/credentials/model/commandEnvironment.ts';
import { runCommand } from '../../src/gateway/targets/service/commands/runCommand.ts';
import { english } from '../support/english.ts';
import { isRunning } from '../support/processInfo.ts';
import { freshKey } from '../support/serve.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-command-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs a script as the command, by a shell that is the command. */
function sh(script: string, signal = never, withinMs?: number): ReturnType<typeof runCommand> {
  const environment = commandEnvironment(process.env, []);
  return runCommand({ program: '/bin/sh', args: ['-c', script], environment }, signal, withinMs);
}

async function given(run: ReturnType<typeof runCommand>): Promise<string | undefined> {
  const { result } = await run;
  return 'value' in result ? result.value.expose('fingerprint') : undefined;
}

async function whyOf(run: ReturnType<typeof runCommand>): Promise<string | undefined> {
  const { result } = await run;
  return 'why' in result ? inEnglish(result.why) : undefined;
}

describe('a command', () => {
  it('gives what it writes to standard output, less one line’s end', async () => {
    const key = freshKey();
    expect(await given(sh(`printf '%s\\n' ${key}`))).toBe(key);
    expect(await given(sh(`printf '%s\\r\\n' ${key}`))).toBe(key);
    expect(await given(sh(`printf '%s\\n\\n' ${key}; echo noise >&2`))).toBe(`${key}\n`);
  });

  it('is given its words as they are, by no shell', async () => {
    const words = ['%s', '$HOME; echo `id` | cat > x && "y"'];
    const program = findProgram('printf') ?? '/usr/bin/printf';
    expect(await given(runCommand({ program, args: words, environment: {} }, never))).toBe(words[1]);
  });

  it('runs in the home folder, without input, and with no variable but those that it is given', async () => {
    const environment = { GIVEN: 'yes' };
    const run = runCommand({ program: '/usr/bin/env', args: [], environment }, never);
    expect(await given(run)).toBe('GIVEN=yes');
    expect(await given(sh('pwd; cat'))).toBe(fs.realpathSync(os.homedir()));
  });

  it.each([
    ['ends badly', 'echo partial; exit 3', 'it exited with status 3'],
    ['writes nothing', 'echo', 'it printed nothing'],
    ['writes no text', "printf '\\377\\376'", 'its output is not UTF-8'],
    ['writes without end', 'yes', 'its output is larger than 64 KB'],
    ['is killed', 'kill -9 $$', 'it was stopped by SIGKILL'],
  ])('that %s says so, and nothing of what it wrote', async (_name, script, why) => {
    expect(await whyOf(sh(script))).toBe(why);
  });

  it.runIf(process.platform === 'linux')(
    'that is just being updated says so, and so does one below a file',
    async () => {
      const program = path.join(folder, 'updated');
      fs.copyFileSync('/bin/echo', program);
      fs.chmodSync(program, 0o700);
      const writer = fs.openSync(program, 'r+');
      try {
        expect(await whyOf(runCommand({ program, args: [], environment: {} }, never))).toMatch(
          /not be started \(ETXTBSY\)/,
        );
      } finally {
        fs.closeSync(writer);
      }
      const below = { program: path.join(program, 'x'), args: [], environment: {} };
      expect(await whyOf(runCommand(below, never))).toMatch(/not be started \(ENOTDIR\)/);
    },
  );

  it('that is not there says so', async () => {
    const run = runCommand({ program: path.join(folder, 'nothing'), args: [], environment: {} }, never);
    expect(await whyOf(run)).toBe('it could not be started (ENOENT)');
  });

  it.each([
    ['that takes too long', undefined],
    ['that is stopped', 100],
  ])('%s is ended with everything that it started', async (_name, abortAfter) => {
    const pidFile = path.join(folder, `pid-${abortAfter}`);
    const stop = new AbortController();
    // Neither of the two hears a request to end.
    const run = sh(`trap '' TERM; (trap '' TERM; echo $$ > ${pidFile}; sleep 60; sleep 60) & wait`, stop.signal, 300);
    await until(() => fs.existsSync(pidFile) && fs.readFileSync(pidFile, 'utf8') !== '', 'the command runs');
    if (abortAfter !== undefined) stop.abort();
    const began = Date.now();
    expect(await whyOf(run)).toMatch(abortAfter === undefined ? /did not finish within 0.3 seconds/ : /was stopped/);
    expect(Date.now() - began).toBeLessThan(3000);
    const pid = Number(fs.readFileSync(pidFile, 'utf8'));
    await until(() => !isRunning(pid), 'it has ended');
  });

  it('keeps the end of its standard error alone', async () => {
    const { stderr } = await sh('yes 123456789 | head -c 100000 >&2; echo the end >&2; exit 1');
    expect(stderr.length).toBeLessThanOrEqual(4096);
    expect(stderr.trimEnd().endsWith('the end')).toBe(true);
  });
});

// The tools themselves, with a store and a keyring of their own.
describe('the tools of Debian', () => {
  const key = freshKey();
  const PACKAGES = ['pass', 'gnupg', 'libsecret-tools', 'gnome-keyring', 'dbus'];

  beforeAll(async () => {
    const missing = ['pass', 'gpg', 'secret-tool', 'gnome-keyring-daemon', 'dbus-run-session'].filter(
      (name) => !findProgram(name),
    );
    if (missing.length > 0) await installDebianPackages(PACKAGES, `These tests need ${missing.join(', ')}.`);
  }, 300_000);

  it('pass gives what its store has, and an unknown entry has its own reason', async () => {
    const home = fs.mkdtempSync(path.join(folder, 'p'));
    const host = {
      PATH: process.env.PATH,
      HOME: home,
      GNUPGHOME: path.join(home, 'g'),
      PASSWORD_STORE_DIR: path.join(home, 'store'),
    };
    fs.mkdirSync(host.GNUPGHOME, { mode: 0o700 });
    const options: SpawnSyncOptionsWithStringEncoding = { env: host, encoding: 'utf8' };
    execFileSync(
      'gpg',
      ['--batch', '--passphrase', '', '--quick-generate-key', 'tester', 'future-default', 'default', 'never'],
      { ...options, stdio: 'ignore' },
    );
    try {
      execFileSync('pass', ['init', 'tester'], { ...options, stdio: 'ignore' });
      const inserted = spawnSync('pass', ['insert', '--multiline', 'api/key'], { ...options, input: `${key}\n` });
      expect(inserted.status).toBe(0);
      const program = findProgram('pass') ?? '';
      const environment = commandEnvironment(host, []);
      expect(await given(runCommand({ program, args: ['show', 'api/key'], environment }, never))).toBe(key);
      const unknown = await runCommand({ program, args: ['show', 'api/other'], environment }, never);
      expect(english(unknown.result)).toEqual({ why: 'it exited with status 1' });
      expect(unknown.stderr).toContain('api/other is not in the password store');
    } finally {
      spawnSync('gpgconf', ['--kill', 'all'], options);
    }
  });

  it('secret-tool gives what a keyring of the desktop has', async () => {
    const home = fs.mkdtempSync(path.join(folder, 's'));
    const runtime = path.join(home, 'run');
    fs.mkdirSync(runtime, { mode: 0o700 });
    // The session ends with the shell, and its keyring with it.
    const script = [
      'printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 90',
      `printf %s "$1" | secret-tool store --label=test service api || exit 91`,
      'exec secret-tool lookup service api',
    ].join('\n');
    const environment = commandEnvironment({ PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: runtime }, []);
    const program = findProgram('dbus-run-session') ?? '';
    const run = await runCommand({ program, args: ['--', 'sh', '-c', script, 'sh', key], environment }, never);
    expect('value' in run.result ? run.result.value.expose('fingerprint') : run).toBe(key);
  });
});
