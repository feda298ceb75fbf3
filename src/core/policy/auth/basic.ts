import type { Auth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const BASIC_KEYS = ['username'] as const;

/** HTTP Basic, RFC 7617; section 2: a colon would end the user name early. */
export function readBasic(reader: AuthReader): Auth | undefined {
  const username = reader.text(
    'username',
    { pattern: /^(?!.*:)[\u0020-\u007e\u00a0-\uffff]{1,256}$/, says: '1 to 256 characters without a colon' },
    'bad-auth-username',
  );
  if (!reader.sound) return undefined;
  return username === undefined ? { type: 'basic' } : { type: 'basic', username };
}
