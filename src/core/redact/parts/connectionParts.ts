import { assignments } from './assignments.ts';
import { isEveryday } from './everydayWords.ts';
import { isOpaque } from './members.ts';
import type { Part } from './part.ts';

/** A stretch between separators, or a line, is a secret of its own from this length on. */
export const STRETCH = 16;

/** Shorter passwords say nothing, and neither does a user name that stands alone. */
export const LEAST_PASSWORD = 4;

/** A user name that is the key has at least so many characters. */
export const LEAST_KEY = 8;

/** What APIs want as the password where the user name is the key. */
export const DUMMY_PASSWORD =
  /^(?:x-oauth-basic|api_?token|api_?key|x|unused|blank|none|null|oauth2?|token|password)$/i;

/** How a driver names itself in front of a user name: `jdbc:oracle:thin:app/password@…`. */
const DRIVER = /^jdbc:(?:[a-z]{1,20}:){1,3}/;

/** A query behind a host, which may hold an `@` of its own. */
const QUERY = /\?[\w.-]{1,100}=/;

/** What stands behind the `@`: a host, its port, and perhaps the network in front (`tcp(…)`) and other hosts. */
const HOST =
  /^(?:\/\/)?(?:[a-z]\w{0,19}\()?(?:\[[\da-f:.%]{2,60}\]|[\w.-]{1,255}|(?=\/\w))(:\d{1,5})?(?:\)|[/,;:?#]|(?![^)/,;:?#]))/i;

/** The password in front of the host, opaque segments of the path, and the parameters of a text with `://`. */
export function urlParts(text: string): Part[] {
  const rest = text.slice(text.indexOf('://') + 3);
  const authority = rest.split(/[/?#]/, 1)[0] ?? '';
  // A password may hold a slash that was not escaped; a host never holds an `@`.
  const at = authority.includes('@') ? rest.indexOf('@', authority.lastIndexOf('@')) : rest.lastIndexOf('@');
  const [user = '', password = ''] = (at < 0 ? '' : rest.slice(0, at)).split(/:(.*)/s, 2);
  const parts = behindHost(rest.slice(at + 1));
  if (password.length >= LEAST_PASSWORD && !DUMMY_PASSWORD.test(password)) return [passwordPart(password), ...parts];
  // Where nothing else is secret, the user name is the key.
  const key = isOpaque(user) || (user.length >= LEAST_KEY && !isEveryday(user) && !parts.some((part) => part.secret));
  return key ? [passwordPart(user), ...parts] : parts;
}

/**
 * The same of one without: `user:password@host:5432/database`, `user/password@host`, `password@host:6379/0`. Undefined
 * where no host stands behind an `@`, as in an address with its password.
 */
export function connectionParts(text: string): Part[] | undefined {
  const bare = text.replace(DRIVER, '');
  const first = bare.indexOf('@');
  if (first < 0) return undefined;
  const query = bare.slice(first).search(QUERY);
  const at = bare.lastIndexOf('@', query < 0 ? undefined : first + query);
  const after = bare.slice(at + 1);
  const host = HOST.exec(after);
  if (!host) return undefined;
  const user = bare.slice(0, at);
  const separator = user.search(/[:/]/);
  const parts = behindHost(after.replace(/^\/\//, ''));
  if (separator >= 0) return [passwordPart(user.slice(separator + 1)), ...parts];
  if (isOpaque(user)) return [passwordPart(user), ...parts];
  // Without a port it is an address; with one alone, it may be one with a number for a password.
  const port = host[1]?.slice(1);
  if (port === undefined || isEveryday(user)) return undefined;
  const ends = host[0].length === after.length && !host[0].endsWith(')');
  return [passwordPart(user), ...(ends ? [passwordPart(port)] : []), ...parts];
}

function passwordPart(text: string): Part {
  return { text, secret: text.length >= LEAST_PASSWORD, password: true };
}

function behindHost(after: string): Part[] {
  const [path = '', query = ''] = after.split(/[?#](.*)/s, 2);
  const segments = path.split('/').slice(1);
  const opaque = segments.filter((segment) => segment.length >= STRETCH && isOpaque(segment));
  return [...opaque.map((text) => ({ text, secret: true })), ...(assignments(query) ?? [])];
}
