import * as vscode from 'vscode';
import { sidesOf } from '../../../core/checkup/findings/aspects.ts';
import type { Severity } from '../../../core/text/span.ts';
import type { CheckupParts, PolicyParts, ServiceParts } from '../../app/parts.ts';
import { localized } from '../../util/localized.ts';
import { nextTurn } from '../../util/nextTurn.ts';
import { shownText } from '../../util/shownText.ts';
import type { ShownFinding } from '../scan/report.ts';

const DOCUMENTATION = 'https://github.com/valet-key/valet-key/blob/main/docs/checkup.md';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Findings of thousands of files are not made ready at once. */
const IN_A_TURN = 100;

/** Says in the configuration files themselves what the checkup found there, with fixes. */
export function registerCheckupDiagnostics(app: CheckupParts & PolicyParts & ServiceParts): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('valetKey.checkup');
  let shows = 0;
  const show = async (): Promise<void> => {
    shows += 1;
    const own = shows;
    const found = new Map<string, vscode.Diagnostic[]>();
    let made = 0;
    for (const shown of app.checkup.findings()) {
      if (shown.uri === undefined) continue;
      const diagnostics = found.get(shown.uri) ?? [];
      found.set(shown.uri, diagnostics);
      diagnostics.push(diagnosticOf(app, shown));
      made += 1;
      if (made % IN_A_TURN === 0) await nextTurn();
    }
    // Another run has ended meanwhile, and its findings are shown.
    if (own !== shows) return;
    collection.clear();
    collection.set([...found].map(([uri, diagnostics]) => [vscode.Uri.parse(uri, true), diagnostics]));
  };
  return vscode.Disposable.from(
    collection,
    app.checkup.onDidChange(() => void show()),
    vscode.languages.registerCodeActionsProvider(
      { pattern: '**/*.{json,jsonc,toml,yaml,yml,code-workspace}' },
      { provideCodeActions: (document, range) => actions(app, document, range) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

function rangeOf({ finding: { start, end } }: ShownFinding): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}

function diagnosticOf(app: CheckupParts, shown: ShownFinding): vscode.Diagnostic {
  const { finding } = shown;
  const diagnostic = new vscode.Diagnostic(
    rangeOf(shown),
    sidesOf(finding)
      .map(({ message }) => shownText(localized(message), 400))
      .join('\n'),
    SEVERITIES[finding.severity],
  );
  diagnostic.source = 'Valet Key';
  diagnostic.code = { value: finding.code, target: vscode.Uri.parse(`${DOCUMENTATION}#${finding.code}`) };
  diagnostic.relatedInformation = sidesOf(finding)
    .flatMap((side) => side.related ?? [])
    .flatMap(({ file, start, message }) => {
      const address = app.checkup.addressOf(file);
      if (!address) return [];
      const position = new vscode.Position(start.line - 1, start.column - 1);
      const location = new vscode.Location(vscode.Uri.parse(address.uri, true), position);
      return new vscode.DiagnosticRelatedInformation(location, localized(message));
    });
  return diagnostic;
}

function actions(app: CheckupParts, { uri }: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
  const address = uri.toString();
  return app.checkup
    .findings()
    .filter((shown) => shown.uri === address && rangeOf(shown).intersection(range) !== undefined)
    .flatMap((shown) => {
      const { fix, secret, digest } = shown.finding;
      const title = secret
        ? vscode.l10n.t('Move this secret out of the file…')
        : fix?.kind === 'pin'
          ? vscode.l10n.t('Pin {0} to a version…', shownText(fix.packageName, 60))
          : fix?.kind === 'https'
            ? vscode.l10n.t('Use https…')
            : undefined;
      return [
        ...(title === undefined
          ? []
          : [quickFix(app, shown, title, secret ? 'valetKey.moveSecrets' : 'valetKey.applyCheckupFix', true)]),
        ...(secret && digest !== undefined
          ? [quickFix(app, shown, vscode.l10n.t('This is not a secret'), 'valetKey.markAsNotSecret')]
          : []),
        ...(digest === undefined
          ? []
          : [quickFix(app, shown, vscode.l10n.t('Accept this risk…'), 'valetKey.acceptRisk')]),
      ];
    });
}

function quickFix(
  app: CheckupParts,
  shown: ShownFinding,
  title: string,
  command: string,
  isPreferred = false,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnosticOf(app, shown)];
  action.isPreferred = isPreferred;
  // No value travels through a command's arguments, which other extensions can see.
  action.command = { command, title, arguments: [shown.id] };
  return action;
}
