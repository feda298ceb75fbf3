import type { BaseUrl } from '../../net/baseUrl.ts';
import type { Auth } from '../model/auth.ts';

/**
 * Where a credential, and what is made of it, goes: one line of text, which a binding compares beside the origin. It
 * names whoever gets the value itself (a token endpoint, as which client) and how it is used; what a token may do
 * (scopes, claims, permissions) is the review's matter.
 */
export function placementOf(auth: Auth): string {
  switch (auth.type) {
    case 'bearer':
      return 'bearer';
    case 'basic':
      return `basic:${auth.username ?? ''}`;
    case 'header':
      return `header:${auth.name.toLowerCase()}:${auth.prefix ?? ''}`;
    case 'query':
      return `query:${auth.name}`;
    case 'oauth2': {
      const signIn = auth.authorizationUrl === undefined ? '' : ` ${endpointText(auth.authorizationUrl)}`;
      return `oauth2:${auth.grant} ${endpointText(auth.tokenUrl)}${signIn} ${auth.clientAuth ?? 'basic'}:${auth.clientId}`;
    }
    case 'aws-sigv4':
      return `aws-sigv4:${auth.region}:${auth.service}`;
    case 'github-app':
      return `github-app:${auth.appId}:${auth.installationId}`;
    case 'google-service-account':
      return `google-service-account:${endpointText(auth.tokenUrl)}`;
    case 'jwt':
      return `jwt:${auth.alg}:${(auth.name ?? 'authorization').toLowerCase()}:${auth.prefix ?? ''}`;
    case 'hmac':
      return `hmac:${auth.hash}:${auth.name.toLowerCase()}:${auth.sign}`;
    case 'vscode-session':
      return `vscode-session:${auth.provider}`;
  }
}

/** The origins, beside the service's own, that get a credential or what is made of it. */
export function furtherOrigins(auth: Auth): readonly string[] {
  return auth.type === 'oauth2' || auth.type === 'google-service-account' ? [auth.tokenUrl.origin] : [];
}

/** An endpoint's request target: its path as it is written, with a final slash if it has one. */
export function endpointTarget({ prefix, text }: BaseUrl): string {
  return text.endsWith('/') || prefix === '' ? `${prefix}/` : prefix;
}

function endpointText(url: BaseUrl): string {
  return `${url.origin}${endpointTarget(url)}`;
}
