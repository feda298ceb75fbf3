import { l10n } from 'vscode';
import type { AuditFinding } from '../../../core/audit/verification.ts';
import { localized } from '../../util/localized.ts';
import type { AuditLogCheck, RunCheck } from './auditLogCheckResult.ts';

/** The result of a check as a document for the user: the answer first, then what was found, then every run. */
export function auditReport(check: AuditLogCheck, directory: string): string {
  const records = check.runs.reduce((sum, { verification }) => sum + verification.records, 0);
  const broken = check.runs.filter(({ verification }) => !verification.ok);
  return [
    `# ${l10n.t('Audit log check')}`,
    '',
    check.ok
      ? l10n.t('**The audit log is intact.** Runs: {0}, records: {1}.', check.runs.length, records)
      : l10n.t(
          '**{0} of {1} logs were altered.**',
          broken.length + check.gone.length,
          check.runs.length + check.gone.length,
        ),
    '',
    l10n.t('Checked: {0}', new Date().toLocaleString()),
    l10n.t('Folder: {0}', directory),
    ...(check.ok ? [] : ['', `## ${l10n.t('What was found')}`, '']),
    ...check.gone.map(({ gatewayId, seq, at }) =>
      l10n.t(
        '- All files of run {0} are missing. The run had at least {1} records on {2}, and no retention record explains their removal.',
        gatewayId,
        seq,
        new Date(at).toLocaleString(),
      ),
    ),
    ...broken.flatMap(({ verification }) => [
      ...verification.problems.map(findingLine),
      ...(verification.problemCount > verification.problems.length
        ? [l10n.t('- … and {0} more.', verification.problemCount - verification.problems.length)]
        : []),
    ]),
    '',
    `## ${l10n.t('Runs')}`,
    '',
    l10n.t('Each window has its own chain of records. The newest come first.'),
    '',
    ...[...check.runs].reverse().flatMap(runLines),
    '',
  ].join('\n');
}

function runLines({ run, verification }: RunCheck): readonly string[] {
  const first = run.parts[0] ?? '';
  return [
    `- ${first}: ${l10n.t('{0} records', verification.records)}, ${verification.ok ? l10n.t('intact') : l10n.t('altered')}, ${tailText(verification.tail)}`,
    ...verification.notes.map((note) => `  ${findingLine(note)}`),
  ];
}

function tailText(tail: RunCheck['verification']['tail']): string {
  switch (tail) {
    case 'anchored':
      return l10n.t('complete up to the last checkpoint');
    case 'not anchored':
      return l10n.t('no checkpoint: missing newest records cannot be detected');
    case 'cut':
      return l10n.t('the newest records are missing');
    case 'rewritten':
      return l10n.t('recreated after its last checkpoint');
  }
}

/** What is wrong, and where; the words are those of the command line's `audit verify`. */
function findingLine({ file, line, message }: AuditFinding): string {
  return line === 0 ? `- ${file}: ${localized(message)}` : `- ${file}:${line}: ${localized(message)}`;
}
