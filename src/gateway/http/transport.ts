import dns from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { addressAllowed } from '../../core/net/address.ts';
import type { Network } from '../../core/net/network.ts';
import { phrase } from '../../core/text/phrase.ts';
import type { NetworkSettings } from '../control/controlPort.ts';
import { TurnBudget } from '../util/turnBudget.ts';
import { Turns } from '../util/turns.ts';
import { ConnectionUse } from './connectionUse.ts';
import { Exchange } from './exchange.ts';
import { inPieces } from './inPieces.ts';
import { mendedHeads } from './mendedHeads.ts';
import type { Incoming, Outgoing, SendOptions } from './message.ts';
import { AddressRefusedError, explain, MAX_HEADER_BYTES, TransportError } from './transportError.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name, in the system's order. A port: tests give answers that change between look-ups. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: Resolve = (hostname) => dns.lookup(hostname, { all: true, order: 'verbatim' });

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Sends requests through an undici dispatcher, which (unlike `fetch`) follows no redirect, adds no header but
 * `host`, `connection` and the framing, and takes the target as it is; undici's top-level `request` would send it through `URL`.
 * Connections are kept alive and shared between the services of one kind of network; an address is judged in the very
 * look-up whose result is dialled, so no second look-up can give another.
 */
export class Transport {
  readonly #resolve: Resolve;
  #settings: NetworkSettings = { noProxy: [], certificates: [] };
  #dispatchers = new Map<Network, Dispatcher>();
  readonly #use = new ConnectionUse();
  readonly #closing: Turns;

  constructor(resolve: Resolve = systemResolve, turnBudget = new TurnBudget()) {
    this.#resolve = resolve;
    this.#closing = new Turns(turnBudget);
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

  /** For streams, which {@link send} does not make: the same rules, but for IP literals, which the caller checks. */
  dispatcher(network: Network): Dispatcher {
    return this.#dispatcherFor(network);
  }

  /** Sends one request, once. Rejects with a {@link TransportError}, or with what `beforeWrite` threw. */
  send(outgoing: Outgoing, options: SendOptions): Promise<Incoming> {
    const { baseUrl, network } = outgoing;
    // undici does not look up IP literals, so they are judged here.
    if (net.isIP(baseUrl.hostname) !== 0 && !addressAllowed(network, baseUrl.hostname)) {
      return Promise.reject(new TransportError('address', 'no', phrase`${baseUrl.hostname}`));
    }
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(options, this.#use, this.#closing, resolve, reject);
      try {
        this.#dispatcherFor(network).dispatch(
          {
            origin: baseUrl.origin,
            path: outgoing.target,
            method: outgoing.method as Dispatcher.HttpMethod,
            headers: outgoing.headers.flat(),
            body: outgoing.body ?? null,
            headersTimeout: 0, // one deadline over the whole call, in `signal`
            bodyTimeout: 0,
          },
          exchange,
        );
      } catch (error) {
        reject(explain(error, 'no'));
      }
    });
  }

  #dispatcherFor(network: Network): Dispatcher {
    const existing = this.#dispatchers.get(network);
    if (existing) return existing;
    const { proxy, noProxy, certificates } = this.#settings;
    const tlsOptions = {
      // undici offers HTTP/2 by default, in which a request's bytes on the wire would be others than those that were judged.
      allowH2: false,
      minVersion: 'TLSv1.2' as const,
      ...(certificates.length > 0 ? { ca: [...tls.rootCertificates, ...certificates] } : {}),
    };
    const common = {
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: buildConnector({
        ...tlsOptions,
        timeout: CONNECT_TIMEOUT_MS,
        lookup: this.#checkedLookup(network),
        // On this machine only a refusal leads to the next address, not a service that is busy for a moment.
        ...(network === 'loopback' ? { autoSelectFamilyAttemptTimeout: CONNECT_TIMEOUT_MS } : {}),
      }),
    };
    const pool = (origin: string | URL, options: object): Pool => poolInPieces(origin, options, this.#use);
    const dispatcher =
      proxy === undefined || network === 'loopback'
        ? new Agent({ ...common, factory: pool }).compose(dialledAfresh)
        : new EnvHttpProxyAgent({
            ...common,
            factory: pool,
            clientFactory: pool,
            httpProxy: proxy,
            httpsProxy: proxy,
            noProxy: noProxy.join(','),
            requestTls: tlsOptions,
            proxyTls: tlsOptions,
          });
    this.#dispatchers.set(network, dispatcher);
    return dispatcher;
  }

  /** A `lookup` for `net.connect` that gives only addresses that this kind of network may use. */
  #checkedLookup(network: Network): net.LookupFunction {
    return (hostname, options, callback) => {
      this.#resolve(hostname).then(
        (all) => {
          const allowed = all.filter(({ address }) => addressAllowed(network, address));
          if (network === 'loopback') allowed.sort(ipv4First);
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

/** The connections to one origin, also through a proxy: its own connections are made by a function that it brings along. */
function poolInPieces(origin: string | URL, options: object, use: ConnectionUse): Pool {
  const { connect, ...others }: Pool.Options = options;
  const connector = typeof connect === 'function' ? connect : buildConnector(connect);
  return new Pool(origin, {
    maxHeaderSize: MAX_HEADER_BYTES,
    ...others,
    allowH2: false,
    connect: mendedHeads(watched(inPieces(connector), use)),
  });
}

/**
 * Each request by a name over `http` has a connection of its own: one to `[::1]`, made while nobody listened on 127.0.0.1, would be
 * used for as long as its other end likes, also once the user's service is back. Over `https` a certificate proves who answers.
 */
function dialledAfresh(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) => {
    const { protocol, hostname } = new URL(String(options.origin));
    const byName = protocol === 'http:' && net.isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
    return dispatch(byName ? { ...options, reset: true } : options, handler);
  };
}

function watched(connect: buildConnector.connector, use: ConnectionUse): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      if (socket) use.watch(socket);
      callback(...outcome);
    });
}

/**
 * A service on this machine usually listens on 127.0.0.1 alone, whatever a hosts file names first: on `[::1]` its port is free
 * for any other user, who would be given the credential.
 */
function ipv4First(a: ResolvedAddress, b: ResolvedAddress): number {
  return Number(net.isIPv6(a.address)) - Number(net.isIPv6(b.address));
}
