import type { Severity, Span } from '../../text/span.ts';
import type { CheckNumber, Finding, ReadConfig } from '../model/checkupModel.ts';
import type { StatePlace, StateStatement } from '../model/context.ts';
import { masked } from '../secrets/findSecrets.ts';

/** What a check says of one place; file, line and column come from the read file. */
export interface Statement extends Omit<Finding, 'file' | 'start' | 'end' | 'check'> {
  readonly severity: Severity;
  readonly span: Span;
}

/** A finding in a file. Names are as hostile as values: secrets in them are masked here, once for all checks. */
export function findingIn(
  { file, lines }: Pick<ReadConfig, 'file' | 'lines'>,
  check: CheckNumber,
  { server, key, ...statement }: Statement,
): Finding {
  const { start, end } = statement.span;
  return {
    ...statement,
    check,
    file: file.path,
    start: lines.position(start),
    end: lines.position(end),
    ...(server === undefined ? {} : { server: masked(server) }),
    ...(key === undefined ? {} : { key: masked(key) }),
  };
}

/** A finding about Valet Key's own state, at the service's place in its policy. */
export function stateFinding(place: StatePlace, check: CheckNumber, statement: StateStatement): Finding {
  return { ...statement, ...place, check };
}
