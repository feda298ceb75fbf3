import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import type { Call } from '../../../core/request/arguments/call.ts';
import type { VerifyingRequest } from '../../../core/services/verifyingRequest.ts';
import type { CallContext, Caller } from '../../call/model/callContext.ts';
import type { RefusalError } from '../../call/model/refusals.ts';
import type { Authorized, Denied, Read, RunOptions, Seen, Target } from '../../call/target.ts';
import type { Candidate, Verification } from '../../control/controlPort.ts';
import type { Incoming } from '../../http/message.ts';
import type { ServiceInForce } from '../../policies/policySet.ts';
import type { GatewayState } from '../../state/gatewayState.ts';
import { type Authorizer, seenOf, seenRequest, unreadCall } from './authorizer.ts';
import type { CommandCredentials } from './commands/commandCredentials.ts';
import type { Presented } from './renewal/authenticator.ts';
import type { DecidedRequest, ReadyRequest, RequestSender } from './requestSender.ts';
import { conditionOf, readVerification } from './verification.ts';

export interface VerificationParts {
  readonly state: GatewayState;
  readonly authorizer: Authorizer;
  readonly sender: RequestSender;
  readonly commands: Pick<CommandCredentials, 'obtain'>;
}

/** What is verified, and how the answer is read. */
export interface VerificationOrder {
  /** The service; where no text is proposed for it, it has to be the same at the moment of sending. Throws a refusal. */
  readonly find: () => ServiceInForce;
  readonly isProposed: boolean;
  /** A value that is not stored; left out, the stored one is verified. */
  readonly candidate: Candidate | undefined;
  /** Told what is left of a candidate: verifying may use it up. */
  readonly onUsed: (presented: Presented) => void;
  /** Told what it was refused with instead. */
  readonly onRefused: (refusal: RefusalError) => void;
  readonly reading: Pick<VerifyingRequest, 'proof' | 'vague403' | 'expiry'>;
}

interface ReadVerification extends Read, DecidedRequest {}

interface AuthorizedVerification extends Authorized, ReadVerification {}

/** The one request with which the user has a credential verified: no rule is asked and no limit counts it; everything else holds. */
export class VerificationTarget
  implements Target<Call, ReadVerification, AuthorizedVerification, ReadyRequest, Incoming, Verification>
{
  readonly #parts: VerificationParts;
  readonly #order: VerificationOrder;

  constructor(parts: VerificationParts, order: VerificationOrder) {
    this.#parts = parts;
    this.#order = order;
  }

  nameOf({ service }: Call): string {
    return service;
  }

  unread(call: Call, caller: Caller): Seen {
    return unreadCall(call, caller);
  }

  read(call: Call, caller: Caller): ReadVerification | Denied {
    let seen = unreadCall(call, caller);
    try {
      const inForce = this.#order.find();
      seen = seenOf(inForce, seen);
      const request = this.#parts.authorizer.canonicalise(call, inForce);
      return { call, inForce, request, seen: seenRequest(call, caller, request, seen) };
    } catch (denied) {
      return { seen, denied };
    }
  }

  decide(read: ReadVerification): AuthorizedVerification | Denied {
    try {
      this.#parts.state.refuseIfFrozen(read.call.service);
      return { ...read, verdict: 'verify', timeoutMs: read.inForce.limits.timeoutMs };
    } catch (denied) {
      return { seen: read.seen, denied };
    }
  }

  async obtain({ inForce }: AuthorizedVerification, signal: AbortSignal): Promise<void> {
    if (!this.#order.candidate) await this.#parts.commands.obtain(inForce, signal);
  }

  prepare(authorized: AuthorizedVerification, { signal }: CallContext): Promise<ReadyRequest> {
    const { candidate, onUsed } = this.#order;
    const stored = this.#parts.state.credential(authorized.inForce, { candidate, evenExpired: true });
    return this.#parts.sender.prepare(authorized, stored, signal, candidate && onUsed);
  }

  stillHolds(authorized: AuthorizedVerification, { scope }: Caller): AuthorizedVerification | Denied {
    const { state, authorizer } = this.#parts;
    const { isProposed, candidate } = this.#order;
    try {
      const now = isProposed ? authorized.inForce : authorizer.findAgain(authorized.inForce, scope);
      state.credential(now, { candidate, evenExpired: true });
      return authorized;
    } catch (denied) {
      return { seen: authorized.seen, denied };
    }
  }

  intent(ready: ReadyRequest): Pick<AuditEvent, 'requestHash' | 'credential'> {
    return this.#parts.sender.intent(ready);
  }

  run(ready: ReadyRequest, options: RunOptions): Promise<Incoming> {
    return this.#parts.sender.run(ready, options);
  }

  /** A candidate is not renewed for a second try: that would use it up. */
  async again(ready: ReadyRequest, incoming: Incoming, signal: AbortSignal): Promise<ReadyRequest | undefined> {
    return this.#order.candidate ? undefined : this.#parts.sender.again(ready, incoming, signal);
  }

  async redact(authorized: AuthorizedVerification, incoming: Incoming, context: CallContext): Promise<Verification> {
    const answer = await this.#parts.sender.redact(authorized, incoming, context);
    return readVerification(answer, incoming.headers, this.#order.reading);
  }

  outcome(incoming: Incoming): Pick<AuditEvent, 'status' | 'bytes'> {
    return this.#parts.sender.outcome(incoming);
  }

  settle({ inForce: { service }, stored }: ReadyRequest, _incoming: Incoming, verification: Verification): void {
    if (this.#order.candidate) return;
    this.#parts.state.vault.noteCondition(service.name, stored, conditionOf(verification));
  }

  settleRefused(_name: string, refusal: RefusalError): void {
    this.#order.onRefused(refusal);
  }

  knownNames(scope: Caller['scope']): readonly string[] {
    return this.#parts.state.policies(scope).serviceNames;
  }
}
