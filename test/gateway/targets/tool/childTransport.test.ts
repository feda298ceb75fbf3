import { expect, it } from 'vitest';
import { ChildTransport } from '../../../../src/gateway/targets/tool/childTransport.ts';
import { ownProcessTree } from '../../../../src/gateway/util/processTree.ts';
import { TurnBudget } from '../../../../src/gateway/util/turnBudget.ts';

/** What is done with each line takes its time: a chunk of the shortest takes a third of a second in all. */
const LINE_MS = 0.02;
/** Then it is ended, so that a reader which lets nothing else happen comes to its end, too. */
const MOST_LINES = 40_000;
/** The event loop is promised to be held for no longer. */
const MOST_HOLD_MS = 20;

/** Writes the text over and over, as fast as it is read. */
const MUTTER = `const text = Buffer.from(process.argv[1].repeat(65536 / process.argv[1].length));
const go = () => { while (process.stderr.write(text)); process.stderr.once('drain', go); };
go();`;

it('a server that writes short lines to standard error without end holds the event loop for no longer than others', async () => {
  let lines = 0;
  const transport = new ChildTransport({
    command: process.execPath,
    args: ['-e', MUTTER, 'ab\n\n'],
    env: {},
    tree: ownProcessTree(),
    maxLineBytes: 1024,
    onErrorLine: () => {
      lines++;
      if (lines === MOST_LINES) void transport.close();
      const until = performance.now() + LINE_MS;
      while (performance.now() < until);
    },
    onTooLong: () => undefined,
    turnBudget: new TurnBudget(),
  });
  const worked = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  const holds: number[] = [];
  await transport.start();
  let last = worked();
  const meter = setInterval(() => {
    const now = worked();
    holds.push(now - last);
    last = now;
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  clearInterval(meter);
  holds.push(worked() - last);
  await transport.close();
  expect(lines).toBeGreaterThan(5000);
  // The collection of garbage may take its time, too; without turns for others, nearly all of it is one hold.
  const sum = (some: readonly number[]): number => some.reduce((all, one) => all + one, 0);
  expect(sum(holds.filter((one) => one >= MOST_HOLD_MS))).toBeLessThan(sum(holds) / 4);
});
