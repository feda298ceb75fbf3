import type { PolicyFile } from '../../../gateway/parent.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';

/** How long a service is learned: an hour, in milliseconds. */
export const LEARNING_MS = 60 * 60 * 1000;

/** A policy file's two texts, as the gateway is told them. */
export type PolicyTexts = Required<Pick<PolicyFile, 'approved' | 'written'>>;

/** What is being learned at the moment. */
export interface Lesson {
  readonly policyId: string;
  readonly service: string;
  /** Both in milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

export type LessonEnd = 'stopped' | 'over' | 'changed';

interface Running {
  readonly lesson: Lesson;
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
  readonly #changed = new Emitter<{ readonly lesson: Lesson; readonly end?: LessonEnd }>();
  /** A lesson came into force, or (with `end`) ended. */
  readonly onDidChange = this.#changed.event;
  #running: Running | undefined;

  constructor(now: Clock) {
    this.#now = now;
  }

  get lesson(): Lesson | undefined {
    return this.#running?.lesson;
  }

  /** The lesson that calls are judged by; undefined before the gateway has been told of it. */
  get lessonInForce(): Lesson | undefined {
    return this.#running?.inForce ? this.#running.lesson : undefined;
  }

  /**
   * `opened` is what a person agreed to; `before` is what the file's texts have to stay for it to count. The gateway has to
   * be told the policies next.
   */
  start(of: Pick<Lesson, 'policyId' | 'service'>, before: PolicyTexts, opened: PolicyTexts): Lesson {
    const since = this.#now();
    this.stop();
    const lesson = { ...of, since, until: since + LEARNING_MS };
    this.#running = { lesson, before, opened, inForce: false };
    return lesson;
  }

  /** The gateway has been told of the lesson. False when it ended meanwhile. */
  began(lesson: Lesson): boolean {
    if (this.#running?.lesson !== lesson) return false;
    this.#running = { ...this.#running, inForce: true };
    this.#changed.fire({ lesson });
    return true;
  }

  stop(end: LessonEnd = 'stopped'): void {
    const running = this.#running;
    this.#running = undefined;
    if (running) this.#changed.fire({ lesson: running.lesson, end });
  }

  /** Ends what is over. To be called every second: a timer of an hour would stand still while the machine sleeps. */
  check(files: readonly PolicyFile[]): void {
    if (!this.#running) return;
    const { lesson, before } = this.#running;
    const now = this.#now();
    // A clock that was set back gives no more time.
    if (now >= lesson.until || now < lesson.since) {
      this.stop('over');
      return;
    }
    const file = files.find(({ id }) => id === lesson.policyId);
    if (file?.approved !== before.approved || file.written !== before.written) this.stop('changed');
  }

  /** What the gateway is told while it is learned. */
  layer(files: readonly PolicyFile[]): readonly PolicyFile[] {
    this.check(files);
    const running = this.#running;
    if (!running) return files;
    return files.map((file) => (file.id === running.lesson.policyId ? { ...file, ...running.opened } : file));
  }
}
