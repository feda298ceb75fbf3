import { l10n } from 'vscode';
import type { AuthAnswers, AuthTypeWithFields } from '../model/authAnswers.ts';

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

/** The questions that this type has, as the answers so far leave them. */
export function authFields(type: AuthTypeWithFields, answers: AuthAnswers): readonly AuthField[] {
  switch (type) {
    case 'oauth2':
      return oauth2Fields(answers.grant);
    case 'aws-sigv4':
      return [
        { key: 'region', kind: 'text', prompt: l10n.t('The AWS region'), placeholder: 'eu-central-1' },
        { key: 'service', kind: 'text', prompt: l10n.t('The AWS service, as signatures name it'), placeholder: 's3' },
      ];
    case 'github-app':
      return [
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
      ];
    case 'google-service-account':
      return [
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
                prompt: l10n.t('Whom the ID token is for (its audience)'),
                placeholder: 'https://my-service-abc.a.run.app',
              },
            ]
          : []),
      ];
    case 'jwt':
      return [
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
      ];
    case 'hmac':
      return [
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
      ];
    case 'vscode-session':
      return [
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
      ];
  }
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
