import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../../../core/errorText.ts';
import { checkAuditLog } from '../model/auditLogCheck.ts';
import { AuditIndex } from './auditIndex.ts';
import { callsSeen } from './callsSeen.ts';
import type { ExplorerQuery } from './explorerMessages.ts';
import { matches, piece, viewOf } from './indexQuery.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/**
 * Reads the trail beside the extension host's event loop. A question is answered at once with what is indexed already,
 * and again as more of the wanted time was read; a newer question takes the place of one that is still being read for.
 */

/** How long it reads before it shows what it has, in milliseconds. */
const SHOW_EVERY_MS = 700;
const EXPORT_PIECE = 5000;

function main(): void {
  const port = parentPort;
  if (!port) return;
  const { directory } = workerData as { readonly directory: string };
  const index = new AuditIndex(directory);
  let newest = 0;
  const say = (message: FromWorker): void => port.postMessage(message);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function answer(id: number, query: ExplorerQuery): Promise<void> {
    newest = id;
    let shown = performance.now();
    for (const name of index.unread(query.filter.since ?? 0)) {
      index.read(name);
      await turn();
      if (newest !== id) return;
      if (performance.now() - shown < SHOW_EVERY_MS) continue;
      say({ id, view: viewOf(index, query, false) });
      shown = performance.now();
    }
    say({ id, view: viewOf(index, query, true) });
  }

  port.on('message', (message: ToWorker) => {
    const work = async (): Promise<void> => {
      if (message.do === 'query') return answer(message.id, message.query);
      if (message.do === 'calls') {
        for (const name of index.unread(message.query.since)) {
          index.read(name);
          await turn();
        }
        return say({ id: message.id, seen: callsSeen(index, message.query) });
      }
      if (message.do === 'check') {
        return say({ id: message.id, check: await checkAuditLog(directory, message.anchors) });
      }
      const { id, filter, from } = message;
      if (from === 0) for (const name of index.unread(filter.since ?? 0)) index.read(name);
      const places = matches(index, filter);
      const records = piece(index, places, from, EXPORT_PIECE);
      const next = from + EXPORT_PIECE;
      say({ id, records, ...(next < places.length ? { next } : {}) });
    };
    work().catch((error: unknown) => say({ id: message.id, error: errorText(error) }));
  });
}

main();
