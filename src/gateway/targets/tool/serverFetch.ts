import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Dispatcher,
  type RequestInit as UndiciRequestInit,
  type Response as UndiciResponse,
  fetch as undiciFetch,
} from 'undici';
import { isTooHeavy, JsonWeight, MAX_JSON_WEIGHT } from '../../../core/jsonWeight.ts';
import { addressAllowed } from '../../../core/net/address.ts';
import type { BaseUrl } from '../../../core/net/baseUrl.ts';
import type { Network } from '../../../core/net/network.ts';
import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import type { Sent } from '../../call/model/refusals.ts';
import { noticingDispatcher } from '../../http/noticingDispatcher.ts';
import { explain, TransportError } from '../../http/transportError.ts';
import type { TurnBudget } from '../../util/turnBudget.ts';
import { readHttpRefusal } from './readHttpRefusal.ts';

/** How often a stream is asked for again at most, in milliseconds: how long to wait is the server's own word in MCP. */
const STREAM_EVERY_MS = 1000;
/** What is read of an answer that is no success, in bytes, and how long it may take, in milliseconds. */
const REFUSAL_BYTES = 64 * 1024;
const REFUSAL_MS = 5000;

export interface ServerFetchOptions {
  readonly baseUrl: BaseUrl;
  readonly network: Network;
  /** The exact URL of the server's endpoint: nothing else is fetched. */
  readonly endpoint: string;
  readonly dispatcher: () => Dispatcher;
  /** The headers of the policy, with credentials in them; asked for each request and not kept. */
  readonly headers: () => readonly (readonly [name: string, value: string])[];
  /** Whether one of them is a credential. */
  readonly authenticated: boolean;
  /** Most bytes of an answer, decoded; and of one line of a stream that stays open. */
  readonly maxBytes: number;
  readonly onTooLong: () => void;
  readonly turnBudget: TurnBudget;
}

/**
 * A `fetch` for the SDK's HTTP client under the rules of every request of this gateway: to the endpoint of the policy and
 * nowhere else, no redirect, addresses checked in the very look-up that is dialled, answers capped.
 */
export function serverFetch(options: ServerFetchOptions): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const { baseUrl, network, endpoint } = options;
  let nextStreamAt = 0;
  return async (url, init) => {
    if (String(url) !== endpoint) throw new TransportError('unreachable', 'no', phrase`it named another address`);
    // undici does not look up IP literals, so they are judged here.
    if (net.isIP(baseUrl.hostname) !== 0 && !addressAllowed(network, baseUrl.hostname)) {
      throw new TransportError('address', 'no', phrase`${baseUrl.hostname}`);
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
    const response = await send(options, { ...init, headers });
    if (response.ok || (stays && response.status === NO_STREAM)) {
      return answerOf(response, response.body?.pipeThrough(capped(options, stays)));
    }
    const text = await readHttpRefusal(
      { status: response.status, header: (name) => response.headers.get(name), text: await beginningOf(response) },
      {
        endpoint,
        body: init?.body,
        inSession: headers.has('mcp-session-id'),
        authenticated: options.authenticated,
        at: Date.now(),
        offersOlderTransport: () => offersOlderTransport(options),
      },
    );
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  };
}

/** With what a server answers a GET that has no stream of its own to offer: MCP has it so. */
const NO_STREAM = 405;

/** One request, as undici's `fetch` sends it. Rejects with a `TransportError` that says whether it may have left. */
async function send({ endpoint, dispatcher }: ServerFetchOptions, init: RequestInit): Promise<UndiciResponse> {
  let sent: Sent = 'no';
  try {
    return await undiciFetch(endpoint, {
      // The two type the dispatcher, which the SDK never sets, in different versions.
      ...(init as unknown as UndiciRequestInit),
      headers: [...new Headers(init.headers)],
      redirect: 'manual',
      dispatcher: noticingDispatcher(dispatcher(), () => {
        sent = 'unknown';
      }),
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw isBadPort(error) ? new TransportError('unreachable', 'no', badPort(endpoint)) : explain(error, sent);
  }
}

/** Fetch refuses the ports of protocols that an HTTP request could be mistaken for (https://fetch.spec.whatwg.org/#port-blocking). */
function isBadPort(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error && error.cause.message === 'bad port';
}

function badPort(endpoint: string): Phrase {
  return phrase`port ${new URL(endpoint).port} is one that no HTTP client connects to, as it belongs to another protocol`;
}

/** Whether a GET of the address begins a stream, which only the older transport does outside a session. */
async function offersOlderTransport(options: ServerFetchOptions): Promise<boolean> {
  try {
    const headers = new Headers([...options.headers()].map(([name, value]): [string, string] => [name, value]));
    headers.set('accept', 'text/event-stream');
    const response = await send(options, { method: 'GET', headers, signal: AbortSignal.timeout(REFUSAL_MS) });
    await response.body?.cancel();
    return response.ok && response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  } catch {
    return false; // what is wrong with the server was told by its answer to the message
  }
}

async function beginningOf({ body }: UndiciResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body?.getReader();
  const late = setTimeout(() => void reader?.cancel().catch(() => undefined), REFUSAL_MS);
  try {
    while (bytes < REFUSAL_BYTES) {
      const next = await reader?.read();
      if (next === undefined || next.done) break;
      chunks.push(next.value);
      bytes += next.value.length;
    }
    await reader?.cancel();
  } catch {
    // The status tells enough.
  } finally {
    clearTimeout(late);
  }
  const text = Buffer.concat(chunks).subarray(0, REFUSAL_BYTES).toString();
  return isTooHeavy(text) ? '' : text;
}

function answerOf({ status, statusText, headers }: UndiciResponse, body: unknown): Response {
  return new Response(body as ReadableStream<Uint8Array> | undefined, { status, statusText, headers: [...headers] });
}

/** Pieces of a stream that other events can get their turn between: a server may send as many small messages as fit. */
const PIECE_BYTES = 4 * 1024;

/**
 * Ends a stream that grows over the cap, or becomes too heavy to be parsed: as a whole, or (one that stays open) between two
 * line ends.
 */
function capped(
  { maxBytes, onTooLong, turnBudget }: Pick<ServerFetchOptions, 'maxBytes' | 'onTooLong' | 'turnBudget'>,
  perLine: boolean,
): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  const weighed = new JsonWeight();
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
          controller.error(new TransportError('too_large', 'yes', phrase`more than ${maxBytes} bytes`));
          return;
        }
        controller.enqueue(piece);
        await turnBudget.turn();
      }
    },
  });
}
