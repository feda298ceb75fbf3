import * as vscode from 'vscode';

const SCHEME = 'valetkey-text';
/** Each holds its text in memory for as long as the window lives. */
const KEPT = 20;

/** Read-only documents that are made for reading: a report, a list. They are on no disk and never ask to be saved. */
export class ReadOnlyTexts {
  readonly #texts = new Map<string, string>();

  /** Opens the text under this name, such as `Audit check.md`. */
  async show(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: String(Date.now()) });
    this.#texts.set(uri.toString(), text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
    await vscode.window.showTextDocument(uri, { preview: false });
  }

  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? '',
    });
  }
}
