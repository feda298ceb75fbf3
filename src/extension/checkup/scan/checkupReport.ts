import type { Aspect } from '../../../core/checkup/model/checkupModel.ts';
import { shownMarkdown } from '../../util/shownText.ts';
import type { OwnDismissal } from './dismissals.ts';
import { type CheckupReport, type Point, seriousCount } from './report.ts';

/** VS Code's translator, or one like it. */
export interface Translator {
  t(message: string, ...values: (string | number)[]): string;
}

/** What points are called: texts of the view, in the user's language. */
export interface PointTexts {
  title(about: Pick<Point, 'check'>): string;
  why(point: Point): string;
  state(point: Point): string;
  severity(side: Aspect): string;
  message(side: Aspect): string;
  coverage(report: CheckupReport): string;
  dismissal(dismissal: OwnDismissal): string;
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
    l10n.t('Checked {0}, {1}.', texts.coverage(report), new Date(report.at).toISOString()),
    '',
    `| | ${l10n.t('Point')} | ${l10n.t('Result')} |`,
    '|---|---|---|',
    ...points.map((point) => `| ${point.check} | ${texts.title(point)} | ${texts.state(point)} |`),
    ...points.filter(({ findings }) => findings.length > 0).flatMap((point) => pointLines(point, texts, l10n)),
    ...dismissedLines(report, texts, l10n),
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
    ...point.findings.flatMap(({ finding, label }) => {
      const place = label === '' ? '' : l10n.t('{0}, line {1}', shownMarkdown(label, 200), finding.start.line);
      const where = [finding.server === undefined ? '' : shownMarkdown(finding.server), place]
        .filter(Boolean)
        .join(', ');
      return [
        `- ${sideText(finding, where === '' ? '' : `${where}: `, texts)}`,
        ...(finding.aspects ?? []).map((aspect) => {
          const about = `${aspect.check}. ${texts.title(aspect)}: `;
          return `  - ${sideText(aspect, about, texts)}`;
        }),
      ];
    }),
  ];
}

/** What was dismissed, with the reason: who reads the report may see it otherwise. */
function dismissedLines({ dismissed }: CheckupReport, texts: PointTexts, l10n: Translator): readonly string[] {
  if (dismissed.length === 0) return [];
  return [
    '',
    `## ${l10n.t('Dismissed')}`,
    '',
    ...dismissed.map(({ finding, dismissal, label }) => {
      const place = l10n.t('{0}, line {1}', shownMarkdown(label, 200), finding.start.line);
      const day = new Date(dismissal.at).toISOString().slice(0, 10);
      const reason = dismissal.reason === '' ? '' : `: ${shownMarkdown(dismissal.reason, 200)}`;
      return `- **${texts.dismissal(dismissal)}**, ${day}${reason}. ${sideText(finding, `${place}: `, texts)}`;
    }),
  ];
}

function sideText(side: Aspect, about: string, texts: PointTexts): string {
  return `**${texts.severity(side)}** ${about}${shownMarkdown(texts.message(side), 400)} (${side.code})`;
}
