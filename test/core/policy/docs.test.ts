import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema } from '../../../src/core/policy/jsonSchema.ts';
import { lintPolicy } from '../../../src/core/policy/lint.ts';
import { parsePolicy } from '../../../src/core/policy/parse.ts';
import { PROBLEM_CODES } from '../../../src/core/policy/problems.ts';
import { examples, sections, whole } from './documentedExamples.ts';

/** Base URL codes come from core/net, and `too-slow` from whoever parses within bounds. */
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
  .concat(['base-url-network', 'base-url-forbidden', 'too-slow']);

/** What no short example shows, or what the text alone does not say. Each has a test of its own. */
const WITHOUT_EXAMPLE = [
  'file-too-large',
  'too-complex',
  'too-many-problems',
  'too-slow',
  'bad-description',
  'bad-origin',
  'bad-argument',
  'bad-variable-value',
].concat(['unused-rule', 'unknown-service', 'one-credential-two-environments']);

/** Hints that a right example may still have. */
const HINTS = ['write-without-approval'];

const codesOf = (source: string): string[] => lintPolicy(parsePolicy(source)).map(({ code }) => code);

describe('the documented diagnostics', () => {
  it('are all that there are, in one section each', () => {
    expect([...sections.keys()].sort()).toEqual([...PROBLEM_CODES, ...ELSEWHERE].sort());
  });

  it.each([...sections.keys()].filter((code) => !WITHOUT_EXAMPLE.includes(code)))(
    '%s has a wrong and a right example',
    (code) => {
      const [wrong = '', right = '', ...more] = examples(code);
      expect(more).toEqual([]);
      expect(codesOf(whole(wrong)), wrong).toContain(code);
      const left = codesOf(whole(right)).filter((one) => !HINTS.includes(one) || one === code);
      expect(
        left.filter((one) => one !== 'no-services'),
        right,
      ).toEqual([]);
    },
  );

  it('are without an example only where none is short', () => {
    for (const code of WITHOUT_EXAMPLE) expect(examples(code), code).toEqual([]);
  });
});

describe('the JSON schema', () => {
  const takes = (source: string): boolean => policySchema.safeParse(parse(source) ?? {}).success;

  it('takes every right example', () => {
    for (const code of sections.keys()) {
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
