import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repo.mjs';

/**
 * What docs/checkup.md says of each finding, by its code: the point that it belongs to and why that matters, and its own text. The
 * command line has it in its SARIF logs, where people read it beside an alert.
 *
 * @returns {Readonly<Record<string, { readonly check: number, readonly point: string, readonly text: string }>>}
 */
export function checkupRules() {
  const [, ...points] = readFileSync(path.join(ROOT, 'docs/checkup.md'), 'utf8').split(/^## (?=\d)/m);
  return Object.fromEntries(
    points.flatMap((point) => {
      const [introduction = '', ...sections] = point.split(/^### /m);
      const [, number = '', title = ''] = /^(\d+) (.*)/.exec(introduction) ?? [];
      return sections.map((section) => {
        const [code = '', ...lines] = section.split('\n');
        return [code.trim(), { check: Number(number), point: title, text: lines.join('\n').trim() }];
      });
    }),
  );
}
