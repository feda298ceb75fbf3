import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Agent, request } from 'undici';
import { allFindings } from '../../src/core/checkup/acrossFiles.ts';
import { checkConfig } from '../../src/core/checkup/checkup.ts';
import { readConfig } from '../../src/core/checkup/read/readConfig.ts';
import { compileService, decide } from '../../src/core/policy/decide/decide.ts';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { Redactor } from '../../src/core/redact/redactor.ts';
import { Secret } from '../../src/core/secret.ts';
import { LanguageService } from '../../src/extension/policy/language/languageService.ts';
import { ORDINARY_ANSWERS } from './answers.ts';
import { measureCheckupHolds, measureMoveHolds } from './checkupHolds.ts';
import { measureHolds } from './holds.ts';
import { median, quantile, type Row, table, timed } from './measure.ts';

/**
 * Measures side by side in one run: each round takes every contestant once, in turn, so that whatever else the machine
 * does hits all of them. Medians and ratios; absolute times are of this machine and this hour. Writes nothing but, with
 * `--write`, docs/benchmarks.md.
 */
const ROOT = path.resolve(import.meta.dirname, '../..');
const ROUNDS = 30;
const CALLS_A_ROUND = 20;
const AT_ONCE = 32;
const COLD_STARTS = 15;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-bench-'));
const children: ChildProcess[] = [];
const key = ['bench', crypto.randomUUID()].join('-');
const rows: Row[] = [];

function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; firstLine: Promise<string> } {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } });
  children.push(child);
  const lines = readline.createInterface({ input: child.stdout as NodeJS.ReadableStream });
  return { child, firstLine: new Promise((resolve) => lines.once('line', resolve)) };
}

interface Contestant {
  readonly client: Client;
  readonly pid: number;
  readonly call: (at?: string) => Promise<unknown>;
}

interface Command {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

async function connect({ command, args, env }: Command, service?: string): Promise<Contestant> {
  const client = new Client({ name: 'bench', version: '1' });
  const transport = new StdioClientTransport({
    command,
    args,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  await client.connect(transport);
  return {
    client,
    pid: transport.pid ?? 0,
    call: (at = '/v1/charges') =>
      client.callTool({ name: 'read', arguments: { path: at, ...(service === undefined ? {} : { service }) } }),
  };
}

function megabytes(pid: number): number {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;
const times = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;

async function measureCalls(origin: string, trivial: Contestant, ours: Contestant): Promise<void> {
  const agent = new Agent();
  const direct = async (): Promise<unknown> =>
    (
      await request(`${origin}/v1/charges`, { dispatcher: agent, headers: { authorization: `Bearer ${key}` } })
    ).body.json();
  const samples = { direct: [] as number[], trivial: [] as number[], ours: [] as number[] };
  for (let round = -5; round < ROUNDS; round++) {
    for (const [name, call] of [
      ['direct', direct],
      ['trivial', trivial.call],
      ['ours', ours.call],
    ] as const) {
      for (let i = 0; i < CALLS_A_ROUND; i++) {
        const took = await timed(() => call());
        if (round >= 0) samples[name].push(took);
      }
    }
  }
  const p50 = { direct: median(samples.direct), trivial: median(samples.trivial), ours: median(samples.ours) };
  rows.push({
    what: 'one call after another, p50',
    ours: ms(p50.ours),
    compared: `trivial server ${ms(p50.trivial)}, direct ${ms(p50.direct)}`,
    ratio: times(p50.ours, p50.trivial),
    wanted: '≤ 2 (goal 1.5)',
  });
  rows.push({
    what: 'one call after another, p99',
    ours: ms(quantile(samples.ours, 0.99)),
    compared: `trivial server ${ms(quantile(samples.trivial, 0.99))}`,
    ratio: times(quantile(samples.ours, 0.99), quantile(samples.trivial, 0.99)),
    wanted: '',
  });

  const rates = { trivial: [] as number[], ours: [] as number[] };
  for (let round = -2; round < 15; round++) {
    for (const [name, call] of [
      ['trivial', trivial.call],
      ['ours', ours.call],
    ] as const) {
      const took = await timed(() =>
        Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            for (let i = 0; i < 8; i++) await call();
          }),
        ),
      );
      if (round >= 0) rates[name].push((AT_ONCE * 8 * 1000) / took);
    }
  }
  rows.push({
    what: `${AT_ONCE} at once, throughput`,
    ours: `${median(rates.ours).toFixed(0)} calls/s`,
    compared: `trivial server ${median(rates.trivial).toFixed(0)} calls/s`,
    ratio: times(median(rates.ours), median(rates.trivial)),
    wanted: '≥ 0.6 (goal 0.9)',
  });
  await agent.close();
}

async function measureColdStart(trivial: Command, ours: Command): Promise<void> {
  const samples = { trivial: [] as number[], ours: [] as number[] };
  for (let i = -2; i < COLD_STARTS; i++) {
    for (const [name, command] of [
      ['trivial', trivial],
      ['ours', ours],
    ] as const) {
      let contestant: Contestant | undefined;
      const took = await timed(async () => {
        contestant = await connect(command);
        await contestant.client.listTools();
      });
      await contestant?.client.close();
      if (i >= 0) samples[name].push(took);
    }
  }
  rows.push({
    what: 'cold start to tools/list',
    ours: ms(median(samples.ours)),
    compared: `trivial server ${ms(median(samples.trivial))}`,
    ratio: times(median(samples.ours), median(samples.trivial)),
    wanted: '≤ 1',
  });
}

function measureDecisions(): void {
  const compiled = (rules: number): ReturnType<typeof compileService> => {
    const text = `services:\n  bench:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies:\n${Array.from(
      { length: rules },
      (_, i) => `      - { path: /v${i % 7}/r${i}/*/items, methods: [GET] }\n`,
    ).join('')}`;
    const service = parsePolicy(text).policy?.services.get('bench');
    if (!service) throw new Error('the policy of the benchmark has errors');
    return compileService(service);
  };
  const contestants = { few: compiled(10), many: compiled(2500) };
  const path = '/v3/r3/17/items';
  const judged = { method: 'GET' as const, path, segments: path.slice(1).split('/'), query: [] };
  const samples = { few: [] as number[], many: [] as number[] };
  for (let round = 0; round < 20; round++) {
    for (const name of ['few', 'many'] as const) {
      const start = performance.now();
      for (let i = 0; i < 5000; i++) decide(contestants[name], judged);
      samples[name].push((performance.now() - start) / 5);
    }
  }
  rows.push({
    what: 'a decision among 2,500 rules',
    ours: `${median(samples.many).toFixed(2)} µs`,
    compared: `among 10 rules ${median(samples.few).toFixed(2)} µs`,
    ratio: times(median(samples.many), median(samples.few)),
    wanted: 'about 1',
  });
}

function measureRedaction(): void {
  const redactor = new Redactor(
    Array.from({ length: 200 }, (_, i) => ({ name: `service-${i}`, value: new Secret(`${crypto.randomUUID()}${i}`) })),
  );
  const value = Array.from({ length: 20_000 }, (_, i) => ({
    id: `ch_${i}`,
    note: 'An ordinary text, of some length.',
    i,
  }));
  const text = JSON.stringify(value);
  const samples = { text: [] as number[], parse: [] as number[] };
  for (let round = 0; round < 9; round++) {
    let start = performance.now();
    redactor.text(text);
    samples.text.push(text.length / 1000 / (performance.now() - start));
    start = performance.now();
    JSON.parse(text);
    samples.parse.push(text.length / 1000 / (performance.now() - start));
  }
  rows.push({
    what: 'redaction with 200 credentials',
    ours: `${median(samples.text).toFixed(0)} MB/s`,
    compared: `JSON.parse ${median(samples.parse).toFixed(0)} MB/s`,
    ratio: times(median(samples.text), median(samples.parse)),
    wanted: '',
  });
}

/** Answers as they are, where a hundred credentials and a key file are known; the best of many rounds. */
function measureAnswers(): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = JSON.stringify({
    type: 'service_account',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
  const keys = Array.from({ length: 100 }, () => crypto.randomUUID().replaceAll('-', ''));
  const known = [...keys, file].map((value, i) => ({ name: `service-${i}`, value: new Secret(value) }));
  const redactor = new Redactor(known);
  const token = { name: 'service-0', value: new Secret(`${crypto.randomUUID()}.${'aB3_'.repeat(250)}`) };
  const best = { added: [] as number[], whole: [] as number[] };
  for (let round = 0; round < 20; round++) {
    best.added.push(timedNow(() => redactor.know([...known, token])));
    redactor.know(known);
    best.whole.push(timedNow(() => new Redactor(known)));
  }
  rows.push({
    what: 'a fresh token of 1 KB beside 100 credentials and a key file',
    ours: ms(Math.min(...best.added)),
    compared: `all of them anew ${ms(Math.min(...best.whole))}`,
    ratio: times(Math.min(...best.added), Math.min(...best.whole)),
    wanted: '≤ 5 ms',
  });
  for (const [what, text] of Object.entries(ORDINARY_ANSWERS)) {
    const value: unknown = JSON.parse(text);
    const samples = { redacted: [] as number[], parsed: [] as number[] };
    for (let round = 0; round < 40; round++) {
      samples.redacted.push(timedNow(() => redactor.json(value)));
      samples.parsed.push(timedNow(() => JSON.parse(text)));
    }
    rows.push({
      what: `redaction of ${what}, as many credentials`,
      ours: ms(Math.min(...samples.redacted)),
      compared: `JSON.parse ${ms(Math.min(...samples.parsed))}`,
      ratio: times(Math.min(...samples.redacted), Math.min(...samples.parsed)),
      wanted: '',
    });
  }
}

function timedNow(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** A monorepo's thousand configurations, three servers and a secret in each. */
function measureCheckup(): void {
  const texts = Array.from({ length: 1000 }, (_, i) => {
    const server = {
      command: 'npx',
      args: ['-y', `@scope/server-${i}`, '--root', `/srv/projects/${i}`],
      env: { LOG_LEVEL: 'info', BASE_URL: `https://api-${i}.example.com/v1`, API_KEY: '$' + '{env:API_KEY}' },
    };
    const secret = { ...server, env: { ...server.env, API_KEY: crypto.randomUUID() } };
    return JSON.stringify({ mcpServers: { first: server, second: server, third: secret } }, undefined, 2);
  });
  const context = {
    now: Date.now(),
    fingerprint: (value: string) => createHmac('sha256', key).update(value).digest('base64url'),
  };
  const cpu: number[] = [];
  const each: number[] = [];
  for (let round = 0; round < 7; round++) {
    const before = process.cpuUsage();
    const checked = texts.map((text, i) => {
      const start = performance.now();
      const file = {
        path: `p${i}/.mcp.json`,
        client: 'claude-code',
        format: 'jsonc',
        scope: 'workspace',
        text,
      } as const;
      const result = checkConfig(readConfig(file), context);
      each.push(performance.now() - start);
      return result;
    });
    allFindings(checked, context);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  rows.push({
    what: 'a checkup of 1,000 files, CPU time',
    ours: ms(median(cpu)),
    compared: `one file: median ${ms(median(each))}, p99.9 ${ms(quantile(each, 0.999))}`,
    ratio: '',
    wanted: '≤ 1,000 ms; ≤ 16 ms a file',
  });
}

/** A policy of 2,000 lines, another one with each key stroke. */
async function measureLanguage(): Promise<void> {
  const services = Array.from(
    { length: 100 },
    (_, n) =>
      `  service${n}:\n    baseUrl: https://api${n}.example.com\n    auth: { type: bearer }\n    policies:\n${Array.from(
        { length: 16 },
        (_, rule) => `      - { path: /v1/things${rule}/*/parts, methods: [GET, POST] }\n`,
      ).join('')}`,
  );
  const language = new LanguageService(path.join(ROOT, 'dist/gateway.js'));
  let text = `services:\n${services.join('')}`;
  const looks: number[] = [];
  const held: number[] = [];
  for (let round = -5; round < 25; round++) {
    text += '#';
    const before = process.threadCpuUsage();
    const took = await timed(() => language.look(text));
    const { user, system } = process.threadCpuUsage(before);
    if (round < 0) continue;
    looks.push(took);
    held.push((user + system) / 1000);
  }
  language.dispose();
  rows.push({
    what: 'problems of a policy of 2,000 lines',
    ours: ms(median(looks)),
    compared: `the extension host is held for ${ms(quantile(held, 0.99))}`,
    ratio: '',
    wanted: '≤ 80 ms (and 20 ms after the key stroke); ≤ 16 ms',
  });
}

async function measureFreeze(ours: Contestant, order: (what: object) => Promise<unknown>): Promise<void> {
  const samples: number[] = [];
  for (let round = 0; round < 9; round++) {
    const hanging = Array.from({ length: 8 }, () => ours.call('/hang'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    samples.push(
      await timed(async () => {
        await order({ do: 'freeze' });
        await Promise.all(hanging);
      }),
    );
    await order({ do: 'unfreeze' });
  }
  rows.push({
    what: 'freeze until 8 hanging calls ended',
    ours: ms(median(samples)),
    compared: '',
    ratio: '',
    wanted: '≤ 100 ms',
  });
}

try {
  const api = start([path.join(ROOT, 'test/bench/api.ts')]);
  const origin = `http://127.0.0.1:${await api.firstLine}`;
  const policy = path.join(folder, 'valetkey.yaml');
  fs.writeFileSync(
    policy,
    `services:\n  bench:\n    baseUrl: ${origin}\n    network: loopback\n    auth: { type: bearer }\n    policies:\n      - { path: /**, methods: [GET] }\n    limits: { concurrent: 64 }\n`,
  );
  const serve = spawn(
    process.execPath,
    [
      path.join(ROOT, 'dist/cli.js'),
      'serve',
      '--policy',
      policy,
      '--runtime-dir',
      path.join(folder, 'run'),
      '--audit-dir',
      path.join(folder, 'audit'),
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  children.push(serve);
  const lines = readline.createInterface({ input: serve.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value ?? '{}');
  const ready = (await next()) as unknown as { pid: number; proxy: Command };
  let id = 0;
  const order = (what: object): Promise<unknown> => {
    serve.stdin.write(`${JSON.stringify({ id: ++id, ...what })}\n`);
    return next();
  };
  await order({ do: 'rotate', service: 'bench', credential: key });

  const trivialCommand: Command = {
    command: process.execPath,
    args: [path.join(ROOT, 'out/bench/trivialServer.js')],
    env: { BENCH_ORIGIN: origin, BENCH_KEY: key },
  };
  const trivial = await connect(trivialCommand);
  const ours = await connect(ready.proxy, 'bench');
  await measureCalls(origin, trivial, ours);
  rows.push({
    what: 'memory after that',
    ours: `proxy ${megabytes(ours.pid).toFixed(0)} MB, gateway ${megabytes(ready.pid).toFixed(0)} MB`,
    compared: `trivial server ${megabytes(trivial.pid).toFixed(0)} MB`,
    ratio: times(megabytes(ours.pid), megabytes(trivial.pid)),
    wanted: '',
  });
  await measureColdStart(trivialCommand, ready.proxy);
  measureDecisions();
  measureRedaction();
  measureAnswers();
  measureCheckup();
  rows.push(...(await measureCheckupHolds()));
  rows.push(...(await measureMoveHolds()));
  await measureLanguage();
  await measureFreeze(ours, order);
  await Promise.all([trivial.client.close(), ours.client.close()]);
  rows.push(await measureHolds(1), await measureHolds(8));

  const printed = table(rows);
  console.log(`\n${printed}`);
  if (process.argv.includes('--write')) {
    const head = `# Benchmarks\n\nWritten by \`npm run bench -- --write\`. One interleaved run; medians; Node ${process.version}, ${os.cpus().length} cores.\nThe ratios mean something, the absolute figures are of one machine at one hour.\n\n`;
    const file = path.join(ROOT, 'docs/benchmarks.md');
    // What is written by hand stands below the table.
    const [, ...sections] = fs.readFileSync(file, 'utf8').split('\n## ');
    fs.writeFileSync(file, head + printed + sections.map((section) => `\n## ${section}`).join(''));
  }
} finally {
  for (const child of children) child.stdin?.end();
  fs.rmSync(folder, { recursive: true, force: true });
}
