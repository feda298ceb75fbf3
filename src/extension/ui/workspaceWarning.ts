import { homedir } from 'node:os';
import { l10n } from 'vscode';
import { printCommandLine } from '../credentials/commandLine.ts';
import { wordsInWorkspace } from '../credentials/findProgram.ts';
import { localFolders } from '../gateway/windowInfo.ts';

/** What a person is told of a command line that is to get or give a credential, if it names something that agents can change. */
export async function workspaceWarning(words: readonly string[]): Promise<string | undefined> {
  const shared = await wordsInWorkspace(words, localFolders(), homedir());
  if (shared.length === 0) return undefined;
  return l10n.t(
    'It names something in the workspace: {0}. Agents can change the files there, and so what it does.',
    printCommandLine(shared),
  );
}
