import { type Finding, OverridingNames } from './overridingNames.ts';

/** Longest name, escaped over and over, that is looked for in free text. */
const MAX_NAME = 256;

/** Pieces of a text with something odd in them, of which each is taken apart. */
const MAX_ODD_PIECES = 20_000;

/**
 * What is to be said of a text, read as a form by a server that does not look at its type. A text may have hundreds of
 * thousands of fields, and hardly one of them has such a name, so that only those with something odd are taken apart.
 */
export function lookAtFields(text: string): Finding | undefined {
  if (!text.includes('=')) return undefined;
  const names = new OverridingNames();
  // What every name has that overrides the method: something to be decoded or folded, or the letters of `method` or `verb`
  // in their order, with nothing but signs between them.
  const odd =
    /[^\0-$&-~]|m[^a-z&;=\r\n]*e[^a-z&;=\r\n]*t[^a-z&;=\r\n]*h[^a-z&;=\r\n]*o[^a-z&;=\r\n]*d|v[^a-z&;=\r\n]*e[^a-z&;=\r\n]*r[^a-z&;=\r\n]*b/gi;
  const separator = /[&;\r\n]/g;
  for (let pieces = 0; ; pieces++) {
    const hit = odd.exec(text);
    if (hit === null) return undefined;
    if (pieces === MAX_ODD_PIECES) return 'too many';
    separator.lastIndex = hit.index;
    const end = separator.exec(text)?.index ?? text.length;
    const name = nameAround(text, hit.index, end);
    const finding = name === undefined ? undefined : names.look(name.replaceAll('+', ' '));
    if (finding !== undefined) return finding;
    odd.lastIndex = end;
  }
}

/** The name of the field that a place and the next end are in, if the place is in its name. */
function nameAround(text: string, at: number, end: number): string | undefined {
  const start = startOfPiece(text, at);
  if (start === undefined) return undefined;
  const equals = text.slice(start, Math.min(end, start + MAX_NAME + 1)).indexOf('=');
  return start + equals > at ? text.slice(start, start + equals) : undefined;
}

/** Where the piece begins that a place is in; undefined where that is farther away than any name is long. */
function startOfPiece(text: string, at: number): number | undefined {
  for (let start = at; start >= at - MAX_NAME; start--) {
    if (start <= 0 || '&;\r\n'.includes(text[start - 1] ?? '')) return Math.max(0, start);
  }
  return undefined;
}
