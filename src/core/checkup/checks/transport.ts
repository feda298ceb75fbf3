import { phrase } from '../../text/phrase.ts';
import { findingIn } from '../findings/finding.ts';
import type { Finding, Located, Named, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { innerSpan } from '../model/innerSpan.ts';

/** Names of this very machine, as seen from it or from a container on it. */
const THIS_MACHINE =
  /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|\[::\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]|(?:host|gateway|kubernetes)\.docker\.internal|host\.(?:containers|lima)\.internal)\.?$/i;

/** Programs that carry MCP over the network for a client that only speaks stdio: their argument is the server. */
const BRIDGE =
  /(?:^|[/@])(?:mcp-remote|mcp-proxy|mcp-bridge|supergateway|mcp-client-proxy|mcp-http-proxy|mcp-sse-proxy)(?:@|=|$)/;
const URL_OPTION =
  /^--?(?:url|uri|sse|sse-url|server|server-url|mcp-url|endpoint|http-url|streamable-?http|remote|target|base-url)$/i;

const OFF = /^(?:0|false|no|off|none|disabled?)$/i;
const ON = /^(?:1|true|yes|on|enabled?)$/i;
/** Variables that switch verification off when they are off, and those that do when they are on. */
const VERIFY =
  /^NODE_TLS_REJECT_UNAUTHORIZED$|^PYTHONHTTPSVERIFY$|(?:^|_)(?:SSL|TLS|HTTPS|CERT|CERTS|CERTIFICATES?)_?(?:VERIFY|VERIFICATION|CHECK)$|(?:^|_)(?:VERIFY|CHECK|VALIDATE)_?(?:SSL|TLS|CERTS?|CERTIFICATES?)$|REJECT_?UNAUTHORIZED$/i;
const SKIP =
  /^GIT_SSL_NO_VERIFY$|(?:^|_)(?:SKIP|NO|DISABLE|IGNORE|ALLOW)_(?:INSECURE_)?(?:SSL|TLS|CERTS?|CERTIFICATES?|HTTPS)(?:_(?:VERIFY|VERIFICATION|VALIDATION|CHECK|ERRORS?))?$|(?:^|_)(?:SSL|TLS|HTTPS)_(?:INSECURE|SKIP_VERIFY|NO_VERIFY)$|(?:^|_)INSECURE(?:_(?:SSL|TLS|SKIP_VERIFY|HTTPS))?$/i;
const SKIP_OPTION =
  /^--?(?:insecure|insecure-skip-tls-verify|skip-tls-verify|tls-skip-verify|no-verify-ssl|no-ssl-verify|no-check-certificate|ignore-certificate-errors|ignore-https-errors|disable-ssl-verification|allow-insecure-host)(?:=.*)?$/i;

/** Check 5: what goes over a network is encrypted, and the other end is verified. */
export function checkTransport(read: ReadConfig, server: ServerEntry): Finding[] {
  return [
    ...(server.url ? cleartext(read, server, server.url, 0) : []),
    ...urlArguments(server).flatMap(({ text, at }) => cleartext(read, server, text, at)),
    ...unverified(read, server),
  ];
}

function cleartext(read: ReadConfig, server: ServerEntry, text: Located, at: number): Finding[] {
  const address = text.value.slice(at);
  const scheme = /^\s*(http|ws):\/\//i.exec(address);
  const name = scheme?.[1];
  if (!scheme || name === undefined || !isRemote(address.trim())) return [];
  const start = at + scheme[0].length - name.length - 3;
  return [
    findingIn(read, 5, {
      severity: 'error',
      code: 'cleartext-transport',
      span: text.span,
      server: server.name,
      key: text.pointer,
      message: phrase`The server is reached over ${name.toLowerCase()}:// beyond this machine, so anyone on the network path can read and change what is sent, including credentials. Use ${name.toLowerCase()}s://, or stdio for a server on this machine.`,
      fix: {
        kind: 'https',
        span: innerSpan(read.file.text, text, start, start + name.length),
        newText: `${name.toLowerCase()}s`,
      },
    }),
  ];
}

/** Whether an address names another machine; what a reference or a placeholder will name is not known. */
function isRemote(address: string): boolean {
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(address)?.[1] ?? '';
  if (/[<>${}%]/.test(authority)) return false;
  try {
    return !THIS_MACHINE.test(new URL(address).hostname);
  } catch {
    return false; // no address at all: the client cannot use it either
  }
}

/** Arguments that name the server which a bridge connects to. */
function urlArguments({ command, args }: ServerEntry): { readonly text: Located; readonly at: number }[] {
  const bridged = [command, ...args].some((text) => BRIDGE.test(text?.value ?? ''));
  return args.flatMap((text, index) => {
    const equals = /^(--?[\w-]+)=/.exec(text.value);
    if (equals) return URL_OPTION.test(equals[1] ?? '') ? [{ text, at: equals[0].length }] : [];
    const before = args[index - 1]?.value ?? '';
    if (URL_OPTION.test(before)) return [{ text, at: 0 }];
    return bridged && !/^--[^=]+$/.test(before) ? [{ text, at: 0 }] : [];
  });
}

function unverified(read: ReadConfig, server: ServerEntry): Finding[] {
  const switchesOff = ({ name, value }: Named): boolean =>
    (VERIFY.test(name) && OFF.test(value.trim())) || (SKIP.test(name) && ON.test(value.trim()));
  const places: Located[] = [
    ...server.env.filter(switchesOff),
    ...server.args.filter(({ value }) => SKIP_OPTION.test(value) && !/=(?:0|false|no)$/i.test(value)),
  ];
  return places.map((text) =>
    findingIn(read, 5, {
      severity: 'warning',
      code: 'tls-not-verified',
      span: text.span,
      server: server.name,
      key: text.pointer,
      message: phrase`Certificate verification is switched off, so anyone on the network path can impersonate the server. Remove this; for a private certificate authority, specify its certificate (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE).`,
    }),
  );
}
