import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** So much is parsed at once, and so much in one turn of the event loop, of all connections together, in bytes. */
const PIECE_BYTES = 1024;
const TURN_BYTES = 4 * PIECE_BYTES;

/**
 * Hands what arrives to undici in small pieces, and a few of them in each turn of the event loop. It parses the whole of what it
 * is given, even after it gave the answer up: a head (or a trailer) of too many short fields makes an error for each of those
 * that stand behind its cap. Connections take turns, so that many of them hold up nothing for longer than one.
 */
export function inPieces(connect: buildConnector.connector): buildConnector.connector {
  /** Connections that have more to be read, in the order in which they are served. */
  const waiting = new Set<Socket>();
  let left = TURN_BYTES;
  let scheduled = false;
  const wait = (socket: Socket): void => {
    waiting.add(socket);
    if (scheduled) return;
    scheduled = true;
    setImmediate(nextTurn);
  };
  const nextTurn = (): void => {
    left = TURN_BYTES;
    scheduled = false;
    for (const socket of [...waiting]) {
      if (left <= 0) break;
      waiting.delete(socket);
      if (!socket.destroyed) socket.emit('readable');
    }
    for (const socket of waiting) wait(socket);
  };
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      if (socket) {
        const read = socket.read.bind(socket);
        socket.read = (size?: number) => {
          if (socket.destroyed) return null;
          if (left > 0) {
            const piece: Buffer | null = socket.readableLength > PIECE_BYTES ? read(size ?? PIECE_BYTES) : read(size);
            left -= piece?.length ?? 0;
            if (left <= 0) wait(socket);
            return piece;
          }
          wait(socket);
          return null;
        };
      }
      callback(...outcome);
    });
}
