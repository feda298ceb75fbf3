import type { Dispatcher } from 'undici';
import { phrase } from '../../core/text/phrase.ts';
import type { Sent } from '../call/model/refusals.ts';
import type { Turns } from '../util/turns.ts';
import type { ConnectionUse, Written } from './connectionUse.ts';
import type { Incoming, SendOptions } from './message.ts';
import {
  ClosedMeanwhileError,
  explain,
  HeadTooLargeError,
  MAX_HEADER_FIELDS,
  NOT_HTTP,
  ONLY_INTERIM,
  OTHER_PROTOCOL,
  TransportError,
} from './transportError.ts';

/** Nobody asked for it: no request of ours has an `Upgrade` header (RFC 9110 section 15.2.2). */
const SWITCHING_PROTOCOLS = 101;
/** Interim answers before the real one: an API sends a handful, and a flood of them would keep the event loop to itself. */
const MAX_INTERIM = 100;
/** A body may come in pieces of one byte: after so many, other events get their turn. */
const PIECES_A_TURN = 1000;

/**
 * One request and its answer, as undici reports it: the callbacks of a dispatch, without the streams that its
 * higher-level functions build around them. Settles once, and knows at any time whether the request may have left.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: SendOptions;
  readonly #use: ConnectionUse;
  readonly #closing: Pick<Turns, 'take'>;
  readonly #resolve: (incoming: Incoming) => void;
  readonly #reject: (error: unknown) => void;
  #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #sent: Sent = 'no';
  #bytes = 0;
  #interim = 0;
  #status = 0;
  #written: Written | undefined;
  #headers: Incoming['headers'] = [];

  constructor(
    options: SendOptions,
    use: ConnectionUse,
    closing: Pick<Turns, 'take'>,
    resolve: (incoming: Incoming) => void,
    reject: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#use = use;
    this.#closing = closing;
    this.#resolve = resolve;
    this.#reject = reject;
    if (options.signal.aborted) this.#abort();
    else options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** undici has a connection and is about to write: the last moment at which nothing was sent. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted while the connection was made: what is thrown here is not sent.
    this.#options.signal.throwIfAborted();
    this.#options.beforeWrite();
    this.#controller = controller;
    this.#use.starts((written) => {
      this.#written = written;
    });
    this.#sent = 'unknown';
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Before undici finds it out for itself, as an assertion of its own that fails.
    if (status === SWITCHING_PROTOCOLS || status < 100) {
      const detail = status < 100 ? NOT_HTTP : OTHER_PROTOCOL;
      controller.abort(new TransportError('unreachable', this.#sent, detail));
      return;
    }
    if (status < 200) {
      // Informational, RFC 9110 section 15.2.
      if (++this.#interim > MAX_INTERIM) {
        controller.abort(new TransportError('unreachable', this.#sent, ONLY_INTERIM));
      }
      return;
    }
    this.#sent = 'yes';
    this.#status = status;
    this.#headers = headerPairs(controller.rawHeaders);
    if (this.#headers.length > MAX_HEADER_FIELDS) {
      controller.abort(new HeadTooLargeError(phrase`more than ${MAX_HEADER_FIELDS} header fields`));
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    const { maxBytes } = this.#options;
    if (this.#bytes > maxBytes) {
      controller.abort(new TransportError('too_large', 'yes', phrase`more than ${maxBytes} bytes`));
    } else {
      this.#chunks.push(chunk);
      if (this.#chunks.length >= PIECES_A_TURN) this.#catchBreath(controller);
    }
  }

  #catchBreath(controller: Dispatcher.DispatchController): void {
    this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
    controller.pause();
    setImmediate(() => controller.resume());
  }

  onResponseEnd(): void {
    this.#options.signal.removeEventListener('abort', this.#abort);
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#options.signal.removeEventListener('abort', this.#abort);
    const reason = explain(error, this.#sent);
    const wasClosed = this.#sent === 'unknown' && this.#written?.isReused === true && this.#written.nothingCame();
    const isBroken = reason instanceof TransportError && reason.failure === 'unreachable';
    this.#reject(isBroken && wasClosed ? new ClosedMeanwhileError(reason) : reason);
  }

  readonly #abort = (): void => {
    const reason = new TransportError('aborted', this.#sent, phrase`aborted`, { cause: this.#options.signal.reason });
    this.#reject(reason);
    // A freeze ends hundreds of requests at once, and to close a connection takes a while.
    void this.#closing.take(async () => this.#controller?.abort(reason));
  };
}

function headerPairs(raw: Dispatcher.DispatchController['rawHeaders']): Incoming['headers'] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const pairs: [string, string][] = [];
  // No more than is asked about: there may be tens of thousands.
  const end = Math.min(list.length - 1, 2 * (MAX_HEADER_FIELDS + 1));
  for (let i = 0; i < end; i += 2) pairs.push([text(list[i]).toLowerCase(), text(list[i + 1])]);
  return pairs;
}

/** Header bytes are ISO 8859-1 at most (RFC 9110 section 5.5). */
function text(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}
