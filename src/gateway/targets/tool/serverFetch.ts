import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from 'undici';
import { JsonWeight, MAX_JSON_WEIGHT } from '../../../core/jsonWeight.ts';
import { addressAllowed } from '../../../core/net/address.ts';
import type { BaseUrl } from '../../../core/net/baseUrl.ts';
import type { Network } from '../../../core/net/network.ts';
import { TransportError } from '../../http/transportError.ts';
import { Patience } from '../../util/patience.ts';

/** How often a stream is asked for again at most, in milliseconds: how long to wait is the server's own word in MCP. */
const STREAM_EVERY_MS = 1000;

export interface ServerFetchOptions {
  readonly baseUrl: BaseUrl;
  readonly network: Network;
  /** The exact URL of the server's endpoint: nothing else is fetched. */
  readonly endpoint: string;
  readonly dispatcher: () => Dispatcher;
  /** The headers of the policy, with credentials in them; asked for each request and not kept. */
  readonly headers: () => readonly (readonly [name: string, value: string])[];
  /** Most bytes of an answer, decoded; and of one line of a stream that stays open. */
  readonly maxBytes: number;
  readonly onTooLong: () => void;
}

/**
 * A `fetch` for the SDK's HTTP client under the rules of every request of this gateway: to the endpoint of the policy and
 * nowhere else, no redirect, addresses checked in the very look-up that is dialled, answers capped.
 */
export function serverFetch(options: ServerFetchOptions): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const { baseUrl, network, endpoint, maxBytes } = options;
  let nextStreamAt = 0;
  return async (url, init) => {
    if (String(url) !== endpoint) throw new TransportError('unreachable', 'no', 'it named another address');
    // undici does not look up IP literals, so they are judged here.
    if (net.isIP(baseUrl.hostname) !== 0 && !addressAllowed(network, baseUrl.hostname)) {
      throw new TransportError('address', 'no', baseUrl.hostname);
    }
    const stays = init?.method === 'GET';
    if (stays) {
      const now = Date.now();
      const wait = nextStreamAt - now;
      nextStreamAt = Math.max(now, nextStreamAt) + STREAM_EVERY_MS;
      if (wait > 0) await pause(wait, undefined, { signal: init.signal ?? undefined });
    }
    const headers = new Headers(init?.headers);
    for (const [name, value] of options.headers()) headers.set(name, value);
    const response = await undiciFetch(endpoint, {
      // The two type the dispatcher, which the SDK never sets, in different versions.
      ...(init as unknown as UndiciRequestInit),
      headers: [...headers],
      redirect: 'manual',
      dispatcher: options.dispatcher(),
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new TransportError('unreachable', 'yes', 'it answered with a redirect, which is not followed');
    }
    const body = response.body?.pipeThrough(capped(maxBytes, stays, options.onTooLong));
    return new Response(body as ReadableStream<Uint8Array> | undefined, {
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
    });
  };
}

/** Pieces of a stream that other events can get their turn between: a server may send as many small messages as fit. */
const PIECE_BYTES = 4 * 1024;

/**
 * Ends a stream that grows over the cap, or becomes too heavy to be parsed: as a whole, or (one that stays open) between two
 * line ends.
 */
function capped(maxBytes: number, perLine: boolean, onTooLong: () => void): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  const weighed = new JsonWeight();
  const patience = new Patience();
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        const lineEnd = perLine ? piece.lastIndexOf(0x0a) : -1;
        if (lineEnd !== -1) {
          bytes = 0;
          weighed.reset();
        }
        bytes += piece.length - lineEnd - 1;
        weighed.add(Buffer.from(piece.subarray(lineEnd + 1)).toString('latin1'));
        if (bytes > maxBytes || weighed.weight > MAX_JSON_WEIGHT) {
          onTooLong();
          controller.error(new TransportError('too_large', 'yes', `more than ${maxBytes} bytes`));
          return;
        }
        controller.enqueue(piece);
        await patience.turn();
      }
    },
  });
}
