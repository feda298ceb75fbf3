import * as vscode from 'vscode';
import { errorText } from '../../core/errorText.ts';
import { CredentialNotSavedError } from '../credentials/model/checkedSecret.ts';
import { ApprovalNotSavedError } from '../state/approvalStore.ts';
import { reportFailure } from '../ui/confirm.ts';
import type { App } from './app.ts';

/** What a command does. The argument is whatever VS Code passes along: a tree item, an editor's address, or nothing. */
type Command = (app: App, argument: unknown) => Promise<void>;

/** A feature's commands by their ids, such as `valetKey.freezeAll`. Each module is loaded when it is first used. */
export type CommandTable = Readonly<Record<string, () => Promise<Command>>>;

/** Registers a feature's commands. One that fails says so in a dialog, and in the log. */
export function registerCommands(app: App, commands: CommandTable): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, load]) =>
      vscode.commands.registerCommand(id, async (argument?: unknown) => {
        try {
          await (await load())(app, argument);
        } catch (error) {
          app.log.error(`${id}: ${errorText(error)}`);
          await reportFailure(vscode.l10n.t('Valet Key could not finish that.'), reasonOf(error));
        }
      }),
    ),
  );
}

/** Why it failed and what to do next. */
function reasonOf(error: unknown): string {
  if (error instanceof CredentialNotSavedError || error instanceof ApprovalNotSavedError) {
    return vscode.l10n.t(
      'VS Code’s secret storage did not save the value, so nothing was changed. Check that the system’s keyring is unlocked, and try again.',
    );
  }
  return vscode.l10n.t(
    '{0}\n\nTry again. If it keeps failing, the “Valet Key” output channel has the details.',
    errorText(error),
  );
}
