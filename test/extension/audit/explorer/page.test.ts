import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const EXPLORER = path.resolve(import.meta.dirname, '../../../../src/extension/audit/explorer');

test('nothing in the page turns a text into markup', () => {
  const folder = path.join(EXPLORER, 'webview');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  expect(sources).toContain('elements.ts');
  for (const name of sources) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    expect([
      name,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/.exec(text),
    ]).toEqual([name, null]);
  }
});

test('the page’s policy starts from nothing, and lets nothing inline in', () => {
  const html = readFileSync(path.join(EXPLORER, 'explorerHtml.ts'), 'utf8');
  for (const rule of ["default-src 'none'", "script-src 'nonce-", "connect-src 'none'", "base-uri 'none'"]) {
    expect(html).toContain(rule);
  }
  expect(html).not.toMatch(/unsafe-|\bon\w+="|style="/);
});
