import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { rowText } from '../../../src/extension/ui/rowText.ts';
import { cpuTime } from '../../support/cpuTime.ts';

const sources = path.join(import.meta.dirname, '../../../src/extension');
const files = globSync('**/*.ts', { cwd: sources }).map((name) => ({
  name: name.replaceAll('\\', '/'),
  text: readFileSync(path.join(sources, name), 'utf8'),
}));

describe('what a row says', () => {
  it('is its label and its description where nothing else is said', () => {
    expect(rowText({ label: 'GET /a', description: 'ok' })).toEqual({
      label: 'GET /a',
      description: 'ok',
      tooltip: 'GET /a (ok)',
      spoken: 'GET /a (ok)',
    });
    expect(rowText({ label: 'No calls yet' }).tooltip).toBe('No calls yet');
  });

  it('is a line for each fact, and none for what there is nothing of', () => {
    const { tooltip, spoken } = rowText({ label: 'a', lines: ['one', '', 'two'], spoken: ['', 'three', 'four'] });
    expect([tooltip, spoken]).toEqual(['one\ntwo', 'three, four']);
  });

  it.each(['.', '*', '\\', '<', '[', '`', '&', '\u{1f511}', '\n', '\u{202e}'])(
    'costs next to nothing for 200 rows with 4,000 times %j',
    (sign) => {
      const long = `POST /v1/refunds/${sign.repeat(4000)}`;
      const rows = (): string => JSON.stringify(Array.from({ length: 200 }, () => rowText(worst(long))));
      expect(rows().length).toBeLessThan(200 * 7500);
      expect(cpuTime(rows, 3, 200)).toBeLessThan(200);
    },
  );

  it('is bounded, whatever an agent wrote, and begins as it does', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 1000, size: 'max' });
    fc.assert(
      fc.property(texts, fc.array(texts, { maxLength: 10 }), (text, lines) => {
        const { label, description, tooltip, spoken } = rowText({ label: text, description: text, lines });
        expect([label.length <= 160, description.length <= 160]).toEqual([true, true]);
        expect([tooltip.length <= 1500, spoken.length <= 1500]).toEqual([true, true]);
        for (const line of tooltip.split('\n')) expect(lines.join('\n').includes(line.replace(/…+$/, ''))).toBe(true);
        expect(text.startsWith(label.replace(/…+$/, ''))).toBe(true);
        expect([label, tooltip, spoken].some((one) => /\p{Cs}/u.test(one))).toBe(false);
      }),
      { endOnFailure: true }, // to make texts of this size shorter takes minutes
    );
  });

  function worst(long: string): Parameters<typeof rowText>[0] {
    return { label: long, description: long, lines: Array.from({ length: 30 }, () => long) };
  }
});

test('every row of a view is a Row, whose texts are bounded and no Markdown', () => {
  const own = files.filter(({ text }) => /extends (?:vscode\.)?TreeItem\b|new (?:vscode\.)?TreeItem\(/.test(text));
  expect(own.map(({ name }) => name)).toEqual(['ui/row.ts']);
  expect(files.filter(({ text }) => /extends Row\b/.test(text)).length).toBeGreaterThan(10);
  // Nothing sets afterwards what it bounds.
  const node = /extends Row\b|\bui\/row\.ts/;
  const set = /\.(?:tooltip|label|description|accessibilityInformation) = /;
  expect(files.filter(({ text, name }) => node.test(text) && set.test(text) && name !== 'ui/row.ts')).toEqual([]);
});

test('Markdown is made where the user asks for it alone: for a hover', () => {
  expect(files.filter(({ text }) => /\bMarkdownString\(/.test(text)).map(({ name }) => name)).toEqual([
    'policy/editor/hover.ts',
  ]);
});

test('what events of agents redraw has a pace', () => {
  const unpaced = files.filter(
    ({ name, text }) =>
      /\/views\/|serviceModel/.test(name) &&
      /\b(?:activity|approvals\.queue)\.onDidChange\((?!\w+\.(?:soon|now)\)|redrawAndCount\))/.test(text),
  );
  expect(unpaced.map(({ name }) => name)).toEqual([]);
});
