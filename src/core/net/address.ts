import type { Network } from './network.ts';

/**
 * `public`: globally routable. `private`: inside somebody's network. `loopback`: this machine. `forbidden`: never
 * dialled, whatever the setting: link-local, cloud metadata, multicast, unspecified, documentation, reserved.
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'forbidden';

type Range = readonly [network: string, bits: number, is: AddressClass];

/** First match counts. IANA's IPv4 special-purpose registry, and the metadata services that live outside link-local. */
const IPV4_RANGES: readonly Range[] = [
  ['100.100.100.200', 32, 'forbidden'], // Alibaba Cloud metadata
  ['168.63.129.16', 32, 'forbidden'], // Azure's wire server
  ['0.0.0.0', 8, 'forbidden'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'], // carrier-grade NAT, and overlay networks such as Tailscale
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'forbidden'], // link-local, with nearly every metadata service
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'forbidden'], // IETF protocol assignments; Oracle Cloud's metadata is in it
  ['192.0.2.0', 24, 'forbidden'],
  ['192.88.99.0', 24, 'forbidden'], // 6to4 relays, RFC 7526
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'private'], // benchmarking; handed out by local proxies that fake DNS answers
  ['198.51.100.0', 24, 'forbidden'],
  ['203.0.113.0', 24, 'forbidden'],
  ['224.0.0.0', 3, 'forbidden'], // multicast, reserved, broadcast
];

/** First match counts; what is not named and not in 2000::/3 is forbidden. IANA's IPv6 special-purpose registry. */
const IPV6_RANGES: readonly Range[] = [
  ['::1', 128, 'loopback'],
  ['fd00:ec2::', 32, 'forbidden'], // AWS metadata, time and pod identity
  ['fd20:ce::', 32, 'forbidden'], // Google Cloud metadata
  ['fc00::', 7, 'private'],
  ['2001::', 23, 'forbidden'], // Teredo, ORCHID and other protocol assignments
  ['2001:db8::', 32, 'forbidden'],
  ['2002::', 16, 'forbidden'], // 6to4, RFC 7526: the address inside may be anything
  ['3fff::', 20, 'forbidden'],
  ['2000::', 3, 'public'],
];

const IPV4_TABLE = IPV4_RANGES.map(([network, bits, is]) => ({ bytes: parseIpv4(network) ?? [], bits, is }));
const IPV6_TABLE = IPV6_RANGES.map(([network, bits, is]) => ({ bytes: parseIpv6(network) ?? [], bits, is }));

/**
 * What kind of address this is. Takes dotted-decimal IPv4 and any RFC 4291 spelling of IPv6 (without brackets);
 * anything else, a zone identifier included, is `forbidden`.
 */
export function classifyAddress(ip: string): AddressClass {
  const four = parseIpv4(ip);
  if (four !== undefined) return classifyIpv4(four);
  const six = parseIpv6(ip);
  return six === undefined ? 'forbidden' : classifyIpv6(six);
}

/**
 * Whether a service with this `network` setting may be dialled at this address. `public`: public addresses only.
 * `private`: private ones and public ones, since an inside host often has a global IPv6 address beside its private one.
 * `loopback`: this machine only.
 */
export function addressAllowed(network: Network, ip: string): boolean {
  const is = classifyAddress(ip);
  return network === 'private' ? is === 'private' || is === 'public' : is === network;
}

/** Four bytes of a dotted-decimal address without leading zeros; no other spelling is one here. */
export function parseIpv4(text: string): number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split('.');
  const bytes = parts.map(Number);
  return bytes.every((byte, index) => byte <= 255 && String(byte) === parts[index]) ? bytes : undefined;
}

/** Sixteen bytes of an IPv6 address in any RFC 4291 spelling, without brackets or zone. */
export function parseIpv6(text: string): number[] | undefined {
  let rest = text;
  const tail: number[] = [];
  const colon = text.lastIndexOf(':');
  if (colon !== -1 && text.includes('.', colon)) {
    const four = parseIpv4(text.slice(colon + 1));
    if (four === undefined) return undefined;
    tail.push(...four);
    // `::1.2.3.4` keeps its double colon, `1:2.3.4.5` loses the single one.
    rest = text.slice(0, text.charAt(colon - 1) === ':' ? colon + 1 : colon);
  }
  const halves = rest.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '');
  const back = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === undefined || back === undefined) return undefined;
  const missing = 16 - head.length - back.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...back, ...tail];
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  for (const group of text.split(':')) {
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
  }
  return bytes;
}

function classifyIpv4(bytes: readonly number[]): AddressClass {
  return IPV4_TABLE.find((range) => within(bytes, range.bytes, range.bits))?.is ?? 'public';
}

function classifyIpv6(bytes: readonly number[]): AddressClass {
  const embedded = bytes.slice(12);
  // ::ffff:0:0/96 is the IPv4 address itself in another spelling.
  if (within(bytes, IPV4_MAPPED, 96)) return classifyIpv4(embedded);
  // NAT64 (RFC 6052): how an IPv6-only machine reaches public IPv4. It may carry public addresses only.
  if (within(bytes, NAT64, 96)) return classifyIpv4(embedded) === 'public' ? 'public' : 'forbidden';
  return IPV6_TABLE.find((range) => within(bytes, range.bytes, range.bits))?.is ?? 'forbidden';
}

const IPV4_MAPPED: readonly number[] = parseIpv6('::ffff:0:0') ?? [];
const NAT64: readonly number[] = parseIpv6('64:ff9b::') ?? [];

function within(bytes: readonly number[], network: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    const index = bit / 8;
    if (((bytes[index] ?? 0) & mask) !== ((network[index] ?? 0) & mask)) return false;
  }
  return true;
}
