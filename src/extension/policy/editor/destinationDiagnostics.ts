import * as vscode from 'vscode';
import type { CheckupParts, PolicyParts, ServiceParts } from '../../app/parts.ts';
import { type Unconfirmed, unconfirmed } from '../../services/model/destination.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import { codeOf, documentedCode } from './policyDiagnostics.ts';

const CODE = 'destination-not-confirmed';

/** Says in the policy file which services and servers are off because their credential was entered for another destination. */
export function registerDestinationDiagnostics(app: CheckupParts & PolicyParts & ServiceParts): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('valetKey.destination');
  const look = (): void => {
    const found = new Map<string, vscode.Diagnostic[]>();
    for (const { credential, policyId, named, bound, wanted } of unconfirmed(app.services)) {
      const diagnostic = new vscode.Diagnostic(
        nameRange(app.policies.get(policyId)?.written ?? '', named),
        vscode.l10n.t(
          'The credential of “{0}” was entered for {1} ({2}), and this file says {3} ({4}). The credential is not used until you enter it again for the new destination.',
          credential,
          bound.origin,
          bound.placement,
          wanted.origin,
          wanted.placement,
        ),
        vscode.DiagnosticSeverity.Warning,
      );
      diagnostic.source = 'Valet Key';
      diagnostic.code = documentedCode(CODE);
      const key = app.locations.uriOf(policyId).toString();
      found.set(key, [...(found.get(key) ?? []), diagnostic]);
    }
    collection.clear();
    for (const [uri, diagnostics] of found) collection.set(vscode.Uri.parse(uri, true), diagnostics);
  };
  look();
  return vscode.Disposable.from(
    collection,
    app.services.onDidChange(look),
    vscode.languages.registerCodeActionsProvider(
      POLICY_SELECTOR,
      { provideCodeActions: (document, _range, { diagnostics }) => actions(app, document, diagnostics) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

/** Where the name of the service or server stands in the text. */
function nameRange(text: string, { span, line }: Unconfirmed['named']): vscode.Range {
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  return new vscode.Range(line - 1, span.start - lineStart, line - 1, span.end - lineStart);
}

function actions(
  app: PolicyParts & ServiceParts,
  document: vscode.TextDocument,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction[] {
  const id = app.locations.idOf(document.uri);
  return diagnostics
    .filter((diagnostic) => codeOf(diagnostic) === CODE)
    .flatMap((diagnostic) => {
      const { line } = diagnostic.range.start;
      const what = unconfirmed(app.services).find(({ policyId, named }) => policyId === id && named.line === line + 1);
      if (!what) return [];
      const title = vscode.l10n.t('Enter the credential of “{0}” for {1}…', what.credential, what.wanted.origin);
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      action.command = { command: 'valetKey.rotateCredential', title, arguments: [what.credential] };
      return action;
    });
}
