import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { RefusalLimit } from '../limits/refusalLimit.ts';
import { freshId } from '../util/freshId.ts';
import type { CallContext } from './model/callContext.ts';
import type { RefusalError } from './model/refusals.ts';
import type { Authorized, Seen } from './target.ts';

interface RecordsParts {
  readonly recorder: Pick<Recorder, 'recordIntent' | 'recordOrLog'>;
  readonly refusalLimit: Pick<RefusalLimit, 'counts'>;
  readonly now: () => number;
}

/** How a call ends that is given up while the user is asked: nobody has decided about it. */
const GAVE_UP: readonly string[] = ['cancelled', 'gateway_unavailable'];

/** Makes the records of one call of what its steps found. */
export class CallRecords {
  readonly #parts: RecordsParts;
  readonly #context: CallContext;
  #seen: Seen;
  #verdict: Authorized['verdict'] = 'allow';
  #credential: AuditEvent['credential'];
  #intended = false;
  #asking = false;
  /** The records of a call that is sent once more, and those of the first time. */
  #resent: Pick<AuditEvent, 'id' | 'retryOf'> | undefined;

  constructor(parts: RecordsParts, context: CallContext, unread: Seen) {
    this.#parts = parts;
    this.#context = context;
    this.#seen = unread;
  }

  get words(): unknown {
    return this.#seen.words;
  }

  /** Of a request; a call to a tool has none. */
  get method(): string | undefined {
    return this.#seen.record.method;
  }

  /** Whether an intent stands in the audit log, so that its outcome must follow. */
  get intended(): boolean {
    return this.#intended;
  }

  /** Whether the user is being asked about the call. */
  asking(isAsked: boolean): void {
    this.#asking = isAsked;
  }

  found(seen: Seen, verdict = this.#verdict): void {
    this.#seen = seen;
    this.#verdict = verdict;
  }

  /** Whose credential stands in what the agent wrote: such a call is refused. */
  foundCredential(name: string | undefined): void {
    if (name !== undefined) this.#credential = { name, last4: '' };
  }

  /** Rejects with `AuditWriteError`: then nothing may be sent, nor before this resolves. */
  async intent({ credential, ...more }: Pick<AuditEvent, 'requestHash' | 'credential'>): Promise<void> {
    this.#credential = credential;
    await this.#parts.recorder.recordIntent({ ...this.#event(), verdict: this.#verdict, ...more });
    this.#intended = true;
  }

  /** The call is sent once more: what follows has records of its own, which name those of the first time. */
  resend({ refusal: { code } }: Pick<RefusalError, 'refusal'>): void {
    this.#parts.recorder.recordOrLog({
      ...this.#event(),
      kind: 'outcome',
      verdict: this.#verdict,
      code,
      durationMs: this.#durationMs(),
    });
    this.#intended = false;
    this.#resent = { id: freshId(), retryOf: this.#context.id };
  }

  /** The target has acted already: the agent gets its answer, and a gap shows in the log and as an intent on its own. */
  outcome(more: Pick<AuditEvent, 'status' | 'bytes' | 'result'>): void {
    this.#parts.recorder.recordOrLog({
      ...this.#event(),
      kind: 'outcome',
      verdict: this.#verdict,
      durationMs: this.#durationMs(),
      ...more,
    });
  }

  /**
   * Counts the refusal of the call, and gives what records it: as the outcome of its intent or, where nothing was to be sent,
   * as denied. It may be recorded after the agent has its answer.
   */
  refused({ refusal: { code, rule }, subject }: Pick<RefusalError, 'refusal' | 'subject'>): () => void {
    const { caller, agent } = this.#context;
    const durationMs = this.#durationMs();
    const onlyWaited = code === 'approval_pending' || (this.#asking && GAVE_UP.includes(code));
    const isRecorded = this.#intended || this.#parts.refusalLimit.counts(caller, agent.name);
    return () => {
      if (!isRecorded) return;
      this.#parts.recorder.recordOrLog({
        ...this.#event(),
        kind: this.#intended ? 'outcome' : 'denied',
        ...(subject === undefined ? {} : { subject }),
        verdict: this.#intended ? this.#verdict : onlyWaited ? 'wait' : 'deny',
        code,
        ...(rule === undefined ? {} : { rule }),
        durationMs,
      });
    };
  }

  #event(): Omit<AuditEvent, 'kind'> {
    const { id, agent, name } = this.#context;
    return {
      id,
      agent,
      service: name,
      ...this.#seen.record,
      ...(this.#credential === undefined ? {} : { credential: this.#credential }),
      ...this.#resent,
    };
  }

  #durationMs(): number {
    return this.#context.durationMs(this.#parts.now());
  }
}
