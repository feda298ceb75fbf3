import * as vscode from 'vscode';

export const READ_ONLY_SCHEME = 'valetkey-text';
/** Each holds its text in memory for as long as the window lives. */
const MAX_TEXTS = 20;

/** Read-only documents that are made for reading: a report, a list. They are on no disk and never ask to be saved. */
export class ReadOnlyTexts {
  readonly #texts = new Map<string, string>();
  #count = 0;

  /** Opens the text under this name; the name's end says how it is coloured, such as `.md`. */
  async show(name: string, text: string): Promise<void> {
    await vscode.window.showTextDocument(this.put(name, text), { preview: false });
  }

  /** The address of a document with this text. */
  put(name: string, text: string): vscode.Uri {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: READ_ONLY_SCHEME, path: `/${name}`, query: String(this.#count) });
    this.#texts.set(uri.toString(), text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > MAX_TEXTS && oldest !== undefined) this.#texts.delete(oldest);
    return uri;
  }

  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(READ_ONLY_SCHEME, {
      provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? '',
    });
  }
}
