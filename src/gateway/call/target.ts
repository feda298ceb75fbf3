import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { Limits } from '../../core/limits/limitsModel.ts';
import type { CallProgress } from '../../protocol/messages.ts';
import type { ApprovalQuestion } from '../control/controlPort.ts';
import type { CallContext, Caller } from './model/callContext.ts';
import type { RefusalError, Sent } from './model/refusals.ts';

/** What is known of a call, whether it may pass or not. */
export interface Seen {
  /** What its records say of it. */
  readonly record: Pick<AuditEvent, 'environment' | 'method' | 'path' | 'bodyType' | 'rule' | 'reason'>;
  /** All that the agent wrote in it, as a JSON value; without what may be of any size, until that is known. */
  readonly words: unknown;
}

/** A call that was read, and not decided about yet. */
export interface Read {
  readonly seen: Seen;
}

/** A call that may pass as it stands, or once the user said yes. */
export interface Authorized extends Read {
  /** What stands in the audit log: that policy allowed it or asks the user about it, or that the user verifies. */
  readonly verdict: 'allow' | 'ask' | 'verify';
  /** What counts the call; left out, nothing does. */
  readonly limits?: Limits;
  readonly timeoutMs: number;
  /** With the verdict `ask`. */
  readonly question?: Question;
}

/** A call that may not pass. `denied` says why: a refusal, or a defect of ours. */
export interface Denied extends Read {
  readonly denied: unknown;
}

/** What a question shows of a call; the rest of it says how the question itself stands. */
export type ShownCall = Omit<
  ApprovalQuestion,
  'id' | 'service' | 'requestHash' | 'mayRemember' | 'expiresAt' | 'credential'
>;

/** What the user would be asked about a call. */
export interface Question {
  /** Of all that would be sent. */
  hash(): string;
  /** As a record of the answer says it. */
  readonly path: string;
  /** The rules that ask, each with all that it says. */
  readonly rules: readonly string[];
  /** Whether they offer ten minutes. */
  readonly mayRemember: boolean;
  /** The credentials that the call is made with, by name. */
  readonly credentials: readonly string[];
  /** Whether what the target knows beside request and rules is as it was when this question was made. */
  stillMeant(): boolean;
  /** What the user is shown. A known credential in it is taken out: it is on their screen. */
  show(signal: AbortSignal): Promise<ShownCall>;
  /** Whose value would be sent, for the user to recognise. Throws a refusal where there is none. */
  credential(): ApprovalQuestion['credential'];
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** To be called synchronously before the first byte or message leaves. What it throws ends the call unsent. */
  readonly beforeSend: () => void;
  readonly onProgress?: ((progress: CallProgress) => void) | undefined;
}

/** How far a call had come when it failed. */
export interface Failure {
  readonly name: string;
  readonly sent: Sent;
  /** Whether an intent stands in the audit log. */
  readonly intended: boolean;
}

/**
 * Where calls of one kind go. The pipeline calls these in the order in which they stand here, and each returns what it
 * found: nothing is kept of a call in between. `R` is a call that was read, `A` one that may pass, `Ready` one with all that is sent with it, and
 * `Received` what came back, credentials and all.
 */
export interface Target<Call, R extends Read, A extends Authorized, Ready, Received, Answer> {
  nameOf(call: Call): string;

  /** What a record says of a call that nothing was found out about. */
  unread(call: Call, caller: Caller): Seen;

  /**
   * The first half of authorizing: what is in force for the call, and what it comes to. Each half takes some milliseconds for a
   * large body, and has a turn of the event loop to itself. What changes between the two is noticed by {@link stillHolds}.
   * Neither throws.
   */
  read(call: Call, caller: Caller): R | Denied;

  /** Before it, where there is much of the policies to ask: as much as can be known of the answer, with turns in between. */
  decideAhead?(read: R, caller: Caller, turn: () => Promise<void>): Promise<void>;

  /** The second half: what policy says of it, and whether all that it needs is there. */
  decide(read: R, caller: Caller): A | Denied;

  /** After a question: throws where the call would be refused in the end whatever the user said to another one. */
  refuseAnotherQuestion?(authorized: A): void;

  /** Fetches what is not at hand and has a time-out of its own: a program of the user's may run for it. */
  obtain?(authorized: A, signal: AbortSignal): Promise<void>;

  /** Does whatever comes before sending: mints, signs, starts. It is within the call's time-out. */
  prepare(authorized: A, context: CallContext): Promise<Ready>;

  /**
   * Decides once more, synchronously, whatever changed since; of a call that is ready, also whether that is still what
   * would be sent. The same call may be asked about by other rules now: the pipeline sees to that.
   */
  stillHolds(authorized: A, caller: Caller, ready: Ready | undefined): A | Denied;

  /** What the record before sending says besides. */
  intent(ready: Ready): Pick<AuditEvent, 'requestHash' | 'credential'>;

  /** Sends, once. Of an error that it knows it makes a refusal, which says how far the call had come. */
  run(ready: Ready, options: RunOptions): Promise<Received>;

  /** Whether a call that failed like this may be sent once more: it changes nothing, and most likely never arrived. */
  mayResend?(authorized: A, error: unknown): boolean;

  /** What to send once more after this; undefined when what was received counts. */
  again?(ready: Ready, received: Received, signal: AbortSignal): Promise<Ready | undefined>;

  /** What the caller gets of it. */
  redact(authorized: A, received: Received, context: CallContext): Promise<Answer>;

  /** What the record after it says besides. */
  outcome(received: Received): Pick<AuditEvent, 'status' | 'bytes' | 'result'>;

  /** What to say of an error that only the target knows, from any step; undefined for a defect of ours. */
  refusalOf?(error: unknown, failure: Failure): RefusalError | undefined;

  /** Learns from how the call ended: with an answer, or refused. */
  settle?(ready: Ready, received: Received, answer: Answer): void;
  settleRefused?(name: string, refusal: RefusalError): void;

  /** Names that a refusal may repeat: those that some policy has. */
  knownNames(scope: Caller['scope']): readonly string[];
}
