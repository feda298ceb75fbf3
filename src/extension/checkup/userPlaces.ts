import * as vscode from 'vscode';
import type { ConfigAddress } from './configFiles.ts';

/**
 * Where this person's own MCP configurations may be: those of the running editor, whichever it is, and those of other
 * clients.
 *
 * @param globalStorage the extension's, which is in `User/globalStorage` of the editor's user data
 */
export function userPlaces(globalStorage: vscode.Uri): readonly ConfigAddress[] {
  const user = vscode.Uri.joinPath(globalStorage, '..', '..');
  return ['mcp.json', 'settings.json'].map((path) => ({
    uri: vscode.Uri.joinPath(user, path),
    place: { path, client: 'vscode', format: 'jsonc' },
    scope: 'user',
  }));
}
