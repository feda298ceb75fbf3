import { isOpaque } from './members.ts';
import type { Part } from './part.ts';

/** What stands around a key in PEM (RFC 7468), where the line that it is may have been joined with others. */
const BOUNDARY = '-----';
const BEGIN = `${BOUNDARY}BEGIN`;

/** How a line end is written where the whole key stands in one line: in JSON and variables, and in XML. */
const WRITTEN_LINE_END = /\\{1,4}[nrt]|&#(?:10|13|x0?[ad]);/gi;

/** A line of base64, with its padding. */
const RUN = /[A-Za-z0-9+/]+={0,2}/g;

/** Longer lines nobody writes: what is longer was joined, and others write it in lines of so many characters. */
const LONGEST_LINE = 76;
const USUAL_LINE = /.{1,64}/g;

/** Lines from this length on are secret, and shorter ones where a machine made them. */
const LINE = 16;

/**
 * The lines of each key in PEM in a text, and the key in one line, however its lines are divided there: by line ends as they
 * are or as they are written, by blanks, by quotes and signs of a programming language, or by nothing.
 */
export function pemParts(text: string): Part[] {
  const texts = new Set<string>();
  for (let begin = text.indexOf(BEGIN); begin >= 0; ) {
    const label = text.indexOf(BOUNDARY, begin + BEGIN.length);
    if (label < 0) break;
    const start = label + BOUNDARY.length;
    const end = text.indexOf(BOUNDARY, start);
    for (const line of linesOf(text.slice(start, end < 0 ? undefined : end))) texts.add(line);
    if (end < 0) break;
    begin = text.indexOf(BEGIN, end);
  }
  return [...texts].map((one) => ({ text: one, secret: true }));
}

function linesOf(body: string): string[] {
  const runs: readonly string[] = decoded(body).replaceAll(WRITTEN_LINE_END, '\n').match(RUN) ?? [];
  // The words of its headers (RFC 1421) are none, and stand in front.
  const lines = runs.slice(Math.max(0, runs.findIndex(isLine)));
  const written = lines.flatMap((line) =>
    line.length > LONGEST_LINE ? [line, ...(line.match(USUAL_LINE) ?? [])] : line,
  );
  return [lines.join(''), ...written].filter(isLine);
}

function isLine(text: string): boolean {
  return text.length >= LINE || isOpaque(text);
}

/** Of a key that was escaped for a URL. */
function decoded(body: string): string {
  if (!body.includes('%')) return body;
  try {
    return decodeURIComponent(body);
  } catch {
    return body;
  }
}
