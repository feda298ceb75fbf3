/** The middle of the sorted values; milliseconds in, milliseconds out. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly compared: string;
  readonly ratio: string;
  readonly wanted: string;
}

export function table(rows: readonly Row[]): string {
  const lines = [
    '| what | Valet Key | compared with | ratio | wanted |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ what, ours, compared, ratio, wanted }) => `| ${what} | ${ours} | ${compared} | ${ratio} | ${wanted} |`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
