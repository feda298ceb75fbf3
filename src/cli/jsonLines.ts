import readline from 'node:readline';

/** Writes one JSON object as a line on standard output. */
export function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The non-empty lines of standard input. */
export async function* inputLines(): AsyncGenerator<string> {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield line;
  }
}
