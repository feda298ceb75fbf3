import type { PolicyFile } from '../../../gateway/control/controlPort.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';

/** How long a service is learned: an hour, in milliseconds. */
export const LEARNING_MS = 60 * 60 * 1000;

/** A policy file's two texts, as the gateway is told them. */
export type PolicyTexts = Required<Pick<PolicyFile, 'approved' | 'written'>>;

/** What is being learned at the moment. */
export interface LearningSession {
  readonly policyId: string;
  readonly service: string;
  /** Both in milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

export type LearningEnd = 'stopped' | 'over' | 'changed';

interface Running {
  readonly session: LearningSession;
  readonly before: PolicyTexts;
  readonly opened: PolicyTexts;
  /** Whether the gateway has been told. */
  readonly inForce: boolean;
}

/**
 * For an hour a service's reads are allowed and its writes ask, in this window. It is a layer over what the gateway is
 * told, kept in memory alone: neither the file nor what is approved of it changes, so that nothing is left of it when
 * the window is reloaded, the hour is over, or the file turns into another one.
 */
export class Learning {
  readonly #now: Clock;
  readonly #changed = new Emitter<{ readonly session: LearningSession; readonly end?: LearningEnd }>();
  /** A learning session came into force, or (with `end`) ended. */
  readonly onDidChange = this.#changed.event;
  #running: Running | undefined;

  constructor(now: Clock) {
    this.#now = now;
  }

  get session(): LearningSession | undefined {
    return this.#running?.session;
  }

  /** The learning session that calls are judged by; undefined before the gateway has been told of it. */
  get activeSession(): LearningSession | undefined {
    return this.#running?.inForce ? this.#running.session : undefined;
  }

  /**
   * `opened` is what the user agreed to; `before` is what the file's texts have to stay for it to count. The gateway has to
   * be told the policies next.
   */
  start(of: Pick<LearningSession, 'policyId' | 'service'>, before: PolicyTexts, opened: PolicyTexts): LearningSession {
    const since = this.#now();
    this.stop();
    const session = { ...of, since, until: since + LEARNING_MS };
    this.#running = { session, before, opened, inForce: false };
    return session;
  }

  /** The gateway has been told of the learning session. False when it ended meanwhile. */
  began(session: LearningSession): boolean {
    if (this.#running?.session !== session) return false;
    this.#running = { ...this.#running, inForce: true };
    this.#changed.fire({ session });
    return true;
  }

  stop(end: LearningEnd = 'stopped'): void {
    const running = this.#running;
    this.#running = undefined;
    if (running) this.#changed.fire({ session: running.session, end });
  }

  /** Ends what is over. To be called every second: a timer of an hour would stand still while the machine sleeps. */
  check(files: readonly PolicyFile[]): void {
    if (!this.#running) return;
    const { session, before } = this.#running;
    const now = this.#now();
    // A clock that was set back gives no more time.
    if (now >= session.until || now < session.since) {
      this.stop('over');
      return;
    }
    const file = files.find(({ id }) => id === session.policyId);
    if (file?.approved !== before.approved || file.written !== before.written) this.stop('changed');
  }

  /** What the gateway is told while it is learned. */
  layer(files: readonly PolicyFile[]): readonly PolicyFile[] {
    this.check(files);
    const running = this.#running;
    if (!running) return files;
    return files.map((file) => (file.id === running.session.policyId ? { ...file, ...running.opened } : file));
  }
}
