import { shownMarkdown } from '../../util/shownText.ts';
import { type CheckupReport, type Point, type ShownFinding, seriousCount } from './report.ts';

/** VS Code's translator, or one like it. */
export interface Translator {
  t(message: string, ...values: (string | number)[]): string;
}

/** What points are called: texts of the view, in the person's language. */
export interface PointTexts {
  title(point: Point): string;
  why(point: Point): string;
  state(point: Point): string;
  severity(finding: ShownFinding): string;
  message(finding: ShownFinding): string;
}

/**
 * A checkup as a Markdown document to share. It holds no secret, because findings hold none, and what comes from files
 * (names of servers, paths) is text in it and nothing else.
 */
export function checkupReport(report: CheckupReport, texts: PointTexts, l10n: Translator): string {
  const { points } = report;
  const count = (state: Point['state']): number => points.filter((point) => point.state === state).length;
  return [
    `# ${l10n.t('MCP checkup')}`,
    '',
    l10n.t(
      '{0} of 10 points pass, {1} warn, {2} fail. {3} findings.',
      count('pass'),
      count('warn'),
      count('fail'),
      seriousCount(report),
    ),
    '',
    l10n.t(
      '{0} MCP servers in {1} configuration files, {2}.',
      report.servers,
      report.files,
      new Date(report.at).toISOString(),
    ),
    '',
    `| | ${l10n.t('Point')} | ${l10n.t('Result')} |`,
    '|---|---|---|',
    ...points.map((point) => `| ${point.check} | ${texts.title(point)} | ${texts.state(point)} |`),
    ...points.filter(({ findings }) => findings.length > 0).flatMap((point) => pointLines(point, texts, l10n)),
    '',
  ].join('\n');
}

function pointLines(point: Point, texts: PointTexts, l10n: Translator): readonly string[] {
  return [
    '',
    `## ${point.check}. ${texts.title(point)}`,
    '',
    texts.why(point),
    '',
    ...point.findings.map((shown) => {
      const { finding, label } = shown;
      const place = label === '' ? '' : l10n.t('{0}, line {1}', shownMarkdown(label, 200), finding.start.line);
      const where = [finding.server === undefined ? '' : shownMarkdown(finding.server), place]
        .filter(Boolean)
        .join(', ');
      const message = shownMarkdown(texts.message(shown), 400);
      return `- **${texts.severity(shown)}** ${where === '' ? '' : `${where}: `}${message} (${finding.code})`;
    }),
  ];
}
