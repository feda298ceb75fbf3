import { bareOf } from './bare.ts';
import type { Alphabet } from './bytes.ts';
import type { Hit } from './matcher.ts';
import { type EscapeKind, SINGLE_KINDS, type Unescaped, unescapeLayer } from './unescape.ts';
import { unpack } from './unpack.ts';

/**
 * How deep encodings are followed into each other: escapes within escapes five deep (JSON in JSON in a URL), base64
 * within base64 twice, or mixed. Each step makes at most three bytes of one, so the whole stays linear.
 */
export const DEPTH = 5;
const UNPACK_COST = 2;

/** What is looked for in bytes: what a matcher holds, or several that answer as one. */
export interface Sought {
  /** What can be a part of a match, as itself or in an escape. */
  readonly alphabet: Alphabet;
  /** Decoding every kind of escape at once may destroy some pattern. */
  readonly ambiguous: boolean;
  /** There is something that may be packed. */
  readonly packable: boolean;
  /** There is something to find in the letters and digits alone. */
  readonly spelled: boolean;
  /** All matches in one view. `packed` says that it was unpacked. */
  scan(bytes: Uint8Array, packed: boolean): Hit[];
  /** All matches in the letters and digits alone of one view. */
  scanBare(bytes: Uint8Array): Hit[];
}

/** One way to go on decoding: every kind of escape in each layer, or one kind in all of them. */
interface Reading {
  readonly unescaped: Unescaped;
  readonly kinds: readonly EscapeKind[];
}

/** Where credentials are in bytes, in whatever encoding, as unordered and possibly overlapping spans. */
export function search(sought: Sought, bytes: Uint8Array): Hit[] {
  return searchSource(sought, bytes, DEPTH, false);
}

/** Searches bytes with every kind of escape decoded at once and, where that could miss, also with one kind at a time. */
function searchSource(sought: Sought, bytes: Uint8Array, depth: number, packed: boolean): Hit[] {
  const kinds: readonly EscapeKind[] = sought.ambiguous ? ['any', ...SINGLE_KINDS] : ['any'];
  return searchView(sought, bytes, depth, packed, kinds);
}

function searchView(
  sought: Sought,
  bytes: Uint8Array,
  depth: number,
  packed: boolean,
  kinds: readonly EscapeKind[],
): Hit[] {
  const hits = sought.scan(bytes, packed);
  // What is packed is text that nobody spelled out, and with one kind of escape left alone it was read before.
  const any = kinds.includes('any');
  if (any && !packed) {
    hits.push(...searchBare(sought, bytes));
  }
  const unpacked = any && sought.packable && depth >= UNPACK_COST ? unpack(bytes, sought.alphabet) : undefined;
  if (unpacked !== undefined) {
    for (const hit of searchSource(sought, unpacked.bytes, depth - UNPACK_COST, true)) {
      hits.push({ ...unpacked.toSource(hit.start, hit.end), owner: hit.owner });
    }
  }
  const readings = depth >= 1 ? readingsOf(bytes, kinds) : [];
  for (const { unescaped, kinds: same } of readings) {
    for (const hit of searchView(sought, unescaped.bytes, depth - 1, packed, same)) {
      hits.push({ ...unescaped.toSource(hit.start, hit.end), owner: hit.owner });
    }
  }
  // The first reading decodes what each of the others does, so that it alone knows every escape.
  const [first] = readings;
  return first === undefined ? hits : hits.map((hit) => ({ ...hit, ...first.unescaped.widen(hit.start, hit.end) }));
}

/** The ways to read on. One kind alone that comes to the same bytes as all kinds together is read with them. */
function readingsOf(bytes: Uint8Array, kinds: readonly EscapeKind[]): Reading[] {
  const readings: { unescaped: Unescaped; kinds: EscapeKind[] }[] = [];
  for (const kind of kinds) {
    const unescaped = unescapeLayer(bytes, kind);
    const [all] = readings;
    if (unescaped === undefined) continue;
    if (all?.kinds[0] === 'any' && areEqual(all.unescaped.bytes, unescaped.bytes)) all.kinds.push(kind);
    else readings.push({ unescaped, kinds: [kind] });
  }
  return readings;
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function searchBare(sought: Sought, bytes: Uint8Array): Hit[] {
  return (['plain', 'escapes', 'tags'] as const).flatMap((reading) => {
    const bare = sought.spelled ? bareOf(bytes, reading) : undefined;
    if (bare === undefined) return [];
    return sought.scanBare(bare.bytes).map((hit) => ({ ...hit, ...bare.toSource(hit.start, hit.end) }));
  });
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
