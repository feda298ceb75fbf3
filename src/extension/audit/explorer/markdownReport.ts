import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import { shownMarkdown } from '../../util/shownText.ts';
import { CALL_RESULTS, type ExplorerView, type Tally } from './explorerMessages.ts';

/** VS Code's translator, or one like it. */
interface Translator {
  t(message: string, ...values: (string | number)[]): string;
}

/** A document is read by people: more rows than these belong into the other formats. */
export const MAX_ROWS = 1000;

/** What the explorer shows as a Markdown document: the numbers, then the records, newest last. */
export function markdownReport(view: ExplorerView, records: readonly AuditRecord[], l10n: Translator): string {
  const totals = CALL_RESULTS.map((_, i) => (view.series[i] ?? []).reduce((sum, count) => sum + count, 0));
  const [answered = 0, failed = 0, blocked = 0] = totals;
  return [
    `# ${l10n.t('Audit log')}`,
    '',
    l10n.t('{0} answered, {1} failed, {2} blocked.', answered, failed, blocked),
    '',
    ...tallyLines(l10n.t('By service'), l10n.t('Service'), view.services, l10n),
    ...tallyLines(l10n.t('By agent'), l10n.t('Agent'), view.agents, l10n),
    `## ${l10n.t('Records')}`,
    '',
    ...(view.total > records.length ? [l10n.t('The newest {0} of {1}.', records.length, view.total), ''] : []),
    row([l10n.t('Time'), l10n.t('Agent'), l10n.t('Service'), l10n.t('Request'), l10n.t('Result')]),
    row(['---', '---', '---', '---', '---']),
    ...records.map((record) =>
      row([
        record.time,
        shownMarkdown(record.agent.name),
        shownMarkdown(record.service ?? ''),
        shownMarkdown([record.method, record.path, record.subject].filter(Boolean).join(' '), 300),
        shownMarkdown(String(record.status ?? record.code ?? record.verdict ?? record.kind)),
      ]),
    ),
    '',
  ].join('\n');
}

function tallyLines(title: string, what: string, tallies: readonly Tally[], l10n: Translator): readonly string[] {
  return [
    `## ${title}`,
    '',
    row([what, l10n.t('Answered'), l10n.t('Failed'), l10n.t('Blocked')]),
    row(['---', '---:', '---:', '---:']),
    ...tallies.map(({ name, counts }) =>
      row([name === '' ? l10n.t('All others') : shownMarkdown(name), ...counts.map(String)]),
    ),
    '',
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
