/**
 * Controls, and characters that nobody sees or that turn the direction of what follows: in a terminal or a log, a name with one of
 * them restyles or reorders the line that it stands in.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text for a terminal or a log, with a sign in the place of each character that does something else than being read. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '\u{fffd}');
}

/** A JSON text of the same value without such a character: each is escaped, as RFC 8259, section 7, allows of any. */
export function printableJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
