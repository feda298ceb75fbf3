import { connect, type Socket } from 'node:net';
import type { Evaluation, EvaluationResult } from './driver/wire.ts';

/** Evaluates code in one extension host, through the driver extension. */
export interface HostConnection {
  /** @throws what the code threw, or "the extension host ended" */
  evaluate(code: string, args: unknown): Promise<unknown>;
  close(): void;
}

/** @param path the driver extension's Unix socket */
export function connectToHost(path: string): Promise<HostConnection> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(path);
    const waiting = new Map<number, (result: EvaluationResult) => void>();
    let lastId = 0;
    let rest = '';

    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('close', () => {
      for (const [id, settle] of waiting) settle({ id, ok: false, error: 'the extension host ended' });
      waiting.clear();
    });
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const result = JSON.parse(line) as EvaluationResult;
        waiting.get(result.id)?.(result);
        waiting.delete(result.id);
      }
    });
    socket.on('connect', () =>
      resolve({
        evaluate: (code, args) =>
          new Promise((settle, fail) => {
            const id = ++lastId;
            const evaluation: Evaluation = { id, code, args };
            waiting.set(id, (result) => (result.ok ? settle(result.value) : fail(new Error(result.error))));
            if (socket.destroyed) {
              waiting.delete(id);
              fail(new Error('the extension host ended'));
              return;
            }
            socket.write(`${JSON.stringify(evaluation)}\n`);
          }),
        close: () => socket.destroy(),
      }),
    );
  });
}
