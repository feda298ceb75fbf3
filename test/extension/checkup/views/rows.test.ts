import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/core/checkup/model/checkupModel.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { CHECKS, type Point, type ShownFinding } from '../../../../src/extension/checkup/scan/report.ts';
import { FindingNode } from '../../../../src/extension/checkup/views/findingNode.ts';
import { PointNode } from '../../../../src/extension/checkup/views/pointNode.ts';
import { pointTitle, pointWhy } from '../../../../src/extension/checkup/views/pointText.ts';

const FINDING = {
  ...{
    check: 1,
    severity: 'error',
    file: '/w/.mcp.json',
    code: 'plaintext-secret',
    message: phrase`A token stands in plain text.`,
  },
  start: { line: 3, column: 5 },
  end: { line: 3, column: 9 },
} as unknown as Finding;
const SHOWN: ShownFinding = { id: 'f', finding: FINDING, label: '.mcp.json', uri: 'file:///w/.mcp.json' };
const EXPOSURE = { id: 'e', kind: 'token', file: '', uri: '', server: '', last4: '', movedAt: 1 };

describe('a finding', () => {
  test.for<[Partial<ShownFinding>, context: string, description: string, opens: boolean]>([
    [{}, 'finding', '.mcp.json, line 3', true],
    [{ label: '', finding: FINDING }, 'finding', '', true],
    [{ finding: { ...FINDING, fix: {} } as never }, 'finding.fix', '.mcp.json, line 3', true],
    [{ finding: { ...FINDING, secret: {} } as never }, 'finding.secret', '.mcp.json, line 3', true],
    // What was moved is rotated, and not moved again.
    [
      { finding: { ...FINDING, secret: {} } as never, exposure: EXPOSURE },
      'finding.exposed',
      '.mcp.json, line 3',
      true,
    ],
    [
      { exposure: { ...EXPOSURE, keyPage: 'https://example.com' } },
      'finding.exposed.keyPage',
      '.mcp.json, line 3',
      true,
    ],
  ])('%j', ([parts, context, description, opens]) => {
    const row = new FindingNode({ ...SHOWN, ...parts });
    expect([row.contextValue, row.description, row.command !== undefined]).toEqual([context, description, opens]);
  });

  test('about no file opens none', () => {
    const { uri: _uri, ...none } = SHOWN;
    expect(new FindingNode(none).command).toBeUndefined();
  });

  test('opens its file where it stands', () => {
    expect(new FindingNode(SHOWN).command?.arguments?.[1]).toEqual({
      selection: { start: { line: 2, character: 4 }, end: { line: 2, character: 8 } },
    });
  });

  test('begins with its server, whose name begins no link', () => {
    const row = new FindingNode({ ...SHOWN, finding: { ...FINDING, server: '[x](command:y)\n' } });
    expect(row.label).toMatch(/^\[x\] \(command:y\).*: A token stands in plain text\.$/u);
  });
});

test('what else is to be said of a secret stands beneath its finding, with the point that says it', () => {
  expect(new FindingNode(SHOWN).collapsibleState).toBe(0);
  const aspects = [
    { ...FINDING, check: 10, severity: 'information', message: phrase`No kill switch.` },
    { ...FINDING, check: 7, severity: 'warning', message: phrase`In an argument.` },
  ] as const;
  const row = new FindingNode({ ...SHOWN, finding: { ...FINDING, aspects } });
  expect(row.collapsibleState).toBe(1);
  const children = row.children();
  expect(children.map(({ label, description, contextValue }) => [label, description, contextValue])).toEqual([
    ['No kill switch.', pointTitle(10), 'aspect'],
    ['In an argument.', pointTitle(7), 'aspect'],
  ]);
  expect(new Set([row.id, ...children.map(({ id }) => id)]).size).toBe(3);
});

test.for<[Point['state'], findings: number, beneath: number, description: string]>([
  ['warn', 0, 2, 'warn, 2 under point 1'],
  ['warn', 1, 2, 'warn, 1 finding, 2 under point 1'],
  ['pass', 0, 1, 'pass, 1 under point 1'],
])('a point that is %s with %i findings and %i beneath secrets', ([state, count, beneath, description]) => {
  const findings = Array.from({ length: count }, () => SHOWN);
  expect(new PointNode({ check: 4, state, findings, beneath }, findings).description).toBe(description);
});

test.for<[Point['state'], findings: number, description: string, expanded: number]>([
  ['pass', 0, 'pass', 0],
  ['pass', 1, 'pass, 1 note', 1],
  ['pass', 2, 'pass, 2 notes', 1],
  ['warn', 1, 'warn, 1 finding', 1],
  ['fail', 2, 'fail, 2 findings', 2],
  ['not-applicable', 0, 'not applicable', 0],
])('a point that is %s with %i findings', ([state, count, description, expanded]) => {
  const findings = Array.from({ length: count }, () => SHOWN);
  const row = new PointNode({ check: 1, state, findings, beneath: 0 }, findings);
  expect([row.description, row.collapsibleState, row.children().length]).toEqual([description, expanded, count]);
  expect(row.tooltip).toContain(pointWhy(1));
});

test('a point shows no more rows than are read, and says how many more there are', () => {
  const findings = Array.from({ length: 250 }, () => SHOWN);
  const rows = new PointNode({ check: 1, state: 'fail', findings, beneath: 0 }, findings).children();
  expect(rows).toHaveLength(201);
  expect(rows.at(-1)).toMatchObject({ label: '50 more', command: { command: 'valetKey.exportCheckupReport' } });
});

test('each of the ten has a title and a reason of its own', () => {
  for (const text of [pointTitle, pointWhy]) expect(new Set(CHECKS.map(text)).size).toBe(10);
});
