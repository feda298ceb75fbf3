import * as vscode from 'vscode';
import type { Problem, Severity } from '../../core/policy/model.ts';
import type { App } from '../app.ts';

/** How long typing must pause before the file is looked at again. */
const PAUSE_MS = 150;

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Says in the Problems view what is wrong in open policy files, as they are typed. */
export function registerPolicyDiagnostics(app: App): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('valetKey');
  const timers = new Map<string, NodeJS.Timeout>();

  const look = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const { problems } = await app.parse(document.getText());
    if (document.isClosed || document.version !== version) return;
    collection.set(document.uri, problems.map(diagnosticOf));
  };
  const lookSoon = (document: vscode.TextDocument, pause: number): void => {
    if (app.locations.idOf(document.uri) === undefined) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => void look(document), pause),
    );
  };

  for (const document of vscode.workspace.textDocuments) lookSoon(document, 0);
  return vscode.Disposable.from(
    collection,
    { dispose: () => timers.forEach((timer) => void clearTimeout(timer)) },
    vscode.workspace.onDidOpenTextDocument((document) => lookSoon(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => lookSoon(document, PAUSE_MS)),
    vscode.workspace.onDidCloseTextDocument((document) => collection.delete(document.uri)),
  );
}

function diagnosticOf(problem: Problem): vscode.Diagnostic {
  const range = new vscode.Range(
    problem.start.line - 1,
    problem.start.column - 1,
    problem.end.line - 1,
    problem.end.column - 1,
  );
  const diagnostic = new vscode.Diagnostic(range, problem.message, SEVERITIES[problem.severity]);
  diagnostic.source = 'Valet Key';
  diagnostic.code = problem.code;
  return diagnostic;
}
