import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { AuditRecord } from '../../core/audit/auditEvent.ts';
import { type AuditRun, groupParts } from '../../core/audit/partName.ts';
import type { AuditAnchor, AuditFinding, AuditVerification } from '../../core/audit/verification.ts';
import { ChainVerifier, parseRecord } from '../../core/audit/verify.ts';
import { phrase } from '../../core/text/phrase.ts';
import { READ_AT_ONCE } from '../../protocol/plainFile.ts';

/** Reading the files of an audit log: in lines, in constant memory, and never through a link. */

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The runs in a directory, oldest first. Throws when the directory cannot be read. */
export function auditRuns(directory: string): AuditRun[] {
  return groupParts(fs.readdirSync(directory));
}

/** A part ends at 16 MiB. What is several times as large was put there by somebody else, and could keep a gateway from starting. */
const LARGEST_PART = 64 * 1024 * 1024;

/** A part that is not a plain file of its own: somebody put something else in its place. */
export class NotAPartError extends Error {}

/** Opens a part for reading. Throws {@link NotAPartError}. */
async function openPart(file: string): Promise<{ readonly handle: fs.promises.FileHandle; readonly bytes: number }> {
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(file, READ_AT_ONCE | fs.constants.O_NOFOLLOW);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new NotAPartError(
      code === 'ELOOP' ? 'the file is a link to another file' : `the file cannot be read (${code})`,
    );
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new NotAPartError('it is not a plain file');
  }
  if (stat.size > LARGEST_PART) {
    await handle.close();
    throw new NotAPartError('it is larger than any part of an audit log');
  }
  return { handle, bytes: stat.size };
}

/** A record has a few kilobytes. A line of more characters was written by somebody else, and is not kept. */
const LONGEST_LINE = 1024 * 1024;
/** Stands for the beginning of such a line, and begins no record. */
const TOO_LONG = 'too long …';

/** The lines of one part; the last one is empty when the file ends with a line end. */
export async function* partLines(file: string): AsyncGenerator<string> {
  const { handle } = await openPart(file);
  try {
    const stream = handle.createReadStream({ encoding: 'utf8', autoClose: false });
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (rest.length > LONGEST_LINE) rest = TOO_LONG;
    }
    yield rest;
  } finally {
    await handle.close();
  }
}

/** The whole lines within the last `most` bytes of one part, oldest first, and how many bytes were read for them. */
export async function partTail(
  file: string,
  most: number,
): Promise<{ readonly bytes: number; readonly lines: readonly string[] }> {
  const { handle, bytes: size } = await openPart(file);
  try {
    const wanted = Math.min(size, most);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, size - wanted);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first is cut unless the file begins with it; the last is empty or still being written.
    return { bytes: bytesRead, lines: lines.slice(wanted < size ? 1 : 0, -1) };
  } finally {
    await handle.close();
  }
}

/** Checks the chain of one run, against its anchor where there is one. */
export async function verifyRun(directory: string, run: AuditRun, anchor?: AuditAnchor): Promise<AuditVerification> {
  const verifier = new ChainVerifier(sha256, anchor);
  const unreadable: AuditFinding[] = [];
  for (const name of run.parts) {
    verifier.beginPart(name);
    try {
      for await (const line of partLines(path.join(directory, name))) verifier.line(line);
    } catch (error) {
      if (!(error instanceof NotAPartError)) throw error;
      unreadable.push({ file: name, line: 0, code: 'broken_line', message: phrase`${error.message}` });
    }
  }
  const result = verifier.finish();
  const found = [...unreadable, ...nameFindings(run, result.gatewayId)];
  if (found.length === 0) return result;
  return {
    ...result,
    ok: false,
    problems: [...found, ...result.problems],
    problemCount: found.length + result.problemCount,
  };
}

/** What the names of a run's files say that its records do not. */
function nameFindings(run: AuditRun, gatewayId: string | undefined): AuditFinding[] {
  const [first = ''] = run.parts;
  const found: AuditFinding[] = [];
  if (gatewayId === undefined) {
    found.push({ file: first, line: 0, code: 'missing_start', message: phrase`the run has no records` });
  } else if (gatewayId !== run.gatewayId) {
    const message = phrase`the file is named for the run ${run.gatewayId}, and its records are of ${gatewayId}`;
    found.push({ file: first, line: 0, code: 'foreign', message });
  }
  const numbers = run.parts.map((name) => Number(/-(\d+)\.jsonl$/.exec(name)?.[1]));
  numbers.forEach((number, i) => {
    const before = numbers[i - 1];
    if (before !== undefined && number !== before + 1) {
      const message = phrase`part ${before + 1} is missing before it`;
      found.push({ file: run.parts[i] ?? '', line: 0, code: 'missing', message });
    }
  });
  return found;
}

/** What is wrong with a directory as a whole: a run that is there twice, and files that are no part of any. */
export function directoryFindings(directory: string): { problems: AuditFinding[]; notes: AuditFinding[] } {
  const seen = new Set<string>();
  const parts = new Set<string>();
  const problems: AuditFinding[] = [];
  for (const run of auditRuns(directory)) {
    for (const name of run.parts) parts.add(name);
    if (seen.has(run.gatewayId)) {
      const message = phrase`the run ${run.gatewayId} is there twice: one of them is a copy`;
      problems.push({ file: run.parts[0] ?? '', line: 0, code: 'foreign', message });
    }
    seen.add(run.gatewayId);
  }
  const notes = fs
    .readdirSync(directory)
    .filter((name) => !parts.has(name))
    .map(
      (name): AuditFinding => ({
        file: name,
        line: 0,
        code: 'foreign',
        message: phrase`the file is not part of the audit log`,
      }),
    );
  return { problems, notes };
}

/** The records of one run in order; lines that are no records are left to `verify`. */
export async function* runRecords(directory: string, run: AuditRun): AsyncGenerator<AuditRecord> {
  for (const name of run.parts) {
    // A broken line, or something else in a part's place, is a finding of `verify`; whoever reads wants the rest.
    try {
      for await (const line of partLines(path.join(directory, name))) {
        const record = parseRecord(line);
        if (record) yield record;
      }
    } catch (error) {
      if (!(error instanceof NotAPartError)) throw error;
    }
  }
}
