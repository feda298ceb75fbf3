import { l10n } from 'vscode';
import { type Auth, furtherOrigins } from '../../core/policy/auth/authTypes.ts';
import { dialogOf } from './authDialogs.ts';

/** Where the credential goes, in words. */
export function placementText(auth: Auth): string {
  return dialogOf(auth).placement(auth);
}

/** Where the credential goes and nowhere else; and where the tokens go that are fetched with it. */
export function destinationText(auth: Auth, origin: string): string {
  return furtherOrigins(auth).length > 0
    ? l10n.t('sent only {0}; they go only to {1}', placementText(auth), origin)
    : l10n.t('sent only to {0} {1}', origin, placementText(auth));
}

/** A credential as people may see it: by its last four characters, or not at all. */
export function maskedText(last4: string): string {
  return last4 === '' ? '••••••••' : `••••${last4}`;
}
