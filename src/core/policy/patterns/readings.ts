import { foldSegment } from './fold.ts';

/**
 * The ways in which servers may read one segment, in folded form. The table in docs/policy.md says which server reads
 * which way; what it does not name is not promised.
 */
export type Readings = readonly string[];

/** For these a segment is read in one way only. */
const PLAIN = /^[a-z0-9_~-]*$/;
/** What renderers, normalisers and file systems drop without a trace. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Formats that frameworks and file servers take from the end of a path. */
const FORMATS = ['.json', '.xml', '.csv', '.html', '.htm', '.txt', '.yaml', '.yml', '.js', '.rss', '.atom', '.pdf'];

/** An encoded slash in a folded segment, which no other character there can be. */
export const ENCODED_SLASH = '\0';

/** Where servers may begin a query or a fragment: at an escaped `?` or `#`, and at a semicolon. */
export const PATH_ENDS = ['?', '#', ';'] as const;

/**
 * A request's path as servers may read it: as a whole, and cut at each of {@link PATH_ENDS}. A final slash counts for
 * nothing. All foldings of the table are combined with each other; a path and a segment have a bounded number of
 * readings each, so that the time is linear in the path.
 */
export function pathReadings(segments: readonly string[]): readonly (readonly Readings[])[] {
  const folded = segments.map(foldPathSegment);
  const paths = slashReadings(folded).flatMap((one) => [one, ...PATH_ENDS.map((mark) => cutAt(one, mark))]);
  return paths.flatMap((path) => {
    if (path === undefined) return [];
    const whole = path.at(-1) === '' ? path.slice(0, -1) : path;
    const readings = readingsOf(whole);
    // A last segment of dots, or of an escaped plus, may be no more than a final slash.
    return readings.at(-1)?.includes('') === true ? [readings, readingsOf(whole.slice(0, -1))] : [readings];
  });
}

/** The path with encoded slashes as they stand, and as separators: each for itself, and several in a row as one. */
function slashReadings(folded: readonly string[]): readonly (readonly string[])[] {
  if (!folded.some((segment) => segment.includes(ENCODED_SLASH))) return [folded];
  const separate = folded.flatMap((segment) => segment.split(ENCODED_SLASH));
  return [folded, separate, separate.filter((segment, index) => segment !== '' || index === separate.length - 1)];
}

function readingsOf(path: readonly string[]): readonly Readings[] {
  return path.map((segment, index) => segmentReadings(segment, index === path.length - 1));
}

/** What stands before the first such character, wherever in the path it is; undefined without one. */
function cutAt(path: readonly string[], mark: string): readonly string[] | undefined {
  const index = path.findIndex((segment) => segment.includes(mark));
  return index === -1 ? undefined : [...path.slice(0, index), before(path[index] ?? '', mark)];
}

/** A segment of a path in folded form, with a plus as the space that form decoders make of it. */
export function foldPathSegment(segment: string): string {
  return PLAIN.test(segment) ? segment : foldSegment(segment).replaceAll('+', ' ').replaceAll('/', ENCODED_SLASH);
}

/**
 * The readings of a folded segment. `format`: whether its end may name a format, as the end of a path may.
 */
export function segmentReadings(folded: string, format: boolean): Readings {
  if (PLAIN.test(folded)) return [folded];
  const readings = new Set([folded]);
  const also = (read: (text: string) => string): void => {
    for (const text of [...readings]) readings.add(read(text));
  };
  also(withoutInvisible);
  also((text) => before(text, ';'));
  also(withoutStream);
  also((text) => text.trimStart());
  also(trimmedEnd);
  if (format) {
    const trimmed = [...readings];
    for (const text of trimmed) readings.add(withoutFormat(text)).add(withoutFormats(text));
  }
  return [...readings];
}

/**
 * The texts between the stars of a folded pattern's segment, as every reading of a request can meet them: what servers
 * drop is dropped here, too. `last`: whether it ends the pattern; then formats are dropped as well.
 */
export function readParts(folded: readonly string[], last: boolean): readonly string[] {
  const parts = folded.map(withoutInvisible);
  const [first = ''] = parts;
  parts[0] = first.trimStart();
  const end = trimmedEnd(parts.at(-1) ?? '');
  const plain = withoutFormats(parts.length > 1 ? `*${end}` : end);
  parts[parts.length - 1] = !last ? end : parts.length > 1 ? plain.slice(1) : plain;
  return parts;
}

function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? text : text.slice(0, at);
}

/** Without the stream and its type behind a name: `secret::$DATA`, `admin:$I30:$INDEX_ALLOCATION`. */
function withoutStream(text: string): string {
  const stream = text.indexOf(':$');
  if (stream === -1) return text;
  return text.slice(0, text[stream - 1] === ':' ? stream - 1 : stream);
}

/** Without dots and white space at the end. A regular expression would try again from every dot. */
function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '.' || text[end - 1]?.trim() === '')) end -= 1;
  return text.slice(0, end);
}

/** Without the last format; a text that is nothing else stays. */
function withoutFormat(text: string): string {
  const end = trimmedEnd(text);
  const format = FORMATS.find((one) => end.length > one.length && end.endsWith(one));
  return format === undefined ? text : trimmedEnd(end.slice(0, -format.length));
}

/** Without any format, however many follow each other. */
function withoutFormats(text: string): string {
  let rest = text;
  for (let next = withoutFormat(rest); next !== rest; next = withoutFormat(rest)) rest = next;
  return rest;
}
