import os from 'node:os';
import { commands, l10n, Uri, window } from 'vscode';
import type { AgentClient } from '../model/agentClients.ts';
import { EntryError } from '../model/clientEntry.ts';
import { ClientFileError } from '../model/clientFile.ts';

/** Says why a client's configuration was left alone, and offers to open it. Throws what is no such reason. */
export async function reportWhyNot(error: unknown, client: AgentClient, file: string): Promise<void> {
  const why = reasonOf(error, client, file);
  if (why === undefined) throw error;
  const open = l10n.t('Open File');
  const chosen = await window.showErrorMessage(
    l10n.t('The configuration of {0} was not changed.', client.label),
    { modal: true, detail: why },
    ...(canBeOpened(error) ? [open] : []),
  );
  if (chosen === open) await commands.executeCommand('vscode.open', Uri.file(file));
}

/** With `~` for the home folder. */
export function shortPath(file: string): string {
  const home = os.homedir();
  return file.startsWith(home) ? `~${file.slice(home.length)}` : file;
}

function canBeOpened(error: unknown): boolean {
  return error instanceof EntryError || (error instanceof ClientFileError && error.reason !== 'no-file');
}

function reasonOf(error: unknown, client: AgentClient, file: string): string | undefined {
  const name = shortPath(file);
  if (error instanceof EntryError) {
    switch (error.problem) {
      case 'unparsable':
        return l10n.t('{0} has errors, so it cannot be changed safely. Fix them, then try again.', name);
      case 'unexpected':
        return l10n.t(
          '{0} is not in the form that {1} usually writes, so it cannot be changed safely. Run “Copy MCP Configuration” and add the entry by hand.',
          name,
          client.label,
        );
      case 'taken':
        return l10n.t(
          '{0} has another entry whose name begins with “valet-key”. Remove or rename it, then try again.',
          name,
        );
      case 'changed':
        return l10n.t('The entry in {0} was changed by hand. Remove it there yourself.', name);
    }
  }
  if (error instanceof ClientFileError) {
    switch (error.reason) {
      case 'no-file':
        return l10n.t('{0} is not a file.', name);
      case 'read-only':
        return l10n.t('{0} is read-only. Make it writable, then try again.', name);
      case 'not-text':
        return l10n.t('{0} is not UTF-8 text, so it cannot be changed safely. Save it as UTF-8, then try again.', name);
      case 'too-large':
        return l10n.t('{0} is too large to be a configuration.', name);
      case 'changed':
        return l10n.t('{0} changed while you were looking at the changes. Try again.', name);
    }
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return l10n.t('{0} cannot be written ({1}). Check who owns it and its folder, then try again.', name, error.code);
  }
  return undefined;
}
