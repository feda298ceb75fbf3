import * as vscode from 'vscode';
import type { Unreadable } from '../../../core/checkup/read/unreadable.ts';

/** What came of reading a configuration file. */
export type ConfigText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: Unreadable };

/** A configuration file's text: as an editor has it unsaved, or as it is on disk. Never throws, and never reads what is too large. */
export async function readConfigText(uri: vscode.Uri, maxBytes: number): Promise<ConfigText> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  // Of an unsaved text the editor's, which has one kind of line end; else the file's own, so that a change keeps the others.
  if (open?.isDirty && !open.isClosed) return { kind: 'text', text: open.getText() };
  try {
    const { size, type } = await vscode.workspace.fs.stat(uri);
    // A folder, or a pipe that would never end.
    if ((type & vscode.FileType.File) === 0) return { kind: 'unreadable', why: 'no-file' };
    if (size > maxBytes) return { kind: 'unreadable', why: 'too-large' };
    const bytes = await vscode.workspace.fs.readFile(uri);
    const text = decoded(bytes);
    // With other characters in their place, a change would write what nobody wrote.
    return text === undefined ? { kind: 'unreadable', why: 'not-utf8' } : { kind: 'text', text };
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) return { kind: 'unreadable', why: 'not-readable' };
    if (error.code === 'FileNotFound' || error.code === 'FileNotADirectory') return { kind: 'missing' };
    return { kind: 'unreadable', why: error.code === 'NoPermissions' ? 'no-permission' : 'not-readable' };
  }
}

/** Undefined for what is not UTF-8. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
