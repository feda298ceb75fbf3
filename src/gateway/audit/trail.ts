import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { AuditRecord } from '../../core/audit/model.ts';
import { type AuditRun, groupParts } from '../../core/audit/partName.ts';
import type { AuditAnchor, AuditFinding, AuditVerification } from '../../core/audit/verification.ts';
import { ChainVerifier } from '../../core/audit/verify.ts';

/** Reading the files of an audit trail: in lines, in constant memory, and never through a link. */

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The runs in a directory, oldest first. Throws when the directory cannot be read. */
export function auditRuns(directory: string): AuditRun[] {
  return groupParts(fs.readdirSync(directory));
}

/** A part that is not a plain file of its own: somebody put something else in its place. */
export class NotAPartError extends Error {}

/** The lines of one part; the last one is empty when the file ends with a line end. */
export async function* partLines(file: string): AsyncGenerator<string> {
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new NotAPartError(
      code === 'ELOOP' ? 'the file is a link to another one' : `the file cannot be read (${code})`,
    );
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new NotAPartError('it is not a plain file');
    const stream = handle.createReadStream({ encoding: 'utf8', autoClose: false });
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    yield rest;
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
      unreadable.push({ file: name, line: 0, code: 'broken_line', message: error.message });
    }
  }
  const result = verifier.finish();
  if (unreadable.length === 0) return result;
  return {
    ...result,
    ok: false,
    problems: [...unreadable, ...result.problems],
    problemCount: unreadable.length + result.problemCount,
  };
}

/** The records of one run in order; lines that are no records are left to `verify`. */
export async function* runRecords(directory: string, run: AuditRun): AsyncGenerator<AuditRecord> {
  for (const name of run.parts) {
    for await (const line of partLines(path.join(directory, name))) {
      if (line === '') continue;
      try {
        yield JSON.parse(line) as AuditRecord;
      } catch {
        // A broken line is a finding of `verify`; whoever reads wants the rest.
      }
    }
  }
}
