import { ok, type Result } from '../../result.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { RequestProblem } from './requestModel.ts';
import { invalid, tooLarge } from './requestProblem.ts';
import { isWellFormed } from './wellFormed.ts';

/** Longest canonical path in bytes. Common servers stop at 8 KiB for a whole request line. */
export const MAX_PATH_BYTES = 8 * 1024;
/** Most segments of a path. Servers may read each in several ways, and all of them are tried. */
export const MAX_SEGMENTS = 256;
/** Longest path with its query that is looked at, in UTF-16 code units. */
const MAX_RAW_CHARS = 64 * 1024;
const MAX_RAW_LENGTH = 8 * MAX_PATH_BYTES;

export interface CanonicalPath {
  /** ASCII, one spelling: upper-case escapes, unreserved characters (RFC 3986, 2.3) decoded, nothing else changed. */
  readonly path: string;
  /** `path` without its first slash, split at `/`. */
  readonly segments: string[];
  /** What followed the first `?`, untouched; absent without a `?`. Never in pattern mode. */
  readonly query?: string;
}

export interface PathOptions {
  /** The text is a policy's pattern: `?` and `#` must be escaped, `*` is a wildcard and `%2A` a literal star. */
  readonly pattern?: boolean;
  /** A segment may hold `%2F`, as the API reads it: a slash that separates nothing. */
  readonly encodedSlash?: boolean;
}

/** RFC 3986, 3.3: what a path segment may hold unescaped. */
const PCHAR = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]$/;
const ENCODED_SLASH = /%2F/i;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
/** Canonical at a glance: no dot, no delimiter, no escape. */
const PLAIN_SEGMENT = /^[A-Za-z0-9\-_~]*$/;
const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;
/** White space, and what renderers, normalisers and file systems drop without a trace. */
const INVISIBLE = /[\s\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** C0, DEL, C1 and the two Unicode line separators. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** What still looks like an escape once a segment was decoded: the double encoding, and IIS's own `%uXXXX`. */
const ESCAPE_AGAIN = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i;
/** Between words; a combining mark on a dot does not make it part of one. */
const NOT_WORD = /[^\p{L}\p{M}\p{N}._~-]|(?<=\.)\p{M}/u;
/** Full stops that NFKC leaves alone although IDNA or best-fit tables make dots of them. */
const FULL_STOP = /[\u3002\u06d4\u0701\u0702\ua4f8\ua60e]/g;

const PATTERN = phrase`pattern`;
const PATH = phrase`path`;

/**
 * The one canonical spelling of a request path or of a policy's pattern, or the reason why there is none. Whatever
 * `new URL` or an upstream might read as another path is refused, not repaired (RFC 3986, 3.3 and 6.2.2; WHATWG URL).
 *
 * A request's `*` stays `*`, as sent; its `%2A` stays `%2A`. In a pattern `*` is a wildcard and `%2A` the literal star.
 * To compare the two, bring the request's side into the pattern's spelling with {@link literalPattern}: then no star of
 * a request can meet a pattern's wildcard as an equal.
 */
export function canonicalPath(raw: string, options: PathOptions = {}): Result<CanonicalPath, RequestProblem> {
  const pattern = options.pattern === true;
  const what = pattern ? PATTERN : PATH;
  // Before any work on it: escapes shrink a path to a third of its text at the least, and a query follows.
  if (raw.length > MAX_RAW_CHARS) {
    return tooLarge(phrase`The ${what} is longer than ${MAX_PATH_BYTES} bytes.`, phrase`Shorten the ${what}.`);
  }
  const refused = beginning(raw, what) ?? characters(raw, pattern, what);
  if (refused !== undefined) return refused;

  const mark = raw.indexOf('?');
  const pathText = mark === -1 ? raw : raw.slice(0, mark);
  const segments: string[] = [];
  const pieces = pathText.slice(1).split('/', MAX_SEGMENTS + 1);
  if (pieces.length > MAX_SEGMENTS || pathText.split(/\/|%2F/i, MAX_SEGMENTS + 2).length > MAX_SEGMENTS + 1) {
    return tooLarge(phrase`The ${what} has over ${MAX_SEGMENTS} segments.`, phrase`Shorten the ${what}.`);
  }
  for (const [index, piece] of pieces.entries()) {
    if (piece === '' && index < pieces.length - 1) {
      return invalid(
        phrase`The ${what} has an empty segment (two slashes in a row).`,
        phrase`Write one slash between segments.`,
      );
    }
    const segment = canonicalSegment(piece, pattern, what, options.encodedSlash === true);
    if (!segment.ok) return segment;
    segments.push(segment.value);
  }

  const path = `/${segments.join('/')}`;
  if (path.length > MAX_PATH_BYTES) {
    return tooLarge(phrase`The ${what} is longer than ${MAX_PATH_BYTES} bytes.`, phrase`Shorten the ${what}.`);
  }
  return ok(mark === -1 ? { path, segments } : { path, segments, query: raw.slice(mark + 1) });
}

/**
 * The pattern that matches exactly this canonical request path (or segment) and nothing else: every star becomes
 * `%2A`. For generating rules from requests, and for the request's side of a comparison with a pattern.
 */
export function literalPattern(canonical: string): string {
  return canonical.replaceAll('*', '%2A');
}

function beginning(raw: string, what: Phrase): ReturnType<typeof invalid> | undefined {
  const relative = phrase`Write the ${what} below the service's base URL, starting with one slash, such as /v1/items.`;
  if (raw === '') return invalid(phrase`The ${what} is empty.`, relative);
  // Bounds the work below. Escapes of unreserved characters may shrink to a third, and a query may follow.
  if (raw.length > MAX_RAW_LENGTH) return tooLarge(phrase`The ${what} is too long.`, phrase`Shorten the ${what}.`);
  if (raw.startsWith('//'))
    return invalid(phrase`The ${what} starts with two slashes, which would name another host.`, relative);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(raw)) return invalid(phrase`The ${what} is an absolute URL.`, relative);
  if (!raw.startsWith('/')) return invalid(phrase`The ${what} does not start with a slash.`, relative);
  return undefined;
}

function characters(raw: string, pattern: boolean, what: Phrase): ReturnType<typeof invalid> | undefined {
  // Most texts hold nothing to look at twice.
  if (PLAIN_PATH.test(raw)) return undefined;
  let inQuery = false;
  for (const character of raw) {
    if (CONTROL.test(character)) {
      return invalid(phrase`The ${what} contains a control character (${codePoint(character)}).`, phrase`Remove it.`);
    }
    if (!isWellFormed(character)) {
      return invalid(
        phrase`The ${what} contains half of a surrogate pair (${codePoint(character)}).`,
        phrase`Send valid Unicode.`,
      );
    }
    if (character === '\\') {
      return invalid(
        phrase`The ${what} contains a backslash, which some servers read as a slash.`,
        phrase`Write / between segments.`,
      );
    }
    if (character === '#') {
      return invalid(
        phrase`The ${what} contains a fragment (#).`,
        phrase`Leave the fragment out, or write %23 for a literal #.`,
      );
    }
    if (pattern) {
      if (character === '?') {
        return invalid(
          phrase`The pattern contains a question mark.`,
          phrase`Patterns match only the path; write %3F for a literal ?.`,
        );
      }
      continue;
    }
    if (character === '?') inQuery = true;
    // A space, and letters of other alphabets: they go out escaped, and are judged and shown so.
    if (character > '~' || character === ' ') continue;
    if (!inQuery && character !== '/' && character !== '%' && character !== '?' && !PCHAR.test(character)) {
      return invalid(
        phrase`The ${what} contains ${codePoint(character)}, which RFC 3986 does not allow there.`,
        phrase`Write it percent-encoded: ${encodeURIComponent(character)}.`,
      );
    }
  }
  return undefined;
}

function canonicalSegment(
  segment: string,
  pattern: boolean,
  what: Phrase,
  encodedSlash: boolean,
): Result<string, RequestProblem> {
  if (PLAIN_SEGMENT.test(segment)) return ok(segment);
  if (/%(?![0-9A-Fa-f]{2})/.test(segment)) {
    return invalid(
      phrase`The ${what} has a % that is not followed by two hexadecimal digits.`,
      phrase`Write %25 for a literal %.`,
    );
  }
  if (!decodes(segment)) {
    return invalid(
      phrase`The ${what} has escapes that are not valid UTF-8.`,
      phrase`Percent-encode the UTF-8 bytes of the text.`,
    );
  }
  // What is no slash to the API is one to whoever decodes early: neither reading hides anything.
  const pieces = encodedSlash ? segment.split(ENCODED_SLASH).filter((piece) => piece !== '') : [segment];
  let reason: Hidden | undefined;
  for (const piece of pieces) reason ??= hiddenInPiece(piece, pattern);
  if (reason !== undefined) return invalid(phrase`The ${what} ${reason.what}.`, reason.instead);

  const canonical = segment.replace(/%([0-9A-Fa-f]{2})|[^%]/gu, (match, hex: string | undefined) => {
    if (hex === undefined) return PCHAR.test(match) ? match : encodeURIComponent(match);
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : match.toUpperCase();
  });
  return ok(canonical);
}

/** Strict by its specification: overlong forms, surrogates and truncated sequences throw (ECMA-262, 19.2.6.1). */
function decodes(segment: string): boolean {
  try {
    decodeURIComponent(segment);
    return true;
  } catch {
    return false;
  }
}

/** Form decoders make a space of a plus, which is then as good as none at a segment's ends. */
function hiddenInPiece(piece: string, pattern: boolean): Hidden | undefined {
  const plain = hidden(piece, decodeURIComponent(piece));
  if (plain !== undefined || pattern || !piece.includes('+')) return plain;
  return hidden(piece, decodeURIComponent(piece.replaceAll('+', ' ')));
}

interface Hidden {
  readonly what: Phrase;
  readonly instead: Phrase;
}

/** What a segment hides from the judge and might show to an upstream that decodes, normalises or strips once more. */
function hidden(segment: string, decoded: string): Hidden | undefined {
  if (CONTROL.test(decoded))
    return { what: phrase`contains an escaped control character`, instead: phrase`Remove it.` };
  const folded = decoded.normalize('NFKC').replace(FULL_STOP, '.');
  if (/[/\\]/.test(decoded) || /[/\\]/.test(folded)) {
    return {
      what: phrase`hides a slash or a backslash inside a segment (%2F, %5C or a look-alike)`,
      instead: phrase`Write a plain slash between segments. Where the API takes %2F inside a segment, the user can add \`encodedSlash: true\` to the service; until then, use a numeric id where there is one.`,
    };
  }
  if (/%2e/i.test(segment)) return { what: phrase`contains an escaped dot (%2E)`, instead: phrase`Write a plain dot.` };
  if (ESCAPE_AGAIN.test(folded)) {
    return { what: phrase`is percent-encoded twice`, instead: phrase`Encode it once; write %25 for a literal % only.` };
  }
  if (climbs(folded)) {
    return {
      what: phrase`has a dot segment (. or ..) or something that can be read as one`,
      instead: phrase`Write the path without it.`,
    };
  }
  const visible = folded.replace(INVISIBLE, '');
  if ((visible === '' && folded !== '') || visible.startsWith(';')) {
    return { what: phrase`has a segment that some servers read as empty`, instead: phrase`Give the segment a name.` };
  }
  return undefined;
}

/**
 * Whether a decoded, NFKC-folded segment is a dot segment, or becomes one for an upstream that drops invisible
 * characters, path parameters (`..;x`, as Tomcat does) or whatever follows another delimiter.
 */
function climbs(folded: string): boolean {
  const visible = folded.replace(INVISIBLE, '');
  if (visible === '.' || visible === '..') return true;
  if (visible !== folded && /^\.+$/.test(visible)) return true;
  if (visible.split(/[;,?#]/).some((piece) => piece === '.' || piece === '..')) return true;
  return [folded, visible].some((text) => text.split(NOT_WORD).includes('..'));
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
