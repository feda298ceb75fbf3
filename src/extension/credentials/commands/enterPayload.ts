import { l10n, type Uri, window, workspace } from 'vscode';
import { credentialOfParts } from '../../../core/credentials/credentialParts.ts';
import type { Auth } from '../../../core/policy/auth/authTypes.ts';
import { Secret } from '../../../core/secret.ts';
import { payloadProblem } from '../../../gateway/credentials/payload.ts';
import { type CredentialPart, dialogOf } from '../../ui/authDialogs.ts';
import { reportFailure } from '../../ui/confirm.ts';
import { type Answer, askText, type StepFrame } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';
import { shownPath } from '../../util/shownText.ts';
import { type CredentialQuestion, credentialButtons } from './credentialBox.ts';
import { askStoredOrTyped, type EnteredCredential } from './enterCredential.ts';

/** A key file is a few KB; anything much larger is another file. */
const MAX_BYTES = 64 * 1024;

export interface PayloadQuestion extends Omit<CredentialQuestion, 'useCommand'> {
  /** Whether it may stand in a file of the workspace. */
  readonly fromFile: boolean;
  /** Asks for a command that gives it. */
  readonly fromCommand: (frame: StepFrame) => Promise<Answer<EnteredCredential>>;
}

/**
 * Asks for what this type of credential is made of, and explains what that is; or for a command that gives it, where the
 * user says so. `question` says where it goes.
 */
export async function askCredentialOf(
  frame: StepFrame,
  auth: Auth,
  { fromCommand, ...question }: PayloadQuestion,
): Promise<Answer<EnteredCredential>> {
  for (;;) {
    let byCommand = false;
    const useCommand = (): 'leave' => {
      byCommand = true;
      return 'leave';
    };
    const answer = await askEntered(frame, auth, suitsCommand(auth) ? { ...question, useCommand } : question);
    if (!byCommand) return answer;
    const given = await fromCommand({ ...frame, back: true });
    if (given.kind !== 'back') return given;
  }
}

/** Whether a command may give the credential: not one that changes by being used, and not one that VS Code has. */
export function suitsCommand(auth: Auth): boolean {
  return auth.type === 'oauth2' ? auth.grant === 'client_credentials' : auth.type !== 'vscode-session';
}

async function askEntered(
  frame: StepFrame,
  auth: Auth,
  question: CredentialQuestion & { readonly fromFile: boolean },
): Promise<Answer<EnteredCredential>> {
  const entry = dialogOf(auth).entry(auth);
  switch (entry.kind) {
    case 'text':
      return askStoredOrTyped(frame, question);
    case 'parts':
      return askParts(frame, auth, question, entry.parts);
    case 'file':
      return askFile(frame, auth, entry.label, entry.extensions);
    case 'nothing':
      // The session is VS Code's.
      return { kind: 'value', value: { value: new Secret('') } };
  }
}

/** Asks for each part in a password box. What is left out is not in the credential. */
async function askParts(
  frame: StepFrame,
  auth: Auth,
  question: CredentialQuestion,
  parts: readonly CredentialPart[],
): Promise<Answer<EnteredCredential>> {
  const keys = parts.map(({ key }) => key);
  const typed: string[] = [];
  for (;;) {
    const part = parts[typed.length];
    if (!part) return { kind: 'value', value: { value: credentialOfParts(keys, typed) } };
    const last = typed.length === parts.length - 1;
    const answer = await askText(typed.length === 0 ? frame : { ...frame, back: true }, {
      prompt: `${part.prompt} ${question.prompt}`,
      password: true,
      buttons: credentialButtons(question),
      problem: (text) => {
        if (text.trim() === '') return part.optional ? undefined : l10n.t('Paste it here.');
        if (/\p{Cc}/u.test(text.trim())) return l10n.t('This contains a line break or another control character.');
        const value = credentialOfParts(keys, [...typed, text.trim()]);
        return last && value.length > 0 ? unfitText(auth, value) : undefined;
      },
    });
    if (answer.kind === 'cancel' || (answer.kind === 'back' && typed.length === 0)) return answer;
    if (answer.kind === 'back') typed.pop();
    else typed.push(answer.value.trim());
  }
}

async function askFile(
  frame: StepFrame,
  auth: Auth,
  label: string,
  extensions: readonly string[],
): Promise<Answer<EnteredCredential>> {
  for (;;) {
    const [file] =
      (await window.showOpenDialog({
        title: `${frame.title}: ${label}`,
        openLabel: l10n.t('Use This Key'),
        canSelectMany: false,
        filters: { [label]: [...extensions], [l10n.t('All files')]: ['*'] },
      })) ?? [];
    // A file dialog has no way back of its own; closing it is one where there is a question before.
    if (!file) return { kind: frame.step > 1 || frame.back ? 'back' : 'cancel' };
    const value = await readKey(file);
    const problem = value === undefined ? l10n.t('The file is larger than 64 KB.') : unfitText(auth, value);
    if (value !== undefined && problem === undefined) return { kind: 'value', value: { value } };
    await reportFailure(
      l10n.t('{0} is not the required key.', shownPath(workspace.asRelativePath(file))),
      l10n.t('{0} Choose another file.', problem ?? ''),
    );
  }
}

/** Why a value is no credential of this type, as a sentence; undefined when it is one. */
function unfitText(auth: Auth, value: Secret): string | undefined {
  const problem = payloadProblem(auth, value);
  return problem && l10n.t('This does not fit: {0}.', localized(problem));
}

async function readKey(file: Uri): Promise<Secret | undefined> {
  const bytes = await workspace.fs.readFile(file);
  return bytes.length > MAX_BYTES ? undefined : new Secret(new TextDecoder().decode(bytes).trim());
}
