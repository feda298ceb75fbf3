import type { Auth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';

export const QUERY_KEYS = ['name'] as const;

/** A query parameter of the policy's choosing. */
export function readQuery(reader: AuthReader): Auth | undefined {
  const name = reader.requiredText(
    'name',
    {
      pattern: /^[A-Za-z0-9._~$:[\]-]{1,128}$/,
      says: 'a parameter name: letters, digits, dots, dashes and underscores',
    },
    'name: api_key',
    'bad-auth-name',
  );
  return reader.sound ? { type: 'query', name } : undefined;
}
