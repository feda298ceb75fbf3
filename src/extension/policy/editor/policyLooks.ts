import * as vscode from 'vscode';
import type { Look, LookContext } from '../../../policyWorker/look.ts';
import type { App } from '../../app/app.ts';
import { Emitter } from '../../util/emitter.ts';
import type { CallHistory } from '../language/callHistory.ts';
import type { LanguageService } from '../language/languageService.ts';
import { sharedCredentials } from '../language/sharedCredentials.ts';
import { TOO_SLOW } from '../model/boundedParse.ts';

/** How long typing must pause before the file is looked at again. Another look waits for the one that is under way. */
const PAUSE_MS = 20;

/** What was found in a document, and in which version of it. */
export interface DocumentLook extends Look {
  readonly version: number;
}

export interface LookParts {
  readonly language: LanguageService;
  readonly history: CallHistory;
}

/** Looks at the open policy files, and again whenever they or what their problems depend on changes. */
export class PolicyLooks {
  readonly #app: App;
  readonly #parts: LookParts;
  readonly #looks = new Map<string, DocumentLook>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #busy = new Set<string>();
  readonly #changed = new Emitter<vscode.TextDocument>();
  /** Something was found in this document. */
  readonly onDidLook = this.#changed.event;

  constructor(app: App, parts: LookParts) {
    this.#app = app;
    this.#parts = parts;
  }

  /** The last look at a document; undefined before the first. Its version may be an older one than the document's. */
  of({ uri }: vscode.TextDocument): DocumentLook | undefined {
    return this.#looks.get(uri.toString());
  }

  register(): vscode.Disposable {
    const all = (): void => {
      for (const document of vscode.workspace.textDocuments) this.#lookSoon(document, 0);
    };
    all();
    return vscode.Disposable.from(
      {
        dispose: () => {
          for (const timer of this.#timers.values()) clearTimeout(timer);
        },
      },
      vscode.workspace.onDidOpenTextDocument((document) => this.#lookSoon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#lookSoon(document, PAUSE_MS)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#looks.delete(uri.toString())),
      this.#parts.history.onDidChange(all),
      this.#app.policies.onDidChange(all),
      this.#app.credentials.onDidChange(all),
    );
  }

  #lookSoon(document: vscode.TextDocument, pause: number): void {
    if (this.#app.locations.idOf(document.uri) === undefined) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      if (this.#busy.has(key)) return this.#lookSoon(document, PAUSE_MS);
      this.#timers.delete(key);
      this.#busy.add(key);
      void this.#look(document)
        .catch((error: unknown) => this.#app.log.error(`A policy file could not be checked: ${String(error)}`))
        .finally(() => this.#busy.delete(key));
    }, pause);
    this.#timers.set(key, timer);
  }

  async #look(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed) return;
    const { version } = document;
    const text = document.getText();
    const look = (await this.#parts.language.look(text, this.#contextOf(document))) ?? { problems: [TOO_SLOW] };
    if (document.isClosed) return;
    this.#looks.set(document.uri.toString(), { ...look, version });
    this.#changed.fire(document);
  }

  #contextOf(document: vscode.TextDocument): LookContext {
    const id = this.#app.locations.idOf(document.uri);
    const entries = this.#app.policies.entries();
    const entry = entries.find((one) => one.id === id);
    const own = entries.find((one) => one.id === 'user')?.writtenPolicy?.services;
    // A rule that was only just written cannot have been used.
    const settled = !document.isDirty && entry?.pending.length === 0 && entry.approval.kind === 'approved';
    const calls = settled ? this.#parts.history.monthSince(entry.approval.at) : undefined;
    return {
      sameCredential: sharedCredentials(entries, this.#app.credentials.all()),
      // Who keeps no policy of his own has all of it in the workspace, and need not be told so at every service.
      ...(id !== 'user' && own && own.size > 0 ? { knownServices: [...own.keys()] } : {}),
      ...(calls ? { calls } : {}),
    };
  }
}
