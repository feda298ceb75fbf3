import dns from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, errors } from 'undici';
import { addressAllowed } from '../../core/net/address.ts';
import type { BaseUrl, Network } from '../../core/policy/model.ts';
import type { NetworkSettings } from '../parent.ts';
import type { Sent } from '../refusals.ts';

/** One request as it goes onto the wire. Headers carry the credential: never logged, never kept. */
export interface Outgoing {
  readonly baseUrl: BaseUrl;
  readonly network: Network;
  readonly method: string;
  /** Request target, byte for byte. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
}

/** What came back, still compressed and undecoded. */
export interface Incoming {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export interface SendOptions {
  /** Cap on the body as received, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /**
   * Called at the moment of writing, when the connection stands and not a byte of the request has left. What it throws
   * ends the request unsent.
   */
  readonly beforeWrite: () => void;
}

export type TransportFailure = 'address' | 'unreachable' | 'tls' | 'too_large' | 'aborted';

/** Why there is no answer, and whether the request may have reached the API. `detail` is our own text. */
export class TransportError extends Error {
  readonly failure: TransportFailure;
  readonly sent: Sent;
  readonly detail: string;

  constructor(failure: TransportFailure, sent: Sent, detail: string, options?: ErrorOptions) {
    super(`${failure}: ${detail}`, options);
    this.failure = failure;
    this.sent = sent;
    this.detail = detail;
  }
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name, in the system's order. A port: tests give answers that change between look-ups. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: Resolve = (hostname) => dns.lookup(hostname, { all: true, order: 'verbatim' });

class AddressRefusedError extends Error {}

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Sends requests through undici's `request` of a dispatcher, which (unlike `fetch`) follows no redirect and adds no header of its own.
 * Connections are kept alive and shared between the services of one kind of network; an address is judged in the very
 * look-up whose result is dialled, so no second look-up can give another.
 */
export class Transport {
  readonly #resolve: Resolve;
  #settings: NetworkSettings = { noProxy: [], certificates: [] };
  #dispatchers = new Map<Network, Dispatcher>();

  constructor(resolve: Resolve = systemResolve) {
    this.#resolve = resolve;
  }

  /** Takes VS Code's proxy and certificates for every later request; connections with the old ones are closed. */
  configure(settings: NetworkSettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    this.close();
  }

  /** Lets requests under way end and closes their connections. */
  close(): void {
    for (const dispatcher of this.#dispatchers.values()) void dispatcher.close();
    this.#dispatchers.clear();
  }

  async send(outgoing: Outgoing, options: SendOptions): Promise<Incoming> {
    const { baseUrl, network } = outgoing;
    // undici does not look up IP literals, so they are judged here.
    if (net.isIP(baseUrl.hostname) !== 0 && !addressAllowed(network, baseUrl.hostname)) {
      throw new TransportError('address', 'no', baseUrl.hostname);
    }

    let sent: Sent = 'no';
    const hook: WriteHook = {
      beforeWrite: () => {
        options.beforeWrite();
        sent = 'unknown';
      },
    };
    try {
      // The dispatcher's own `request` takes the target as it is; undici's top-level one would send it through `URL`.
      const response = await this.#dispatcherFor(network).request({
        opaque: hook,
        origin: baseUrl.origin,
        path: outgoing.target,
        method: outgoing.method as Dispatcher.HttpMethod,
        headers: outgoing.headers.flat(),
        body: outgoing.body ?? null,
        signal: options.signal,
        headersTimeout: 0, // one deadline over the whole call, in `signal`
        bodyTimeout: 0,
        responseHeaders: 'raw',
      });
      sent = 'yes';
      return {
        status: response.statusCode,
        headers: headerPairs(response.headers),
        body: await readCapped(response.body, options.maxBytes),
      };
    } catch (error) {
      throw explain(error, sent, options.signal);
    }
  }

  #dispatcherFor(network: Network): Dispatcher {
    const existing = this.#dispatchers.get(network);
    if (existing) return existing;
    const { proxy, noProxy, certificates } = this.#settings;
    const tlsOptions = {
      minVersion: 'TLSv1.2' as const,
      ...(certificates.length > 0 ? { ca: [...tls.rootCertificates, ...certificates] } : {}),
    };
    const common = {
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: { ...tlsOptions, timeout: CONNECT_TIMEOUT_MS, lookup: this.#checkedLookup(network) },
    };
    const dispatcher =
      proxy === undefined || network === 'loopback'
        ? new Agent(common)
        : new EnvHttpProxyAgent({
            ...common,
            httpProxy: proxy,
            httpsProxy: proxy,
            noProxy: noProxy.join(','),
            requestTls: tlsOptions,
          });
    const hooked = dispatcher.compose(callWriteHook);
    this.#dispatchers.set(network, hooked);
    return hooked;
  }

  /** A `lookup` for `net.connect` that gives only addresses that this kind of network may use. */
  #checkedLookup(network: Network): net.LookupFunction {
    return (hostname, options, callback) => {
      this.#resolve(hostname).then(
        (all) => {
          const allowed = all.filter(({ address }) => addressAllowed(network, address));
          const first = allowed[0];
          if (first === undefined) {
            callback(new AddressRefusedError(hostname), '');
          } else if (options.all) {
            callback(null, [...allowed]);
          } else {
            callback(null, first.address, first.family);
          }
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    };
  }
}

/** Travels with a request through undici, in its field for the caller's own data. */
interface WriteHook {
  readonly beforeWrite: () => void;
}

/** Calls the request's hook when undici has a connection and is about to write; what the hook throws ends the request. */
const callWriteHook: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { opaque } = options as { opaque?: WriteHook };
  const inner = handler.onRequestStart?.bind(handler);
  handler.onRequestStart = (controller, context) => {
    opaque?.beforeWrite();
    inner?.(controller, context);
  };
  return dispatch(options, handler);
};

function headerPairs(raw: unknown): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  const list = Array.isArray(raw) ? raw : [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    pairs.push([headerText(list[i]).toLowerCase(), headerText(list[i + 1])]);
  }
  return pairs;
}

function headerText(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}

async function readCapped(body: AsyncIterable<Buffer> & { destroy(): unknown }, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > maxBytes) {
      body.destroy();
      throw new TransportError('too_large', 'yes', `more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, total);
}

/** Sorts an error of undici, node:net or node:tls into our own few, with a text of our own. */
function explain(error: unknown, sent: Sent, signal: AbortSignal): unknown {
  if (error instanceof TransportError) return error;
  if (signal.aborted) return new TransportError('aborted', sent, 'aborted', { cause: signal.reason });
  const cause = rootCause(error);
  if (cause instanceof AddressRefusedError) return new TransportError('address', 'no', cause.message);
  if (cause instanceof errors.HeadersOverflowError) {
    return new TransportError('too_large', 'yes', `more than ${MAX_HEADER_BYTES} bytes of headers`, { cause });
  }
  if (cause instanceof errors.HTTPParserError) {
    return new TransportError('unreachable', sent, 'it did not answer in HTTP', { cause });
  }
  const code = errorCode(cause);
  if (code === undefined) return error; // one of ours, thrown by beforeWrite, or a defect
  const tlsDetail = sent === 'no' ? tlsProblem(code) : undefined;
  if (tlsDetail !== undefined) return new TransportError('tls', 'no', tlsDetail, { cause });
  return new TransportError('unreachable', sent, networkProblem(code), { cause });
}

function rootCause(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 8; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else if (current instanceof Error && current.cause instanceof Error) current = current.cause;
    else break;
  }
  return current;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Verification results of OpenSSL as Node names them (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE_CODES = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate chain ends in an unknown, self-signed one'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the issuer of its certificate is unknown'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the issuer of its certificate is unknown'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate cannot be verified'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
]);

function tlsProblem(code: string): string | undefined {
  return (
    CERTIFICATE_CODES.get(code) ??
    (/^(ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(code) ? `the TLS handshake failed (${code})` : undefined)
  );
}

const NETWORK_CODES = new Map([
  // The caller's headers were checked, so that it is the credential's.
  ['UND_ERR_INVALID_ARG', 'the credential holds a character that no HTTP header can carry'],
  ['ENOTFOUND', 'its name does not resolve'],
  ['EAI_AGAIN', 'its name could not be looked up just now'],
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the other side closed it'],
  ['UND_ERR_SOCKET', 'the other side closed it'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the connection was not made in time'],
  ['ETIMEDOUT', 'the connection was not made in time'],
  ['ENETUNREACH', 'there is no network route to it'],
  ['EHOSTUNREACH', 'there is no network route to it'],
]);

function networkProblem(code: string): string {
  return NETWORK_CODES.get(code) ?? code;
}
