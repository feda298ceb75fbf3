import * as vscode from 'vscode';
import type { PolicyParts } from '../../app/parts.ts';
import { waitingText } from '../../services/views/commonNodes.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import type { PolicyEntry } from '../model/policyStore.ts';

/** *Review and Apply 2 changes*, above a policy file's first line and above each service that has some. */
export function registerReviewLens(app: PolicyParts): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    app.policies.onDidChange(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(POLICY_SELECTOR, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: (document) => {
        const id = app.locations.idOf(document.uri);
        const entry = id === undefined ? undefined : app.policies.get(id);
        return entry ? lensesOf(entry, document) : [];
      },
    }),
  );
}

function lensesOf(entry: PolicyEntry, document: vscode.TextDocument): vscode.CodeLens[] {
  if (entry.pending.length === 0) return [];
  const lens = (line: number, title: string): vscode.CodeLens =>
    new vscode.CodeLens(document.lineAt(Math.min(line, document.lineCount) - 1).range, {
      command: 'valetKey.reviewPolicyChanges',
      title,
      arguments: [document.uri],
    });
  const count = entry.pending.length;
  const lenses = [
    lens(
      1,
      count === 1 ? vscode.l10n.t('Review and Apply 1 change') : vscode.l10n.t('Review and Apply {0} changes', count),
    ),
  ];
  // Lines are those of the saved text: an editor with changes of its own has them elsewhere by now.
  if (document.isDirty) return lenses;
  for (const service of entry.writtenPolicy?.services.values() ?? []) {
    const own = entry.pending.filter((change) => change.service === service.name).length;
    if (own === 0) continue;
    lenses.push(lens(service.line, waitingText(own)));
  }
  return lenses;
}
