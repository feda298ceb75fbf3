import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
/** The sections of docs/policy.md about diagnostics, by code. */
export const sections = new Map(
  text
    .slice(text.indexOf('## Diagnostics'))
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
);

/** The examples of a section: what is wrong, and what is right. */
export function examples(code: string): string[] {
  return [...(sections.get(code) ?? '').matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

/** An example is a whole file, some rules, or a part of one service; what the part lacks is filled in. */
export function whole(example: string): string {
  if (/^(?:services|version|%|tests|servers|allowedOrigins)/.test(example)) return example;
  const service = (lines: readonly string[]): string =>
    `services:\n  api:\n${lines.map((line) => `    ${line}\n`).join('')}`;
  if (example.startsWith('- ')) {
    const rules = example
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`);
    return service(['baseUrl: https://api.example.com', 'auth: { type: bearer }', 'policies:', ...rules]);
  }
  const has = (key: string): boolean => new RegExp(`^${key}:`, 'm').test(example);
  return service([
    ...(has('baseUrl') ? [] : ['baseUrl: https://api.example.com']),
    ...(has('auth') ? [] : ['auth: { type: bearer }']),
    ...example.trimEnd().split('\n'),
    ...(has('policies') || has('polices') ? [] : ['policies: [{ path: /a, methods: [GET] }]']),
  ]);
}
