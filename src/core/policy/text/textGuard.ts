import { type Phrase, phrase } from '../../text/phrase.ts';
import type { ProblemList } from '../../text/problems.ts';

/** Largest policy file, in bytes of UTF-8. */
export const MAX_POLICY_BYTES = 256 * 1024;

const MAX_REPORTED = 20;

/** First and last code point of every range that a policy file must not hold, in ascending order. */
const FORBIDDEN: readonly (readonly [first: number, last: number, what: Phrase])[] = [
  [0x00, 0x08, phrase`a control character`],
  [0x0b, 0x0c, phrase`a control character`],
  [0x0e, 0x1f, phrase`a control character`],
  [0x7f, 0x9f, phrase`a control character`],
  [0xad, 0xad, phrase`an invisible character`],
  [0x34f, 0x34f, phrase`an invisible character`],
  [0x61c, 0x61c, phrase`a bidirectional control`],
  [0x115f, 0x1160, phrase`an invisible character`],
  [0x17b4, 0x17b5, phrase`an invisible character`],
  [0x180b, 0x180f, phrase`an invisible character`],
  [0x200b, 0x200d, phrase`a zero-width character`],
  [0x200e, 0x200f, phrase`a bidirectional control`],
  [0x2028, 0x2029, phrase`a line separator that editors and parsers read differently`],
  [0x202a, 0x202e, phrase`a bidirectional control`],
  [0x2060, 0x2065, phrase`a zero-width character`],
  [0x2066, 0x2069, phrase`a bidirectional control`],
  [0x206a, 0x206f, phrase`an invisible character`],
  [0x3164, 0x3164, phrase`an invisible character`],
  [0xfeff, 0xfeff, phrase`a byte order mark inside the text`],
  [0xffa0, 0xffa0, phrase`an invisible character`],
  [0xfff9, 0xfffb, phrase`an invisible character`],
  [0xfffd, 0xfffd, phrase`the replacement character for bytes that are not UTF-8`],
  [0xfffe, 0xffff, phrase`a noncharacter`],
  [0xe0000, 0xe0fff, phrase`an invisible character`],
];

function forbidden(codePoint: number): Phrase | undefined {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return phrase`half of a surrogate pair`;
  for (const [first, last, what] of FORBIDDEN) {
    if (codePoint < first) return undefined;
    if (codePoint <= last) return what;
  }
  return undefined;
}

function isPlain(codePoint: number): boolean {
  return (codePoint >= 0x20 && codePoint < 0x7f) || codePoint === 0x0a || codePoint === 0x09;
}

/** `U+200B (a zero-width character)` for the first character of `text` that a policy must not hold, else undefined. */
export function firstForbidden(text: string): Phrase | undefined {
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    const what = isPlain(codePoint)
      ? undefined
      : codePoint === 0x0d
        ? phrase`a control character`
        : forbidden(codePoint);
    if (what !== undefined) return describe(codePoint, what);
  }
  return undefined;
}

function describe(codePoint: number, what: Phrase): Phrase {
  return phrase`U+${codePoint.toString(16).toUpperCase().padStart(4, '0')} (${what})`;
}

/**
 * Refuses a text for its size or its characters, before any parser sees it. Comments are checked too: a bidirectional
 * control in a comment can make a reviewer see another file than the parser does (Trojan Source, CVE-2021-42574).
 * A carriage return counts only as part of CR LF, because editors break the line at a lone one and YAML parsers differ.
 * Returns false when the text must not be parsed.
 */
export function checkText(text: string, problems: ProblemList): boolean {
  const tooLarge = (): boolean => {
    problems.error(
      'file-too-large',
      { start: 0, end: 0 },
      phrase`The file is larger than ${MAX_POLICY_BYTES / 1024} KB. Remove rules, or use wildcards in their paths.`,
    );
    return false;
  };
  if (text.length > MAX_POLICY_BYTES) return tooLarge();
  let bytes = 0;
  let reported = 0;
  for (let at = 0; at < text.length && reported < MAX_REPORTED; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0;
    const width = codePoint > 0xffff ? 2 : 1;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : width === 1 ? 3 : 4;
    let what: Phrase | undefined;
    if (isPlain(codePoint)) what = undefined;
    else if (codePoint === 0x0d)
      what = text[at + 1] === '\n' ? undefined : phrase`a carriage return without a line feed`;
    else if (codePoint === 0xfeff && at === 0) what = undefined;
    else what = forbidden(codePoint);
    if (what !== undefined) {
      reported += 1;
      problems.error(
        'forbidden-character',
        { start: at, end: at + width },
        phrase`${describe(codePoint, what)} is not allowed in a policy file. Delete it; save the file as UTF-8.`,
      );
    }
    at += width - 1;
  }
  if (bytes > MAX_POLICY_BYTES) return tooLarge();
  return reported === 0;
}

/** Size of a text in bytes of UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}
