import * as vscode from 'vscode';
import { errorCode } from '../../../core/errorText.ts';
import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import type { PolicyRead } from './policySource.ts';
import { type RegularFile, readRegularFile } from './regularFile.ts';

/** A file this large is never a policy, and reading it would hold up the window; the language's own cap is lower. */
const MAX_READ_BYTES = 1024 * 1024;

/** What a policy file is at this moment. An agent, or a repository by a symbolic link, may have put anything in its place. */
export async function readPolicyUri(uri: vscode.Uri): Promise<PolicyRead> {
  try {
    const read = uri.scheme === 'file' ? await readRegularFile(uri.fsPath, MAX_READ_BYTES) : await readElsewhere(uri);
    switch (read.kind) {
      case 'missing':
        return read;
      case 'not-regular':
        return { kind: 'unreadable', why: phrase`This is not a regular file. Move it away, or choose another file.` };
      case 'too-large':
        return { kind: 'unreadable', why: phrase`The file is larger than 256 KB. Make it smaller.` };
      case 'bytes': {
        const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
        return { kind: 'text', text: decoder.decode(read.bytes) };
      }
    }
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return { kind: 'missing' };
    if (error instanceof TypeError) {
      return { kind: 'unreadable', why: phrase`The file is not UTF-8 text. Save it as UTF-8.` };
    }
    return { kind: 'unreadable', why: whyUnreadable(error) };
  }
}

/** What is no file of this machine's, through VS Code. */
async function readElsewhere(uri: vscode.Uri): Promise<RegularFile> {
  const { size, type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0) return { kind: 'not-regular' };
  if (size > MAX_READ_BYTES) return { kind: 'too-large' };
  return { kind: 'bytes', bytes: await vscode.workspace.fs.readFile(uri) };
}

/** The words of VS Code and of the file system may hold the path, and a path can say anything. */
function whyUnreadable(error: unknown): Phrase {
  const code = errorCode(error) ?? 'Unknown';
  return code === 'NoPermissions' || code === 'EACCES'
    ? phrase`You do not have permission to read this file. Change its permissions, or choose another file.`
    : phrase`VS Code cannot read this file (${code}). Try again, or choose another file.`;
}
