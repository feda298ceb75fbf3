import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import type { AuthKey, AuthType } from './authType.ts';

export interface HeaderAuth {
  readonly type: 'header';
  readonly name: string;
  readonly prefix?: string;
}

export const NAME_KEY: AuthKey = {
  name: 'name',
  takes: 'text',
  words: phrase`The header or parameter that carries the credential.`,
};

export const PREFIX_KEY: AuthKey = {
  name: 'prefix',
  takes: 'text',
  words: phrase`Text before the credential in the header.`,
};

export const PREFIX_FORM = {
  pattern: /^[\x21-\x7e](?:[\x20-\x7e]{0,63})$/,
  says: phrase`1 to 64 printable ASCII characters, such as "Token "`,
};

/** A header of the policy's choosing. */
export const HEADER: AuthType<HeaderAuth> = {
  keys: [NAME_KEY, PREFIX_KEY],
  read,
  placement: ({ name, prefix = '' }) => `header:${name.toLowerCase()}:${prefix}`,
  headers: ({ name }) => [name.toLowerCase()],
};

function read(reader: AuthReader): HeaderAuth | undefined {
  reader.require('name', 'name: X-Api-Key');
  const name = reader.header('name');
  const prefix = reader.text('prefix', PREFIX_FORM, 'bad-auth-prefix');
  if (!reader.sound || name === undefined) return undefined;
  return prefix === undefined ? { type: 'header', name } : { type: 'header', name, prefix };
}
