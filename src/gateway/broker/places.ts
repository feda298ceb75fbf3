import type net from 'node:net';

/** Nothing that was asked or allowed on a connection lasts for longer without a word of its proxy's. */
const IDLE_MS = 30 * 60_000;

type Connection = Pick<net.Socket, 'bytesRead' | 'destroy'>;

/** What was heard on a connection, and when the last of it. */
interface Heard {
  readonly bytes: number;
  readonly at: number;
}

/**
 * The places for connections, of which there are only so many. Some agents leave a proxy of each session behind: where
 * all places are taken, the one that was silent for longest, and for half an hour at least, makes room for a new one.
 */
export class Places {
  readonly #most: number;
  readonly #now: () => number;
  readonly #taken = new Map<Connection, Heard>();

  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** Whether there is a place for this connection. */
  take(socket: Connection): boolean {
    this.look();
    if (this.#taken.size >= this.#most && !this.#makeRoom()) return false;
    this.#taken.set(socket, { bytes: socket.bytesRead, at: this.#now() });
    return true;
  }

  leave(socket: Connection): void {
    this.#taken.delete(socket);
  }

  /** Notes which of them have said something since the last look. */
  look(): void {
    const at = this.#now();
    for (const [socket, { bytes }] of this.#taken) {
      if (bytes !== socket.bytesRead) this.#taken.set(socket, { bytes: socket.bytesRead, at });
    }
  }

  #makeRoom(): boolean {
    const [longest] = [...this.#taken].sort(([, one], [, other]) => one.at - other.at);
    if (longest === undefined || this.#now() - longest[1].at < IDLE_MS) return false;
    const [socket] = longest;
    this.leave(socket);
    socket.destroy();
    return true;
  }
}
