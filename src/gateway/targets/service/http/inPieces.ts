import type { buildConnector } from 'undici';

/** So much is parsed at once, and so much in one turn of the event loop, in bytes. */
const PIECE_BYTES = 1024;
const TURN_BYTES = 4 * PIECE_BYTES;

/**
 * Hands what arrives to undici in small pieces, and a few of them in each turn of the event loop. It parses the whole of what it
 * is given, even after it gave the answer up: a head (or a trailer) of too many short fields makes an error for each of those
 * that stand behind its cap.
 */
export function inPieces(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      if (socket) {
        const read = socket.read.bind(socket);
        let left = TURN_BYTES;
        const nextTurn = (): void => {
          left = TURN_BYTES;
          if (!socket.destroyed) socket.emit('readable');
        };
        socket.read = (size?: number) => {
          if (socket.destroyed || left <= 0) return null;
          const piece: Buffer | null = socket.readableLength > PIECE_BYTES ? read(size ?? PIECE_BYTES) : read(size);
          left -= piece?.length ?? 0;
          if (left <= 0) setImmediate(nextTurn);
          return piece;
        };
      }
      callback(...outcome);
    });
}
