import path from 'node:path';
import { until } from './until.ts';

/** For `serve` and `forkGateway`: lets the gateway meter how long its event loop is held. */
export const METERED = ['--import', path.join(import.meta.dirname, 'holdMeter.mjs')];

/** How long the event loop of a metered gateway was held at the longest since this was asked last, in milliseconds of its work. */
export async function longestHold({
  pid,
  diagnostics,
}: {
  readonly pid: number;
  readonly diagnostics: readonly string[];
}): Promise<number> {
  const said = (): string[] => diagnostics.filter((line) => line.startsWith('longest hold: '));
  const before = said().length;
  process.kill(pid, 'SIGUSR2');
  await until(() => said().length > before, 'the gateway says how long it was held');
  return Number(said().at(-1)?.split(': ')[1]);
}
