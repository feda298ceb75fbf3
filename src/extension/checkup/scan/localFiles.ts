import fs from 'node:fs/promises';
import { FilePermission, type Uri, workspace } from 'vscode';

/**
 * Whether this user may write the file. What VS Code says of a file on this machine is only a setting, so the disk is
 * asked, and its mode bits, which hold for an administrator as well.
 */
export async function isWritable(uri: Uri): Promise<boolean> {
  if (uri.scheme !== 'file') {
    const { permissions } = await workspace.fs.stat(uri);
    return permissions === undefined || (permissions & FilePermission.Readonly) === 0;
  }
  try {
    await fs.access(uri.fsPath, fs.constants.W_OK);
    return ((await fs.stat(uri.fsPath)).mode & 0o222) !== 0;
  } catch {
    return false;
  }
}
