import { homedir } from 'node:os';
import { l10n } from 'vscode';
import { printCommandLine } from '../../../core/credentials/commandLine.ts';
import { localFolders } from '../../gateway/model/windowInfo.ts';
import { wordsInWorkspace } from '../model/findProgram.ts';

type ServerRun =
  | { readonly by: 'command'; readonly command: string; readonly args: readonly string[] }
  | { readonly by: 'url' };

/**
 * What the user is told of a command line that is to get or give a credential, as lines of a dialog: none, unless it names
 * something that agents can change.
 */
export async function workspaceWarning(words: readonly string[]): Promise<readonly string[]> {
  const shared = await wordsInWorkspace(words, localFolders(), homedir());
  if (shared.length === 0) return [];
  return [
    l10n.t(
      'The command uses something in the workspace: {0}. Agents can edit files there, and so change what the command does.',
      printCommandLine(shared),
    ),
    '',
  ];
}

/** The same for an upstream MCP server, which runs a command line or has an address. */
export async function serverWorkspaceWarning(run: ServerRun): Promise<readonly string[]> {
  return run.by === 'command' ? workspaceWarning([run.command, ...run.args]) : [];
}
