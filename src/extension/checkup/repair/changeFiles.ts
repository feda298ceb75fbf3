import { l10n, Uri, workspace } from 'vscode';
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
 * Saves files that have unsaved changes, so that what is on disk is what the user sees, whatever their editor does to a file
 * that is saved. True when there was one: then what was found before may stand elsewhere. Throws {@link FileNotChangedError}.
 */
export async function saveUnsaved(
  files: readonly { readonly uri: string; readonly label: string }[],
): Promise<boolean> {
  let saved = false;
  for (const { uri, label } of files) {
    const document = workspace.textDocuments.find((one) => one.uri.toString() === uri);
    if (!document?.isDirty) continue;
    if (!(await document.save())) {
      throw new FileNotChangedError(l10n.t('{0} could not be saved, so nothing was changed. Try again.', label));
    }
    saved = true;
  }
  return saved;
}

/**
 * Throws {@link FileNotChangedError} when one of these files could not be changed as planned: it has unsaved changes, is
 * not what it was, or must not be written.
 */
export async function checkChangeable(changes: readonly FileChange[]): Promise<void> {
  for (const change of changes) await bytesOf(change);
}

/**
 * Writes files: what was shown and nothing else. An editor that saved them would format them as well, and would keep a copy
 * in its Local History. Before that, what they were is kept in a private backup. Throws {@link FileNotChangedError} with all
 * files as they were, as far as the disk lets us.
 */
export async function changeFiles(backups: Backups, changes: readonly FileChange[]): Promise<Backup> {
  const read: { readonly change: FileChange; readonly bytes: Uint8Array }[] = [];
  for (const change of changes) read.push({ change, bytes: await bytesOf(change) });
  const backup = await backups.keep(read.map(({ change, bytes }) => ({ uri: change.uri, bytes, after: change.after })));
  try {
    for (const { change } of read) await write(change, new TextEncoder().encode(change.after));
  } catch (error) {
    for (const { change, bytes } of read) await workspace.fs.writeFile(Uri.parse(change.uri, true), bytes);
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
  const ready: { readonly uri: string; readonly label: string; readonly bytes: Uint8Array }[] = [];
  for (const kept of backup.files) {
    const address = Uri.parse(kept.uri, true);
    const label = shownPath(workspace.asRelativePath(address));
    await refuseReadOnly(address, label);
    if (isUnsaved(kept.uri) || !(await isAsLeft(await workspace.fs.readFile(address), kept.after))) {
      throw new FileNotChangedError(
        l10n.t('{0} has changed since, so nothing was undone. The original is in {1}.', label, kept.copy),
      );
    }
    ready.push({ uri: kept.uri, label, bytes: await backups.read(kept) });
  }
  for (const { bytes, ...file } of ready) await write(file, bytes);
  await backups.remove(backup);
}

/** What a file that may be changed has on disk. */
async function bytesOf({ uri, label, before }: FileChange): Promise<Uint8Array> {
  const address = Uri.parse(uri, true);
  await refuseReadOnly(address, label);
  if (isUnsaved(uri)) {
    throw new FileNotChangedError(
      l10n.t('{0} has unsaved changes, so nothing was changed. Save or revert them, and try again.', label),
    );
  }
  const bytes = await workspace.fs.readFile(address);
  if (Buffer.compare(new TextEncoder().encode(before), bytes) !== 0) {
    if (textOf(bytes) === before) {
      throw new FileNotChangedError(
        l10n.t('{0} is not UTF-8 text, so nothing was changed. Save it as UTF-8, and try again.', label),
      );
    }
    throw new FileNotChangedError(
      l10n.t('{0} changed in the meantime, so nothing was changed. Run the checkup, and try again.', label),
    );
  }
  return bytes;
}

function isUnsaved(uri: string): boolean {
  return workspace.textDocuments.some((document) => document.isDirty && document.uri.toString() === uri);
}

/** Earlier builds noted the text as an editor has it, without its byte order mark. */
async function isAsLeft(bytes: Uint8Array, after: string): Promise<boolean> {
  const text = textOf(bytes);
  return (await textHash(text)) === after || (await textHash(text.replace(/^\u{feff}/u, ''))) === after;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

async function refuseReadOnly(address: Uri, label: string): Promise<void> {
  if (await isWritable(address)) return;
  throw new FileNotChangedError(
    l10n.t('{0} is read-only, so nothing was changed. Make it writable, and try again.', label),
  );
}

async function write(
  { uri, label }: { readonly uri: string; readonly label: string },
  bytes: Uint8Array,
): Promise<void> {
  try {
    await workspace.fs.writeFile(Uri.parse(uri, true), bytes);
  } catch {
    throw new FileNotChangedError(
      l10n.t('{0} could not be written, so nothing was changed. Check that the disk has room, and try again.', label),
    );
  }
}
