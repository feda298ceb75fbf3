import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { answers } from './answers.ts';
import { frames } from './frames.ts';
import type { Fuzzer } from './fuzzer.ts';
import { messages } from './messages.ts';
import { paths } from './paths.ts';
import { policies } from './policies.ts';

/**
 * Random input for every door, each for its time (a minute unless `--seconds` says otherwise). The inputs that once found
 * something come first: `kept/NAME.jsonl`, one a line. A run that finds something prints the smallest input that does, as
 * a line to keep, with the seed that repeats the run; the exit status is 1 then.
 */
const DOORS = [answers, frames, paths, policies, messages] as const;
const HALF_A_MINUTE_MS = 30_000;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const unknown = positionals.filter((name) => !DOORS.some((door) => door.name === name));
if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  say(`Usage: npm run fuzz [-- ${DOORS.map(({ name }) => name).join('|')} …] [--seconds N] [--seed N]`);
  process.exit(2);
}

let found = 0;
for (const door of DOORS) {
  if (positionals.length > 0 && !positionals.includes(door.name)) continue;
  if (!(await fuzz(door as Fuzzer<unknown>))) found++;
}
process.exit(found > 0 ? 1 : 0);

/** Whether nothing was found. */
async function fuzz({ name, arbitrary, start }: Fuzzer<unknown>): Promise<boolean> {
  const attack = await start();
  let runs = 0;
  const details = await fc.check(
    fc.asyncProperty(arbitrary, async (input) => {
      runs++;
      await attack.attempt(input);
    }),
    {
      seed,
      numRuns: Number.MAX_SAFE_INTEGER,
      examples: kept(name).map((input) => [input]),
      interruptAfterTimeLimit: seconds * 1000,
      markInterruptAsFailure: false,
      // A hang is a finding, too.
      timeout: HALF_A_MINUTE_MS,
    },
  );
  let atTheEnd: string;
  let ended = true;
  try {
    atTheEnd = await attack.end();
  } catch (error) {
    ended = false;
    atTheEnd = String(error);
  }
  // A counterexample counts however the run ended: shrinking may have run out of time.
  const failed = details.counterexample !== null;
  say(
    `fuzz ${name}: ${runs} inputs in ${seconds} s, seed ${seed}: ${failed || !ended ? 'FOUND' : 'nothing found'}; ${atTheEnd}`,
  );
  if (failed) {
    say(`  ${String(details.errorInstance)}`);
    say(`  repeat: npm run fuzz -- ${name} --seed ${seed}`);
    say(`  to keep, in test/fuzz/kept/${name}.jsonl:\n${JSON.stringify(details.counterexample?.[0])}`);
  }
  return !failed && ended;
}

function kept(name: string): unknown[] {
  const file = path.join(import.meta.dirname, 'kept', `${name}.jsonl`);
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
