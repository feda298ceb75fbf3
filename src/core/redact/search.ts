import type { Hit } from './automaton.ts';
import { type EscapeKind, SINGLE_KINDS, unescapeLayer } from './unescape.ts';
import { unpack } from './unpack.ts';

/**
 * How deep encodings are followed into each other: escapes within escapes five deep (JSON in JSON in a URL), base64
 * within base64 twice, or mixed. Each step makes at most three bytes of one, so the whole stays linear.
 */
const DEPTH = 5;
const UNPACK_COST = 2;

/** What is looked for in bytes: an automaton, or several that answer as one. */
export interface Sought {
  /** Length of the shortest pattern that may be anywhere, in bytes; `Infinity` without any. */
  readonly shortest: number;
  /** For each byte 1 when it can be a part of a match, as itself or in an escape. */
  readonly alphabet: Uint8Array;
  /** Decoding every kind of escape at once may destroy some pattern. */
  readonly ambiguous: boolean;
  /** All matches in one view. `packed` says that it was unpacked. */
  scan(bytes: Uint8Array, packed: boolean): Hit[];
}

/** Where credentials are in bytes, in whatever encoding, as unordered and possibly overlapping spans. */
export function search(sought: Sought, bytes: Uint8Array): Hit[] {
  return searchSource(sought, bytes, DEPTH, false);
}

/** Searches bytes with every kind of escape decoded at once and, where that could miss, also with one kind at a time. */
function searchSource(sought: Sought, bytes: Uint8Array, depth: number, packed: boolean): Hit[] {
  const hits = searchView(sought, bytes, depth, packed, 'any');
  if (!sought.ambiguous) {
    return hits;
  }
  const all = hits.concat(...SINGLE_KINDS.map((kind) => searchView(sought, bytes, depth, packed, kind)));
  const unescaped = unescapeLayer(bytes);
  return unescaped === undefined ? all : all.map((hit) => ({ ...hit, ...unescaped.widen(hit.start, hit.end) }));
}

function searchView(sought: Sought, bytes: Uint8Array, depth: number, packed: boolean, kind: EscapeKind): Hit[] {
  const hits = sought.scan(bytes, packed);
  const unpacked = depth >= UNPACK_COST ? unpack(bytes, sought.shortest, sought.alphabet) : undefined;
  if (unpacked !== undefined) {
    for (const hit of searchSource(sought, unpacked.bytes, depth - UNPACK_COST, true)) {
      hits.push({ ...unpacked.toSource(hit.start, hit.end), owner: hit.owner });
    }
  }
  const unescaped = depth >= 1 ? unescapeLayer(bytes, kind) : undefined;
  if (unescaped === undefined) {
    return hits;
  }
  for (const hit of searchView(sought, unescaped.bytes, depth - 1, packed, kind)) {
    hits.push({ ...unescaped.toSource(hit.start, hit.end), owner: hit.owner });
  }
  return hits.map((hit) => ({ ...unescaped.widen(hit.start, hit.end), owner: hit.owner }));
}

/** Joins overlapping spans and orders them; the first and longest names the owner. Spans that only touch stay apart. */
export function mergeHits(hits: readonly Hit[]): Hit[] {
  const merged: Hit[] = [];
  for (const hit of [...hits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last !== undefined && hit.start < last.end) {
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, hit.end) };
    } else {
      merged.push(hit);
    }
  }
  return merged;
}

/** Translates ordered spans of a text's UTF-8 bytes to spans of its UTF-16 code units. */
export function toCodeUnits(text: string, byteLength: number, hits: readonly Hit[]): readonly Hit[] {
  if (byteLength === text.length) {
    return hits;
  }
  let unit = 0;
  let byte = 0;
  const advance = (target: number): number => {
    while (byte < target) {
      const code = text.codePointAt(unit) ?? 0;
      byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      unit += code < 0x10000 ? 1 : 2;
    }
    return unit;
  };
  return hits.map((hit) => ({ start: advance(hit.start), end: advance(hit.end), owner: hit.owner }));
}
