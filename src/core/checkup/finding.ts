import type { Severity, Span } from '../policy/model.ts';
import type { CheckNumber, Finding, ReadConfig } from './model.ts';

/** What a check says of one place; file, line and column come from the read file. */
export interface Statement extends Omit<Finding, 'file' | 'start' | 'end' | 'check'> {
  readonly severity: Severity;
  readonly span: Span;
}

export function findingIn(
  { file, lines }: Pick<ReadConfig, 'file' | 'lines'>,
  check: CheckNumber,
  statement: Statement,
): Finding {
  const { start, end } = statement.span;
  return { ...statement, check, file: file.path, start: lines.position(start), end: lines.position(end) };
}
