import * as vscode from 'vscode';
import type { ReadOnlyTexts } from './readOnlyText.ts';

/**
 * Shows what a change would do to a file, as a difference of two texts. The function that is returned closes it again.
 *
 * @param label as people know the file
 * @param options.preview false: the next difference opens beside it and does not take its place
 */
export async function showDifference(
  texts: ReadOnlyTexts,
  label: string,
  before: string,
  after: string,
  { preview }: { readonly preview: boolean } = { preview: true },
): Promise<() => Promise<void>> {
  const name = label.slice(Math.max(label.lastIndexOf('/'), label.lastIndexOf('\\')) + 1);
  const [left, right] = [texts.put(name, before), texts.put(name, after)];
  await vscode.commands.executeCommand('vscode.diff', left, right, vscode.l10n.t('{0}: now ↔ changed', label), {
    preview,
  } satisfies vscode.TextDocumentShowOptions);
  return async () => {
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.original.toString() === left.toString());
    await vscode.window.tabGroups.close(tabs);
  };
}
