import type { FoundSecret } from './foundSecret.ts';
import { isPlausible } from './plausible.ts';

/** `machine HOST login USER password PASSWORD`, https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html */
const NETRC = /(?<!\S)machine\s{1,9}\S{1,253}\s{1,9}login\s{1,9}\S{1,128}\s{1,9}password\s{1,9}(\S{4,200})/g;
/** `//registry/:_authToken=TOKEN`, https://docs.npmjs.com/cli/v11/configuring-npm/npmrc#auth-related-configuration */
const NPMRC = /(?<=[:\s]|^)_(?:authToken|auth|password)\s{0,2}=\s{0,2}["']?([^\s"';]{8,500})/gm;
/** `host:port:database:user:password`, https://www.postgresql.org/docs/current/libpq-pgpass.html */
const PGPASS = /^(?:[\w.*-]{1,253}):(?:\d{1,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:([^\s:]{4,200})$/gm;

/** The credentials in texts that are a whole file of another program's. */
export function credentialFiles(text: string): FoundSecret[] {
  // Nearly no text is one, and each look at all of it costs.
  if (!/machine\s|_auth|_password|:(?:\d{1,5}|\*):/.test(text)) return [];
  const tokens = [...text.matchAll(NPMRC)].map((match) => ({ match, kind: 'token' as const }));
  const passwords = [...text.matchAll(NETRC), ...text.matchAll(PGPASS)].map((match) => ({
    match,
    kind: 'password' as const,
  }));
  return [...tokens, ...passwords].flatMap(({ match, kind }) => {
    const value = match[1] ?? '';
    if (!isPlausible(value, kind)) return [];
    const end = match.index + match[0].length;
    return [{ code: 'secret-value' as const, kind, start: end - value.length, end }];
  });
}
