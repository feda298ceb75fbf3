import * as vscode from 'vscode';
import type { PolicyParts } from '../../app/parts.ts';
import { localized } from '../../util/localized.ts';
import { markdownText } from '../../util/markdownText.ts';
import { POLICY_SELECTOR } from '../language/policySelector.ts';
import type { LookParts } from './policyLooks.ts';

/** Says of a rule what it does, in words, with the calls it matched; and of a key what it is for. */
export function registerHover(app: PolicyParts, { language, history }: LookParts): vscode.Disposable {
  return vscode.languages.registerHoverProvider(POLICY_SELECTOR, {
    provideHover: async (document, position) => {
      if (app.locations.idOf(document.uri) === undefined) return undefined;
      await history.refresh();
      const { version } = document;
      const found = await language.hover(document.getText(), document.offsetAt(position), history.recent);
      if (!found || document.version !== version) return undefined;
      // What the file says is quoted, never rendered: a path may look like a link.
      const text = new vscode.MarkdownString();
      found.lines.forEach((line, index) => {
        if (index > 0) text.appendMarkdown('\n\n');
        text.appendMarkdown(markdownText(localized(line)));
      });
      const { start, end } = found.span;
      return new vscode.Hover(text, new vscode.Range(document.positionAt(start), document.positionAt(end)));
    },
  });
}
