import { expect, test } from 'vitest';
import { coverageText } from '../../../../src/core/checkup/model/checkupCoverage.ts';
import type { Finding } from '../../../../src/core/checkup/model/checkupModel.ts';
import { inEnglish, phrase } from '../../../../src/core/text/phrase.ts';
import { checkupReport } from '../../../../src/extension/checkup/scan/checkupReport.ts';
import {
  type CheckupReport,
  plainSecrets,
  pointsOf,
  type ShownFinding,
  seriousCount,
} from '../../../../src/extension/checkup/scan/report.ts';

const AT = { line: 3, column: 5 };

function shown(more: Partial<Finding>, label = '.vscode/mcp.json'): ShownFinding {
  const finding: Finding = {
    check: 9,
    severity: 'warning',
    file: '/x/mcp.json',
    span: { start: 0, end: 1 },
    start: AT,
    end: AT,
    code: 'unpinned-version',
    message: phrase`Pin it.`,
    ...more,
  };
  return { id: JSON.stringify(more), finding, label, uri: 'file:///x/mcp.json' };
}

const COVERAGE = { files: [{ path: '/x/mcp.json', servers: 1, read: true }], unsearched: [], unreached: [] };
/** The report, with one word for each severity. */
function textOf(report: CheckupReport, severity: string): string {
  return checkupReport(
    report,
    {
      title: ({ check }) => `Point ${check}`,
      why: () => 'Why.',
      state: ({ state }) => state,
      severity: () => severity,
      message: ({ message }) => inEnglish(message),
      coverage: ({ coverage }) => inEnglish(coverageText(coverage)),
      dismissal: ({ kind }) => kind,
    },
    { t: (message, ...values) => message.replaceAll(/\{(\d)\}/g, (_, index) => String(values[Number(index)])) },
  );
}

const SUBJECTS = { servers: 1, services: 0 };

test('a point fails by its worst finding, and information fails none', () => {
  const points = pointsOf(
    [
      shown({ check: 1, severity: 'information' }),
      shown({ check: 5, severity: 'warning' }),
      shown({ check: 9, severity: 'warning' }),
      shown({ check: 9, severity: 'error' }),
    ],
    SUBJECTS,
  );
  expect(points.map(({ check, state }) => [check, state])).toEqual([
    [1, 'pass'],
    [2, 'pass'],
    [3, 'pass'],
    [4, 'pass'],
    [5, 'warn'],
    [6, 'pass'],
    [7, 'pass'],
    [8, 'pass'],
    [9, 'fail'],
    [10, 'pass'],
  ]);
  expect(points[8]?.findings.map(({ finding }) => finding.severity)).toEqual(['error', 'warning']);
});

test('without a server and without a service no point applies', () => {
  expect(new Set(pointsOf([], { servers: 0, services: 0 }).map(({ state }) => state))).toEqual(
    new Set(['not-applicable']),
  );
});

test('a point is also told by what stands beneath secrets, and the report has that beneath them', () => {
  const aspect = { ...shown({}).finding, check: 7, severity: 'warning', code: 'secret-in-arguments' } as const;
  const points = pointsOf([shown({ check: 1, severity: 'error', aspects: [aspect] })], SUBJECTS);
  expect(points[6]).toEqual({ check: 7, state: 'warn', findings: [], beneath: 1 });
  const report = { at: 0, coverage: COVERAGE, points, dismissed: [] };
  expect(seriousCount(report)).toBe(1);
  const lines = textOf(report, 'x').split('\n');
  const at = lines.findIndex((line) => line.startsWith('- **x**'));
  expect(lines[at + 1]).toBe('  - **x** 7. Point 7: Pin it\\. (secret-in-arguments)');
  expect(lines.filter((line) => line.startsWith('## '))).toEqual(['## 1. Point 1']);
  expect(lines.join()).toContain('Checked 1 file, 1 server, 1970-01-01');
});

test('the report has what was dismissed, with its reason as text', () => {
  const dismissal = { kind: 'accepted-risk', digest: 'd', code: 'c', reason: '[x](y) sandbox', at: 0 } as const;
  const report = {
    at: 0,
    coverage: COVERAGE,
    points: pointsOf([], SUBJECTS),
    dismissed: [{ finding: shown({}).finding, dismissal, label: 'a.json' }],
  };
  const text = textOf(report, 'warning');
  expect(text).toContain('## Dismissed');
  const line = text.split('\n').find((one) => one.startsWith('- **accepted-risk**')) ?? '';
  expect(line).toMatch(/^- \*\*accepted-risk\*\*, 1970-01-01: .*sandbox\. \*\*warning\*\* a\\?\.json, line 3: Pin it/);
  expect(line).not.toMatch(/(?<!\\)\]\(/);
});

test('the report is Markdown that nothing in a file can add to', () => {
  const hostile = '[x](command:valetKey.unfreeze) <img src=https://evil.example/x> `| **b**\n# head';
  const points = pointsOf([shown({ server: hostile, message: phrase`${hostile}` }, hostile)], SUBJECTS);
  const report = { at: 0, coverage: COVERAGE, points, dismissed: [] };
  const text = textOf(report, 'warning');
  const [line = ''] = text.split('\n').filter((one) => one.startsWith('- **warning**'));
  expect(line).toContain('command');
  expect(line.replace('- **warning**', '').replace(/\(unpinned-version\)$/, '')).not.toMatch(/(?<!\\)[[\]()<>`*|!#]/);
  expect(text.match(/^# /gm)).toHaveLength(1);
});

test('what can be moved is what has a place to move from', () => {
  const secret = {
    kind: 'token',
    where: 'env',
    valueSpan: { start: 0, end: 1 },
    within: { start: 0, end: 1 },
  } as const;
  const points = pointsOf(
    [shown({ check: 1, severity: 'error', secret }), shown({ check: 1, severity: 'information', code: 'too-large' })],
    SUBJECTS,
  );
  const report = { at: 0, coverage: COVERAGE, points, dismissed: [] };
  expect(plainSecrets(report)).toHaveLength(1);
  expect(seriousCount(report)).toBe(1);
});
