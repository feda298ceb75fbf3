import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import type { Clock } from '../../util/ports.ts';
import type { ApprovalQueue } from './approvalQueue.ts';

/** How long VS Code shows a toast before it goes to the notification centre, with a margin; in milliseconds. */
const TOAST_MS = 15_000;

export interface ToastPorts {
  readonly queue: ApprovalQueue;
  readonly now: Clock;
  /** Shows a toast that offers the review and nothing else. Resolves with whether that was chosen. */
  show(question: ApprovalQuestion): Promise<boolean>;
  review(): Promise<void>;
}

/** Says that a request waits: one toast at a time, and none while the user is looking at one. */
export class ApprovalToasts {
  readonly #ports: ToastPorts;
  #inSightUntil = 0;

  constructor(ports: ToastPorts) {
    this.#ports = ports;
  }

  async notify(question: ApprovalQuestion): Promise<void> {
    const { queue, now, show, review } = this.#ports;
    if (queue.reviewing || now() < this.#inSightUntil) return;
    this.#inSightUntil = now() + TOAST_MS;
    const chosen = await show(question);
    this.#inSightUntil = 0;
    if (chosen) await review();
  }
}
