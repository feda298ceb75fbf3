import type { TextEdit } from '../../text/textEdit.ts';

/** A quick fix: what it does, and the edits that do it. What it adds waits for a person's review like any other edit. */
export interface PolicyFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}
