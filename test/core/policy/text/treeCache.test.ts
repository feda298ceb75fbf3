import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../../src/core/policy/model/policy.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { TreeCache } from '../../../../src/core/policy/text/treeCache.ts';
import type { Problem } from '../../../../src/core/text/problem.ts';
import { runs } from '../../../support/runs.ts';

const LAID_OUT = `# What my agents may do.
version: 1

services:
  # Payments, test mode.
  stripe:
    baseUrl: https://api.stripe.com
    auth: { type: bearer }
    description: >
      Folded words,
      over lines.
    policies:
      - path: /v1/charges/*   # one of them
        methods: [GET, POST]
        body: { amount: { max: 5000 } }
      - { path: /v1/customers, methods: [GET] }

  git-hub:
    baseUrl: "https://api.github.com"
    auth:
      type: header
      name: X-Key
# left
    policies:
    - path: /user
      methods:
      - GET

servers:
  files:
    command: [node, server.js]
    credentials: { TOKEN: {} }
    tools: [{ name: 'read_*', effect: allow }]
tests:
- name: reads
  request: { service: stripe, method: GET, path: /v1/customers }
  expect: allow
`;

const LAID_OUT_TEXTS = [
  LAID_OUT,
  LAID_OUT.replace(/\n/g, '\r\n'),
  LAID_OUT.slice(LAID_OUT.indexOf('services:'), LAID_OUT.indexOf('tests:')).trimEnd(),
];

const OTHERS = readFileSync(new URL('../../../corpus/policy-yaml.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Buffer.from((JSON.parse(line) as { yaml_b64: string }).yaml_b64, 'base64').toString())
  .filter((text) => text.includes('services') && text.length < 2000);

const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...LAID_OUT_TEXTS) }, fc.constantFrom(...OTHERS));

/** What the user may just have typed, and what YAML takes for the beginning or the end of something. */
const TYPED = [
  ...['\n', ' ', '  ', '\t', '#', ' # why', ':', ': ', '- ', '-', ',', '{', '}', '[', ']', '"', "'", '|', '>', '|+\n'],
  ...['&a', '*a', '!tag ', '%', '---\n', '...\n', '? ', '<<: ', 'null', '~', '\r', '\r\n', '\u{feff}', '\\', '`', '@'],
  ...[
    '\nservices:\n',
    '\n  api:\n',
    '  x:\n',
    'x:\n',
    '\n  a: { b: [\n',
    '\n   c: "d\n',
    '\n# e\n',
    'version: 1\n',
    '\ntests:\n',
  ],
];

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 40 })),
  typed: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...TYPED) }, fc.constant('')),
});

describe('a tree of which only what changed is read', () => {
  it.each(['#\n'.repeat(90_000), '\n'.repeat(200_000)])('counts what stands before the first section', (before) => {
    const { problems } = parsePolicy(before + LAID_OUT, 'user', new TreeCache().read);
    expect(problems.map(({ code }) => code)).toEqual(['too-complex']);
    expect(problems).toEqual(parsePolicy(before + LAID_OUT).problems);
  });

  it('is the tree of the whole text, with the same problems, whatever is typed', () => {
    fc.assert(
      fc.property(text, fc.array(edit, { minLength: 1, maxLength: 8 }), (start, edits) => {
        const cache = new TreeCache();
        let text = start;
        expectSame(text, cache);
        for (const { at, removed, typed } of edits) {
          const offset = Math.floor(at * text.length);
          text = text.slice(0, offset) + typed + text.slice(offset + removed);
          expectSame(text, cache);
        }
      }),
      { numRuns: runs(250) },
    );
  });
});

/** Problems of a text that is no YAML, or none that a policy is written in: nothing else is looked at then. */
const SLIPS = ['yaml-syntax', 'yaml-alias', 'yaml-anchor', 'yaml-tag', 'yaml-directive', 'several-documents'];

/**
 * All of it is the same. Of slips the first one is: what follows from it elsewhere is told or not, and where there is
 * much of it, reading the whole ends early.
 */
function expectSame(text: string, cache: TreeCache): void {
  const [pieces, whole] = [sorted(parsePolicy(text, 'user', cache.read)), sorted(parsePolicy(text))];
  const [first] = whole.problems;
  if (first === undefined || !SLIPS.includes(first.code)) expect(pieces).toEqual(whole);
  else if (whole.problems.length >= 20) expect(SLIPS).toContain(pieces.problems[0]?.code);
  else expect(pieces.problems[0]).toMatchObject({ message: first.message, start: first.start });
}

function sorted(document: PolicyDocument): PolicyDocument {
  const order = (a: Problem, b: Problem): number => a.span.start - b.span.start || (a.code < b.code ? -1 : 1);
  return { ...document, problems: document.problems.toSorted(order) };
}
