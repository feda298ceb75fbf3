import { readFileSync } from 'node:fs';
import { rulesUsed } from '../../../src/core/policy/learn/rulesUsed.ts';
import { lintPolicy } from '../../../src/core/policy/lint/lint.ts';
import type { LintContext } from '../../../src/core/policy/lint/lintContext.ts';
import type { Policy, PolicyAuthor } from '../../../src/core/policy/model/policy.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import type { Problem } from '../../../src/core/text/problem.ts';

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

/** What has to be so besides the file, as the sections say, for the wrong example to be wrong. */
const CONTEXTS: Readonly<Record<string, (policy: Policy) => LintContext>> = {
  'unused-rule': (policy) => ({
    usedRules: rulesUsed(policy, [{ service: 'api', method: 'GET', path: '/v1/charges' }]),
  }),
  'unknown-service': () => ({ knownServices: ['stripe'] }),
  'one-credential-two-environments': () => ({ sameCredential: [['stripe', 'stripe-live']] }),
};

/** The problems of a file in the context that the section of a code speaks of. */
export function problemsFor(code: string, source: string): readonly Problem[] {
  const author: PolicyAuthor = code === 'bad-origin' ? 'administrator' : 'user';
  const document = parsePolicy(source, author);
  return lintPolicy(document, document.policy && CONTEXTS[code]?.(document.policy));
}
