import { l10n } from 'vscode';
import type { Auth } from '../../core/policy/model/auth.ts';

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
    case 'oauth2':
    case 'google-service-account':
      return l10n.t('to {0}, for tokens sent as “Authorization: Bearer …”', auth.tokenUrl.origin);
    case 'github-app':
      return l10n.t(
        'as a signature of GitHub App {0}, for tokens of installation {1}',
        auth.appId,
        auth.installationId,
      );
    case 'aws-sigv4':
      return l10n.t('as an AWS signature for {0} in {1}', auth.service, auth.region);
    case 'jwt':
      return l10n.t('as the signature of a token in the header “{0}”', auth.name ?? 'Authorization');
    case 'hmac':
      return l10n.t('as a signature in the header “{0}”', auth.name);
    case 'vscode-session':
      return l10n.t('as the session that VS Code has with {0}', auth.provider === 'github' ? 'GitHub' : 'Microsoft');
  }
}

/** Where the credential goes and nowhere else; and where the tokens go that are fetched with it. */
export function destinationText(auth: Auth, origin: string): string {
  return auth.type === 'oauth2' || auth.type === 'google-service-account'
    ? l10n.t('sent only {0}; they go only to {1}', placementText(auth), origin)
    : l10n.t('sent only to {0} {1}', origin, placementText(auth));
}

/** A credential as people may see it: by its last four characters, or not at all. */
export function maskedText(last4: string): string {
  return last4 === '' ? '••••••••' : `••••${last4}`;
}
