import { launchesOf } from '../../packages/launches.ts';
import { shellCommands, slice, type Word } from '../../packages/words.ts';
import type { Located, ServerEntry } from '../model/checkupModel.ts';
import { hostOf, isPlaceholderHost, isSomebodysHost, isThisMachine } from '../model/hosts.ts';
import { wordsOfName } from '../secrets/names.ts';
import { asksForTls, clearScheme } from './clearSchemes.ts';

/** An address that a server's entry has something sent to. */
export interface Endpoint {
  readonly text: Located;
  /** Where the address begins in the text. */
  readonly at: number;
  readonly host: string;
  /** In small letters. */
  readonly scheme: string;
  /** `server`: MCP itself goes there. `api`: what the server that runs here asks. */
  readonly kind: 'server' | 'api';
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Programs that carry MCP over the network for a client that only speaks stdio: their argument is the server. */
const BRIDGE = set(
  'remote proxy bridge gateway supergateway adapter relay tunnel connector stdio sse streamable mcpo fastmcp smithery',
);
/** Programs that look at pages: an address is what they look at. */
const LOOKS_AT_PAGES = set(
  'zap nuclei nikto burp nmap wpscan sqlmap lighthouse pagespeed screenshot screenshots crawl crawler crawl4ai crawling scrape ' +
    'scraper scraping scrapling firecrawl spider fetch browser browsers browsertools puppeteer playwright selenium chrome axe a11y ' +
    'accessibility wcag pa11y seo audit auditor scan scanner pentest sitemap website webpage web rss feed capture archive',
);
/** Names whose value is an address to which the server's requests go. */
const ADDRESS = set(
  'url urls uri endpoint endpoints server servers host hosts address addr base api instance remote sse http streamablehttp gateway',
);
/** And those for which the address is something else. */
const NOT_ASKED = set(
  'proxy target targets site website page start seed scan origin origins cors redirect callback referer referrer allow allowed ' +
    'allowlist docs doc documentation homepage home icon logo image avatar schema namespace spec openapi swagger otel otlp exporter ' +
    'collector telemetry metrics tracing trace issuer license repo repository issues help support author frontend public webhook scrape rss feed feeds jaeger zipkin loki',
);
/** Names that tell the MCP server itself. */
const SERVER_NAME = set('mcp server servers sse remote streamable streamablehttp gateway endpoint uri http');

/** Longer addresses than this are none. */
const MAX_ADDRESS = 4096;

/** A flag that has no value: mcp-remote wants it before it takes such an address at all. */
const FLAG = /^--(?:allow|use|force|enable)-(?:http|insecure(?:-http)?|cleartext|sse)$/;

const HTTP = /^\s*["']?(?=(?:http|ws):\/\/)/i;

/** The addresses in a server's entry whose scheme encrypts nothing and that something is sent to, one for each text. */
export function endpointsOf(server: ServerEntry): Endpoint[] {
  const all = [
    ...(server.url ? at(server.url, 'server') : []),
    ...server.others.flatMap((text) => (isAddressName(text.name) ? at(text, 'server') : [])),
    ...server.env.flatMap((text) => variable(text.name, text)),
    ...ofCommandLine(server),
    ...ofDrivers(server),
  ].filter(({ host }) => !isThisMachine(host) && !isPlaceholderHost(host));
  // The last one to be set is the first of its text.
  return [...new Map(all.reverse().map((one) => [one.text, one])).values()].reverse();
}

function at(text: Located, kind: Endpoint['kind']): Endpoint[] {
  return inWord({ value: text.value, at: text, offset: 0 }, kind);
}

function inWord({ value, at: text, offset }: Word, kind: Endpoint['kind']): Endpoint[] {
  const begin = HTTP.exec(value)?.[0].length;
  if (begin === undefined) return [];
  const host = hostOf(value.slice(begin, begin + MAX_ADDRESS).split(/["'\s]/, 1)[0] ?? '');
  const scheme = /^h/i.test(value.slice(begin)) ? 'http' : 'ws';
  return host === undefined ? [] : [{ text, at: offset + begin, kind, host, scheme }];
}

function isAddressName(name: string): boolean {
  const words = wordsOfName(name);
  return ADDRESS.has(words.at(-1) ?? '') && !words.some((word) => NOT_ASKED.has(word));
}

/** `NEO4J_URI=bolt://…`: the scheme says what it is, whatever its name. */
function ofDrivers(server: ServerEntry): Endpoint[] {
  const named = server.env.filter(({ name }) => !wordsOfName(name).some((word) => NOT_ASKED.has(word)));
  return [...named, ...server.args].flatMap((text): Endpoint[] => {
    const equals = /^--?[A-Za-z][\w-]{0,60}=/.exec(text.value)?.[0].length ?? 0;
    const address = text.value.slice(equals, equals + MAX_ADDRESS);
    const found = clearScheme(address);
    if (!found) return [];
    const host = hostOf(address.slice(found.at).split(/["'\s]/, 1)[0] ?? '');
    if (host === undefined || !isSomebodysHost(host) || asksForTls(address, server)) return [];
    return [{ text, at: equals + found.at, host, scheme: found.scheme, kind: 'api' }];
  });
}

/** `KIBANA_URL=http://…`: an address of somebody's machine, since many a local network has names of its own. */
function variable(name: string, text: Located): Endpoint[] {
  if (!isAddressName(name)) return [];
  const words = wordsOfName(name);
  const kind = words.includes('mcp') || words.join(' ') === 'server url' || words[0] === 'remote' ? 'server' : 'api';
  return at(text, kind).filter(({ host }) => isSomebodysHost(host));
}

function ofCommandLine(server: ServerEntry): Endpoint[] {
  const launches = launchesOf(server);
  // Without a command the client cannot start it, but what is written counts.
  const all =
    launches.length > 0
      ? launches
      : [{ program: '', args: server.args.map((text) => ({ value: text.value, at: text, offset: 0 })) }];
  return all.flatMap(({ program, args }) => ofWords(program, args.flatMap(apart)));
}

/** The words of an argument that is itself a command line. */
function apart(word: Word): readonly Word[] {
  return /\s/.test(word.value.trim()) && /\s["']?(?:http|ws):\/\//i.test(word.value)
    ? shellCommands(word).flat()
    : [word];
}

function ofWords(program: string, words: readonly Word[]): Endpoint[] {
  let caller = seenIn({ looks: false, bridges: false }, program);
  return words.flatMap((word, index) => {
    const equals = /^(--?[A-Za-z][\w-]{0,60})=/.exec(word.value);
    const value = equals ? slice(word, equals[0].length) : word;
    if (!HTTP.test(value.value)) {
      if (!word.value.startsWith('-')) caller = seenIn(caller, word.value);
      return [];
    }
    const before = words[index - 1]?.value ?? '';
    const option = equals?.[1] ?? (/^--?[A-Za-z][\w-]{0,60}$/.test(before) ? before : '');
    const kind = kindOf(option, equals !== null, caller, value.value);
    return kind === undefined ? [] : inWord(value, kind);
  });
}

/** What is known of who gets the addresses of a command line. */
interface Caller {
  readonly looks: boolean;
  readonly bridges: boolean;
}

/** With the words of what a program, a package or a script is called, without its version. */
function seenIn({ looks, bridges }: Caller, name: string): Caller {
  if (name.length > 200) return { looks, bridges };
  const words = wordsOfName(
    name
      .replace(/(?<=.)@[^@/]{0,40}$/, '')
      .split(/[\\/]/)
      .slice(-2)
      .join(' '),
  );
  return {
    looks: looks || words.some((word) => LOOKS_AT_PAGES.has(word)),
    bridges: bridges || words.some((word) => BRIDGE.has(word)) || (words.includes('http') && words.includes('client')),
  };
}

/** What an address on a command line is, by the option before it and by who gets it; undefined when nothing is sent there. */
function kindOf(
  option: string,
  joined: boolean,
  { looks, bridges }: Caller,
  address: string,
): Endpoint['kind'] | undefined {
  const words = FLAG.test(option) ? [] : wordsOfName(option);
  if (words.some((word) => NOT_ASKED.has(word))) return undefined;
  if (ADDRESS.has(words.at(-1) ?? '')) {
    const own = words.some((word) => SERVER_NAME.has(word));
    if (looks && !own) return undefined;
    return own || bridges || words.join(' ') === 'url' ? 'server' : 'api';
  }
  if (joined) return undefined;
  // Behind a flag, or by itself.
  return !looks && (bridges || isMcpPath(address)) ? 'server' : undefined;
}

function isMcpPath(address: string): boolean {
  return /\/(?:mcp|sse|ws|stream|messages?|streamable-?http)\/?(?:["'?#]|$)/i.test(address.slice(0, 2000));
}
