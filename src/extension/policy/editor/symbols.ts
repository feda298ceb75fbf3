import * as vscode from 'vscode';
import type { OutlineItem } from '../../../core/policy/text/outline.ts';
import type { PolicyParts } from '../../app/parts.ts';
import type { LanguageService } from '../language/languageService.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';

const KINDS: Readonly<Record<OutlineItem['kind'], vscode.SymbolKind>> = {
  services: vscode.SymbolKind.Namespace,
  service: vscode.SymbolKind.Module,
  servers: vscode.SymbolKind.Namespace,
  server: vscode.SymbolKind.Module,
  rule: vscode.SymbolKind.Field,
  tests: vscode.SymbolKind.Namespace,
  test: vscode.SymbolKind.Boolean,
};

/** The outline of a policy file: services with their rules, and tests. */
export function registerSymbols(app: PolicyParts, language: LanguageService): vscode.Disposable {
  return vscode.languages.registerDocumentSymbolProvider(
    POLICY_SELECTOR,
    {
      provideDocumentSymbols: async (document) => {
        if (app.locations.idOf(document.uri) === undefined) return [];
        const { version } = document;
        const items = await language.outline(document.getText());
        return document.version === version ? items.map((item) => symbolOf(item, document)) : [];
      },
    },
    { label: vscode.l10n.t('Valet Key') },
  );
}

function symbolOf(
  { kind, name, detail, span, nameSpan, children }: OutlineItem,
  document: vscode.TextDocument,
): vscode.DocumentSymbol {
  const range = ({ start, end }: OutlineItem['span']): vscode.Range =>
    new vscode.Range(document.positionAt(start), document.positionAt(end));
  const symbol = new vscode.DocumentSymbol(name, detail, KINDS[kind], range(span), range(nameSpan));
  symbol.children = children.map((child) => symbolOf(child, document));
  return symbol;
}
