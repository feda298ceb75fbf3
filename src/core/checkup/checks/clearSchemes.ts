import type { ServerEntry } from '../model/checkupModel.ts';
import { wordsOfName } from '../secrets/names.ts';
import { isSwitchedOn } from './tlsSwitch.ts';

/** Schemes of drivers that encrypt nothing, each with its sibling that does. PostgreSQL, MySQL, NATS and SMTP agree on TLS as they go. */
const SECURE: ReadonlyMap<string, string> = new Map([
  ['bolt', 'bolt+s'],
  ['neo4j', 'neo4j+s'],
  ['redis', 'rediss'],
  ['valkey', 'valkeys'],
  ['amqp', 'amqps'],
  ['mqtt', 'mqtts'],
  ['ldap', 'ldaps'],
  ['ftp', 'sftp'],
  ['telnet', 'ssh'],
  ['stomp', 'stomp+ssl'],
  ['thrift', 'https'],
  ['clickhouse', 'https'],
]);

const SCHEME = /^\s*["']?([a-z\d]{2,12}):\/\//i;

/** The scheme that a text begins with, if it encrypts nothing; and the place where it begins. */
export function clearScheme(text: string): { readonly scheme: string; readonly at: number } | undefined {
  const found = SCHEME.exec(text);
  const scheme = found?.[1]?.toLowerCase() ?? '';
  if (!found || !SECURE.has(scheme)) return undefined;
  return { scheme, at: found[0].length - scheme.length - '://'.length };
}

/** What to write instead of a scheme. */
export function secureScheme(scheme: string): string {
  return SECURE.get(scheme) ?? `${scheme}s`;
}

/** Whether the address itself, or a variable beside it, switches TLS on. */
export function asksForTls(address: string, { env }: ServerEntry): boolean {
  return (
    /[?&](?:ssl|tls|secure|encrypt(?:ed|ion)?|protocol)=(?:1|true|yes|on|require[ds]?|ssl|tls)\b/i.test(address) ||
    env.some(
      ({ name, value }) =>
        isSwitchedOn(value) && /^(?:ssl|tls|encrypted|encryption|secure)$/.test(wordsOfName(name).at(-1) ?? ''),
    )
  );
}
