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
  // Where the field begins and ends that a hit is in for qs, to which & alone separates and the rest is a part of a name.
  let start = 0;
  let ampersand = endOfField(text, start);
  for (let pieces = 0; ; pieces++) {
    const hit = odd.exec(text);
    if (hit === null) return undefined;
    if (pieces === MAX_ODD_PIECES) return 'too many';
    separator.lastIndex = hit.index;
    const end = separator.exec(text)?.index ?? text.length;
    while (ampersand < hit.index) {
      start = ampersand + 1;
      ampersand = endOfField(text, start);
    }
    for (const name of new Set([nameAround(text, hit.index, end), nameFrom(text, start, hit.index, ampersand)])) {
      const finding = name === undefined ? undefined : names.look(name.replaceAll('+', ' '));
      if (finding !== undefined) return finding;
    }
    odd.lastIndex = end;
  }
}

/** The name of the field that a place and the next end are in, if the place is in its name. */
function nameAround(text: string, at: number, end: number): string | undefined {
  const start = startOfPiece(text, at);
  return start === undefined ? undefined : nameFrom(text, start, at, end);
}

/** Of a name that is too long the beginning counts: qs leaves out what stands behind a bracket. */
function nameFrom(text: string, start: number, at: number, end: number): string | undefined {
  if (at - start > MAX_NAME) return undefined;
  const name = text.slice(start, Math.min(end, start + MAX_NAME + 1));
  const equals = name.indexOf('=');
  if (equals < 0) return name.length > MAX_NAME ? name : undefined;
  return start + equals > at ? name.slice(0, equals) : undefined;
}

function endOfField(text: string, start: number): number {
  const at = text.indexOf('&', start);
  return at < 0 ? text.length : at;
}

/** Where the piece begins that a place is in; undefined where that is farther away than any name is long. */
function startOfPiece(text: string, at: number): number | undefined {
  for (let start = at; start >= at - MAX_NAME; start--) {
    if (start <= 0 || '&;\r\n'.includes(text[start - 1] ?? '')) return Math.max(0, start);
  }
  return undefined;
}
