import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import { type AuthType, authorizationAlone } from './authType.ts';

export interface BasicAuth {
  readonly type: 'basic';
  readonly username?: string;
}

/** HTTP Basic, RFC 7617. */
export const BASIC: AuthType<BasicAuth> = {
  keys: [
    {
      name: 'username',
      takes: 'text',
      words: phrase`The user name; without it, the credential contains user name and password.`,
    },
  ],
  read,
  placement: ({ username = '' }) => `basic:${username}`,
  headers: authorizationAlone,
};

/** Section 2: a colon would end the user name early. */
function read(reader: AuthReader): BasicAuth | undefined {
  const username = reader.text(
    'username',
    { pattern: /^(?!.*:)[\u0020-\u007e\u00a0-\uffff]{1,256}$/, says: phrase`1 to 256 characters without a colon` },
    'bad-auth-username',
  );
  if (!reader.sound) return undefined;
  return username === undefined ? { type: 'basic' } : { type: 'basic', username };
}
