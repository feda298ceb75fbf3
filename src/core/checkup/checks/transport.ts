import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Severity } from '../../text/span.ts';
import { findingIn } from '../findings/finding.ts';
import type { Finding, Located, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { hostsIn, isThisMachine } from '../model/hosts.ts';
import { innerSpan } from '../model/innerSpan.ts';
import { credentialClass } from '../secrets/names.ts';
import { secureScheme } from './clearSchemes.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import { type Switch, switchesOf } from './switches.ts';
import { type TlsState, tlsTakenAway } from './tlsSwitch.ts';

/** Check 5: what goes over a network is encrypted, and the other end is verified. */
export function checkTransport(read: ReadConfig, server: ServerEntry): Finding[] {
  const off = switchedOff(read, server);
  const told = new Set(off.map(({ key }) => key));
  return [
    // `clickhouse://…?secure=false` says one thing twice.
    ...endpointsOf(server).flatMap((endpoint) =>
      isHttp(endpoint) || !told.has(endpoint.text.pointer) ? cleartext(read, server, endpoint) : [],
    ),
    ...off,
  ];
}

function isHttp({ scheme }: Endpoint): boolean {
  return scheme === 'http' || scheme === 'ws';
}

function cleartext(read: ReadConfig, server: ServerEntry, endpoint: Endpoint): Finding[] {
  const { text, at, kind, scheme } = endpoint;
  const secure = secureScheme(scheme);
  return [
    findingIn(read, 5, {
      severity: kind === 'server' ? 'error' : severityOfApi(server),
      code: kind === 'server' ? 'cleartext-transport' : 'cleartext-api',
      span: text.span,
      server: server.name,
      key: text.pointer,
      message:
        kind === 'server'
          ? phrase`The server is reached over ${scheme}:// beyond this machine, so anyone on the network path can read and change what is sent, including credentials. Use ${scheme}s://, or stdio for a server on this machine.`
          : phrase`The server sends its requests over ${scheme}:// to another machine, so anyone on the network path can read them and the credentials in them. Use ${secure}:// if that machine offers it.`,
      // Where drivers find TLS is another port as a rule.
      ...(isHttp(endpoint) && {
        fix: {
          kind: 'https' as const,
          span: innerSpan(read.file.text, text, at, at + scheme.length),
          newText: secure,
        },
      }),
    }),
  ];
}

/** Without a credential beside it, an address tells of nothing that has to stay secret. */
function severityOfApi({ env, headers, args }: ServerEntry): Severity {
  const named = [...env, ...headers].some(({ name, value }) => value !== '' && credentialClass(name) !== undefined);
  return named ||
    args.some(({ value }) => value.startsWith('-') && credentialClass(value.split('=', 1)[0] ?? '') !== undefined)
    ? 'warning'
    : 'information';
}

interface Texts {
  readonly code: 'tls-not-verified' | 'tls-off' | 'tls-too-old';
  readonly message: Phrase;
}

const TEXTS: Readonly<Record<TlsState, Texts>> = {
  'not-verified': {
    code: 'tls-not-verified',
    message: phrase`Certificate verification is switched off, so anyone on the network path can impersonate the server. Remove this; for a private certificate authority, specify its certificate (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE).`,
  },
  'not-encrypted': {
    code: 'tls-off',
    message: phrase`Encryption is switched off, so anyone on the network path can read and change what is sent, including credentials. Remove this, and let the other end use TLS.`,
  },
  outdated: {
    code: 'tls-too-old',
    message: phrase`Versions of TLS are allowed that no longer protect (1.0 and 1.1). Remove this, or require version 1.2.`,
  },
};

function switchedOff(read: ReadConfig, server: ServerEntry): Finding[] {
  const local = staysHere(server);
  const said = new Map<string, readonly [Located, TlsState]>();
  for (const one of [...switchesOf(server), ...shortOptions(server)]) {
    const state = tlsTakenAway(one.name, one.value);
    if (state === undefined || said.has(one.text.pointer)) continue;
    if (one.inside ? isLocalText(one.text.value) : local && state === 'not-encrypted') continue;
    said.set(one.text.pointer, [one.text, state]);
  }
  return [...said.values()].map(([text, state]) =>
    findingIn(read, 5, {
      severity: 'warning',
      ...TEXTS[state],
      span: text.span,
      server: server.name,
      key: text.pointer,
    }),
  );
}

const FLAGS_WITH_K = /(?:^|\s)-[a-zA-Z]{0,10}k[a-zA-Z]{0,10}(?=\s|$)/;

/** `-k` of curl and those that took it over, where it has no value of its own; `-sk` of curl itself. */
function shortOptions({ command, args, env }: ServerEntry): Switch[] {
  const curl = /(?:^|[\\/])curl(?:\.exe)?$/i.test(command?.value ?? '');
  const found = args.filter(({ value }, index) => {
    const next = args[index + 1]?.value;
    return (value === '-k' && (next === undefined || next.startsWith('-'))) || (curl && FLAGS_WITH_K.test(value));
  });
  const variables = env.filter(({ name, value }) => /curl/i.test(name) && FLAGS_WITH_K.test(value));
  return [...found, ...variables].map((text) => ({ name: '--insecure', value: undefined, text, inside: false }));
}

/** Whether all hosts that a text names are this machine: what goes there passes no network. */
function isLocalText(text: string): boolean {
  const hosts = hostsIn(text);
  return hosts.length > 0 && hosts.every(isThisMachine);
}

/** The same for a server's variables, where one of them names a host at all. */
function staysHere({ env }: ServerEntry): boolean {
  const hosts = env.flatMap(({ name, value }) =>
    /(?:^|_)(?:HOST|HOSTNAME|SERVER|ADDRESS)$/i.test(name) ? [value.trim()] : hostsIn(value),
  );
  return hosts.length > 0 && hosts.every((host) => isThisMachine(host));
}
