import { printableJson } from '../core/text/printable.ts';
import { LineSplitter, tooLong } from '../protocol/lines.ts';
import { MAX_LINE_BYTES } from '../protocol/messages.ts';

/** Writes one JSON object as a line on standard output, in which no name of anybody's file does anything to a terminal. */
export function print(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
}

/**
 * The non-empty lines of standard input, cut at line feeds alone (readline also cuts at U+2028, which JSON may hold).
 * A line over 8 MiB comes as an empty object's text would: as one that is not in form.
 */
export async function* inputLines(): AsyncGenerator<string> {
  const lines = new LineSplitter(MAX_LINE_BYTES);
  for await (const chunk of process.stdin) {
    for (const line of lines.push(chunk as Buffer)) yield* given(line);
  }
  for (const line of lines.push(Buffer.from('\n'))) yield* given(line);
}

function* given(line: string | typeof tooLong): Generator<string> {
  if (line === tooLong) yield '"too long"';
  else if (line.trim() !== '') yield line;
}
