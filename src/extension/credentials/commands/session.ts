import { authentication, l10n } from 'vscode';
import { errorText } from '../../../core/errorText.ts';
import type { VscodeSessionAuth } from '../../../core/policy/auth/vscodeSession.ts';
import { reportFailure } from '../../ui/confirm.ts';

/**
 * Has VS Code ask the user, in its own dialog, whether this extension may use the session. Its token is not kept: it
 * is asked for again when a call needs it. False when the user said no, or was told why there is none.
 */
export async function allowSession({ provider, scopes }: VscodeSessionAuth): Promise<boolean> {
  try {
    await authentication.getSession(provider, [...scopes], { createIfNone: true });
    return true;
  } catch (error) {
    await reportFailure(
      l10n.t('VS Code’s session cannot be used.'),
      l10n.t('{0} Sign in with “Accounts” in VS Code, and try again.', errorText(error)),
    );
    return false;
  }
}
