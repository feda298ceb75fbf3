import { l10n } from 'vscode';
import {
  type CredentialInputProblem,
  cleanCredential,
  typedProblem,
  weaknessOf,
} from '../../../core/credentials/credentialInput.ts';
import type { Secret } from '../../../core/secret.ts';
import { openKeyPage } from '../../services/model/keyPage.ts';
import { type Answer, askText, type BoxButton, type StepFrame } from '../../ui/steps.ts';
import { localized } from '../../util/localized.ts';

export interface CredentialQuestion {
  readonly prompt: string;
  /** Where the provider makes and revokes credentials. */
  readonly keyPage?: string | undefined;
  /** Leaves the question, because the credential is to come out of a `.env` file. */
  readonly useFile?: (() => 'leave') | undefined;
  /** Leaves the question, because the credential is to come from a command. */
  readonly useCommand?: (() => 'leave') | undefined;
  /** The value that is to be replaced: to enter it again is worth a warning. */
  readonly present?: Secret | undefined;
}

/** Asks for a credential. It is never shown, and leaves this function only as a {@link Secret}. */
export async function askCredential(frame: StepFrame, question: CredentialQuestion): Promise<Answer<Secret>> {
  const { prompt, present } = question;
  const answer = await askText(frame, {
    prompt,
    placeholder: placeholderText(question),
    password: true,
    buttons: credentialButtons(question),
    problem: (typed) => {
      const problem = typedProblem(typed);
      if (problem) return problemText(problem);
      if (present?.equals(cleanCredential(typed))) {
        return {
          warning: l10n.t('This credential is already in use. Press Enter again to store it anyway.'),
        };
      }
      const weakness = weaknessOf(cleanCredential(typed));
      return weakness && { warning: l10n.t('{0} Press Enter again to use it as it is.', localized(weakness)) };
    },
  });
  return answer.kind === 'value' ? { kind: 'value', value: cleanCredential(answer.value) } : answer;
}

/** The ways to the provider's key page, where one is known, to a `.env` file, and to a command that gives the credential. */
export function credentialButtons({
  keyPage,
  useFile,
  useCommand,
}: Pick<CredentialQuestion, 'keyPage' | 'useFile' | 'useCommand'>): readonly BoxButton[] {
  const page: BoxButton | undefined =
    keyPage === undefined
      ? undefined
      : {
          icon: 'link-external',
          tooltip: l10n.t('Open the provider’s key page'),
          press: () => {
            void openKeyPage(keyPage);
            return undefined;
          },
        };
  const file: BoxButton | undefined = useFile && {
    icon: 'file',
    tooltip: l10n.t('Take it from a .env file…'),
    press: useFile,
  };
  const command: BoxButton | undefined = useCommand && {
    icon: 'terminal',
    tooltip: l10n.t('Take it from a command…'),
    press: useCommand,
  };
  return [page, file, command].filter((button) => button !== undefined);
}

/** The other ways, for whoever does not know the buttons yet. */
function placeholderText({ useFile, useCommand }: CredentialQuestion): string {
  if (useFile && useCommand) return l10n.t('Paste it here, or use a button above: a .env file, a command');
  if (useFile) return l10n.t('Paste it here, or use the button above: a .env file');
  return useCommand ? l10n.t('Paste it here, or use the button above: a command') : l10n.t('Paste it here');
}

function problemText(problem: CredentialInputProblem): string {
  switch (problem) {
    case 'empty':
      return l10n.t('Paste the credential.');
    case 'too-short':
      return l10n.t(
        'This is shorter than 8 characters, so it cannot be redacted from responses. Paste the whole credential.',
      );
    case 'line-break':
      return l10n.t('This has more than one line. Paste the credential alone.');
    case 'control-character':
      return l10n.t(
        'This contains a control character, which a request header cannot carry. Copy the credential again.',
      );
    case 'not-ascii':
      return l10n.t(
        'This contains a character outside ASCII, which a request header cannot carry. Copy the credential again.',
      );
  }
}
