import { canonicalPath } from '../request/parts/path.ts';
import { err, ok, type Result } from '../result.ts';
import { type Phrase, phrase } from '../text/phrase.ts';
import { addressAllowed, classifyAddress, parseIpv4, parseIpv6 } from './address.ts';
import { classifyHostName } from './hostName.ts';
import type { Network } from './network.ts';

/** A service's `baseUrl`. */
export interface BaseUrl {
  /** As written. */
  readonly text: string;
  /** Scheme, host and port in WHATWG form, such as `https://api.stripe.com` or `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly protocol: 'https:' | 'http:';
  /** Lower case, IPv6 without brackets. */
  readonly hostname: string;
  /** Always a number, also where the scheme's default applies. */
  readonly port: number;
  /** The `Host` header's value. */
  readonly host: string;
  /** The path prefix in canonical form without a final slash; empty for none. */
  readonly prefix: string;
}

/** Why a base URL is not taken. `code` is stable and kebab-case; `message` says what to write instead. */
export interface BaseUrlProblem {
  readonly code: string;
  readonly message: Phrase;
}

/** What every problem here is of. */
const BASE_URL = phrase`base URL`;

/** The problem of another URL, which is checked as a base URL is. */
export function ofAnotherUrl(message: Phrase, what: Phrase): Phrase {
  return { ...message, args: message.args.map((arg) => (arg === BASE_URL ? what : arg)) };
}

const DEFAULT_PORTS = { 'https:': 443, 'http:': 80 } as const;

/**
 * Checks a service's `baseUrl`: `https://host[:port][/prefix]` and nothing else. Everything that URL parsers disagree
 * on is refused before one sees it; the WHATWG parser then has to read the very same host that was checked here.
 * Names and addresses that are plainly inside need the service's `network` opt-in; what a public name resolves to is
 * checked when it is dialled ({@link addressAllowed}).
 */
export function parseBaseUrl(text: string, network: Network): Result<BaseUrl, BaseUrlProblem> {
  const outside = [...text].find((character) => character <= ' ' || character > '~');
  if (outside !== undefined) {
    return outside > '~' && outside !== '\u007f'
      ? refuse(
          'base-url-character',
          phrase`The ${BASE_URL} contains a character outside ASCII. Write an international host in punycode (xn--…) and a path percent-encoded.`,
        )
      : refuse('base-url-character', phrase`The ${BASE_URL} contains white space or a control character. Remove it.`);
  }
  if (text.includes('\\'))
    return refuse('base-url-character', phrase`The ${BASE_URL} contains a backslash. Write forward slashes.`);
  if (text.includes('#')) return refuse('base-url-fragment', phrase`The ${BASE_URL} has a fragment (#). Remove it.`);
  if (text.includes('?')) {
    return refuse(
      'base-url-query',
      phrase`The ${BASE_URL} has a query. Remove it: parameters belong in requests, and a key belongs in \`auth: { type: query }\`.`,
    );
  }
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)((?:\/.*)?)$/.exec(text);
  if (parts === null)
    return refuse(
      'base-url-syntax',
      phrase`The ${BASE_URL} is not an absolute URL. Write it as https://api.example.com.`,
    );
  const [, scheme = '', authority = '', pathText = ''] = parts;

  const protocol = `${scheme.toLowerCase()}:`;
  if (protocol !== 'https:' && protocol !== 'http:') {
    return refuse('base-url-scheme', phrase`The ${BASE_URL} is not https. Write https://….`);
  }
  if (protocol === 'http:' && network !== 'loopback') {
    return refuse(
      'base-url-cleartext',
      phrase`The ${BASE_URL} is http, which would send the credential in clear text. Write https; http needs \`network: loopback\`.`,
    );
  }
  if (authority.includes('@')) {
    return refuse(
      'base-url-userinfo',
      phrase`The ${BASE_URL} contains a user name or password before the host. Remove it: the credential is kept in VS Code, and \`auth\` says where it goes.`,
    );
  }

  const split = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(authority);
  const hostText = split?.[1]?.toLowerCase() ?? '';
  if (split === null || hostText === '')
    return refuse('base-url-host', phrase`The ${BASE_URL} has no valid host. Write it as https://api.example.com.`);
  const port = split[2] === undefined ? DEFAULT_PORTS[protocol] : portNumber(split[2]);
  if (port === undefined)
    return refuse(
      'base-url-port',
      phrase`The ${BASE_URL} has an invalid port. Write a number from 1 to 65535, or leave it out.`,
    );

  const host = checkHost(hostText, network);
  if (host !== undefined) return err(host);
  const prefix = checkPrefix(pathText);
  if (!prefix.ok) return prefix;

  const read = whatwg(`${protocol}//${authority}/`);
  if (read === undefined || !sameHost(read.hostname, hostText)) {
    return refuse(
      'base-url-host',
      phrase`The ${BASE_URL} has a host that URL parsers read in different ways. Write a plain lower-case host name.`,
    );
  }
  return ok({
    text,
    origin: read.origin,
    protocol,
    hostname: read.hostname.replace(/^\[|\]$/g, ''),
    port,
    host: read.host,
    prefix: prefix.value,
  });
}

/** Whether the WHATWG parser read the host that was checked. It shortens IPv6 addresses and changes nothing else. */
function sameHost(read: string, checked: string): boolean {
  if (!checked.startsWith('[')) return read === checked;
  return parseIpv6(read.slice(1, -1))?.join() === parseIpv6(checked.slice(1, -1))?.join();
}

function portNumber(digits: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(digits)) return undefined;
  const port = Number(digits);
  return port <= 65_535 ? port : undefined;
}

function checkHost(host: string, network: Network): BaseUrlProblem | undefined {
  if (host.startsWith('[')) {
    const ip = host.slice(1, -1);
    if (parseIpv6(ip) === undefined) {
      return {
        code: 'base-url-host',
        message: phrase`The ${BASE_URL} has an invalid IPv6 address, or one with a zone. Write it as [2606:4700::1111].`,
      };
    }
    return checkAddress(ip, network);
  }
  if (host.includes('*')) {
    return {
      code: 'base-url-host',
      message: phrase`The ${BASE_URL} has a wildcard in its host. A service is one host: write its full name.`,
    };
  }
  if (host.endsWith('.')) {
    return { code: 'base-url-host', message: phrase`The ${BASE_URL} has a host that ends with a dot. Remove the dot.` };
  }
  const labels = host.split('.');
  if (host.length > 253 || !labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label))) {
    return {
      code: 'base-url-host',
      message: phrase`The ${BASE_URL} has an invalid host name. Write letters, digits, dashes and single dots, such as api.example.com.`,
    };
  }
  // WHATWG reads every host whose last label is a number as an IPv4 address: octal, hexadecimal, short or one integer.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) {
    if (parseIpv4(host) === undefined) {
      return {
        code: 'base-url-address',
        message: phrase`The ${BASE_URL} has an IP address in an unusual spelling. Write four decimal numbers without leading zeros, or a host name.`,
      };
    }
    return checkAddress(host, network);
  }
  return checkName(host, network);
}

function checkAddress(ip: string, network: Network): BaseUrlProblem | undefined {
  if (addressAllowed(network, ip)) return undefined;
  const is = classifyAddress(ip);
  if (is === 'forbidden') {
    return {
      code: 'base-url-forbidden',
      message: phrase`The ${BASE_URL} uses a link-local, metadata or reserved address. Valet Key never calls such addresses.`,
    };
  }
  return inside(is, network);
}

function checkName(host: string, network: Network): BaseUrlProblem | undefined {
  const is = classifyHostName(host);
  if (is === 'forbidden') {
    return {
      code: 'base-url-forbidden',
      message: phrase`The ${BASE_URL} uses a cloud metadata service. Valet Key never calls such services.`,
    };
  }
  // A name inside may stand for this machine too, and a public name for any address: the look-up decides.
  if (is === 'public' || network === 'loopback' || is === network) return undefined;
  return inside(is, network);
}

function inside(is: 'public' | 'private' | 'loopback', network: Network): BaseUrlProblem {
  if (is === 'public') {
    return {
      code: 'base-url-network',
      message: phrase`The ${BASE_URL} uses a public address, but the service has \`network: ${network}\`. Remove that line.`,
    };
  }
  const where = is === 'loopback' ? phrase`this machine` : phrase`a private network`;
  return {
    code: 'base-url-network',
    message: phrase`The ${BASE_URL} points to ${where}. If that is intended, add \`network: ${is}\` to the service.`,
  };
}

function checkPrefix(pathText: string): Result<string, BaseUrlProblem> {
  if (pathText === '' || pathText === '/') return ok('');
  const path = canonicalPath(pathText);
  if (!path.ok)
    return refuse(
      'base-url-path',
      phrase`The ${BASE_URL}'s path cannot be used. ${path.error.message} ${path.error.nextStep}`,
    );
  if (path.value.path.includes('*'))
    return refuse('base-url-path', phrase`The ${BASE_URL} has a wildcard in its path. Write patterns in \`policies\`.`);
  return ok(path.value.path.replace(/\/$/, ''));
}

function whatwg(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function refuse(code: string, message: Phrase): { readonly ok: false; readonly error: BaseUrlProblem } {
  return err({ code, message });
}
