import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { PolicyParts } from '../../app/parts.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import { codeOf } from './policyDiagnostics.ts';

const COMMAND = 'valetKey.moveLiteralCredential';
const CODE = 'literal-credential';

/** The quick fix that takes a credential out of a policy file and gives it to VS Code to keep. */
export function registerMoveSecretQuickFix(app: App): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(
      POLICY_SELECTOR,
      { provideCodeActions: (document, _range, { diagnostics }) => actions(app, document, diagnostics) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
    vscode.commands.registerCommand(COMMAND, async (uri: unknown, line: unknown) => {
      if (!(uri instanceof vscode.Uri) || typeof line !== 'number') return;
      await (await import('./moveLiteralCredential.ts')).moveLiteralCredential(app, uri, line);
    }),
  );
}

function actions(
  app: PolicyParts,
  document: vscode.TextDocument,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction[] {
  if (app.locations.idOf(document.uri) === undefined) return [];
  return diagnostics
    .filter((diagnostic) => codeOf(diagnostic) === CODE)
    .map((diagnostic) => {
      const title = vscode.l10n.t('Move this credential into VS Code’s secret storage');
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      // The value itself does not travel through a command's arguments, which other extensions can see.
      action.command = { command: COMMAND, title, arguments: [document.uri, diagnostic.range.start.line] };
      return action;
    });
}
