import type { buildConnector } from 'undici';

/** So much is parsed at once, in bytes. */
const PIECE_BYTES = 4 * 1024;

/**
 * Hands what arrives to undici in small pieces. It parses the whole of what it is given, even after it gave the answer up:
 * a head (or a trailer) of too many short fields makes an error for each of those that stand behind its cap.
 */
export function inPieces(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      if (socket) {
        const read = socket.read.bind(socket);
        socket.read = (size?: number) => {
          if (socket.destroyed) return null;
          return socket.readableLength > PIECE_BYTES ? read(size ?? PIECE_BYTES) : read(size);
        };
      }
      callback(...outcome);
    });
}
