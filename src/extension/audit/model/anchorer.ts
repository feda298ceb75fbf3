import type { AuditHead } from '../../../gateway/control/controlPort.ts';
import type { Disposable } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';

/** SecretStorage is encrypted anew with each write: once a minute is what the trail is worth. */
const EVERY_MS = 60_000;

export interface AnchorerPorts {
  /** Where the chain stands on disk; undefined without a gateway, or when it could not be synced. */
  head(): Promise<AuditHead | undefined>;
  put(head: AuditHead): Promise<void>;
  /** Calls back once after `ms`; disposing cancels it. */
  after(ms: number, callback: () => void): Disposable;
  now: Clock;
  onError(error: unknown): void;
}

/** Anchors the audit chain of this window's gateway: at most once a minute while it grows, and at once when asked to. */
export class Anchorer {
  readonly #ports: AnchorerPorts;
  #timer: Disposable | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  #last: AuditHead | undefined;

  constructor(ports: AnchorerPorts) {
    this.#ports = ports;
  }

  /** The chain grew. */
  grew(): void {
    if (this.#timer) return;
    const wait = Math.max(0, this.#lastAt + EVERY_MS - this.#ports.now());
    this.#timer = this.#ports.after(wait, () => void this.anchor());
  }

  /** Anchors where the chain stands now: after a freeze, before a check, and at the end. */
  async anchor(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#lastAt = this.#ports.now();
    try {
      const head = await this.#ports.head();
      if (!head || head.seq === 0 || head.hash === this.#last?.hash) return;
      await this.#ports.put(head);
      this.#last = head;
    } catch (error) {
      this.#ports.onError(error);
    }
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}
