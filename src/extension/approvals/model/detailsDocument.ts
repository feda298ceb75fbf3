import * as vscode from 'vscode';
import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import { READ_ONLY_SCHEME, type ReadOnlyTexts } from '../../ui/readOnlyText.ts';
import type { ApprovalQueue } from './approvalQueue.ts';
import { detailsText } from './questionText.ts';

/** Documents with all of a question, from which it is asked again. */
export class DetailsDocuments {
  readonly #texts: ReadOnlyTexts;
  readonly #queue: ApprovalQueue;
  /** Question ids by the documents' addresses. */
  readonly #ids = new Map<string, string>();

  constructor(texts: ReadOnlyTexts, queue: ApprovalQueue) {
    this.#texts = texts;
    this.#queue = queue;
  }

  async show(question: ApprovalQuestion): Promise<void> {
    const uri = this.#texts.put(vscode.l10n.t('Request for approval.txt'), detailsText(question));
    this.#ids.set(uri.toString(), question.id);
    await vscode.window.showTextDocument(uri, { preview: false });
  }

  /** The lens above such a document: the way back to the question, or that it is gone. */
  register(): vscode.Disposable {
    const changed = new vscode.EventEmitter<void>();
    return vscode.Disposable.from(
      changed,
      this.#queue.onDidChange(() => changed.fire()),
      vscode.languages.registerCodeLensProvider(
        { scheme: READ_ONLY_SCHEME },
        {
          onDidChangeCodeLenses: changed.event,
          provideCodeLenses: ({ uri }) => {
            const id = this.#ids.get(uri.toString());
            return id === undefined ? [] : [this.#lens(id)];
          },
        },
      ),
    );
  }

  #lens(id: string): vscode.CodeLens {
    const command = this.#queue.find(id)
      ? { title: vscode.l10n.t('Answer this request…'), command: 'valetKey.reviewPendingApprovals', arguments: [id] }
      : { title: vscode.l10n.t('This request is no longer pending'), command: '' };
    return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command);
  }
}
