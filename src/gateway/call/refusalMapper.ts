import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import type { Refusal } from '../../protocol/messages.ts';
import { AuditWriteError } from '../audit/auditLog.ts';
import { freshId, type Recorder } from '../audit/recorder.ts';
import { UnreadError } from '../cleaning/cleaner.ts';
import type { GatewayState } from '../gatewayState.ts';
import type { Mend } from '../parent.ts';
import { auditAgent, type Caller, type Flight, Interruption } from './callContext.ts';
import type { RefusalLimit } from './refusalLimit.ts';
import { RefusalError, refusals } from './refusals.ts';

interface RefusingParts {
  readonly state: GatewayState;
  readonly recorder: Recorder;
  readonly refusalLimit: RefusalLimit;
  readonly now: () => number;
}

/** Makes a refusal of the closed list of whatever ended a call, records it, and takes credentials out of its words. */
export class Refusing {
  readonly #parts: RefusingParts;

  constructor(parts: RefusingParts) {
    this.#parts = parts;
  }

  /** Turns whatever ended a call early into a refusal, and records it. */
  refuse(flight: Flight, error: unknown): Refusal {
    const { service } = flight.call;
    const { refusal, why, mend } = this.#asRefusal(error, service, flight.sent);
    if (flight.verdict !== 'verify') this.#note(service, refusal.code, why, mend);
    if (error instanceof AuditWriteError) return this.#clean(refusal, service, flight.caller); // there is nowhere to record it
    this.#parts.refusalLimit.ended(flight, {
      ...flight.event(),
      verdict: flight.intended || refusal.code === 'approval_pending' ? flight.verdict : 'deny',
      code: refusal.code,
      ...(refusal.rule === undefined ? {} : { rule: refusal.rule }),
      durationMs: this.#parts.now() - flight.startedAt,
    });
    return this.#clean(refusal, service, flight.caller);
  }

  /** What the state of the service has of it. */
  #note(service: string, code: Refusal['code'], why: string | undefined, mend: Mend | undefined): void {
    const { vault } = this.#parts.state;
    const shown = why === undefined ? undefined : vault.redactor.text(why).text;
    if (code === 'credential_rejected') vault.noteRejected(service, shown, mend);
    if (code === 'missing_credential' && shown !== undefined) vault.noteMissing(service, shown);
  }

  /** The same for what an agent asks besides calls; `found` are the credentials that stood in it. */
  refuseQuestion(
    error: unknown,
    asked: Pick<AuditEvent, 'subject' | 'service' | 'method' | 'path' | 'reason'>,
    caller: Caller,
    [found]: readonly string[],
  ): Refusal {
    const refusal = this.of(error, asked.service ?? '', caller);
    if (error instanceof AuditWriteError) return refusal;
    this.#parts.refusalLimit.refused(caller, {
      id: freshId(),
      kind: 'denied',
      agent: auditAgent(caller.agent),
      ...asked,
      verdict: 'deny',
      code: refusal.code,
      ...(found === undefined ? {} : { credential: { name: found, last4: '' } }),
    });
    return refusal;
  }

  /** What to say of an error before anything was sent, where there is nothing to record. */
  of(error: unknown, service: string, caller: Caller): Refusal {
    return this.#clean(this.#asRefusal(error, service, 'no').refusal, service, caller);
  }

  #asRefusal(error: unknown, service: string, sent: Flight['sent']): RefusalError {
    const known = knownRefusal(error, service, sent, this.#parts.recorder);
    if (known) return known;
    this.#parts.recorder.log('error', String(error instanceof Error ? error.stack : error));
    return refusals.internal(service, sent, error);
  }

  #clean(refusal: Refusal, asked: string, { scope }: Caller): Refusal {
    const { vault } = this.#parts.state;
    return cleanRefusal(refusal, asked, this.#parts.state.policies(scope).serviceNames, vault.redactor);
  }
}

/**
 * The refusal as the agent gets it: without a credential that may stand in what a policy or an API says, and without the
 * name that it `asked` for, unless some policy has it.
 */
export function cleanRefusal(refusal: Refusal, asked: string, known: readonly string[], redactor: Redactor): Refusal {
  const { service, ...rest } = refusal;
  const own = service === asked && !known.includes(asked);
  return redactor.json(own ? rest : refusal).value as Refusal;
}

/** What ended a call, where that says itself what the agent is told: a refusal, an interruption, a trail that cannot be written. */
export function knownRefusal(
  error: unknown,
  name: string,
  sent: Flight['sent'],
  recorder: Pick<Recorder, 'log'>,
): RefusalError | undefined {
  if (error instanceof RefusalError) return error;
  if (error instanceof Interruption) return error.refuse(sent);
  if (error instanceof UnreadError) return refusals.notLookedThrough(name, error.message, sent);
  if (!(error instanceof AuditWriteError)) return undefined;
  recorder.log('error', `${error.message}: ${String(error.cause)}`);
  return refusals.auditUnavailable(name, sent);
}
