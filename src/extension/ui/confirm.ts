import * as vscode from 'vscode';
import { carefulChoice } from './carefulChoice.ts';

export interface ModalQuestion {
  readonly message: string;
  readonly detail: string;
  readonly warning?: boolean;
}

/**
 * Asks in a modal dialog. Whatever widens access is decided here and nowhere else: commands that any extension can run
 * answer toasts and quick picks, but no modal. A yes that comes too soon to have been meant is asked for again.
 */
export async function confirmInModal(
  question: ModalQuestion & {
    /** The button that says yes; closing the dialog says no. */
    readonly action: string;
  },
): Promise<boolean> {
  const { action } = question;
  return (
    (await carefulChoice(
      () => chooseInModal(question, [action]),
      (chosen) => chosen === action,
      Date.now,
    )) === action
  );
}

/** A modal dialog with several ways on; undefined when it was closed. The first is the default. */
export async function chooseInModal(
  { message, detail, warning }: ModalQuestion,
  actions: readonly string[],
): Promise<string | undefined> {
  const show = warning ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  return show(message, { modal: true, detail }, ...actions);
}

/** Says that something the user asked for did not happen: what, why, and what to do next. */
export async function reportFailure(what: string, whyAndNext: string): Promise<void> {
  await vscode.window.showErrorMessage(what, { modal: true, detail: whyAndNext });
}
