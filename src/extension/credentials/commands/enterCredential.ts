import { FileType, l10n, type Uri, window, workspace } from 'vscode';
import { printCommandLine } from '../../../core/credentials/commandLine.ts';
import { type EnvVariable, envVariables, withoutVariable } from '../../../core/credentials/envFile.ts';
import type { Secret } from '../../../core/secret.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';
import type { App } from '../../app/app.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { maskedText } from '../../ui/placementText.ts';
import { type Answer, askChoice, type StepFrame } from '../../ui/steps.ts';
import { shownPath } from '../../util/shownText.ts';
import type { ChosenCommand } from '../model/credentialEntry.ts';
import type { CredentialId } from '../model/credentialId.ts';
import type { CredentialFindings } from '../model/credentialStore.ts';
import { askCredential, type CredentialQuestion } from './credentialBox.ts';

/** A variable of a file in the workspace that a credential was taken from. */
export interface EnvSource {
  readonly file: Uri;
  readonly variable: EnvVariable;
}

interface EnvFile {
  readonly file: Uri;
  /** Never empty. */
  readonly variables: readonly EnvVariable[];
}

export interface EnteredCredential {
  readonly value: Secret;
  /** Absent when it was typed. */
  readonly source?: EnvSource;
  /** The command that gave it, which is kept in its place. */
  readonly command?: ChosenCommand;
}

/** What was entered, as the user may see it: by its last four characters, and where it comes from if not from them. */
export function shownCredential({ value, command }: EnteredCredential): string {
  const last4 = maskedText(value.last4);
  return command === undefined
    ? last4
    : l10n.t('{0}, from {1}', last4, printCommandLine([command.program, ...command.args]));
}

/** Stores what was entered, or the command that gave it. */
export function storeEntered(
  app: Pick<App, 'credentials'>,
  id: CredentialId,
  { value, command }: EnteredCredential,
  binding: Binding,
  findings: CredentialFindings,
): Promise<void> {
  return command === undefined
    ? app.credentials.put(id, value, binding, findings)
    : app.credentials.putCommand(id, command, binding);
}

/** Nobody has more of these at the places that count, and a workspace of thousands of packages must not hold us up. */
const MAX_FILES = 50;
/** A file larger than this was not written by hand. */
const MAX_BYTES = 256 * 1024;

/** Templates hold placeholders, and belong into the repository. */
const TEMPLATE = /\.(?:example|sample|template|dist|defaults?)$/i;

/**
 * Asks for a credential, always in the password box: whatever else is possible, what is pasted at this question is never
 * shown. Where the workspace has `.env` files, a button of the box leads to them.
 */
export async function askStoredOrTyped(
  frame: StepFrame,
  { fromFile, ...question }: CredentialQuestion & { readonly fromFile: boolean },
): Promise<Answer<EnteredCredential>> {
  const files = fromFile ? await envFiles() : [];
  for (;;) {
    let inFile = false;
    const useFile = (): 'leave' => {
      inFile = true;
      return 'leave';
    };
    const answer = await askCredential(frame, files.length > 0 ? { ...question, useFile } : question);
    if (!inFile) return answer.kind === 'value' ? { kind: 'value', value: { value: answer.value } } : answer;
    const source = await askVariable({ ...frame, back: true }, files);
    if (source.kind === 'back') continue;
    if (source.kind === 'cancel') return source;
    return { kind: 'value', value: { value: source.value.variable.value, source: source.value } };
  }
}

/**
 * Offers to take the variable out of its file, in a modal. Called when the value was stored and read back. Nothing else
 * of the file changes; a file that has changed so that the value is no longer in it is left alone.
 */
export async function offerRemoval({ file, variable }: EnvSource): Promise<void> {
  const where = pathOf(file);
  const remove = await confirmInModal({
    message: l10n.t('Remove {0} from {1}?', variable.name, where),
    detail: l10n.t(
      'The value is now stored. While it is also in the file, every program and agent that can read the workspace can read it. If the file was ever shared or committed, rotate the credential with its provider, too.\n\nPrograms that read the variable from this file will stop working.',
    ),
    action: l10n.t('Remove the Line'),
  });
  if (!remove) return;
  const dirty = workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === file.toString(),
  );
  const text = dirty ? undefined : await readText(file);
  const without = text === undefined ? undefined : withoutVariable(text, variable);
  if (without === undefined) {
    return reportFailure(
      l10n.t('{0} was not removed.', variable.name),
      dirty
        ? l10n.t('{0} has unsaved changes. Remove the line there yourself, and save.', where)
        : l10n.t('{0} changed in the meantime. Remove the line there yourself.', where),
    );
  }
  await workspace.fs.writeFile(file, new TextEncoder().encode(without));
  void window.showInformationMessage(l10n.t('{0} is removed from {1}.', variable.name, where));
}

async function askVariable(frame: StepFrame, files: readonly EnvFile[]): Promise<Answer<EnvSource>> {
  for (;;) {
    const [only] = files;
    const picked: Answer<EnvFile> =
      files.length === 1 && only
        ? { kind: 'value', value: only }
        : await askChoice(
            frame,
            l10n.t('Which file?'),
            files.map((env) => ({ label: pathOf(env.file), value: env })),
          );
    if (picked.kind !== 'value') return picked;
    const { file, variables } = picked.value;
    const answer = await askChoice(
      frame,
      l10n.t('Which variable? Its value is not shown.'),
      variables.map((variable) => ({
        label: variable.name,
        description: maskedText(variable.value.last4),
        detail: l10n.t('{0}, line {1}', pathOf(file), variable.line),
        value: { file, variable },
      })),
    );
    if (answer.kind !== 'back' || files.length === 1) return answer;
  }
}

/** The files that hold a value that could be a credential, those nearest to the root first. */
async function envFiles(): Promise<readonly EnvFile[]> {
  const found = await workspace.findFiles('**/.env*', '{**/node_modules/**,**/.git/**,**/.venv/**}', MAX_FILES);
  const named = found
    .filter(({ path }) => /\/\.env(?:\.[^/]+)?$/.test(path) && !TEMPLATE.test(path))
    .sort((one, other) => one.path.length - other.path.length || (one.path < other.path ? -1 : 1));
  const read = await Promise.all(
    named.map(async (file) => ({ file, variables: envVariables((await readText(file)) ?? '') })),
  );
  return read.filter(({ variables }) => variables.length > 0);
}

function pathOf(file: Uri): string {
  return shownPath(workspace.asRelativePath(file));
}

/** Undefined for what is too large, no file, or no UTF-8. */
async function readText(file: Uri): Promise<string | undefined> {
  try {
    const { size, type } = await workspace.fs.stat(file);
    if (size > MAX_BYTES || (type & FileType.File) === 0) return undefined;
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await workspace.fs.readFile(file));
  } catch {
    return undefined;
  }
}
