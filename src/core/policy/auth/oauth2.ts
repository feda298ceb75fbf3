import type { OAuth2Auth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const OAUTH2_KEYS = [
  'grant',
  'tokenUrl',
  'authorizationUrl',
  'clientId',
  'clientAuth',
  'scopes',
  'audience',
] as const;

/** RFC 6749, appendix A.4: one scope is printable ASCII without blanks, quotes and backslashes. */
export const SCOPE_FORM = {
  pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/,
  says: 'one scope, without blanks',
};

/** A URI or a name, as `audience` and its like take it. */
export const AUDIENCE_FORM = { pattern: /^[\x21-\x7e]{1,512}$/, says: 'printable ASCII without blanks' };

export function readOAuth2(reader: AuthReader): OAuth2Auth | undefined {
  const grant = reader.requiredWord(
    'grant',
    ['client_credentials', 'refresh_token', 'authorization_code'],
    'grant: client_credentials',
  );
  const tokenUrl = reader.requiredUrl('tokenUrl', 'tokenUrl: https://login.example.com/oauth/token');
  const clientId = reader.requiredText(
    'clientId',
    { pattern: /^[\x20-\x7e]{1,256}$/, says: '1 to 256 printable ASCII characters' },
    'clientId: my-client',
  );
  const authorizationUrl =
    grant === 'authorization_code'
      ? reader.requiredUrl('authorizationUrl', 'authorizationUrl: https://login.example.com/oauth/authorize')
      : undefined;
  if (grant !== 'authorization_code' && reader.has('authorizationUrl')) {
    reader.wrong(
      'authorizationUrl',
      '`auth.authorizationUrl` belongs to `grant: authorization_code` alone. Remove it.',
    );
  }
  const clientAuth = reader.word('clientAuth', ['basic', 'post']);
  const scopes = reader.list('scopes', SCOPE_FORM, '[read]');
  const audience = reader.text('audience', AUDIENCE_FORM);
  if (!reader.sound || tokenUrl === undefined) return undefined;
  return {
    type: 'oauth2',
    grant,
    tokenUrl,
    ...(authorizationUrl === undefined ? {} : { authorizationUrl }),
    clientId,
    ...(clientAuth === undefined ? {} : { clientAuth }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(audience === undefined ? {} : { audience }),
  };
}
