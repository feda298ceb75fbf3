import { describe, expect, test } from 'vitest';
import { type OutlineItem, outlinePolicy } from '../../../../src/core/policy/text/outline.ts';

const TEXT = `version: 1
services:
  stripe:
    baseUrl: https://api.stripe.com
    auth: { type: bearer }
    policies:
      - path: /v1/charges
        methods: [GET, HEAD]
      - { path: /v1/refunds, methods: [POST], approval: always }
      - path: /v1/**/secret
        effect: deny

  github: {}
tests:
  - name: reads charges
    request: { service: stripe, method: GET, path: /v1/charges }
    expect: allow
`;

/** Names and details, children indented. */
function lines(items: readonly OutlineItem[], indent = ''): string[] {
  return items.flatMap(({ kind, name, detail, children }) => [
    `${indent}${kind} ${name}${detail === '' ? '' : ` (${detail})`}`,
    ...lines(children, `${indent}  `),
  ]);
}

function all(items: readonly OutlineItem[]): readonly OutlineItem[] {
  return items.flatMap((item) => [item, ...all(item.children)]);
}

describe('the outline of a policy text', () => {
  test('names services, their rules and tests', () => {
    expect(lines(outlinePolicy(TEXT))).toEqual([
      'services services',
      '  service stripe (https://api.stripe.com)',
      '    rule GET, HEAD /v1/charges',
      '    rule POST /v1/refunds (asks)',
      '    rule /v1/**/secret (deny)',
      '  service github',
      'tests tests',
      '  test reads charges (allow)',
    ]);
  });

  test('gives each the place of its name, inside its own, inside its parent’s', () => {
    for (const item of all(outlinePolicy(TEXT))) {
      const { span, nameSpan, children, name } = item;
      expect(span.start).toBeLessThanOrEqual(nameSpan.start);
      expect(span.end).toBeGreaterThanOrEqual(nameSpan.end);
      expect(TEXT.slice(span.start, span.end)).toBe(TEXT.slice(span.start, span.end).trim());
      expect(name).toContain(TEXT.slice(nameSpan.start, nameSpan.end));
      for (const child of children) {
        expect(child.span.start).toBeGreaterThanOrEqual(span.start);
        expect(child.span.end).toBeLessThanOrEqual(span.end);
      }
    }
  });

  test('is there for a text with errors of meaning, and empty for one that is no YAML', () => {
    expect(lines(outlinePolicy('services:\n  Stripe:\n    nonsense: 1\n    policies: [{}, ]\n'))).toEqual([
      'services services',
      '  service Stripe',
      '    rule rule',
    ]);
    for (const text of ['', 'services', '[', 'services: [1]\ntests: 4\n', '\u0000']) {
      expect(all(outlinePolicy(text)).filter(({ kind }) => kind === 'service')).toEqual([]);
    }
  });
});
