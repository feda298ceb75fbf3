import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAllowed } from '../../../src/core/net/address.ts';
import type { BaseUrl } from '../../../src/core/net/baseUrl.ts';
import { parseBaseUrl } from '../../../src/core/net/baseUrl.ts';
import type { Network } from '../../../src/core/net/network.ts';
import { english } from '../../support/english.ts';
import { runs } from '../../support/runs.ts';
import { readCorpus } from '../request/support.ts';

interface HostCase {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly baseUrl: string;
  readonly expect: string;
  readonly dns?: readonly (string | readonly string[])[];
}

function parsed(text: string, network: Network = 'public'): BaseUrl {
  const result = parseBaseUrl(text, network);
  if (!result.ok) throw new Error(`${text}: ${english(result.error).message}`);
  return result.value;
}

function code(text: string, network: Network = 'public'): string {
  const result = parseBaseUrl(text, network);
  return result.ok ? `taken as ${result.value.origin}${result.value.prefix}` : result.error.code;
}

/** The part of a case that needs no socket: whether the text is taken, and which of its addresses may be dialled. */
function holds(one: HostCase): boolean {
  const taken = parseBaseUrl(one.baseUrl, 'public').ok;
  if (one.expect === 'reject') return !taken;
  if (one.expect === 'accept') return taken;
  const addresses = (one.dns ?? []).flat();
  const dialled = addresses.filter((ip) => addressAllowed('public', ip));
  return (
    taken && addresses.length > 0 && dialled.length < addresses.length && !dialled.some((ip) => ip.startsWith('127.'))
  );
}

describe('the corpus of base URLs', () => {
  const cases = readCorpus<HostCase>('ssrf-hosts');

  it('is there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(22);
  });

  it.each(cases.filter((one) => one.level === 'must').map((one) => [one.id, one] as const))('%s', (_, one) => {
    expect(holds(one)).toBe(true);
  });

  it('holds for the cases that are a matter of choice, too', () => {
    const scored = cases.filter((one) => one.level === 'should');
    const failed = scored.filter((one) => !holds(one)).map((one) => one.id);
    expect(failed).toEqual([]);
  });
});

describe('a base URL', () => {
  it('is read into its parts', () => {
    expect(parsed('https://API.Stripe.com')).toEqual({
      text: 'https://API.Stripe.com',
      origin: 'https://api.stripe.com',
      protocol: 'https:',
      hostname: 'api.stripe.com',
      port: 443,
      host: 'api.stripe.com',
      prefix: '',
    });
    expect(parsed('https://gw.example.com:8443/tenant-%61/v%31/')).toMatchObject({
      origin: 'https://gw.example.com:8443',
      port: 8443,
      host: 'gw.example.com:8443',
      prefix: '/tenant-a/v1',
    });
    expect(parsed('http://[::1]:8080/', 'loopback')).toMatchObject({
      origin: 'http://[::1]:8080',
      protocol: 'http:',
      hostname: '::1',
      host: '[::1]:8080',
      prefix: '',
    });
    expect(parsed('https://xn--bcher-kva.example:443/').origin).toBe('https://xn--bcher-kva.example');
  });

  it.each([
    ['', 'base-url-syntax'],
    ['api.example.com', 'base-url-syntax'],
    ['//api.example.com', 'base-url-syntax'],
    ['https:api.example.com', 'base-url-syntax'],
    ['https:/api.example.com', 'base-url-syntax'],
    ['https:///api.example.com', 'base-url-host'],
    ['https://', 'base-url-host'],
    ['https://:443', 'base-url-host'],
    ['ftp://api.example.com', 'base-url-scheme'],
    ['wss://api.example.com', 'base-url-scheme'],
    ['http://api.example.com', 'base-url-cleartext'],
    ['http://127.0.0.1', 'base-url-cleartext'],
    ['https://user@api.example.com', 'base-url-userinfo'],
    ['https://user:pass@api.example.com', 'base-url-userinfo'],
    ['https://api.example.com:pass@evil.example', 'base-url-userinfo'],
    ['https://api.example.com?x', 'base-url-query'],
    ['https://api.example.com/#x', 'base-url-fragment'],
    ['https://api.example.com\\@evil.example', 'base-url-character'],
    [' https://api.example.com', 'base-url-character'],
    ['https://api.example.com\n', 'base-url-character'],
    ['https://api.exa\tmple.com', 'base-url-character'],
    ['https://bücher.example', 'base-url-character'],
    ['https://api。example.com', 'base-url-character'],
    ['https://ⓛocalhost', 'base-url-character'],
    ['https://api.example.com/é', 'base-url-character'],
    ['https://api.example.com:', 'base-url-port'],
    ['https://api.example.com:0', 'base-url-port'],
    ['https://api.example.com:0443', 'base-url-port'],
    ['https://api.example.com:65536', 'base-url-port'],
    ['https://api.example.com:-1', 'base-url-port'],
    ['https://api.example.com:80:80', 'base-url-port'],
    ['https://*.example.com', 'base-url-host'],
    ['https://api.example.com.', 'base-url-host'],
    ['https://localhost.', 'base-url-host'],
    ['https://.example.com', 'base-url-host'],
    ['https://api..example.com', 'base-url-host'],
    ['https://-api.example.com', 'base-url-host'],
    ['https://api.ex%61mple.com', 'base-url-host'],
    ['https://$HOST', 'base-url-host'],
    ['https://xn--.example', 'base-url-host'],
    [`https://${'a'.repeat(64)}.example`, 'base-url-host'],
    ['https://[::1', 'base-url-host'],
    ['https://[]', 'base-url-host'],
    ['https://[fe80::1%25eth0]', 'base-url-host'],
    ['https://[::1]x', 'base-url-host'],
    ['https://0x7f000001', 'base-url-address'],
    ['https://2130706433', 'base-url-address'],
    ['https://0177.0.0.1', 'base-url-address'],
    ['https://127.1', 'base-url-address'],
    ['https://0', 'base-url-address'],
    ['https://0x', 'base-url-address'],
    ['https://134744072', 'base-url-address'],
    ['https://1.2.3.4.5', 'base-url-address'],
    ['https://foo.0x7f', 'base-url-address'],
    ['https://127.0.0.1', 'base-url-network'],
    ['https://10.1.2.3', 'base-url-network'],
    ['https://[::1]', 'base-url-network'],
    ['https://[::ffff:127.0.0.1]', 'base-url-network'],
    ['https://[fd12::1]', 'base-url-network'],
    ['https://localhost', 'base-url-network'],
    ['https://LOCALHOST:8443', 'base-url-network'],
    ['https://api.localhost', 'base-url-network'],
    ['https://localhost.localdomain', 'base-url-network'],
    ['https://ip6-localhost', 'base-url-network'],
    ['https://intranet', 'base-url-network'],
    ['https://printer.local', 'base-url-network'],
    ['https://api.corp', 'base-url-network'],
    ['https://host.docker.internal', 'base-url-network'],
    ['https://kubernetes.default.svc.cluster.local', 'base-url-network'],
    ['https://router.home.arpa', 'base-url-network'],
    ['https://127.0.0.1.nip.io', 'base-url-network'],
    ['https://localtest.me', 'base-url-network'],
    ['https://0.0.0.0', 'base-url-forbidden'],
    ['https://169.254.169.254', 'base-url-forbidden'],
    ['https://[::]', 'base-url-forbidden'],
    ['https://[fe80::1]', 'base-url-forbidden'],
    ['https://[::ffff:169.254.169.254]', 'base-url-forbidden'],
    ['https://[64:ff9b::169.254.169.254]', 'base-url-forbidden'],
    ['https://metadata.google.internal', 'base-url-forbidden'],
    ['https://METADATA', 'base-url-forbidden'],
    ['https://api.example.com/a/../b', 'base-url-path'],
    ['https://api.example.com//', 'base-url-path'],
    ['https://api.example.com/%2e%2e', 'base-url-path'],
    ['https://api.example.com/a%2fb', 'base-url-path'],
    ['https://api.example.com/*', 'base-url-path'],
    ['https://api.example.com/a;/..', 'base-url-path'],
  ])('%j is refused: %s', (text, wanted) => {
    expect(code(text)).toBe(wanted);
  });

  it('opens as far as the network setting says, never to link-local and metadata', () => {
    expect(code('https://10.1.2.3', 'private')).toBe('taken as https://10.1.2.3');
    expect(code('https://wiki.corp', 'private')).toBe('taken as https://wiki.corp');
    expect(code('https://api.example.com', 'private')).toBe('taken as https://api.example.com');
    expect(code('https://localhost', 'private')).toBe('base-url-network');
    expect(code('https://127.0.0.1', 'private')).toBe('base-url-network');
    expect(code('http://wiki.corp', 'private')).toBe('base-url-cleartext');
    expect(code('http://localhost:3000', 'loopback')).toBe('taken as http://localhost:3000');
    expect(code('http://dev.localhost:3000', 'loopback')).toBe('taken as http://dev.localhost:3000');
    expect(code('https://127.0.0.2', 'loopback')).toBe('taken as https://127.0.0.2');
    expect(code('https://10.1.2.3', 'loopback')).toBe('base-url-network');
    expect(code('https://8.8.8.8', 'loopback')).toBe('base-url-network');
    for (const network of ['public', 'private', 'loopback'] as const) {
      expect(code('https://169.254.169.254', network)).toBe('base-url-forbidden');
      expect(code('https://100.100.100.200', network)).toBe('base-url-forbidden');
      expect(code('https://[fd00:ec2::254]', network)).toBe('base-url-forbidden');
      expect(code('https://metadata.google.internal', network)).toBe('base-url-forbidden');
      expect(code('https://2852039166', network)).toBe('base-url-address');
    }
  });

  it('says which opt-in is meant', () => {
    const message = (text: string) => {
      const result = parseBaseUrl(text, 'public');
      return result.ok ? '' : english(result.error).message;
    };
    expect(message('https://localhost')).toContain('`network: loopback`');
    expect(message('https://10.0.0.1')).toContain('`network: private`');
  });

  it('never quotes a password', () => {
    const result = parseBaseUrl('https://user:canary@api.example.com', 'public');
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('names the very host that a URL parser dials, whatever the text', () => {
    const piece = fc.constantFrom(
      'https://',
      'api',
      '.',
      'example',
      '.com',
      '@',
      ':',
      '443',
      '/',
      '\\',
      '?',
      '#',
      '[',
      ']',
    );
    const odd = fc.constantFrom(
      '::1',
      '127.0.0.1',
      '0x7f',
      '%2e',
      '\t',
      ' ',
      'é',
      '１',
      '*',
      '..',
      'localhost',
      '-',
      '_',
      ';',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: piece }, odd), { maxLength: 8 }), (pieces) => {
        const text = `https://${pieces.join('')}`;
        const result = parseBaseUrl(text, 'public');
        if (!result.ok) return;
        const url = new URL(text);
        expect(url.origin).toBe(result.value.origin);
        expect(url.hostname).not.toMatch(/^(?:[\d.]+|localhost|\[.*\])$/);
        expect(text.toLowerCase().startsWith(result.value.origin.replace(/:443$/, ''))).toBe(true);
        expect(url.pathname.replace(/\/$/, '')).toBe(result.value.prefix);
      }),
      { numRuns: runs(3000) },
    );
  });
});
