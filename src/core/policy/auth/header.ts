import type { Auth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const HEADER_KEYS = ['name', 'prefix'] as const;

export const PREFIX_FORM = {
  pattern: /^[\x21-\x7e](?:[\x20-\x7e]{0,63})$/,
  says: '1 to 64 printable ASCII characters, such as "Token "',
};

/** A header of the policy's choosing. */
export function readHeader(reader: AuthReader): Auth | undefined {
  reader.require('name', 'name: X-Api-Key');
  const name = reader.header('name');
  const prefix = reader.text('prefix', PREFIX_FORM, 'bad-auth-prefix');
  if (!reader.sound || name === undefined) return undefined;
  return prefix === undefined ? { type: 'header', name } : { type: 'header', name, prefix };
}
