import type { AddressClass } from './address.ts';

/** Names under which cloud machines find their metadata service. */
const METADATA: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.oraclecloud.com',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'metadata.ec2.internal',
  'instance-data',
  'instance-data.ec2.internal',
]);

const LOOPBACK: ReadonlySet<string> = new Set([
  'localhost.localdomain',
  'localhost4',
  'localhost6',
  'localhost6.localdomain6',
  'loopback',
  'ip6-localhost',
  'ip6-loopback',
  'broadcasthost',
]);

/** Public names that are known to stand for 127.0.0.1. */
const LOOPBACK_SUFFIXES = ['localhost', 'localtest.me', 'lvh.me', 'vcap.me', 'lacolhost.com'];

/** Public zones that answer with whatever address the name spells. */
const SPELLED_ADDRESS_SUFFIXES = ['nip.io', 'sslip.io', 'xip.io', 'traefik.me', 'local-ip.co', 'local-ip.sh'];

/** Names that only resolve inside: RFC 6762 (.local), ICANN's .internal, RFC 8375 (.home.arpa) and common practice. */
const PRIVATE_SUFFIXES = [
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'localdomain',
  'home.arpa',
  'in-addr.arpa',
  'ip6.arpa',
  'svc',
  'cluster.local',
];

/**
 * What a lower-case host name plainly stands for, before any look-up. `public` only means that nothing in the name
 * says otherwise.
 */
export function classifyHostName(host: string): AddressClass {
  if (METADATA.has(host)) return 'forbidden';
  if (LOOPBACK.has(host) || LOOPBACK_SUFFIXES.some((suffix) => isBelow(host, suffix))) return 'loopback';
  // A name without a dot is completed by the machine's search list, so it can only be meant for inside.
  if (!host.includes('.')) return 'private';
  if ([...PRIVATE_SUFFIXES, ...SPELLED_ADDRESS_SUFFIXES].some((suffix) => isBelow(host, suffix))) return 'private';
  return 'public';
}

function isBelow(host: string, suffix: string): boolean {
  return host === suffix || host.endsWith(`.${suffix}`);
}
