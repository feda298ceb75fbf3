import type { buildConnector } from 'undici';
import { AnswerHead } from './answerHead.ts';

/** Connections whose answers begin with a head that undici takes: see {@link AnswerHead}. */
export function mendedHeads(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      if (socket) {
        const head = new AnswerHead();
        const read = socket.read.bind(socket);
        socket.read = (size?: number) => {
          for (;;) {
            const piece: Buffer | null = read(size);
            if (piece === null) return null;
            const mended = head.push(piece);
            if (mended.length > 0) return mended;
          }
        };
        // undici writes all of a request before it reads.
        socket.write = new Proxy(socket.write, {
          apply(write, self, args) {
            head.begin();
            return Reflect.apply(write, self, args);
          },
        });
      }
      callback(...outcome);
    });
}
