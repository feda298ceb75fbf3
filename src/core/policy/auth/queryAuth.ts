import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import type { AuthType } from './authType.ts';
import { NAME_KEY } from './header.ts';

export interface QueryAuth {
  readonly type: 'query';
  readonly name: string;
}

/** A query parameter of the policy's choosing. */
export const QUERY: AuthType<QueryAuth> = {
  keys: [NAME_KEY],
  read,
  placement: ({ name }) => `query:${name}`,
  headers: () => [],
};

function read(reader: AuthReader): QueryAuth | undefined {
  const name = reader.requiredText(
    'name',
    {
      pattern: /^[A-Za-z0-9._~$:[\]-]{1,128}$/,
      says: phrase`a parameter name: letters, digits, dots, dashes and underscores`,
    },
    'name: api_key',
    'bad-auth-name',
  );
  return reader.sound ? { type: 'query', name } : undefined;
}
