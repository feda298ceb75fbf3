import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema } from '../../../src/core/policy/editor/jsonSchema.ts';
import { PROBLEM_CODES } from '../../../src/core/text/problems.ts';
import { examples, problemsFor, sections, whole } from './documentedExamples.ts';

/** Base URL codes come from core/net, `too-slow` from whoever parses within bounds, and the last from who knows the credentials. */
const ELSEWHERE = [
  'base-url-syntax',
  'base-url-scheme',
  'base-url-cleartext',
  'base-url-character',
  'base-url-userinfo',
]
  .concat([
    'base-url-query',
    'base-url-fragment',
    'base-url-host',
    'base-url-port',
    'base-url-path',
    'base-url-address',
  ])
  .concat(['base-url-network', 'base-url-forbidden', 'too-slow', 'destination-not-confirmed']);

/** What no short example shows, and files that do; `too-slow` is a matter of the machine. */
const LONG: Readonly<Record<string, string>> = {
  'file-too-large': `# ${'a'.repeat(256 * 1024)}`,
  'too-complex': `[${','.repeat(160_000)}]`,
  'too-many-problems': `- { path: /a, methods: [${'none, '.repeat(201)}] }`,
  'bad-description': `description: ${'a'.repeat(1001)}`,
  'bad-variable-value': `servers: { one: { command: one, env: { LONG: ${'a '.repeat(4097)}b }, tools: { allow: [get_*] } } }`,
};
const WITHOUT_EXAMPLE = [...Object.keys(LONG), 'too-slow'];

/** Its examples are run where the credentials are known: test/extension/services/model/destination.test.ts. */
const DESTINATION = 'destination-not-confirmed';

/** Hints that a right example may still have. */
const HINTS = ['write-without-approval'];

const codesOf = (code: string, source: string): string[] => problemsFor(code, source).map((one) => one.code);

describe('the documented diagnostics', () => {
  it('are all that there are, in one section each', () => {
    expect([...sections.keys()].sort()).toEqual([...PROBLEM_CODES, ...ELSEWHERE].sort());
  });

  it.each([...sections.keys()].filter((code) => !WITHOUT_EXAMPLE.includes(code) && code !== DESTINATION))(
    '%s has a wrong and a right example',
    (code) => {
      const [wrong = '', right = '', ...more] = examples(code);
      expect(more).toEqual([]);
      expect(codesOf(code, whole(wrong)), wrong).toContain(code);
      // What is right may be the same file in other circumstances.
      const left = codesOf(wrong === right ? '' : code, whole(right)).filter(
        (one) => !HINTS.includes(one) || one === code,
      );
      expect(
        left.filter((one) => one !== 'no-services'),
        right,
      ).toEqual([]);
    },
  );

  it.each(WITHOUT_EXAMPLE)('%s says what shows it, for no short example does', (code) => {
    expect(examples(code)).toEqual([]);
    expect(sections.get(code)).toMatch(/^Only a .* shows it\.$/m);
  });

  it.each(Object.entries(LONG))('%s is said of a file that is long enough', (code, source) => {
    expect(codesOf(code, whole(source))).toContain(code);
  });
});

describe('the JSON schema', () => {
  const takes = (source: string): boolean => policySchema.safeParse(parse(source) ?? {}).success;

  it('takes every right example of the user’s file', () => {
    for (const code of sections.keys()) {
      if (code === 'bad-origin') continue;
      const right = examples(code)[1];
      if (right !== undefined) expect(takes(whole(right)), right).toBe(true);
    }
  });

  it.each(
    [
      'unknown-key',
      'missing-key',
      'wrong-type',
      'unsupported-version',
      'unknown-network',
      'unknown-auth-type',
      'unknown-method',
    ].concat(['no-methods', 'unknown-effect', 'unknown-approval', 'bad-graphql', 'bad-test']),
  )('refuses what the parser calls %s', (code) => {
    const [wrong = ''] = examples(code);
    // The schema does not know that allow rules need methods.
    if (code === 'missing-key') expect(takes('services: { api: { auth: { type: bearer } } }')).toBe(false);
    else expect(takes(whole(wrong)), wrong).toBe(false);
  });
});
