import { l10n } from 'vscode';
import type { Auth } from '../../core/policy/auth/authTypes.ts';
import type { OAuth2Auth } from '../../core/policy/auth/oauth2.ts';
import type { AuthAnswers, AuthTypeWithFields } from '../../core/policy/edit/authAnswers.ts';

interface FieldBase {
  /** The key in `auth`. */
  readonly key: string;
  readonly prompt: string;
}

/** One question about how the API takes its credential. */
export type AuthField =
  | (FieldBase & { readonly kind: 'text' | 'list'; readonly placeholder: string; readonly optional?: true })
  | (FieldBase & {
      readonly kind: 'choice';
      readonly choices: readonly { readonly label: string; readonly description: string; readonly value: string }[];
    });

/** One secret of several that make up a credential; a credential of one part has no key. */
export interface CredentialPart {
  readonly key: string;
  readonly prompt: string;
  readonly optional?: true;
}

/** What is entered for a service: one text as it goes along, the parts that something is made of, a file, or nothing. */
export type Entry =
  | { readonly kind: 'text' | 'nothing' }
  | { readonly kind: 'parts'; readonly parts: readonly CredentialPart[] }
  | { readonly kind: 'file'; readonly label: string; readonly extensions: readonly string[] };

/** What people are told and asked about an auth type. */
interface AuthDialog<OneAuth> {
  readonly label: string;
  readonly description: string;
  /** The one thing that `auth` says beside its type. */
  readonly detail?: { readonly prompt: string; readonly value: string };
  /** What VS Code has itself is not kept once more. */
  readonly storesNothing?: true;
  /** Where the credential goes, in words. */
  placement(auth: OneAuth): string;
  entry(auth: OneAuth): Entry;
}

/** One whose `auth` is asked for field by field. */
interface AuthDialogWithFields<OneAuth> extends AuthDialog<OneAuth> {
  /** The questions that the answers so far leave. */
  fields(answers: AuthAnswers): readonly AuthField[];
}

type AuthDialogs = {
  readonly [Type in Auth['type']]: Type extends AuthTypeWithFields
    ? AuthDialogWithFields<Extract<Auth, { readonly type: Type }>>
    : AuthDialog<Extract<Auth, { readonly type: Type }>>;
};

/** All auth types, in the order in which they are offered. */
export function authDialogs(): AuthDialogs {
  const text = (): Entry => ({ kind: 'text' });
  return {
    bearer: {
      label: l10n.t('Bearer token'),
      description: 'Authorization: Bearer …',
      placement: () => l10n.t('as “Authorization: Bearer …”'),
      entry: text,
    },
    header: {
      label: l10n.t('Header'),
      description: 'X-Api-Key: …',
      detail: { prompt: l10n.t('The header’s name'), value: 'X-Api-Key' },
      placement: ({ name }) => l10n.t('in the header “{0}”', name),
      entry: text,
    },
    basic: {
      label: l10n.t('Basic'),
      description: 'Authorization: Basic …',
      detail: {
        prompt: l10n.t('The user name (leave empty when the credential is the user name, or “user:password”)'),
        value: '',
      },
      placement: ({ username }) =>
        username
          ? l10n.t('as the password of user “{0}” (Basic)', username)
          : l10n.t('as the user name or “user:password” (Basic)'),
      entry: text,
    },
    query: {
      label: l10n.t('Query parameter'),
      description: '?api_key=…',
      detail: { prompt: l10n.t('The query parameter’s name'), value: 'api_key' },
      placement: ({ name }) => l10n.t('in the query parameter “{0}”', name),
      entry: text,
    },
    oauth2: {
      label: 'OAuth 2',
      description: l10n.t('access tokens, renewed automatically'),
      placement: tokensFrom,
      entry: ({ grant }) => ({ kind: 'parts', parts: oauth2Parts(grant) }),
      fields: ({ grant }) => oauth2Fields(grant),
    },
    'aws-sigv4': {
      label: 'AWS',
      description: l10n.t('requests signed with an access key (SigV4)'),
      placement: ({ service, region }) => l10n.t('as an AWS signature for {0} in {1}', service, region),
      entry: () => ({
        kind: 'parts',
        parts: [
          { key: 'accessKeyId', prompt: l10n.t('The access key ID (AKIA… or ASIA…).') },
          { key: 'secretAccessKey', prompt: l10n.t('The secret access key.') },
          {
            key: 'sessionToken',
            prompt: l10n.t('The session token of a temporary key. Leave empty for a long-lived one.'),
            optional: true,
          },
        ],
      }),
      fields: () => [
        { key: 'region', kind: 'text', prompt: l10n.t('The AWS region'), placeholder: 'eu-central-1' },
        { key: 'service', kind: 'text', prompt: l10n.t('The AWS service, as signatures name it'), placeholder: 's3' },
      ],
    },
    'github-app': {
      label: 'GitHub App',
      description: l10n.t('installation tokens'),
      placement: ({ appId, installationId }) =>
        l10n.t('as a signature of GitHub App {0}, for tokens of installation {1}', appId, installationId),
      entry: () => ({ kind: 'file', label: l10n.t('Private Key of the GitHub App (PEM)'), extensions: ['pem'] }),
      fields: () => [
        { key: 'appId', kind: 'text', prompt: l10n.t('The App ID, from the app’s settings'), placeholder: '12345' },
        {
          key: 'installationId',
          kind: 'text',
          prompt: l10n.t('The installation ID: the number at the end of the address of its settings page'),
          placeholder: '67890',
        },
        {
          key: 'repositories',
          kind: 'list',
          prompt: l10n.t('Repositories, without their owner (optional; default: all of the installation)'),
          placeholder: 'website docs',
          optional: true,
        },
      ],
    },
    'google-service-account': {
      label: l10n.t('Google service account'),
      description: l10n.t('access tokens, from a JSON key file'),
      placement: tokensFrom,
      entry: () => ({ kind: 'file', label: l10n.t('Key File of the Service Account (JSON)'), extensions: ['json'] }),
      fields: (answers) => [
        {
          key: 'scopes',
          kind: 'list',
          prompt: l10n.t('The scopes of the access token (leave empty for an ID token)'),
          placeholder: 'https://www.googleapis.com/auth/devstorage.read_only',
          optional: true,
        },
        ...(answers.scopes === ''
          ? [
              {
                key: 'audience',
                kind: 'text' as const,
                prompt: l10n.t('The audience of the ID token'),
                placeholder: 'https://my-service-abc.a.run.app',
              },
            ]
          : []),
      ],
    },
    jwt: {
      label: 'JWT',
      description: l10n.t('tokens signed with your private key'),
      placement: ({ name = 'Authorization' }) => l10n.t('as the signature of a token in the header “{0}”', name),
      entry: ({ alg }) =>
        alg === 'HS256'
          ? { kind: 'parts', parts: [{ key: '', prompt: l10n.t('The shared secret that signs tokens.') }] }
          : { kind: 'file', label: l10n.t('Private Key (PEM)'), extensions: ['pem', 'key', 'p8'] },
      fields: () => [
        {
          key: 'alg',
          kind: 'choice',
          prompt: l10n.t('Which algorithm signs the token?'),
          choices: ['ES256', 'RS256', 'EdDSA', 'HS256'].map((value) => ({
            label: value,
            description: value === 'HS256' ? l10n.t('a shared secret') : l10n.t('a private key'),
            value,
          })),
        },
        {
          key: 'keyId',
          kind: 'text',
          prompt: l10n.t('The key ID (kid), if the API needs one (optional)'),
          placeholder: 'ABC123',
          optional: true,
        },
        {
          key: 'claims',
          kind: 'text',
          prompt: l10n.t(
            'Claims of each token, separated by commas (optional; iat, exp and jti are set automatically)',
          ),
          placeholder: 'iss=my-app, aud=my-api',
          optional: true,
        },
      ],
    },
    hmac: {
      label: 'HMAC',
      description: l10n.t('requests signed with a shared key'),
      placement: ({ name }) => l10n.t('as a signature in the header “{0}”', name),
      entry: () => ({ kind: 'parts', parts: [{ key: '', prompt: l10n.t('The shared key that signs requests.') }] }),
      fields: () => [
        {
          key: 'hash',
          kind: 'choice',
          prompt: l10n.t('Which hash?'),
          choices: ['sha256', 'sha512', 'sha1'].map((value) => ({ label: value, description: '', value })),
        },
        {
          key: 'sign',
          kind: 'text',
          prompt: l10n.t('What is signed: {method}, {host}, {target}, {path}, {query}, {body}, {timestamp}, {nonce} …'),
          placeholder: '{timestamp}.{method}.{target}.{body}',
        },
        { key: 'name', kind: 'text', prompt: l10n.t('The header with the signature'), placeholder: 'X-Signature' },
        {
          key: 'timestampHeader',
          kind: 'text',
          prompt: l10n.t('The header with the time (optional)'),
          placeholder: 'X-Timestamp',
          optional: true,
        },
      ],
    },
    'vscode-session': {
      label: l10n.t('VS Code’s own session'),
      description: l10n.t('the GitHub or Microsoft account that VS Code is signed in to'),
      placement: ({ provider }) =>
        l10n.t('as the session that VS Code has with {0}', provider === 'github' ? 'GitHub' : 'Microsoft'),
      storesNothing: true,
      entry: () => ({ kind: 'nothing' }),
      fields: (answers) => [
        {
          key: 'provider',
          kind: 'choice',
          prompt: l10n.t('Whose session?'),
          choices: [
            { label: 'GitHub', description: '', value: 'github' },
            { label: 'Microsoft', description: '', value: 'microsoft' },
          ],
        },
        {
          key: 'scopes',
          kind: 'list',
          prompt: l10n.t('The scopes that the session must have'),
          placeholder: answers.provider === 'microsoft' ? 'User.Read' : 'repo',
        },
      ],
    },
  };
}

/** What people are told of the auth that a service has. */
export function dialogOf(auth: Auth): AuthDialog<Auth> {
  return authDialogs()[auth.type];
}

function tokensFrom({ tokenUrl }: { readonly tokenUrl: { readonly origin: string } }): string {
  return l10n.t('to {0}, for tokens sent as “Authorization: Bearer …”', tokenUrl.origin);
}

function oauth2Fields(grant: string | undefined): readonly AuthField[] {
  return [
    {
      key: 'grant',
      kind: 'choice',
      prompt: l10n.t('How is an access token obtained?'),
      choices: [
        {
          label: l10n.t('Sign in with the browser'),
          description: l10n.t('authorization code with PKCE'),
          value: 'authorization_code',
        },
        { label: l10n.t('Client secret'), description: l10n.t('client credentials'), value: 'client_credentials' },
        { label: l10n.t('Refresh token'), description: l10n.t('one that you already have'), value: 'refresh_token' },
      ],
    },
    {
      key: 'tokenUrl',
      kind: 'text',
      prompt: l10n.t('The token endpoint. Secrets of this service are sent there and nowhere else.'),
      placeholder: 'https://login.example.com/oauth/token',
    },
    ...(grant === 'authorization_code'
      ? [
          {
            key: 'authorizationUrl',
            kind: 'text' as const,
            prompt: l10n.t('The authorization endpoint, where you sign in'),
            placeholder: 'https://login.example.com/oauth/authorize',
          },
        ]
      : []),
    { key: 'clientId', kind: 'text', prompt: l10n.t('The client ID'), placeholder: 'my-client' },
    {
      key: 'scopes',
      kind: 'list',
      prompt: l10n.t('The scopes (optional; default: what the provider grants)'),
      placeholder: 'read write',
      optional: true,
    },
    {
      key: 'audience',
      kind: 'text',
      prompt: l10n.t('The audience, if the provider needs one (optional)'),
      placeholder: 'https://api.example.com',
      optional: true,
    },
    {
      key: 'clientAuth',
      kind: 'choice',
      prompt: l10n.t('How does the provider accept a client secret?'),
      choices: [
        {
          label: l10n.t('As a password (Basic)'),
          description: l10n.t('the usual way; also without a secret'),
          value: 'basic',
        },
        { label: l10n.t('In the body of the request'), description: 'client_secret=…', value: 'post' },
      ],
    },
  ];
}

function oauth2Parts(grant: OAuth2Auth['grant']): readonly CredentialPart[] {
  const secret: CredentialPart = {
    key: 'clientSecret',
    prompt: l10n.t('The client secret. Leave empty for a client without one.'),
    optional: true,
  };
  switch (grant) {
    case 'client_credentials':
      return [{ key: 'clientSecret', prompt: l10n.t('The client secret.') }];
    case 'refresh_token':
      return [{ key: 'refreshToken', prompt: l10n.t('The refresh token.') }, secret];
    case 'authorization_code':
      return [secret];
  }
}
