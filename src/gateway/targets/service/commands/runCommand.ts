import { type ChildProcessByStdio, spawn } from 'node:child_process';
import os from 'node:os';
import type { Readable } from 'node:stream';
import { Secret } from '../../../../core/secret.ts';
import { type Phrase, phrase } from '../../../../core/text/phrase.ts';
import type { CredentialCommand } from '../../../control/controlPort.ts';
import { ownProcessTree } from '../../../util/processTree.ts';

/** A password manager may ask for a fingerprint, but an agent's call must end before its client gives up: 20 seconds. */
export const COMMAND_WITHIN_MS = 20_000;

/** How long a command that was asked to end has before it is ended, in milliseconds. */
const GRACE_MS = 400;

/** A credential is a few KB; what is larger is another file. In bytes. */
const MAX_OUTPUT = 64 * 1024;

/** Only the end of standard error is kept, in bytes. */
const MAX_ERROR = 4 * 1024;

/** What a command did. `stderr` is not redacted yet. */
export interface CommandRun {
  readonly result: { readonly value: Secret } | { readonly why: Phrase };
  readonly stderr: string;
}

export type RunCommand = (command: CredentialCommand, signal: AbortSignal) => Promise<CommandRun>;

/**
 * Runs a command without a shell and without input, at the head of its own process tree, in the home folder and with no
 * environment but its own. What it writes to standard output, less one line's end, is the value. Always resolves; an
 * abort ends everything that the command started.
 */
export function runCommand(
  { program, args, environment }: CredentialCommand,
  signal: AbortSignal,
  withinMs = COMMAND_WITHIN_MS,
): Promise<CommandRun> {
  return new Promise((resolve) => {
    const tree = ownProcessTree();
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = Buffer.alloc(0);
    let stopped: Phrase | undefined;
    let killing: NodeJS.Timeout | undefined;
    let child: ChildProcessByStdio<null, Readable, Readable>;
    try {
      child = spawn(program, [...args], {
        env: { ...environment },
        // Not a workspace: a program must not find its configuration where an agent can write.
        cwd: os.homedir(),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: tree.detached,
        windowsHide: true,
      });
    } catch (error) {
      // Node throws some reasons and emits others: a program that is being updated (ETXTBSY) is thrown.
      return resolve({ result: notStarted(error), stderr: '' });
    }
    const stop = (why: Phrase): void => {
      stopped ??= why;
      const { pid } = child;
      if (pid === undefined || killing) return;
      tree.terminate(pid);
      killing = setTimeout(() => {
        tree.kill(pid);
        // What left the tree may hold the pipes open for as long as it likes.
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
    };
    const timer = setTimeout(() => stop(phrase`it did not finish within ${withinMs / 1000} seconds`), withinMs);
    const abort = (): void => stop(phrase`it was stopped`);
    const end = (result: CommandRun['result']): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      signal.removeEventListener('abort', abort);
      for (const chunk of chunks) chunk.fill(0);
      resolve({ result, stderr: stderr.toString('utf8') });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT) stop(phrase`its output is larger than ${MAX_OUTPUT / 1024} KB`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-MAX_ERROR);
    });
    child.once('error', (error) => end(notStarted(error)));
    child.once('close', (status, by) => {
      if (stopped !== undefined) end({ why: stopped });
      else if (status !== 0)
        end({ why: status === null ? phrase`it was stopped by ${by ?? ''}` : phrase`it exited with status ${status}` });
      else end(writtenValue(Buffer.concat(chunks)));
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function notStarted(error: unknown): CommandRun['result'] {
  return {
    why: phrase`it could not be started (${error instanceof Error && 'code' in error ? String(error.code) : 'error'})`,
  };
}

function writtenValue(output: Buffer): CommandRun['result'] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(output);
  } catch {
    return { why: phrase`its output is not UTF-8` };
  }
  const value = text.replace(/\r?\n$/, '');
  return value === '' ? { why: phrase`it printed nothing` } : { value: new Secret(value) };
}
