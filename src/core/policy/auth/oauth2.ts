import type { BaseUrl } from '../../net/baseUrl.ts';
import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import { type AuthKey, type AuthType, authorizationAlone } from './authType.ts';
import { endpointText } from './endpoint.ts';

/** An access token from a token endpoint (RFC 6749), sent as a bearer token. */
export interface OAuth2Auth {
  readonly type: 'oauth2';
  readonly grant: 'client_credentials' | 'refresh_token' | 'authorization_code';
  readonly tokenUrl: BaseUrl;
  /** Where the user signs in: for `authorization_code` alone. */
  readonly authorizationUrl?: BaseUrl;
  readonly clientId: string;
  /** How a client secret is sent; `basic` when left out. Without a secret the client is a public one. */
  readonly clientAuth?: 'basic' | 'post';
  readonly scopes?: readonly string[];
  readonly audience?: string;
}

const GRANTS = ['client_credentials', 'refresh_token', 'authorization_code'] as const;
const CLIENT_AUTHS = ['basic', 'post'] as const;

/** RFC 6749, appendix A.4: one scope is printable ASCII without blanks, quotes and backslashes. */
export const SCOPE_FORM = {
  pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/,
  says: phrase`one scope, without spaces`,
};

/** A URI or a name, as `audience` and its like take it. */
export const AUDIENCE_FORM = { pattern: /^[\x21-\x7e]{1,512}$/, says: phrase`printable ASCII without spaces` };

export const TOKEN_URL_KEY: AuthKey = {
  name: 'tokenUrl',
  takes: 'text',
  words: phrase`The token endpoint: the secret you enter is sent there and nowhere else.`,
};

export const SCOPES_KEY: AuthKey = { name: 'scopes', takes: 'list', words: phrase`What the token may do.` };

export const AUDIENCE_KEY: AuthKey = {
  name: 'audience',
  takes: 'text',
  words: phrase`The audience of the token, if the provider requires one.`,
};

export const OAUTH2: AuthType<OAuth2Auth> = {
  keys: [
    { name: 'grant', takes: 'word', words: phrase`How an access token is obtained.`, values: GRANTS },
    TOKEN_URL_KEY,
    { name: 'authorizationUrl', takes: 'text', words: phrase`Where you sign in.` },
    { name: 'clientId', takes: 'text', words: phrase`The client ID that the provider assigned.` },
    { name: 'clientAuth', takes: 'word', words: phrase`How a client secret is sent.`, values: CLIENT_AUTHS },
    SCOPES_KEY,
    AUDIENCE_KEY,
  ],
  read,
  placement: ({ grant, tokenUrl, authorizationUrl, clientAuth = 'basic', clientId }) => {
    const signIn = authorizationUrl === undefined ? '' : ` ${endpointText(authorizationUrl)}`;
    return `oauth2:${grant} ${endpointText(tokenUrl)}${signIn} ${clientAuth}:${clientId}`;
  },
  headers: authorizationAlone,
  origins: ({ tokenUrl }) => [tokenUrl.origin],
};

function read(reader: AuthReader): OAuth2Auth | undefined {
  const grant = reader.requiredWord('grant', GRANTS, 'grant: client_credentials');
  const tokenUrl = reader.requiredUrl('tokenUrl', 'tokenUrl: https://login.example.com/oauth/token');
  const clientId = reader.requiredText(
    'clientId',
    { pattern: /^[\x20-\x7e]{1,256}$/, says: phrase`1 to 256 printable ASCII characters` },
    'clientId: my-client',
  );
  const authorizationUrl =
    grant === 'authorization_code'
      ? reader.requiredUrl('authorizationUrl', 'authorizationUrl: https://login.example.com/oauth/authorize')
      : undefined;
  if (grant !== 'authorization_code' && reader.has('authorizationUrl')) {
    reader.wrong(
      'authorizationUrl',
      phrase`\`auth.authorizationUrl\` is used only with \`grant: authorization_code\`. Remove it.`,
    );
  }
  const clientAuth = reader.word('clientAuth', CLIENT_AUTHS);
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
