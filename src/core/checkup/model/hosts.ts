/** Names of this very machine, as seen from it or from a container on it. */
const THIS_MACHINE =
  /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|\[::\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]|(?:host|gateway|kubernetes)\.docker\.internal|host\.(?:containers|lima)\.internal)\.?$/i;

/** Domains and endings that nobody can own, RFC 2606. */
const EXAMPLE = /(?:^|\.)example\.(?:com|org|net)$|\.(?:example|test|invalid)$/i;

/** What a host is called in examples: `your-server`, `SERVER_IP`, `my.domain`. Single letters stand for digits: `192.168.x.x`. */
const PLACEHOLDER_WORDS = new Set(
  'your my the some any this here server servers host hostname ip ipaddress address addr domain remote name machine url x xx xxx xxxx'.split(
    ' ',
  ),
);
/** One of these tells alone: `your-company.com`. */
const TELLING_WORDS = new Set([
  'your',
  'my',
  'yourserver',
  'yourdomain',
  'yourhost',
  'myserver',
  'mydomain',
  'myhost',
  'placeholder',
  ...'votre dein deine ihr ihre seu sua uw jouw twoj'.split(' '),
  'x',
  'xx',
  'xxx',
  'xxxx',
]);

/** Server, host, address and domain, and whose they are, in languages that are not written in Latin letters. */
const FOREIGN_WORDS =
  /服务器|伺服器|主机|地址|域名|你的|您的|сервер|адрес|хост|домен|サーバ|ホスト|アドレス|ドメイン|서버|호스트|주소|도메인/i;

/** The longest name of a host, RFC 1035 section 2.3.4. */
const MAX_HOST = 253;

/** Whether a host's name is this machine's own. */
export function isThisMachine(host: string): boolean {
  return THIS_MACHINE.test(host.slice(0, MAX_HOST));
}

/** Whether a host's name stands for one that the reader has to fill in. */
export function isPlaceholderHost(host: string): boolean {
  const name = host.slice(0, MAX_HOST).toLowerCase();
  if (/^example\.(?:com|org|net)$/.test(name)) return true;
  const words = name.split(/[.\-_]/);
  if (words.some((word) => TELLING_WORDS.has(word))) return true;
  const withoutEnding = words.length > 1 && name.includes('.') ? words.slice(0, -1) : words;
  return withoutEnding.every((word) => PLACEHOLDER_WORDS.has(word));
}

/** Whether a name is that of somebody's machine: not this one, none of an example, and none that only a container's network knows. */
export function isSomebodysHost(host: string): boolean {
  if (host.length > MAX_HOST || !/^(?:[\w-]+\.)+[\w-]+\.?$|^\[[0-9a-f:]+\]$/i.test(host)) return false;
  return !isThisMachine(host) && !isPlaceholderHost(host) && !EXAMPLE.test(host);
}

/** `服务器地址:8000`: a name in other letters without a dot, or with such a word, is one to fill in. `bücher.de` is a host. */
function isForeignPlaceholder(host: string): boolean {
  return /[^\0-\x7f]/.test(host) && (!host.includes('.') || FOREIGN_WORDS.test(host));
}

/** The host of an address such as `http://host:80/path`, as clients read it; undefined when it cannot be known or is none. */
export function hostOf(address: string): string | undefined {
  const authority = /^[a-z][a-z0-9+.-]{0,30}:\/\/([^/?#\s]{0,1024})/i.exec(address)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (authority === '' || /[<>${}%]/.test(host) || isForeignPlaceholder(host)) return undefined;
  try {
    return new URL(address).hostname;
  } catch {
    return undefined; // no address at all: the client cannot use it either
  }
}

/**
 * The hosts that a text names: of addresses, `Server=…;` and `host=…`, and Go's `tcp(host:port)`. In the order of the text, as
 * they are written.
 */
export function hostsIn(text: string): string[] {
  // Most texts have neither, and each look at all of one costs.
  if (!/[=@]|:\/\//.test(text)) return [];
  const found = text.matchAll(
    /:\/\/(?:[^\s/@"'<>]{1,200}@){0,3}(\[[0-9a-f:]{2,45}\]|[\w.-]{1,253})|(?<![\w-])(?:server|host|hostname|data source|addr|address)\s{0,2}=\s{0,2}(?:tcp:)?([\w.-]{1,253})|@tcp6?\(([\w.-]{1,253})/gi,
  );
  return [...found].map(([, url, pair, go]) => url ?? pair ?? go ?? '');
}
