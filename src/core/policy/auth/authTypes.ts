import type { AuthType } from './authType.ts';
import { AWS_SIGV4 } from './awsSigV4.ts';
import { BASIC } from './basic.ts';
import { BEARER } from './bearer.ts';
import { GITHUB_APP } from './githubApp.ts';
import { GOOGLE_SERVICE_ACCOUNT } from './googleServiceAccount.ts';
import { HEADER } from './header.ts';
import { HMAC } from './hmac.ts';
import { JWT } from './jwt.ts';
import { OAUTH2 } from './oauth2.ts';
import { QUERY } from './queryAuth.ts';
import { VSCODE_SESSION } from './vscodeSession.ts';

const ALL = {
  bearer: BEARER,
  basic: BASIC,
  header: HEADER,
  query: QUERY,
  oauth2: OAUTH2,
  'aws-sigv4': AWS_SIGV4,
  'github-app': GITHUB_APP,
  'google-service-account': GOOGLE_SERVICE_ACCOUNT,
  jwt: JWT,
  hmac: HMAC,
  'vscode-session': VSCODE_SESSION,
};

/** How the credential authenticates a request, and where it goes. docs/auth.md has a section for each type. */
export type Auth = AuthOf<(typeof ALL)[keyof typeof ALL]>;
type AuthOf<Type> = Type extends AuthType<infer OneAuth> ? OneAuth : never;

export const AUTH_TYPES: Readonly<Record<Auth['type'], AuthType<Auth>>> = ALL;

/** In the order in which they are offered. */
export const AUTH_TYPE_NAMES = Object.keys(ALL) as readonly Auth['type'][];

/** Where the credential goes, as a binding keeps it: see {@link AuthType.placement}. */
export function placementOf(auth: Auth): string {
  return AUTH_TYPES[auth.type].placement(auth);
}

/** See {@link AuthType.headers}. */
export function authHeaders(auth: Auth): readonly string[] {
  return AUTH_TYPES[auth.type].headers(auth);
}

/** See {@link AuthType.callerHeaders}. */
export function callerHeadersOf(auth: Auth): readonly string[] {
  return AUTH_TYPES[auth.type].callerHeaders ?? [];
}

/** See {@link AuthType.origins}. */
export function furtherOrigins(auth: Auth): readonly string[] {
  return AUTH_TYPES[auth.type].origins?.(auth) ?? [];
}
