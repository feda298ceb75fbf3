import { describe, expect, it } from 'vitest';
import { hasHiddenText, withoutHiddenText } from '../../../src/core/text/hiddenText.ts';

const tags = [...'ignore'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
const selectors = Array.from({ length: 4 }, (_, i) => String.fromCodePoint(0xfe00 + i)).join('');

describe('hidden text', () => {
  it.each([
    ['tags', `Reads${tags} a file`, 'Reads a file'],
    ['a bidirectional override', 'Reads \u202ea file', 'Reads a file'],
    ['a zero-width space', 'Re\u200bads', 'Reads'],
    ['a joiner in a word', 'Reads \u200d a', 'Reads  a'],
    ['a row of selectors', `a${selectors}b`, 'ab'],
    ['an escape sequence', '\u001b[2Ka', '[2Ka'],
    ['a filler', 'a\u3164b', 'ab'],
    ['a lone surrogate', 'a\ud800b', 'ab'],
  ])('is found and taken out: %s', (_what, text, rest) => {
    expect(hasHiddenText(text)).toBe(true);
    expect(withoutHiddenText(text)).toBe(rest);
    expect(hasHiddenText(rest)).toBe(false);
  });

  it.each([
    'Reads a file.\n\tThen more, “quoted” – naïve.',
    'A family 👨‍👩‍👧, a ❤️ and a 🏳️‍🌈, an 👍🏽',
    'Persian: می‌خواهم',
    '日本語と한국어',
  ])('is not seen in %s', (text) => {
    expect(withoutHiddenText(text)).toBe(text);
  });
});
