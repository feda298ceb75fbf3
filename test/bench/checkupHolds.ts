import path from 'node:path';
import { BoundedCheckup } from '../../src/checkupWorker/boundedCheckup.ts';
import { checkupJobs } from '../../src/checkupWorker/editWorker.ts';
import type { ConfigFile } from '../../src/core/checkup/model/checkupModel.ts';
import { textHash } from '../../src/extension/checkup/repair/backups.ts';
import { choicesFor, fileRemovals } from '../../src/extension/checkup/repair/movePlan.ts';
import { hiddenSecretsOf, plainSecretsIn } from '../../src/extension/checkup/repair/secretPlaces.ts';
import { serverKeyOf } from '../../src/extension/checkup/repair/serverOfSecret.ts';
import { wrapDrafts } from '../../src/extension/checkup/repair/wrapDraft.ts';
import { Checkup, type CheckupPorts, type FoundFile } from '../../src/extension/checkup/scan/checkup.ts';
import { plainSecrets } from '../../src/extension/checkup/scan/report.ts';
import { nextTurn } from '../../src/extension/util/nextTurn.ts';
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

/**
 * How long *Move Secrets* holds the window's thread at most, from the finding that it is started at to the text that would be
 * written: without the editor, which shows at most a quarter of a megabyte of it.
 */
export async function measureMoveHolds(): Promise<readonly Row[]> {
  const held: string[] = [];
  let longest = 0;
  for (const [what, files] of SETS) {
    await move(files);
    const holdMs = await move(files);
    longest = Math.max(longest, holdMs);
    held.push(`${what} ${holdMs.toFixed(1)} ms`);
  }
  return [
    {
      what: 'longest hold of a window’s thread by *Move Secrets*, CPU time',
      ours: `${longest.toFixed(1)} ms`,
      compared: held.join('; '),
      ratio: '',
      wanted: '≤ 16 ms',
    },
  ];
}

async function move(files: readonly FoundFile[]): Promise<number> {
  // What is found is found in this thread, however busy the machine is: only what comes then is measured.
  const { checker, checkup } = windowWith(files, async (file, now) =>
    checkupJobs.check(file, { fingerprint: '00' }, now),
  );
  const report = await checkup.run();
  const holds = watchHolds();
  const secrets = await plainSecretsIn(
    report ? plainSecrets(report) : [],
    (uri) => checkup.file(uri),
    (...words) => checker.places(...words, ['/launcher']),
  );
  const [secret] = secrets;
  if (!secret) throw new Error('no secret was found');
  let isWrappable = false;
  for (const [key, draft] of wrapDrafts(secrets, process.platform)) {
    await nextTurn();
    if (draft && key === serverKeyOf(secret)) isWrappable = true;
  }
  const [choice = 'skip'] = choicesFor(secret, [], isWrappable);
  const [change] = fileRemovals([{ secret, choice }], () => ({ command: '/launcher', args: [] }));
  if (!change) throw new Error('nothing would change');
  const edited = await checker.edit(
    change.file.file,
    { kind: 'removals', removals: change.removals },
    hiddenSecretsOf(change.file.uri, checkup.findings()),
  );
  if ('why' in edited) throw new Error('the file cannot be changed');
  await nextTurn();
  const [before, bytes] = [change.file.file.text, Buffer.from(change.file.file.text)];
  if (Buffer.compare(new TextEncoder().encode(before), bytes) !== 0) throw new Error('the bytes differ');
  await nextTurn();
  await textHash(edited.after);
  const holdMs = holds.stop();
  checker.dispose();
  return holdMs;
}

interface Run {
  readonly holdMs: number;
  readonly cpuMs: number;
  readonly unfinished: boolean;
}

/** The checkup of a window with these files. */
function windowWith(
  files: readonly FoundFile[],
  check?: CheckupPorts['check'],
): { readonly checker: BoundedCheckup; readonly checkup: Checkup } {
  const checker = new BoundedCheckup(GATEWAY, '00'.repeat(32));
  const checkup = new Checkup({
    files: async () => ({ files, unsearched: [], unread: [] }),
    forgetFiles: () => undefined,
    check: check ?? ((file, now) => checker.check(file, now)),
    context: () => ({ now: Date.now() }),
    ownFiles: () => new Map(),
    dismissals: async () => [],
    exposures: async () => [],
    services: () => 0,
    now: Date.now,
  });
  return { checker, checkup };
}

async function run(files: readonly FoundFile[]): Promise<Run> {
  const { checker, checkup } = windowWith(files);
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
