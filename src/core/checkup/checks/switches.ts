import type { Located, ServerEntry } from '../model/checkupModel.ts';

/** A name that is switched on or off somewhere in a server's entry. */
export interface Switch {
  readonly name: string;
  /** What it is set to; undefined for an option without a value, which is on. */
  readonly value: string | undefined;
  readonly text: Located;
  /** It stands within a longer text such as a connection string. */
  readonly inside: boolean;
}

/** Longer texts than this hold documents, not settings: their beginning is looked at. */
const MAX_TEXT = 16 * 1024;

/** What may stand behind an option as its value, and not as the next argument. */
const VALUE =
  /^(?:0|1|true|false|yes|no|on|off|none|enabled?|disabled?|never|always|allow|prefer|require|required|verify-[a-z]{2,4}|cert_\w{4,10}|verify_\w{4,10}|skip-verify|(?:sasl_)?plaintext)$/i;

/** Every switch in a server's entry: its variables, its command line, its other keys, and what texts of these hold inside. */
export function switchesOf(server: ServerEntry): Switch[] {
  const named = [...server.env, ...server.headers, ...server.others];
  return [
    ...named.map((text) => ({ name: text.name, value: text.value, text, inside: false })),
    ...named.flatMap((text) => switchesIn(text, true)),
    ...(server.url ? switchesIn(server.url) : []),
    ...(server.command ? switchesIn(server.command) : []),
    ...ofWords(server.args.map((text) => ({ value: text.value, text }))),
    ...server.args.flatMap((text) => switchesIn(text)),
    ...Object.entries(server.settings).map(([name, value]) => ({
      name,
      value: String(value),
      text: { value: String(value), pointer: `${server.pointer}/${name}`, span: server.nameSpan },
      inside: false,
    })),
  ];
}

interface Piece {
  readonly value: string;
  readonly text: Located;
}

/** The options among words, with their values behind `=` or as the next word. */
function ofWords(words: readonly Piece[]): Switch[] {
  return words.flatMap(({ value: word, text }, index): Switch[] => {
    if (!/^-./.test(word)) return [];
    const equals = word.indexOf('=');
    // `-Dname=value` of Java.
    const start = word.startsWith('-D') && equals > 2 ? 2 : 0;
    if (equals > 0) return [{ name: word.slice(start, equals), value: word.slice(equals + 1), text, inside: false }];
    const next = words[index + 1]?.value ?? '';
    return [{ name: word, value: VALUE.test(next) ? next : undefined, text, inside: false }];
  });
}

/** Schemes that take any certificate, as Neo4j's drivers and some proxies know them. */
const UNVERIFIED_SCHEME = /(?<![\w+.-])(?:(?:neo4j|bolt)\+ssc|https\+insecure):\/\//i;

/** `name=value`, `"name": value` and options inside a text; `whole` where the text may be one option. */
function switchesIn(text: Located, whole = false): Switch[] {
  const value = text.value.slice(0, MAX_TEXT);
  if (!/[=:]|(?:^|\s)-/.test(value)) return [];
  if (UNVERIFIED_SCHEME.test(value)) return [{ name: '--insecure', value: undefined, text, inside: true }];
  return value.split(/[?&;,{}()\n]/).flatMap((segment) => {
    const words = segment.split(/\s/).map((word) => ({ value: bare(word), text }));
    const options = whole || words.length > 1 || segment !== value ? ofWords(words) : [];
    const within = words.flatMap((word) => (word.value.startsWith('-') ? innerOption(word) : pair(word.value, text)));
    return [...options, ...within, ...(words.length > 1 ? pair(segment, text) : [])].map((one) => ({
      ...one,
      inside: true,
    }));
  });
}

/** `--chrome-arg=--ignore-certificate-errors`: an option as the value of another. */
function innerOption({ value, text }: Piece): Switch[] {
  const at = value.indexOf('=-');
  return at === -1 ? [] : ofWords([{ value: bare(value.slice(at + 1)), text }]);
}

function pair(segment: string, text: Located): Switch[] {
  const at = segment.search(/[=:]/);
  const name = bare(segment.slice(0, Math.max(at, 0)));
  if (at <= 0 || !/^[A-Za-z][\w .-]{0,60}$/.test(name)) return [];
  return [{ name, value: bare(segment.slice(at + 1)), text, inside: true }];
}

/** Without blanks and quotes around it. */
function bare(text: string): string {
  return text
    .trim()
    .replace(/^[\\"'`]+/, '')
    .replace(/(?<![\\"'`])[\\"'`]+$/, '');
}
