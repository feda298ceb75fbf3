import type { FoundSecret } from './foundSecret.ts';
import { isPlaceholder } from './placeholders.ts';
import { isPlausible, looksGenerated } from './plausible.ts';

/** `user:password@tcp(host:3306)/db`, https://github.com/go-sql-driver/mysql#dsn-data-source-name */
const GO =
  /(?<![\w.%+/-])([\w.%+-]{1,64}):([^\s"'<>]{1,200})@(?:(?:tcp|tcp4|tcp6|udp|unix|cloudsql|[a-z]{2,12}\+tcp)?\(|\/(?=\w))/g;
/** `user/password@host:1521/service` and `user/password@//host`, https://docs.oracle.com/en/database/ */
const ORACLE =
  /(?<![\w$#.@/-])([\w$#.-]{1,64})\/([^\s"'<>@/]{1,200})@(?:\/\/[\w.-]{1,253}|[\w.-]{1,253}:\d{2,5}(?=[:/\s"']|$))/g;
/** `user:password@host:1080` */
const BARE = /(?<![\w.%+/:-])([\w.%+-]{1,64}):([^\s"'<>@/]{1,200})@([\w.-]{1,253})(?::\d{2,5})?(?=[/\s"'?]|$)/g;

/** Names of texts that say where something is, so that a host needs no port. */
const TELLS_PLACE = /dsn|proxy|ur[il]|conn|database|(?:^|[-_])db(?:$|[-_])/i;
/** What stands before a colon and is no user: `npm:server@1.2.3`, `mailto:…`. */
const NO_USER =
  /^(?:npm|jsr|node|git|github|gitlab|bitbucket|workspace|file|mailto|sip|xmpp|acct|docker|oci|sha256|sha512)$/i;

/** The passwords of connection strings without a scheme, as drivers and proxies take them. */
export function driverPasswords(text: string, name: string): FoundSecret[] {
  if (!text.includes('@')) return [];
  const matches = [
    ...text.matchAll(GO),
    ...text.matchAll(ORACLE),
    ...[...text.matchAll(BARE)].filter(([whole, user = '', , host = '']) => {
      if (NO_USER.test(user) || /^sha\d{3}$/.test(host)) return false;
      return /:\d{2,5}$/.test(whole) || TELLS_PLACE.test(name);
    }),
  ];
  return matches.flatMap((match) => {
    const [, user = '', password = ''] = match;
    if (isPlaceholder(password) || password === user) return [];
    if (!isPlausible(password, 'password') && !looksGenerated(password)) return [];
    const start = match.index + user.length + 1;
    return [
      { code: 'secret-connection-string' as const, kind: 'connection string', start, end: start + password.length },
    ];
  });
}
