/**
 * Text that the user does not see and a model reads: tag characters, bidirectional controls, zero-width characters,
 * fillers, and control characters other than tab and line ends. Joiners and variation selectors are a part of emoji and of
 * some scripts: they count only where they have nothing to act on.
 */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // combining grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian selectors and separators
  [0x200b, 0x200b], // zero-width space
  [0x200e, 0x200f], // direction marks
  [0x2028, 0x202e], // line and paragraph separators, bidirectional embeddings
  [0x2060, 0x206f], // word joiner, invisible operators, bidirectional isolates
  [0x3164, 0x3164],
  [0xd800, 0xdfff], // lone surrogates
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb], // interlinear annotation
  [0xe0000, 0xe007f], // tags
  [0xe0100, 0xe01ef], // variation selectors 17 to 256
];

const JOINER = /^[\u200c\u200d]$/u;
const SELECTOR = /^\p{Variation_Selector}$/u;
/** Text or emoji style; the others choose among forms of ideographs and of mathematical symbols. */
const STYLE = /^[\ufe0e\ufe0f]$/u;
const HAS_FORMS = /^[\p{Script=Han}\p{Sm}]$/u;
/** What joiners and selectors act on. */
const VISIBLE = /^[\p{L}\p{M}\p{N}\p{S}\p{P}]$/u;

/** Whether a text holds anything that the user would not see. */
export function hasHiddenText(text: string): boolean {
  return withoutHiddenText(text) !== text;
}

/** The text without it. */
export function withoutHiddenText(text: string): string {
  const characters = [...text];
  const kept: string[] = [];
  for (const [index, character] of characters.entries()) {
    const code = character.codePointAt(0) ?? 0;
    const before = kept.at(-1) ?? '';
    const acts = VISIBLE.test(before);
    if (RANGES.some(([first, last]) => code >= first && code <= last)) continue;
    if (JOINER.test(character) && !(acts && VISIBLE.test(characters[index + 1] ?? ''))) continue;
    // One selector says how a character looks; a row of them is a message.
    if (
      SELECTOR.test(character) &&
      (SELECTOR.test(before) || !(STYLE.test(character) ? acts : HAS_FORMS.test(before)))
    ) {
      continue;
    }
    kept.push(character);
  }
  return kept.join('');
}
