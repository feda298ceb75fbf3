import type { DismissedFinding } from '../core/checkup/dismissed.ts';
import { type Coverage, coverageText } from '../core/checkup/model/checkupCoverage.ts';
import type { Aspect, Finding } from '../core/checkup/model/checkupModel.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { printable } from '../core/text/printable.ts';
import type { Acceptance } from './acceptFile.ts';

/** What was read: who gets no finding wants to know that something was looked at. */
export function coverageLine(coverage: Coverage): string {
  const none = coverage.files.length === 0 ? ' There is no MCP configuration in the places that are known.' : '';
  return `Checked ${inEnglish(coverageText(coverage))}.${none}`;
}

/** What a file accepts, which may be a repository's own: it silences nothing without its being said. */
export function acceptedLines(
  file: string,
  acceptances: readonly Acceptance[],
  accepted: readonly DismissedFinding<Acceptance>[],
): readonly string[] {
  const used = new Set(accepted.map(({ dismissal }) => dismissal));
  const unused = acceptances.filter((one) => !used.has(one)).map(({ line }) => line);
  const name = printable(file);
  return [
    `Accepted in ${name}: ${accepted.length === 1 ? '1 finding' : `${accepted.length} findings`}.`,
    ...(unused.length === 0
      ? []
      : [
          `Not found any more of what ${name} accepts: ${unused.length === 1 ? 'line' : 'lines'} ${unused.join(', ')}. It is gone or has another value: remove it there.`,
        ]),
  ];
}

export function findingLine({
  digest,
  check,
  severity,
  file,
  start,
  server,
  key,
  code,
  message,
  aspects,
}: Finding): object {
  return {
    id: digest,
    check,
    severity,
    file,
    line: start.line,
    column: start.column,
    server,
    key,
    code,
    message: printable(inEnglish(message)),
    aspects: aspects?.map(aspectLine),
  };
}

/** Printed, too: who reads it may see it otherwise. */
export function acceptedLine({ finding, dismissal }: DismissedFinding<Acceptance>): object {
  return { ...findingLine(finding), accepted: { kind: dismissal.kind, reason: printable(dismissal.reason) } };
}

/** Another side of a finding: the same file and server. */
function aspectLine({ check, severity, start, key, code, message }: Aspect): object {
  return { check, severity, line: start.line, column: start.column, key, code, message: printable(inEnglish(message)) };
}
