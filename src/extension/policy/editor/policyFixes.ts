import * as vscode from 'vscode';
import type { Problem } from '../../../core/text/problem.ts';
import { localized } from '../../util/localized.ts';
import type { LanguageService } from '../language/languageService.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import { codeOf, rangeOf } from './policyDiagnostics.ts';
import type { PolicyLooks } from './policyLooks.ts';

/** Has a fix of its own, which takes the value along. */
const LITERAL = 'literal-credential';

/**
 * Quick fixes of a policy file's problems. They edit the text and nothing else: what they add waits for a review like
 * anything that is typed.
 */
export function registerPolicyFixes(looks: PolicyLooks, language: LanguageService): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    POLICY_SELECTOR,
    {
      provideCodeActions: async (document, range, { diagnostics }, token) => {
        const look = looks.of(document);
        if (look?.version !== document.version) return [];
        const problems = look.problems.filter(
          (problem) => problem.code !== LITERAL && rangeOf(problem).intersection(range) !== undefined,
        );
        if (problems.length === 0) return [];
        const { version } = document;
        const fixes = await language.fixes(document.getText(), problems);
        if (token.isCancellationRequested || document.version !== version) return [];
        return problems.flatMap((problem, index) => {
          const own = fixes[index] ?? [];
          const edits = own.map(({ title, edits }) => {
            const action = new vscode.CodeAction(localized(title), vscode.CodeActionKind.QuickFix);
            action.edit = new vscode.WorkspaceEdit();
            for (const { span, newText } of edits) {
              const place = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
              action.edit.replace(document.uri, place, newText);
            }
            action.isPreferred = own.length === 1;
            return action;
          });
          const actions = [...edits, ...commandsFor(problem)];
          const mine = diagnostics.filter((one) => codeOf(one) === problem.code && one.range.isEqual(rangeOf(problem)));
          for (const action of actions) action.diagnostics = mine;
          return actions;
        });
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

/** Ways on that are no edits of the text. Each asks the user by itself. */
function commandsFor({ code, data }: Problem): vscode.CodeAction[] {
  const action = (title: string, command: string, ...args: readonly unknown[]): vscode.CodeAction => {
    const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    made.command = { command, title, arguments: [...args] };
    return made;
  };
  switch (code) {
    case 'no-policies':
      return [action(vscode.l10n.t('Pick from blocked calls…'), 'valetKey.addNarrowestRule')];
    case 'one-credential-two-environments':
      return data?.service === undefined
        ? []
        : [
            action(
              vscode.l10n.t('Enter another credential for “{0}”…', data.service),
              'valetKey.rotateCredential',
              data.service,
            ),
          ];
    default:
      return [];
  }
}
