import { agentName } from '../core/audit/agentName.ts';
import type { AuditRecord } from '../core/audit/auditEvent.ts';
import { compareRecords, matchesQuery, parseSince } from '../core/audit/auditQuery.ts';
import type { AuditFinding } from '../core/audit/verification.ts';
import { errorText } from '../core/errorText.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { auditRuns, directoryFindings, runRecords, verifyRun } from '../gateway/audit/auditFiles.ts';
import { print } from './jsonLines.ts';
import { parseOptions, UsageError } from './usage.ts';

export async function auditCommand(args: string[]): Promise<number> {
  const [what, ...rest] = args;
  if (what === 'verify') return verify(rest);
  if (what === 'query') return query(rest);
  throw new UsageError('audit takes verify or query.');
}

async function verify(args: string[]): Promise<number> {
  const directory = oneDirectory(parseOptions(args, {}, true).positionals);
  const runs = runsIn(directory);
  const whole = directoryFindings(directory);
  for (const finding of [...whole.problems, ...whole.notes]) printFinding(finding);
  let broken = whole.problems.length > 0;
  let records = 0;
  for (const run of runs) {
    const result = await verifyRun(directory, run);
    broken ||= !result.ok;
    records += result.records;
    for (const finding of [...result.problems, ...result.notes]) printFinding(finding);
  }
  process.stderr.write(`${records} records, ${broken ? 'broken' : 'every chain is intact'}\ntail: not anchored\n`);
  return broken ? 1 : 0;
}

function printFinding({ file, line, code, message }: AuditFinding): void {
  print({ file, line, code, message: inEnglish(message) });
}

async function query(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions(
    args,
    {
      since: { type: 'string' },
      service: { type: 'string' },
      agent: { type: 'string' },
      verdict: { type: 'string' },
    },
    true,
  );
  const directory = oneDirectory(positionals);
  const since = values.since === undefined ? undefined : parseSince(values.since, Date.now());
  if (values.since !== undefined && since === undefined) {
    throw new UsageError('--since takes a time such as 2026-05-03T10:00:00Z, or a span such as 24h.');
  }
  const wanted = {
    ...(since === undefined ? {} : { since }),
    ...(values.service === undefined ? {} : { service: values.service }),
    ...(values.agent === undefined ? {} : { agent: agentName(values.agent) }),
    ...(values.verdict === undefined ? {} : { verdict: values.verdict }),
  };
  const found: AuditRecord[] = [];
  for (const run of runsIn(directory)) {
    for await (const record of runRecords(directory, run)) if (matchesQuery(record, wanted)) found.push(record);
  }
  for (const record of found.sort(compareRecords)) print(record);
  return 0;
}

function oneDirectory(positionals: readonly string[]): string {
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0) throw new UsageError('audit takes exactly one directory.');
  return directory;
}

function runsIn(directory: string): ReturnType<typeof auditRuns> {
  try {
    return auditRuns(directory);
  } catch (error) {
    throw new UsageError(`${directory} cannot be read: ${errorText(error)}`);
  }
}
