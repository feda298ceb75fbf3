import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../scripts/lib/repo.mjs';
import { pseudo } from '../../support/pseudoLocale.ts';
import { type Editor, EXTENSION_ID, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

/** The usual tag of a pseudo-locale, which nobody speaks. */
const LANGUAGE = 'qps-ploc';

/** Where texts of ours show in a window. */
const SURFACES = [
  '.pane',
  '.quick-input-widget',
  '.monaco-dialog-box',
  '.notifications-toasts .notification-list-item',
  '.statusbar-item[id^="valet-key"]',
  '.codelens-decoration',
  '.monaco-hover',
  '.editor-actions',
  '.tabs-container .tab-label',
].join(', ');

/** An editor whose extensions are told of a language in which every letter of ours is another one; VS Code’s own words stay. */
export async function startPseudoEditor(): Promise<Editor> {
  const editor = await startEditor({ language: LANGUAGE });
  const [installed = ''] = readdirSync(editor.folders.extensions).filter((name) => name.startsWith(EXTENSION_ID));
  for (const [from, to] of [
    ['package.nls.json', `package.nls.${LANGUAGE}.json`],
    ['l10n/bundle.l10n.json', `l10n/bundle.l10n.${LANGUAGE}.json`],
  ] as const) {
    const texts = JSON.parse(readFileSync(join(ROOT, from), 'utf8')) as Record<string, string>;
    const translated = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, pseudo(text)]));
    const target = join(editor.folders.extensions, installed, to);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, JSON.stringify(translated));
  }
  return editor;
}

/** The lines of everything of ours that is in sight, what a screen reader says of it among them. */
export async function linesInSight(window: EditorWindow): Promise<readonly string[]> {
  const texts: readonly string[] = await window.page
    .locator(SURFACES)
    .filter({ visible: true })
    .evaluateAll((elements) =>
      elements.flatMap((element) => [
        element.innerText,
        ...[element, ...element.querySelectorAll('[aria-label], [placeholder]')].flatMap((one) => [
          one.getAttribute('aria-label') ?? '',
          one.getAttribute('placeholder') ?? '',
        ]),
      ]),
    );
  return texts.flatMap((text) => text.split('\n'));
}

/** All that the providers of a file's editor say of it: problems, fixes, lenses, and at each line hovers and completion. */
export function wordsOfFile(window: EditorWindow, file: string): Promise<readonly string[]> {
  return window.evaluate(async (vscode, path) => {
    interface Written {
      readonly value: string;
    }
    interface Item {
      readonly detail?: string;
      readonly documentation?: string | Written;
    }
    const ask = vscode.commands.executeCommand;
    const written = (one: string | Written = ''): string => (typeof one === 'string' ? one : one.value);
    const uri = vscode.Uri.file(path);
    const document = await vscode.workspace.openTextDocument(uri);
    const said: string[] = [];
    for (const { message, relatedInformation = [], range } of vscode.languages.getDiagnostics(uri)) {
      const fixes = await ask<{ title: string }[]>('vscode.executeCodeActionProvider', uri, range);
      said.push(message, ...relatedInformation.map((one) => one.message), ...fixes.map(({ title }) => title));
    }
    const lenses = await ask<{ command?: { title: string; tooltip?: string } }[]>(
      'vscode.executeCodeLensProvider',
      uri,
      50,
    );
    said.push(...lenses.flatMap(({ command }) => [command?.title ?? '', command?.tooltip ?? '']));
    for (let line = 0; line < document.lineCount; line += 1) {
      const at = new vscode.Position(line, document.lineAt(line).firstNonWhitespaceCharacterIndex + 3);
      const hovers = await ask<{ contents: (string | Written)[] }[]>('vscode.executeHoverProvider', uri, at);
      const { items } = await ask<{ items: Item[] }>('vscode.executeCompletionItemProvider', uri, at);
      said.push(...hovers.flatMap(({ contents }) => contents.map(written)));
      said.push(...items.flatMap(({ detail = '', documentation }) => [detail, written(documentation)]));
    }
    return said.flatMap((text) => text.split('\n'));
  }, file);
}
