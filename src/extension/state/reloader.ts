import { SerialQueue } from '../../core/serialQueue.ts';
import { type Disposable, type Event, together } from '../util/emitter.ts';

/** One change in another window shows as several events: they are gathered for 50 milliseconds. */
const GATHER_MS = 50;

export interface Reloadable {
  readonly freeze: { load(): Promise<void> };
  readonly agents: { load(): Promise<void> };
  readonly toolPins: { load(): Promise<void> };
  readonly credentials: { load(): Promise<void> };
  readonly policies: { refresh(): Promise<void> };
}

/**
 * Reads everything shared again when another window says that it changed; a freeze at once, the rest shortly after, and never
 * twice at a time: what the user does waits behind none that pile up.
 */
export function reloadOn(
  signals: readonly Event<unknown>[],
  { freeze, agents, toolPins, credentials, policies }: Reloadable,
  onError: (error: unknown) => void,
): Disposable {
  const queue = new SerialQueue();
  let timer: NodeJS.Timeout | undefined;
  const readRest = async (): Promise<void> => {
    await Promise.all([agents.load(), toolPins.load(), credentials.load(), policies.refresh()]);
  };
  const rest = (): void => {
    timer = undefined;
    void queue.runOnce('rest', readRest).catch(onError);
  };
  return together(
    { dispose: () => clearTimeout(timer) },
    ...signals.map((signal) =>
      signal(() => {
        void freeze.load().catch(onError);
        timer ??= setTimeout(rest, GATHER_MS);
      }),
    ),
  );
}
