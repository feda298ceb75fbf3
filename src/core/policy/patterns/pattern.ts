import { canonicalPath } from '../../request/parts/path.ts';
import { err, ok, type Result } from '../../result.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { ENCODED_SLASH, foldPathSegment, readParts } from './readings.ts';

/** One step of a pattern. Segments are compared as they are spelled in a canonical path. */
export type PathUnit =
  /** Exactly this segment. */
  | { readonly kind: 'literal'; readonly text: string }
  /** A segment with one or more `*`: the texts between them, two or more, in order. */
  | { readonly kind: 'glob'; readonly parts: readonly string[] }
  /** Exactly one segment, whatever it holds, the empty one after a final slash too. */
  | { readonly kind: 'any' }
  /** Zero or more whole segments. */
  | { readonly kind: 'deep' };

/** A compiled path pattern. Plain data, so that it survives a structured clone. */
export interface Pattern {
  /** As written. */
  readonly text: string;
  /** The canonical spelling: two patterns with the same one match the same paths. */
  readonly canonical: string;
  /** For allow rules: what matches, literally and whole. */
  readonly strict: readonly PathUnit[];
  /**
   * For deny and ask rules: the folded form, which some reading of every request that is meant has (see readings.ts),
   * without a final slash; `/a/**` covers `/a`.
   */
  readonly folded: readonly PathUnit[];
  /** The same where servers read an encoded slash as one that separates; absent for a pattern without any. */
  readonly decoded?: readonly PathUnit[];
}

/** How many `**` a pattern may have: a walk along a path stands at as many places at once. */
const MAX_DEEP = 16;

const ALONE = phrase`\`**\` must stand alone between slashes, as in /a/**/b. Inside a segment, write a single \`*\`.`;

const ANY: PathUnit = { kind: 'any' };
const DEEP: PathUnit = { kind: 'deep' };

/**
 * Compiles a `path` of a rule: `*` is one or more characters inside one segment, `**` stands alone in its segment and
 * is zero or more whole segments, at the end one or more; everything else is literal. No RegExp is built from it.
 * The error says what is wrong and what to write instead.
 */
export function compilePattern(text: string, encodedSlash = false): Result<Pattern, Phrase> {
  const canonical = canonicalPath(text, { pattern: true, encodedSlash });
  if (!canonical.ok) return err(phrase`${canonical.error.message} ${canonical.error.nextStep}`);
  const { path, segments } = canonical.value;
  const mixed = segments.find((segment) => segment !== '**' && segment.includes('**'));
  if (mixed !== undefined) {
    return err(ALONE);
  }
  const deeps = segments.filter((segment) => segment === '**').length;
  if (deeps > MAX_DEEP)
    return err(phrase`The pattern has ${deeps} \`**\`; ${MAX_DEEP} are the most. Split it into rules.`);

  const strict = segments.flatMap((segment, index) => units(segment, index === segments.length - 1, sameParts));
  const whole = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  const folded = whole.flatMap((segment, index) =>
    units(segment, false, (parts) => readParts(parts.map(foldPathSegment), index === whole.length - 1)),
  );
  const decoded = folded.flatMap(withoutEncodedSlashes);
  return ok({ text, canonical: path, strict, folded, ...(decoded.length === folded.length ? {} : { decoded }) });
}

/**
 * The units of a pattern for a value, as `matches` takes it: the same stars, between slashes if it has any. Everything
 * else stands for itself but `%2A`, a star, and `%25`, a percent sign.
 */
export function valueUnits(pattern: string, spell: (part: string) => string): readonly PathUnit[] {
  const segments = pattern.split('/');
  const literal = (part: string): string =>
    spell(part.replace(/%2A|%25/gi, (escaped) => (escaped === '%25' ? '%' : '*')));
  return segments.flatMap((segment, index) =>
    units(segment, index === segments.length - 1, (parts) => parts.map(literal)),
  );
}

/** What is wrong with a pattern for a value; undefined when nothing is. */
export function valuePatternProblem(pattern: string): Phrase | undefined {
  const segments = pattern.split('/');
  if (segments.some((segment) => segment !== '**' && segment.includes('**'))) return ALONE;
  if (segments.filter((segment) => segment === '**').length > MAX_DEEP)
    return phrase`The pattern has more than ${MAX_DEEP} \`**\`.`;
  return undefined;
}

/** The units that servers see which decode an encoded slash before they look for the ends of segments. */
function withoutEncodedSlashes(unit: PathUnit): PathUnit[] {
  if (unit.kind !== 'literal' && unit.kind !== 'glob') return [unit];
  // A slash stands for a star, as no segment holds one.
  const parts = unit.kind === 'literal' ? [unit.text] : unit.parts;
  const pieces = parts.join('/').split(ENCODED_SLASH);
  if (pieces.length === 1) return [unit];
  return pieces.filter((piece) => piece !== '').flatMap((piece) => units(piece.replaceAll('/', '*'), false, sameParts));
}

type Parts = readonly string[];

function sameParts(parts: Parts): Parts {
  return parts;
}

/**
 * `final` turns `**` into one or more segments: zero or more, and then one. `spell` writes the texts between the stars in
 * the form in which they are compared, and gives back as many.
 */
function units(segment: string, final: boolean, spell: (parts: Parts) => Parts): PathUnit[] {
  if (segment === '**') return final ? [DEEP, ANY] : [DEEP];
  const parts = spell(segment.split('*'));
  return parts.length === 1 ? [{ kind: 'literal', text: parts[0] ?? '' }] : [{ kind: 'glob', parts }];
}

/**
 * Whether a segment consists of the parts in their order with one or more characters between each two. Takes the
 * leftmost place for every part, so that nothing is ever tried again. A percent escape counts as one character: no
 * part is found in the middle of one (folded segments hold no escapes; there, pass `escapes: false`).
 */
export function globMatches(parts: readonly string[], segment: string, escapes: boolean): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const tail = segment.length - last.length;
  if (tail < first.length + 1 || !segment.startsWith(first) || !segment.endsWith(last)) return false;
  if (escapes && insideEscape(segment, tail)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    let at = segment.indexOf(part, position + 1);
    while (escapes && at !== -1 && insideEscape(segment, at)) at = segment.indexOf(part, at + 1);
    if (at === -1) return false;
    position = at + part.length;
  }
  return tail >= position + 1;
}

function insideEscape(segment: string, at: number): boolean {
  return at < segment.length && (segment[at - 1] === '%' || segment[at - 2] === '%');
}

/**
 * Whether every segment that `inner` matches is matched by `outer` too. Sound, not complete: a star of `inner` is only
 * ever met by a star of `outer`. The slash stands for it, which no segment holds.
 */
export function globCovers(outer: readonly string[], inner: readonly string[], escapes: boolean): boolean {
  return globMatches(outer, inner.join('/'), escapes);
}
