import path from 'node:path';
import { BoundedCheckup } from '../../src/checkupWorker/boundedCheckup.ts';
import type { ConfigFile } from '../../src/core/checkup/model/checkupModel.ts';
import { Checkup, type FoundFile } from '../../src/extension/checkup/scan/checkup.ts';
import type { Row } from './measure.ts';

const GATEWAY = path.resolve(import.meta.dirname, '../../dist/gateway.js');

/** A made-up key that is another one for each number. */
const keyOf = (n: number): string => `k${((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}Zq9Zq9Zq9Zq9Zq9`;
const mapOf = (count: number, item: (index: number) => readonly [string, unknown]): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => item(index)));
const server = (n: number): object => ({ command: 'npx', args: ['-y', `p${n}`], env: { API_KEY: keyOf(n) } });

function found(name: string, config: object): FoundFile {
  const text = JSON.stringify(config, undefined, 1);
  const file: ConfigFile = { path: `/w/${name}`, client: 'claude-code', format: 'jsonc', scope: 'workspace', text };
  return { file, uri: `file:///w/${name}`, label: name };
}

const projects = (count: number): FoundFile =>
  found('.claude.json', { projects: mapOf(count, (n) => [`/home/me/p${n}`, { mcpServers: { s: server(n) } }]) });
const variables = (count: number): FoundFile =>
  found('variables/.mcp.json', {
    mcpServers: { s: { command: 's', env: mapOf(count, (n) => [`API_KEY_${n}`, keyOf(n)]) } },
  });

const SETS: readonly (readonly [what: string, files: readonly FoundFile[]])[] = [
  ['1,000 files', Array.from({ length: 1000 }, (_, n) => found(`${n}/.mcp.json`, { mcpServers: { s: server(n) } }))],
  [
    'a file of 5 MB',
    [
      found('long/.mcp.json', {
        mcpServers: { s: server(1) },
        history: mapOf(5000, (n) => [`h${n}`, 'x'.repeat(980)]),
      }),
    ],
  ],
  ['32,000 variables', [variables(32_000)]],
  ['10,000 projects', [projects(10_000)]],
];

/**
 * How long a checkup of the window holds its thread at most, in that thread's processor time; and how its whole time grows when
 * a file is four times as large: four times as long, where it is in proportion.
 */
export async function measureCheckupHolds(): Promise<readonly Row[]> {
  const held: string[] = [];
  let longest = 0;
  for (const [what, files] of SETS) {
    await run(files); // with all code loaded and compiled once, as in a window that is open
    const { holdMs, unfinished } = await run(files);
    longest = Math.max(longest, holdMs);
    held.push(`${what} ${holdMs.toFixed(1)} ms${unfinished ? ' (not finished in time)' : ''}`);
  }
  const growth: string[] = [];
  for (const [what, file] of [
    ['variables', variables],
    ['projects', projects],
  ] as const) {
    const [small, large] = [(await run([file(2000)])).cpuMs, (await run([file(8000)])).cpuMs];
    growth.push(`${what} ${(large / small).toFixed(1)} ×`);
  }
  return [
    {
      what: 'longest hold of a window’s thread by a checkup, CPU time',
      ours: `${longest.toFixed(1)} ms`,
      compared: held.join('; '),
      ratio: '',
      wanted: '≤ 16 ms',
    },
    {
      what: 'a checkup of a file four times as large, CPU time of the process',
      ours: growth.join('; '),
      compared: '4 ×, where time is in proportion to the file',
      ratio: '',
      wanted: '≤ 8 ×',
    },
  ];
}

interface Run {
  readonly holdMs: number;
  readonly cpuMs: number;
  readonly unfinished: boolean;
}

async function run(files: readonly FoundFile[]): Promise<Run> {
  const checker = new BoundedCheckup(GATEWAY, '00'.repeat(32));
  const checkup = new Checkup({
    files: async () => ({ files, unsearched: [], unread: [] }),
    forgetFiles: () => undefined,
    check: (file, now) => checker.check(file, now),
    context: () => ({ now: Date.now() }),
    ownFiles: () => new Map(),
    dismissals: async () => [],
    exposures: async () => [],
    services: () => 0,
    now: Date.now,
  });
  const before = process.cpuUsage();
  const holds = watchHolds();
  await checkup.run();
  const holdMs = holds.stop();
  const { user, system } = process.cpuUsage(before);
  checker.dispose();
  const unfinished = checkup.findings().some(({ finding }) => finding.code === 'took-too-long');
  return { holdMs, cpuMs: (user + system) / 1000, unfinished };
}

/** Watches how much processor time this thread spends between two looks, a millisecond apart where nothing holds it: each hold, and more. */
function watchHolds(): { stop(): number } {
  let longest = 0;
  let before = process.threadCpuUsage();
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
    timer = setTimeout(look, 1);
  };
  timer = setTimeout(look, 1);
  return {
    stop: () => {
      look();
      clearTimeout(timer);
      return longest;
    },
  };
}
