import { Worker } from 'node:worker_threads';
import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import type { StoredAnchor } from '../model/anchorStore.ts';
import type { AuditLogCheck } from '../model/auditLogCheckResult.ts';
import type { ExplorerFilter, ExplorerQuery, ExplorerView, SeenCalls, SeenQuery } from './explorerMessages.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/** The worker that reads the trail, as the extension sees it. Starts with the first question. */
export class AuditReader {
  readonly #script: string;
  readonly #directory: string;
  readonly #waiting = new Map<number, (message: FromWorker | Error) => void>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** @param script absolute path of `dist/auditWorker.js` */
  constructor(script: string, directory: string) {
    this.#script = script;
    this.#directory = directory;
  }

  /** Tells each view as it gets fuller, until it is complete or another query was asked. */
  query(query: ExplorerQuery, show: (view: ExplorerView) => void, failed: (error: Error) => void): void {
    const id = this.#ask(
      (own) => ({ do: 'query', id: own, query }),
      (message) => {
        if (message instanceof Error) failed(message);
        else if ('error' in message) failed(new Error(message.error));
        else if ('view' in message && id === this.#lastQuery) show(message.view);
      },
    );
    this.#lastQuery = id;
  }
  #lastQuery = 0;

  /** The first complete answer. */
  view(query: ExplorerQuery): Promise<ExplorerView> {
    return new Promise((resolve, reject) => {
      this.query(query, (view) => view.complete && resolve(view), reject);
    });
  }

  /** What was called, without who and when. */
  calls(query: SeenQuery): Promise<SeenCalls> {
    return this.#answer(
      (id) => ({ do: 'calls', id, query }),
      (message) => ('seen' in message ? message.seen : undefined),
    );
  }

  /** Checks every chain against what was anchored. */
  check(anchors: readonly StoredAnchor[]): Promise<AuditLogCheck> {
    return this.#answer(
      (id) => ({ do: 'check', id, anchors }),
      (message) => ('check' in message ? message.check : undefined),
    );
  }

  /** All records that match, oldest first, some thousand at a time. */
  async *records(filter: ExplorerFilter): AsyncGenerator<readonly AuditRecord[]> {
    for (let from: number | undefined = 0; from !== undefined; ) {
      const begin: number = from;
      const piece = await this.#answer(
        (id) => ({ do: 'export', id, filter, from: begin }),
        (message) => ('records' in message ? message : undefined),
      );
      yield piece.records;
      from = piece.next;
    }
  }

  dispose(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#failAll(new Error('The explorer was closed.'));
  }

  /** The one answer to a question, which `read` finds in its message. */
  #answer<Answer>(
    message: (id: number) => ToWorker,
    read: (message: Exclude<FromWorker, { readonly error: string }>) => Answer | undefined,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#ask(message, (answered) => {
        if (answered instanceof Error) return reject(answered);
        if ('error' in answered) return reject(new Error(answered.error));
        const answer = read(answered);
        if (answer !== undefined) resolve(answer);
      });
    });
  }

  #ask(message: (id: number) => ToWorker, hear: (message: FromWorker | Error) => void): number {
    const id = ++this.#lastId;
    this.#waiting.set(id, hear);
    this.#started().postMessage(message(id));
    return id;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#script, { workerData: { directory: this.#directory }, env: {}, execArgv: [] });
    worker.on('message', (message: FromWorker) => {
      const hear = this.#waiting.get(message.id);
      if (!('view' in message) || message.view.complete) this.#waiting.delete(message.id);
      hear?.(message);
    });
    worker.on('error', (error) => {
      this.#worker = undefined;
      this.#failAll(error);
    });
    this.#worker = worker;
    return worker;
  }

  #failAll(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const hear of waiting) hear(error);
  }
}
