import * as vscode from 'vscode';
import type { Completion } from '../../../core/policy/editor/complete.ts';
import { KNOWN_SERVICES } from '../../../core/services/knownServices.ts';
import type { PolicyParts, ServiceParts } from '../../app/parts.ts';
import { localized } from '../../util/localized.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import type { LookParts } from './policyLooks.ts';

const KINDS: Readonly<Record<Completion['kind'], vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.EnumMember,
  path: vscode.CompletionItemKind.File,
  service: vscode.CompletionItemKind.Module,
  url: vscode.CompletionItemKind.Reference,
};

/** Offers keys, their values, services and base URLs that are known, and paths that were called. */
export function registerCompletion(
  app: PolicyParts & ServiceParts,
  { language, history }: LookParts,
): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    POLICY_SELECTOR,
    {
      provideCompletionItems: async (document, position, token) => {
        if (app.locations.idOf(document.uri) === undefined) return [];
        await history.refresh();
        const found = await language.complete(document.getText(), document.offsetAt(position), {
          services: servicesKnown(app),
          baseUrls: KNOWN_SERVICES.filter(({ ownHosts }) => ownHosts === undefined).map(({ baseUrl }) => baseUrl),
          calls: history.calls,
        });
        return token.isCancellationRequested ? [] : found.map((one, index) => itemOf(one, index, document));
      },
    },
    // YAML's words count as strings, in which VS Code offers nothing unasked but after these.
    ' ',
    '/',
    '[',
    '-',
  );
}

/** The window's own services first, then the providers that Add Service knows. */
function servicesKnown(app: ServiceParts): readonly string[] {
  return [...new Set([...app.services.list.map(({ name }) => name), ...KNOWN_SERVICES.map(({ id }) => id)])];
}

function itemOf(
  { label, insertText, behind, kind, detail, word, leadsOn }: Completion,
  index: number,
  document: vscode.TextDocument,
): vscode.CompletionItem {
  const item = new vscode.CompletionItem(label, KINDS[kind]);
  item.insertText =
    behind === undefined
      ? insertText
      : new vscode.SnippetString().appendText(insertText).appendTabstop(0).appendText(behind);
  // Its lines are indented already.
  item.keepWhitespace = true;
  item.range = new vscode.Range(document.positionAt(word.start), document.positionAt(word.end));
  item.documentation = localized(detail);
  // In the order of the language, not of the alphabet: what is needed first stands first.
  item.sortText = String(index).padStart(5, '0');
  // After a key what it holds; where nothing of ours fits, VS Code would offer any words of the file.
  if (leadsOn) item.command = { command: 'editor.action.triggerSuggest', title: vscode.l10n.t('Suggest') };
  return item;
}
