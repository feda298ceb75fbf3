import * as vscode from 'vscode';

/**
 * Asks in a modal dialog. Whatever widens access is decided here and nowhere else: commands that any extension can run
 * answer toasts and quick picks, but no modal.
 */
export async function confirmInModal(question: {
  readonly message: string;
  readonly detail: string;
  /** The button that says yes; closing the dialog says no. */
  readonly action: string;
  readonly warning?: boolean;
}): Promise<boolean> {
  const show = question.warning ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  return (await show(question.message, { modal: true, detail: question.detail }, question.action)) === question.action;
}

/** Says that something a person asked for did not happen: what, why, and what to do next. */
export async function tellFailure(what: string, whyAndNext: string): Promise<void> {
  await vscode.window.showErrorMessage(what, { modal: true, detail: whyAndNext });
}
