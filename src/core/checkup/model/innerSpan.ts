import type { Span } from '../../text/span.ts';
import type { Located } from './checkupModel.ts';

/**
 * Where a part of a text stands in the file, given its offsets in the decoded value. Reads the escapes of JSON and TOML;
 * where a text is written otherwise (folded YAML), the whole text without its quotes.
 */
export function innerSpan(file: string, { value, span }: Located, start: number, end: number): Span {
  const written = file.slice(span.start, span.end);
  const quotes = /^(?:"""|'''|["'])/.exec(written)?.[0].length ?? 0;
  const body = { start: span.start + quotes, end: span.end - quotes };
  const raw = file.slice(body.start, body.end);
  if (raw === value) return { start: body.start + start, end: body.start + end };
  const offsets = decodedOffsets(raw);
  if (offsets.length !== value.length + 1) return body;
  return { start: body.start + (offsets[start] ?? 0), end: body.start + (offsets[end] ?? raw.length) };
}

/** The other way round: which part of a text is meant by a place in the file; undefined where that is not certain. */
export function withinSpan(
  file: string,
  { value, span }: Pick<Located, 'value' | 'span'>,
  { start, end }: Span,
): Span | undefined {
  const written = file.slice(span.start, span.end);
  const quotes = /^(?:"""|'''|["'])/.exec(written)?.[0].length ?? 0;
  const body = { start: span.start + quotes, end: span.end - quotes };
  const raw = file.slice(body.start, body.end);
  if (raw === value) return { start: start - body.start, end: end - body.start };
  const offsets = decodedOffsets(raw);
  const [from, to] = [offsets.indexOf(start - body.start), offsets.indexOf(end - body.start)];
  return offsets.length === value.length + 1 && from !== -1 && to !== -1 ? { start: from, end: to } : undefined;
}

/** For each UTF-16 unit of the decoded text, and its end, the offset in the text as written. */
export function decodedOffsets(raw: string): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < raw.length; ) {
    offsets.push(at);
    if (raw[at] !== '\\') at += 1;
    else if (raw[at + 1] === 'u') at += 6;
    else if (raw[at + 1] === 'U') {
      // One code point, perhaps two units.
      if (Number.parseInt(raw.slice(at + 2, at + 10), 16) > 0xffff) offsets.push(at);
      at += 10;
    } else at += 2;
  }
  offsets.push(raw.length);
  return offsets;
}
