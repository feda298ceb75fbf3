import type { BaseUrl } from '../../net/baseUrl.ts';

/** How the credential authenticates a request, and where it goes. docs/auth.md has a section for each type. */
export type Auth =
  | { readonly type: 'bearer' }
  | { readonly type: 'basic'; readonly username?: string }
  | { readonly type: 'header'; readonly name: string; readonly prefix?: string }
  | { readonly type: 'query'; readonly name: string }
  | OAuth2Auth
  | AwsSigV4Auth
  | GithubAppAuth
  | GoogleServiceAccountAuth
  | JwtAuth
  | HmacAuth
  | VscodeSessionAuth;

/** An access token from a token endpoint (RFC 6749), sent as a bearer token. */
export interface OAuth2Auth {
  readonly type: 'oauth2';
  readonly grant: 'client_credentials' | 'refresh_token' | 'authorization_code';
  readonly tokenUrl: BaseUrl;
  /** Where the person signs in: for `authorization_code` alone. */
  readonly authorizationUrl?: BaseUrl;
  readonly clientId: string;
  /** How a client secret is sent; `basic` when left out. Without a secret the client is a public one. */
  readonly clientAuth?: 'basic' | 'post';
  readonly scopes?: readonly string[];
  readonly audience?: string;
}

/** AWS Signature Version 4 in the `authorization` header. */
export interface AwsSigV4Auth {
  readonly type: 'aws-sigv4';
  readonly region: string;
  readonly service: string;
  /** `unsigned` leaves the body out of the signature: S3 alone takes that. */
  readonly payload?: 'signed' | 'unsigned';
}

/** An installation token of a GitHub App, from the service's own base URL. */
export interface GithubAppAuth {
  readonly type: 'github-app';
  readonly appId: string;
  readonly installationId: string;
  /** Names without the owner: the token reaches these alone. */
  readonly repositories?: readonly string[];
  /** Such as `contents: read`: the token may do this alone. */
  readonly permissions?: Readonly<Record<string, string>>;
}

/** An access token (scopes) or an ID token (audience) of a Google service account. */
export interface GoogleServiceAccountAuth {
  readonly type: 'google-service-account';
  readonly scopes?: readonly string[];
  readonly audience?: string;
  /** The user to act as, where domain-wide delegation allows it. */
  readonly subject?: string;
  readonly tokenUrl: BaseUrl;
}

export type JwtAlgorithm = 'RS256' | 'ES256' | 'EdDSA' | 'HS256';

/** A JWT that is signed here, sent as a bearer token or in a header of the API's own. */
export interface JwtAuth {
  readonly type: 'jwt';
  readonly alg: JwtAlgorithm;
  readonly keyId?: string;
  readonly claims?: Readonly<Record<string, string>>;
  /** How long each token lives, in milliseconds; five minutes when left out. */
  readonly lifetimeMs?: number;
  readonly name?: string;
  readonly prefix?: string;
}

/** A signature over parts of the request, in a header. */
export interface HmacAuth {
  readonly type: 'hmac';
  readonly hash: 'sha256' | 'sha512' | 'sha1';
  readonly encoding: 'hex' | 'base64';
  /** What is signed, with placeholders such as `{timestamp}` and `{body}`. */
  readonly sign: string;
  readonly name: string;
  /** Stands before the signature in the header, with the same placeholders but those of the body. */
  readonly prefix?: string;
  readonly timestampHeader?: string;
  readonly timestampFormat?: 'seconds' | 'milliseconds' | 'iso';
  readonly nonceHeader?: string;
  /** How the credential spells the key; `text` when left out. */
  readonly keyEncoding?: 'text' | 'base64' | 'hex';
}

/** The session that VS Code itself has with GitHub or Microsoft, sent as a bearer token. Nothing is stored. */
export interface VscodeSessionAuth {
  readonly type: 'vscode-session';
  readonly provider: 'github' | 'microsoft';
  readonly scopes: readonly string[];
}
