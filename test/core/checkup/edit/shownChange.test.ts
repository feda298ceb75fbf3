import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HiddenSecret, shownChange } from '../../../../src/core/checkup/edit/shownChange.ts';
import type { ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { readConfig } from '../../../../src/core/checkup/read/readConfig.ts';
import { runs } from '../../../support/runs.ts';
import { KEY, secretsIn } from './support.ts';

function fileOf(text: string): ConfigFile {
  return { path: '/h/.cursor/mcp.json', client: 'cursor', format: 'jsonc', scope: 'user', text };
}

/** How a change is shown, with all secrets of the file before it. */
function shown(text: string, after: string) {
  const file = fileOf(text);
  const hidden = secretsIn(file).flatMap(({ span, secret }): HiddenSecret[] =>
    secret ? [{ span, within: secret.within, valueSpan: secret.valueSpan }] : [],
  );
  return shownChange(file, readConfig(file), after, hidden);
}

const server = (env: object): string => JSON.stringify({ mcpServers: { x: { command: 'x', env } } }, undefined, 2);

describe('a change is shown without a secret', () => {
  test('in both texts, and wherever else the secret stands', () => {
    const text = server({ API_KEY: KEY, NOTE: `not ${KEY} again` });
    const { before, after, isPart } = shown(text, text.replace(`"API_KEY": "${KEY}",`, ''));
    expect(before).toBe(text.replaceAll(KEY, '•'.repeat(KEY.length)));
    expect(after).toContain(`not ${'•'.repeat(KEY.length)} again`);
    expect(isPart).toBe(false);
  });

  test('as it is written, where that is another text than is meant', () => {
    const text = server({ API_KEY: KEY }).replace('Q', '\\u0051');
    expect(shown(text, '{}').before).not.toContain(KEY.slice(1));
  });

  test('as replacing one after the other would, the longest first', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 6 });
    const words = fc.uniqueArray(word, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 60 }), (secrets, text) => {
        const file = fileOf(secrets.join('\n'));
        let at = 0;
        const hidden = secrets.map((one): HiddenSecret => {
          const span = { start: at, end: at + one.length };
          at = span.end + 1;
          return { span, within: { start: 0, end: 0 }, valueSpan: span };
        });
        const { after } = shownChange(file, readConfig(fileOf('{}')), text, hidden);
        expect(after).toHaveLength(text.length);
        for (const one of secrets) expect(after).not.toContain(one);
        expect(after.replaceAll('•', '')).toBe([...text].filter((_, index) => after[index] !== '•').join(''));
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('a change of a large file is shown by the part that it is in', () => {
  const filler = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`F_${n}`, 'x'.repeat(100)]));
  const text = server({ ...filler(3000), API_KEY: KEY, ...filler(6000) });

  test('with some lines around it', () => {
    const { before, after, isPart } = shown(text, text.replace(KEY, `\${env:API_KEY}`));
    expect(isPart).toBe(true);
    expect(before.split('\n').length).toBeLessThan(12);
    expect(before).toContain(`"API_KEY": "${'•'.repeat(KEY.length)}"`);
    expect(after).toContain(`"API_KEY": "\${env:API_KEY}"`);
    expect(before.split('\n')[0]).toMatch(/^ {8}"F_/);
  });

  test('and no more than an editor takes', () => {
    const all = text.replaceAll('x', 'y');
    const { before, after } = shown(text, all);
    expect(before.length).toBeLessThanOrEqual(256 * 1024);
    expect(after.length).toBeLessThanOrEqual(256 * 1024);
  });

  test('at its beginning and its end, too', () => {
    expect(shown(text, `// first\n${text}`).after.startsWith('// first\n')).toBe(true);
    expect(shown(text, `${text}\n// last`).after.endsWith('\n// last')).toBe(true);
  });
});
