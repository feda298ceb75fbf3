import type { ChildProcess } from 'node:child_process';
import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';

/** Which end of the pipe this is. */
export type End = 'host' | 'gateway';

const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

/** What each end says first, once, in the clear. */
interface Hello {
  /** X25519 public key, DER (SPKI), base64. */
  readonly key: string;
}
/** Everything else. */
interface Sealed {
  /** Ciphertext and tag, base64. */
  readonly sealed: string;
}

/**
 * The two directions of `fork`'s IPC channel, sealed. Every extension in VS Code's process can lay hands on another's
 * child process (`diagnostics_channel` publishes it, `process._getActiveHandles` lists it), and so hear its messages and
 * send it some. So the ends agree on keys first (X25519, RFC 7748; HKDF, RFC 5869), and from then on a message counts
 * only when it was sealed with them (AES-256-GCM, NIST SP 800-38D), in order; all others are passed over. The host
 * must call this in the same turn as `fork`: then nobody else can have been first.
 */
export function sealChannel(
  channel: ChildProcess | NodeJS.Process,
  end: End,
): { readonly reader: MessageReader; readonly writer: MessageWriter } {
  const session = new Session(channel, end);
  return { reader: new SealedReader(channel, session), writer: new SealedWriter(channel, session) };
}

class Session {
  readonly #end: End;
  readonly #own = generateKeyPairSync('x25519');
  /** Kept from the start: a `send` that somebody puts in its place later is not used. */
  readonly #send: (message: Hello | Sealed, told: (error: Error | null) => void) => void;
  readonly #waiting: (() => void)[] = [];
  #keys: { readonly out: Buffer; readonly in: Buffer } | undefined;
  #sent = 0n;
  #received = 0n;
  /** Gets each message that the other end sealed. */
  deliver: ((message: Message) => void) | undefined;

  constructor(channel: ChildProcess | NodeJS.Process, end: End) {
    this.#end = end;
    const send = channel.send?.bind(channel);
    this.#send = (message, told) => {
      if (send) send(message, undefined, undefined, told);
      else told(new Error('There is no IPC channel.'));
    };
    channel.on('message', (message: unknown) => this.#receive(message));
    if (end === 'host') this.#hello();
  }

  send(message: Message, told: (error: Error | null) => void): void {
    const go = (): void => {
      const keys = this.#keys;
      if (!keys) return;
      const cipher = createCipheriv(CIPHER, keys.out, nonce(this.#sent++));
      const text = Buffer.from(JSON.stringify(message));
      const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
      this.#send({ sealed }, told);
    };
    if (this.#keys) go();
    else this.#waiting.push(go);
  }

  #hello(): void {
    const key = this.#own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    // A pipe that is closed already says so by its own events.
    this.#send({ key }, () => undefined);
  }

  #receive(message: unknown): void {
    if (!this.#keys) {
      if (isHello(message)) this.#agree(message);
      return;
    }
    if (!isSealed(message)) return;
    const opened = this.#open(this.#keys.in, Buffer.from(message.sealed, 'base64'));
    if (opened !== undefined) this.deliver?.(JSON.parse(opened) as Message);
  }

  #agree({ key }: Hello): void {
    let shared: Buffer;
    try {
      const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), type: 'spki', format: 'der' });
      shared = diffieHellman({ privateKey: this.#own.privateKey, publicKey });
    } catch {
      return;
    }
    const own = this.#own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const salt = this.#end === 'host' ? `${own} ${key}` : `${key} ${own}`;
    const derive = (from: End): Buffer => Buffer.from(hkdfSync('sha256', shared, salt, `valet-key pipe: ${from}`, 32));
    this.#keys =
      this.#end === 'host'
        ? { out: derive('host'), in: derive('gateway') }
        : { out: derive('gateway'), in: derive('host') };
    if (this.#end === 'gateway') this.#hello();
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Undefined for what the other end did not seal as its next message. */
  #open(key: Buffer, sealed: Buffer): string | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, key, nonce(this.#received));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
      this.#received += 1n;
      return text;
    } catch {
      return undefined;
    }
  }
}

class SealedReader extends AbstractMessageReader {
  readonly #session: Session;

  constructor(channel: NodeJS.EventEmitter, session: Session) {
    super();
    this.#session = session;
    channel.on('error', (error: Error) => this.fireError(error));
    channel.on('close', () => this.fireClose());
  }

  listen(callback: DataCallback): Disposable {
    this.#session.deliver = callback;
    return Disposable.create(() => {
      this.#session.deliver = undefined;
    });
  }
}

class SealedWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #session: Session;
  #failed = 0;

  constructor(channel: NodeJS.EventEmitter, session: Session) {
    super();
    this.#session = session;
    channel.on('error', (error: Error) => this.fireError(error));
    channel.on('close', () => this.fireClose());
  }

  async write(message: Message): Promise<void> {
    this.#session.send(message, (error) => {
      this.#failed = error ? this.#failed + 1 : 0;
      if (error) this.fireError(error, message, this.#failed);
    });
  }

  end(): void {
    // Whoever forked the gateway closes its pipe.
  }
}

/** Each number is used once per key: the two directions have keys of their own. */
function nonce(count: bigint): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(count, 4);
  return bytes;
}

function isHello(message: unknown): message is Hello {
  return typeof message === 'object' && message !== null && 'key' in message && typeof message.key === 'string';
}

function isSealed(message: unknown): message is Sealed {
  return typeof message === 'object' && message !== null && 'sealed' in message && typeof message.sealed === 'string';
}
