import { inEnglish, type Phrase, phrase } from '../../text/phrase.ts';
import type { Auth } from '../auth/authTypes.ts';
import type { Service } from '../model/service.ts';
import { printAuth } from './print.ts';

export type DefinitionPart = 'baseUrl' | 'auth' | 'network' | 'encodedSlash';

/**
 * Which parts of what a service *is* differ. The user confirms these; no rule or limit makes up for them. The base URL
 * counts as origin and prefix, so that a final slash or the scheme's own port is no difference.
 */
export function differingParts(one: Service, other: Service): DefinitionPart[] {
  const parts: DefinitionPart[] = [];
  if (one.baseUrl.origin !== other.baseUrl.origin || one.baseUrl.prefix !== other.baseUrl.prefix) parts.push('baseUrl');
  if (describeAuth(one.auth) !== describeAuth(other.auth)) parts.push('auth');
  if (one.network !== other.network) parts.push('network');
  if (one.encodedSlash !== other.encodedSlash) parts.push('encodedSlash');
  return parts;
}

/** Where the credential goes, in words that differ exactly when the place does: `header x-api-key with prefix "Key "`. */
export function authWords(auth: Auth): Phrase {
  switch (auth.type) {
    case 'bearer':
      return phrase`bearer`;
    case 'basic':
      return auth.username === undefined
        ? phrase`basic`
        : phrase`basic with user name ${JSON.stringify(auth.username)}`;
    case 'header': {
      const name = auth.name.toLowerCase();
      return auth.prefix === undefined
        ? phrase`header ${name}`
        : phrase`header ${name} with prefix ${JSON.stringify(auth.prefix)}`;
    }
    case 'query':
      return phrase`query parameter ${auth.name}`;
    default: {
      // Everything that the file says of it: scopes and claims are a part of what the user approves.
      const [, fields = ''] = /^\{ type: [\w-]+(?:, (.*))? \}$/.exec(printAuth(auth)) ?? [];
      return fields === '' ? phrase`${auth.type}` : phrase`${auth.type} with ${fields}`;
    }
  }
}

/** The same as a text to compare and to record. */
export function describeAuth(auth: Auth): string {
  return inEnglish(authWords(auth));
}
