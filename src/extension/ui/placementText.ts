import { l10n } from 'vscode';
import type { Auth } from '../../core/policy/model.ts';

/** Where the credential goes, in words. */
export function placementText(auth: Auth): string {
  switch (auth.type) {
    case 'bearer':
      return l10n.t('as “Authorization: Bearer …”');
    case 'basic':
      return auth.username
        ? l10n.t('as the password of user “{0}” (Basic)', auth.username)
        : l10n.t('as the user name or “user:password” (Basic)');
    case 'header':
      return l10n.t('in the header “{0}”', auth.name);
    case 'query':
      return l10n.t('in the query parameter “{0}”', auth.name);
  }
}

/** A credential as people may see it: by its last four characters, or not at all. */
export function maskedText(last4: string): string {
  return last4 === '' ? '••••••••' : `••••${last4}`;
}
