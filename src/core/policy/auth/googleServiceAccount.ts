import type { BaseUrl } from '../../net/baseUrl.ts';
import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import { type AuthType, authorizationAlone } from './authType.ts';
import { endpointText } from './endpoint.ts';
import { AUDIENCE_FORM, AUDIENCE_KEY, SCOPE_FORM, SCOPES_KEY, TOKEN_URL_KEY } from './oauth2.ts';

/** An access token (scopes) or an ID token (audience) of a Google service account. */
export interface GoogleServiceAccountAuth {
  readonly type: 'google-service-account';
  readonly scopes?: readonly string[];
  readonly audience?: string;
  /** The user to act as, where domain-wide delegation allows it. */
  readonly subject?: string;
  readonly tokenUrl: BaseUrl;
}

/** Google's own (https://accounts.google.com/.well-known/openid-configuration). A key file's `token_uri` is not followed. */
const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

export const GOOGLE_SERVICE_ACCOUNT: AuthType<GoogleServiceAccountAuth> = {
  keys: [
    SCOPES_KEY,
    AUDIENCE_KEY,
    { name: 'subject', takes: 'text', words: phrase`The user to act as, with domain-wide delegation.` },
    TOKEN_URL_KEY,
  ],
  read,
  placement: ({ tokenUrl }) => `google-service-account:${endpointText(tokenUrl)}`,
  headers: authorizationAlone,
  origins: ({ tokenUrl }) => [tokenUrl.origin],
};

function read(reader: AuthReader): GoogleServiceAccountAuth | undefined {
  const scopes = reader.list('scopes', SCOPE_FORM, '[https://www.googleapis.com/auth/devstorage.read_only]');
  const audience = reader.text('audience', AUDIENCE_FORM);
  const subject = reader.text('subject', { pattern: /^[\x21-\x7e]{1,320}$/, says: phrase`an e-mail address` });
  const tokenUrl = reader.requiredUrl('tokenUrl', `tokenUrl: ${GOOGLE_TOKEN_URL}`, GOOGLE_TOKEN_URL);
  if (reader.has('scopes') === reader.has('audience')) {
    reader.wrong(
      'audience',
      phrase`\`auth\` of type google-service-account needs either \`scopes\` (for an access token) or \`audience\` (for an ID token), not both.`,
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
