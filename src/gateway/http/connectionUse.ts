import type { Socket } from 'node:net';

/** What is known of the connection that a request was written to. */
export interface Written {
  /** Whether it carried another request before. */
  readonly isReused: boolean;
  /** Whether not a byte has come since. */
  nothingCame(): boolean;
}

/**
 * Tells which connection carries which request: undici does not say. It writes a request in the same turn in which it says
 * that it starts.
 */
export class ConnectionUse {
  #starting: ((written: Written) => void) | undefined;

  /** What is written next is a request; `onWritten` is told where to. */
  starts(onWritten: (written: Written) => void): void {
    this.#starting = onWritten;
  }

  watch(socket: Socket): void {
    let requests = 0;
    let bytes = 0;
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      const piece: Buffer | null = read(size);
      bytes += piece?.length ?? 0;
      return piece;
    };
    const write = socket.write;
    socket.write = (...words: unknown[]): boolean => {
      const starting = this.#starting;
      if (starting) {
        this.#starting = undefined;
        const before = bytes;
        starting({ isReused: requests > 0, nothingCame: () => bytes === before && socket.readableLength === 0 });
        requests += 1;
      }
      return Reflect.apply(write, socket, words) as boolean;
    };
  }
}
