import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import { Emitter } from '../../util/emitter.ts';

/** The questions of this window's gateway that wait for the user, oldest first; one is looked at at a time. */
export class ApprovalQueue {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #waiting: readonly ApprovalQuestion[] = [];
  #reviewing = false;

  get waiting(): readonly ApprovalQuestion[] {
    return this.#waiting;
  }

  /** Whether the user has one before them. */
  get reviewing(): boolean {
    return this.#reviewing;
  }

  find(id: string): ApprovalQuestion | undefined {
    return this.#waiting.find((question) => question.id === id);
  }

  add(question: ApprovalQuestion): void {
    this.#waiting = [...this.#waiting.filter(({ id }) => id !== question.id), question];
    this.#changed.fire();
  }

  /** It was answered or withdrawn. */
  gone(id: string): void {
    if (!this.find(id)) return;
    this.#waiting = this.#waiting.filter((question) => question.id !== id);
    this.#changed.fire();
  }

  /** The gateway that asked is no more, and its calls with it. */
  clear(): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = [];
    this.#changed.fire();
  }

  /** Runs a review, unless one is under way: never two dialogs. */
  async review(run: () => Promise<void>): Promise<void> {
    if (this.#reviewing) return;
    this.#reviewing = true;
    try {
      await run();
    } finally {
      this.#reviewing = false;
    }
  }
}
