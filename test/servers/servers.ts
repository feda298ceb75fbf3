import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sendRaw } from './rawClient.ts';
import { judgeAll, spellings } from './spellings.ts';
import { BACKEND, NPM_PACKAGES, UPSTREAMS, type Upstream } from './upstreams.ts';

/**
 * Sends what the policy of spellings.ts allows to real servers, byte for byte, and says which of it reached a handler that
 * the policy denies. It ends with 1 if something did, or if a server did not answer. With `--write` the verdicts become
 * the corpus, along with what the policy denies and some server runs.
 */
const CORPUS = path.resolve(import.meta.dirname, '../corpus/server-paths.jsonl');
/** Beside the packages, which stay for the next run. */
const NODE_FOLDER = path.resolve(import.meta.dirname, '../../out/servers');
const MOST_SECONDS = 180;
const STARTS_WITHIN_MS = 30_000;
const SHOWN = 20;

const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !UPSTREAMS.some((upstream) => upstream.name.startsWith(name)));
if (unknown.length > 0) {
  say(`No server is named ${unknown.join(', ')}. There are ${UPSTREAMS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = UPSTREAMS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)),
);

const judged = judgeAll(spellings());
const targetsOf = (verdict: 'allow' | 'deny'): readonly string[] => [
  ...new Set(judged.flatMap((one) => (one.verdict === verdict && one.target !== undefined ? [one.target] : []))),
];
const allowed = targetsOf('allow');
const denied = targetsOf('deny');
say(`${judged.length} spellings: ${allowed.length} targets are allowed, ${denied.length} denied.`);

installPackages(chosen);
const running = new Set<ChildProcess>();
const temporary = mkdtempSync(path.join(os.tmpdir(), 'valet-key-servers-'));
// Apache reads its files as another user.
chmodSync(temporary, 0o755);
let bad = 0;
const runElsewhere = new Set<string>();
try {
  const backend = await freePort();
  const plain = UPSTREAMS.find(({ name }) => name === BACKEND);
  if (plain !== undefined) await started(plain, backend, backend);
  for (const upstream of chosen) if (!(await tryOne(upstream, backend))) bad += 1;
} finally {
  for (const child of running) await ended(child);
  rmSync(temporary, { recursive: true, force: true });
}
if (values.write === true) writeCorpus();
process.exit(bad > 0 ? 1 : 0);

/** Whether the server answered, and ran no handler that is denied. */
async function tryOne(upstream: Upstream, backend: number): Promise<boolean> {
  const start = Date.now();
  const until = start + MOST_SECONDS * 1000;
  const port = await freePort();
  const child = await started(upstream, port, backend);
  if (child === undefined) {
    say(`${upstream.name}: does not run here. Needed: ${upstream.packages.join(', ') || 'packages of npm'}.`);
    return false;
  }
  const controls = await sendRaw(port, ['/api/admin/users', '/api/secret'], until);
  const answers = await sendRaw(port, allowed, until);
  const reached = answers.filter(({ handler }) => handler === 'admin' || handler === 'secret');
  const others = values.write === true ? await sendRaw(port, denied, until) : [];
  for (const { target, handler } of others) if (handler === 'admin' || handler === 'secret') runElsewhere.add(target);
  await ended(child);
  const seconds = ((Date.now() - start) / 1000).toFixed(0);
  say(
    `${upstream.name}: ${reached.length} of ${answers.length} answered targets reached what is denied (${allowed.length} sent, ${seconds} s).`,
  );
  for (const { target, handler } of reached.slice(0, SHOWN)) say(`  ${handler}: ${target}`);
  const isThere = new Set(controls.map(({ handler }) => handler)).size === 2;
  if (!isThere) say(`  It does not run its handlers for the paths themselves, so this shows nothing.`);
  return reached.length === 0 && isThere && answers.length > allowed.length / 2;
}

/** The process once it answers; undefined when it does not. */
async function started(upstream: Upstream, port: number, backend: number): Promise<ChildProcess | undefined> {
  const folder = path.join(temporary, `${upstream.name}-${port}`);
  mkdirSync(folder);
  const [command, ...args] = upstream.start({ port, backend, folder });
  const child = spawn(command, args, { cwd: NODE_FOLDER, stdio: 'ignore' });
  running.add(child);
  const over = new Promise<void>((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()));
  const until = Date.now() + STARTS_WITHIN_MS;
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  while (!isOver && Date.now() < until) {
    const [answer] = await sendRaw(port, ['/api/public/7'], until);
    if (answer?.handler === 'public') return child;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await ended(child);
  return undefined;
}

async function ended(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await over;
  clearTimeout(hard);
}

function installPackages(upstreams: readonly Upstream[]): void {
  mkdirSync(NODE_FOLDER, { recursive: true });
  copyFileSync(path.resolve(import.meta.dirname, 'apps/node.cjs'), path.join(NODE_FOLDER, 'node.cjs'));
  const wanted = JSON.stringify({ private: true, dependencies: NPM_PACKAGES }, undefined, 2);
  const file = path.join(NODE_FOLDER, 'package.json');
  if (
    !existsSync(file) ||
    readFileSync(file, 'utf8') !== wanted ||
    !existsSync(path.join(NODE_FOLDER, 'node_modules'))
  ) {
    writeFileSync(file, wanted);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: NODE_FOLDER,
      stdio: 'inherit',
    });
  }
  const missing = [...new Set(upstreams.flatMap(({ packages }) => packages))].filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(`Missing, and only root on Debian can install it: apt-get install ${missing.join(' ')}`);
    return;
  }
  // In runlevel 1 Debian starts none of the services that it installs.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env, stdio: 'inherit' });
}

function isInstalled(name: string): boolean {
  try {
    return execFileSync('dpkg', ['-s', name], { encoding: 'utf8', stdio: 'pipe' }).includes('ok installed');
  } catch {
    // Not known here, or no Debian.
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function writeCorpus(): void {
  const lines = [
    ...allowed.map((target) => ({ target, verdict: 'allow' })),
    ...denied.filter((target) => runElsewhere.has(target)).map((target) => ({ target, verdict: 'deny' })),
  ];
  writeFileSync(CORPUS, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  say(`${CORPUS}: ${lines.length} lines.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
