import type { GoogleServiceAccountAuth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';
import { AUDIENCE_FORM, SCOPE_FORM } from './oauth2.ts';

export const GOOGLE_SERVICE_ACCOUNT_KEYS = ['scopes', 'audience', 'subject', 'tokenUrl'] as const;

/** Google's own (https://accounts.google.com/.well-known/openid-configuration). A key file's `token_uri` is not followed. */
export const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

export function readGoogleServiceAccount(reader: AuthReader): GoogleServiceAccountAuth | undefined {
  const scopes = reader.list('scopes', SCOPE_FORM, '[https://www.googleapis.com/auth/devstorage.read_only]');
  const audience = reader.text('audience', AUDIENCE_FORM);
  const subject = reader.text('subject', { pattern: /^[\x21-\x7e]{1,320}$/, says: 'an e-mail address' });
  const tokenUrl = reader.requiredUrl('tokenUrl', `tokenUrl: ${GOOGLE_TOKEN_URL}`, GOOGLE_TOKEN_URL);
  if (reader.has('scopes') === reader.has('audience')) {
    reader.wrong(
      'audience',
      '`auth` of type google-service-account takes `scopes` (an access token) or `audience` (an ID token), and one of the two.',
    );
  }
  if (!reader.sound || tokenUrl === undefined) return undefined;
  return {
    type: 'google-service-account',
    ...(scopes === undefined ? {} : { scopes }),
    ...(audience === undefined ? {} : { audience }),
    ...(subject === undefined ? {} : { subject }),
    tokenUrl,
  };
}
