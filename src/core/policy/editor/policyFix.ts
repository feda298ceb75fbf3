import type { Phrase } from '../../text/phrase.ts';
import type { TextEdit } from '../../text/textEdit.ts';

/** A quick fix: what it does, and the edits that do it. What it adds waits for the user's review like any other edit. */
export interface PolicyFix {
  readonly title: Phrase;
  readonly edits: readonly TextEdit[];
}
