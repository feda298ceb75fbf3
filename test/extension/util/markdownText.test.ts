import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownText } from '../../../src/extension/util/markdownText.ts';

describe('markdownText', () => {
  it.each([
    ['body customer.id equal to 5', 'body customer\\.id equal to 5'],
    ['[x](command:y) ![z](https://a.example)', '\\[x\\]\\(command\\:y\\) \\!\\[z\\]\\(https\\:\\/\\/a\\.example\\)'],
    ['<img src=x> & `a` \\[b]', '\\<img src\\=x\\> \\& \\`a\\` \\\\\\[b\\]'],
    ['    code', '&nbsp;&nbsp;&nbsp;&nbsp;code'],
    ['a  b\n\n# c ', 'a &nbsp;b &nbsp;\\# c&nbsp;'],
  ])('shows %j as it is', (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  it('leaves no sign that Markdown reads, and none out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const markdown = markdownText(text);
        // Each sign of ASCII is behind a backslash of its own (CommonMark 2.4), and blanks neither start nor break a line.
        expect(markdown).toMatch(/^(?:\\[!-/:-@[-`{-~]|&nbsp;|[^\s!-/:-@[-`{-~]|(?<=[^ ]) (?=[^ ]))*$/u);
        const back = markdown.replaceAll('&nbsp;', ' ').replace(/\\([!-/:-@[-`{-~])/g, '$1');
        expect(back).toBe(text.replace(/\s/g, ' '));
      }),
    );
  });
});
