import type { Auth } from '../model/auth.ts';

/** The headers that carry a service's credential and what belongs to it, in lower case: no caller sends one. */
export function authHeaders(auth: Auth): readonly string[] {
  switch (auth.type) {
    case 'query':
      return [];
    case 'header':
      return [auth.name.toLowerCase()];
    case 'jwt':
      return [auth.name?.toLowerCase() ?? 'authorization'];
    case 'hmac':
      return [auth.name, auth.timestampHeader, auth.nonceHeader].flatMap((name) =>
        name === undefined ? [] : [name.toLowerCase()],
      );
    case 'aws-sigv4':
      return ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'];
    default:
      return ['authorization'];
  }
}
