import * as vscode from 'vscode';
import type { Problem } from '../../../core/text/problem.ts';
import type { Position, Severity } from '../../../core/text/span.ts';
import { localized } from '../../util/localized.ts';
import type { PolicyLooks } from './policyLooks.ts';

const DOCUMENTATION = 'https://github.com/valet-key/valet-key/blob/main/docs/policy.md';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Says in the Problems view what is wrong or unwise in open policy files, as they are typed. */
export function registerPolicyDiagnostics(looks: PolicyLooks): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('valetKey');
  return vscode.Disposable.from(
    collection,
    looks.onDidLook((document) => {
      const look = looks.of(document);
      // An older look's places are elsewhere by now; the newer one is under way.
      if (look?.version !== document.version) return;
      collection.set(
        document.uri,
        look.problems.map((problem) => diagnosticOf(problem, document.uri)),
      );
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => collection.delete(uri)),
  );
}

export function rangeOf({ start, end }: { readonly start: Position; readonly end: Position }): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}

/** The code of one of our diagnostics; undefined for anyone else's. */
export function codeOf({ source, code }: vscode.Diagnostic): string | undefined {
  if (source !== 'Valet Key') return undefined;
  return String(typeof code === 'object' ? code.value : code);
}

/** A code with the section of docs/policy.md about it. */
export function documentedCode(code: string): { readonly value: string; readonly target: vscode.Uri } {
  return { value: code, target: vscode.Uri.parse(`${DOCUMENTATION}#${code}`) };
}

function diagnosticOf(problem: Problem, uri: vscode.Uri): vscode.Diagnostic {
  const { code, message, severity, related = [] } = problem;
  const diagnostic = new vscode.Diagnostic(rangeOf(problem), localized(message), SEVERITIES[severity]);
  diagnostic.source = 'Valet Key';
  diagnostic.code = documentedCode(code);
  diagnostic.relatedInformation = related.map(
    (place) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, rangeOf(place)), localized(place.message)),
  );
  // What says nothing is dimmed, as an editor does with code that is never reached.
  if (IDLE.has(code)) diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}

const IDLE: ReadonlySet<string> = new Set(['shadowed-rule', 'unreachable-rule', 'deny-without-effect', 'unused-rule']);
