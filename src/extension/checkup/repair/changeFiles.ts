import { EndOfLine, l10n, Range, type TextDocument, Uri, WorkspaceEdit, workspace } from 'vscode';
import { replacementOf } from '../../../core/text/fileChange.ts';
import { shownPath } from '../../util/shownText.ts';
import { isWritable } from '../scan/localFiles.ts';
import { type Backup, type Backups, textHash } from './backups.ts';

/** What is to become of one file. */
export interface FileChange {
  readonly uri: string;
  /** As people know it. */
  readonly label: string;
  /** The text that the change was made for: if it is another one by now, nothing is changed. */
  readonly before: string;
  readonly after: string;
}

/** A file was not changed. The message says which, why, and what to do; no file was changed then. */
export class FileNotChangedError extends Error {}

/**
 * Throws {@link FileNotChangedError} when one of these files could not be changed as planned: it has unsaved changes, is
 * not what it was, or must not be written.
 */
export async function checkChangeable(changes: readonly FileChange[]): Promise<void> {
  for (const change of changes) await openUnchanged(change);
}

/**
 * Changes files in one step that the editor's *Undo* takes back, and saves them. Before that, what they were is kept in
 * a private backup. Throws {@link FileNotChangedError} with all files as they were, as far as the disk lets us.
 */
export async function changeFiles(backups: Backups, changes: readonly FileChange[]): Promise<Backup> {
  const opened: OpenedChange[] = [];
  for (const change of changes) opened.push({ change, ...(await openUnchanged(change)) });
  const backup = await backups.keep(
    opened.map(({ change, document, bytes }) => ({ uri: change.uri, bytes, after: asIn(document, change.after) })),
  );
  try {
    await applyAndSave(opened.map(({ change, document }) => ({ document, label: change.label, text: change.after })));
  } catch (error) {
    await applyAndSave(opened.map(({ change, document }) => ({ document, label: change.label, text: change.before })));
    await backups.remove(backup);
    throw error;
  }
  return backup;
}

/**
 * Makes every file of a change byte for byte what it was before. Throws {@link FileNotChangedError} when one of them is
 * not as the change left it: what was done since would be lost.
 */
export async function undoChange(backups: Backups, backup: Backup): Promise<void> {
  const opened = [];
  for (const kept of backup.files) {
    const address = Uri.parse(kept.uri, true);
    const label = shownPath(workspace.asRelativePath(address));
    await refuseReadOnly(address, label);
    const document = await workspace.openTextDocument(address);
    if (document.isDirty || textHash(document.getText()) !== kept.after) {
      throw new FileNotChangedError(
        l10n.t('{0} has changed since, so nothing was undone. The original is in {1}.', label, kept.copy),
      );
    }
    opened.push({ address, document, label, bytes: await backups.read(kept) });
  }
  await applyAndSave(opened.map(({ document, label, bytes }) => ({ document, label, text: decoded(bytes) })));
  for (const { address, bytes } of opened) {
    // Editors even out mixed line ends; an undo is complete.
    if (Buffer.compare(await workspace.fs.readFile(address), bytes) !== 0) await workspace.fs.writeFile(address, bytes);
  }
  await backups.remove(backup);
}

interface OpenedChange {
  readonly change: FileChange;
  readonly document: TextDocument;
  readonly bytes: Uint8Array;
}

async function openUnchanged({ uri, label, before }: FileChange): Promise<Omit<OpenedChange, 'change'>> {
  const address = Uri.parse(uri, true);
  await refuseReadOnly(address, label);
  const document = await workspace.openTextDocument(address);
  if (document.isDirty) {
    throw new FileNotChangedError(
      l10n.t('{0} has unsaved changes, so nothing was changed. Save or revert them, and try again.', label),
    );
  }
  const bytes = await workspace.fs.readFile(address);
  if (decoded(bytes) !== withoutMark(before) || document.getText() !== asIn(document, before)) {
    throw new FileNotChangedError(
      l10n.t('{0} changed in the meantime, so nothing was changed. Run the checkup, and try again.', label),
    );
  }
  return { document, bytes };
}

async function refuseReadOnly(address: Uri, label: string): Promise<void> {
  if (await isWritable(address)) return;
  throw new FileNotChangedError(
    l10n.t('{0} is read-only, so nothing was changed. Make it writable, and try again.', label),
  );
}

async function applyAndSave(
  wanted: readonly { readonly document: TextDocument; readonly label: string; readonly text: string }[],
): Promise<void> {
  const edit = new WorkspaceEdit();
  for (const { document, text } of wanted) {
    const replacement = replacementOf(document.getText(), asIn(document, text));
    if (!replacement) continue;
    const range = new Range(document.positionAt(replacement.start), document.positionAt(replacement.end));
    edit.replace(document.uri, range, replacement.text);
  }
  if (!(await workspace.applyEdit(edit))) {
    throw new FileNotChangedError(l10n.t('The editor did not apply the change, so nothing was changed. Try again.'));
  }
  for (const { document, label } of wanted) {
    if (document.isDirty && !(await document.save())) {
      throw new FileNotChangedError(l10n.t('{0} could not be saved, so nothing was changed. Try again.', label));
    }
  }
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

/** A text as the editor of this document has it: without a byte order mark, and with one kind of line end. */
function asIn(document: TextDocument, text: string): string {
  return withoutMark(text).replaceAll(/\r\n|\r|\n/g, document.eol === EndOfLine.CRLF ? '\r\n' : '\n');
}

function withoutMark(text: string): string {
  return text.startsWith('\u{feff}') ? text.slice(1) : text;
}
