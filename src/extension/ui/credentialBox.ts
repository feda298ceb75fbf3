import { l10n } from 'vscode';
import type { Secret } from '../../core/secret.ts';
import { type CredentialInputProblem, cleanCredential, credentialProblem } from '../credentials/credentialInput.ts';
import { type Answer, askText, type StepFrame } from './steps.ts';

/** Asks for a credential. It is never shown, and leaves this function only as a {@link Secret}. */
export async function askCredential(frame: StepFrame, prompt: string): Promise<Answer<Secret>> {
  const answer = await askText(frame, {
    prompt,
    password: true,
    problem: (typed) => {
      const problem = credentialProblem(cleanCredential(typed));
      return problem && problemText(problem);
    },
  });
  return answer.kind === 'value' ? { kind: 'value', value: cleanCredential(answer.value) } : answer;
}

function problemText(problem: CredentialInputProblem): string {
  switch (problem) {
    case 'empty':
      return l10n.t('Paste the credential.');
    case 'too-short':
      return l10n.t(
        'This is shorter than 8 characters, so it cannot be kept out of answers. Paste the whole credential.',
      );
    case 'line-break':
      return l10n.t('This has more than one line. Paste the credential alone.');
    case 'control-character':
      return l10n.t('This holds a control character, which no request header can carry. Copy the credential again.');
    case 'not-ascii':
      return l10n.t(
        'This holds a character outside ASCII, which no request header can carry. Copy the credential again.',
      );
  }
}
