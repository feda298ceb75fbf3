import { describe, expect, it } from 'vitest';
import { fixesFor } from '../../../src/core/policy/fixes.ts';
import { lintPolicy } from '../../../src/core/policy/lint.ts';
import { parsePolicy } from '../../../src/core/policy/parse.ts';
import { applyEdits } from '../../../src/core/policy/yamlEdit.ts';

const HEAD = 'services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n';
const block = (...rules: string[]): string =>
  `${HEAD}    policies:\n${rules.map((rule) => `      - ${rule}\n`).join('')}`;

/** The text after the first fix of the first problem with this code, which must be gone then. */
function fixed(text: string, code: string, which = 0): string {
  const count = (source: string): number => lintPolicy(parsePolicy(source)).filter((one) => one.code === code).length;
  const problem = lintPolicy(parsePolicy(text)).find((one) => one.code === code);
  if (problem === undefined) throw new Error(`no ${code}: ${JSON.stringify(lintPolicy(parsePolicy(text)))}`);
  const fix = fixesFor(text, problem)[which];
  if (fix === undefined) throw new Error(`no fix for ${code}`);
  const after = applyEdits(text, fix.edits);
  expect(count(after)).toBe(count(text) - 1);
  return after;
}

describe('a quick fix', () => {
  it('removes an idle rule, in lines and in brackets, and leaves the comments of others', () => {
    const rules = [
      '{ path: /**, methods: [GET] } # all',
      '{ path: /a, methods: [GET] } # one',
      '{ path: /b, methods: [PUT] } # two',
    ];
    expect(fixed(block(...rules), 'shadowed-rule')).toBe(block(rules[0] ?? '', rules[2] ?? ''));
    const long = `${HEAD}    policies:\n      - path: /a\n        methods: [GET]\n      # about b\n      - path: /b\n        methods: [GET]\n      - path: /b\n        effect: deny\n    limits: { concurrent: 2 }\n`;
    expect(fixed(long, 'unreachable-rule')).toBe(long.replace('      - path: /b\n        methods: [GET]\n', ''));
    const flow = `${HEAD}    policies: [{ path: /a, methods: [GET] }, { path: /a, methods: [GET] }]\n`;
    expect(fixed(flow, 'shadowed-rule')).toBe(`${HEAD}    policies: [{ path: /a, methods: [GET] }]\n`);
    expect(fixed(`${HEAD}    policies:\n      - { path: /a, effect: deny }\n`, 'deny-without-effect')).toContain(
      'policies:\n      []',
    );
  });

  it('asks before writes', () => {
    expect(fixed(block('{ path: /a, methods: [PUT] }'), 'write-without-approval')).toBe(
      block('{ path: /a, methods: [PUT], approval: always }'),
    );
    const lines = `${HEAD}    policies:\n      - path: /** # all\n        methods: [PUT] # writes\n    limits: { concurrent: 2 }\n`;
    expect(fixed(lines, 'broad-write')).toBe(
      lines.replace('[PUT] # writes', '[PUT]\n        approval: always # writes'),
    );
    const list = `${HEAD}    policies:\n      - path: /a\n        methods:\n          - PUT\n`;
    expect(fixed(list, 'write-without-approval')).toBe(`${list.trimEnd()}\n        approval: always\n`);
  });

  it.each([
    ['polices: []', 'unknown-key', 'policies: []'],
    [
      'policies: [{ path: "/v1/{id}", methods: [GET] }]',
      'parameter-in-path',
      'policies: [{ path: /v1/*, methods: [GET] }]',
    ],
    ['policies: [{ path: v1/a, methods: [GET] }]', 'bad-pattern', 'policies: [{ path: /v1/a, methods: [GET] }]'],
    ['policies: [{ path: /a, methods: [get] }]', 'unknown-method', 'policies: [{ path: /a, methods: [GET] }]'],
    ['policies: [{ path: /a, methods: [GET, GET] }]', 'duplicate-method', 'policies: [{ path: /a, methods: [GET] }]'],
    ['policies: [{ path: /a }]', 'missing-key', 'policies: [{ path: /a, methods: [GET] }]'],
    [
      'policies: [{ path: /a, effect: deny, approval: always }]',
      'approval-on-deny',
      'policies: [{ path: /a, effect: deny }]',
    ],
    [
      'policies: [{ path: /graphql, methods: [POST] }]',
      'graphql-without-block',
      'policies: [{ path: /graphql, methods: [POST], graphql: { operations: [query] } }]',
    ],
    ['policies: []', 'no-policies', 'policies:\n      - { path: /**, methods: [GET, HEAD] }'],
    ['description: x', 'no-policies', 'description: x\n    policies: [{ path: /**, methods: [GET, HEAD] }]'],
  ])('turns %s (%s) into %s', (before, code, after) => {
    expect(fixed(`${HEAD}    ${before}\n`, code)).toBe(`${HEAD}    ${after}\n`);
  });

  it('offers reads with questions about writes as a start', () => {
    expect(fixed(`${HEAD}    policies: []\n`, 'no-policies', 1)).toBe(
      block(
        '{ path: /**, methods: [GET, HEAD] }',
        '{ path: /**, methods: [POST, PUT, PATCH, DELETE], approval: always }',
      ),
    );
  });

  it('adds what a service lacks, and offers nothing where nothing is obvious', () => {
    const text =
      'services:\n  api:\n    baseUrl: https://api.example.com\n    policies: [{ path: /a, methods: [GET] }]\n';
    expect(fixed(text, 'missing-key')).toBe(`${text}    auth: { type: bearer }\n`);
    const odd = `${HEAD}    policies: [{ path: "", methods: [GET] }]\n`;
    expect(parsePolicy(odd).problems.flatMap((problem) => fixesFor(odd, problem))).toEqual([]);
  });
});
