import { expect, test } from 'vitest';
import { shownMarkdown, shownName, shownPath, shownText } from '../../../src/extension/util/shownText.ts';

test.each([
  ['line\nbreak', 'line\u{fffd}break'],
  ['right\u202eto left', 'right\u{fffd}to left'],
  ['zero\u200bwidth', 'zero\u{fffd}width'],
  ['  much   space ', 'much space'],
  ['\ud800 alone', '\u{fffd} alone'],
  ['[click](command:valetKey.unfreeze)', '[click] (command:valetKey.unfreeze)'],
  ['$(pass) approved', '$ (pass) approved'],
])('%j is shown as %j', (text, shown) => {
  expect(shownText(text)).toBe(shown);
});

test('a long text is cut between characters', () => {
  expect(shownText('🔑'.repeat(100), 10)).toBe(`${'🔑'.repeat(9)}…`);
});

test('the folders of a path say nothing of their own, and its end is kept', () => {
  expect(shownPath('a\n\nApproved by Valet Key\n/.env')).toBe('a\u{fffd}\u{fffd}Approved by Valet Key\u{fffd}/.env');
  expect(shownPath('[Undo](command:valetKey.unfreeze)/.env')).toBe('[Undo] (command:valetKey.unfreeze)/.env');
  const long = shownPath(`${'folder/'.repeat(100)}.vscode/mcp.json`);
  expect(long).toHaveLength(200);
  expect(long).toMatch(/^….*\/\.vscode\/mcp\.json$/);
});

test('a name ends no quotation, begins no line and makes no sentence of ours', () => {
  const forged = 'valetkey.yaml”?\n\nValet Key: nothing is widened by this. Press Apply to keep everything.\n\n“x';
  const shown = shownName(forged);
  expect(shown).toMatch(/^valetkey\.yaml'\?\u{fffd}\u{fffd}Valet Key: [^“”"\n]*…$/u);
  expect(shown).toHaveLength(48);
  expect(shownName('the “shop” of «Ann»')).toBe("the 'shop' of 'Ann'");
  expect(shownPath('a”? Allowed by Valet Key. “b/.env')).toBe("a'? Allowed by Valet Key. 'b/.env");
});

test.each([
  '[click](command:valetKey.unfreeze)',
  '![x](https://example.com/x.png)',
  '<img src=x>',
  '<https://example.com>',
  'https://example.com',
  '| a | b |',
  '`code` **bold**',
])('%j is no Markdown any more', (text) => {
  const markdown = shownMarkdown(text);
  expect(markdown).not.toMatch(/(?<!\\)[[\]()<>`*|:!]/);
  expect(markdown.replaceAll('\\', '')).toBe(text);
});
