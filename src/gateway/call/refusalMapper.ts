import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import type { Refusal } from '../../protocol/messages.ts';
import { AuditWriteError } from '../audit/auditLog.ts';
import type { Recorder } from '../audit/recorder.ts';
import { UnreadError } from '../cleaning/cleaner.ts';
import type { ToldRefusal } from '../control/controlPort.ts';
import type { RefusalLimit } from '../limits/refusalLimit.ts';
import { freshId } from '../util/freshId.ts';
import { auditAgent, type Caller, Interrupted } from './model/callContext.ts';
import { RefusalError, refusals } from './model/refusals.ts';
import type { Failure } from './target.ts';

interface MapperParts {
  /** Takes out every known credential. */
  readonly redactor: () => Redactor;
  readonly recorder: Pick<Recorder, 'log'>;
  readonly refusalLimit: Pick<RefusalLimit, 'refused'>;
}

/** What an agent asks besides calls, as a record says it. */
type Asked = Pick<AuditEvent, 'subject' | 'service' | 'method' | 'path' | 'reason'>;

/** Makes a refusal of the closed list of whatever ended a call, and takes credentials out of its words. */
export class RefusalMapper {
  readonly #parts: MapperParts;

  constructor(parts: MapperParts) {
    this.#parts = parts;
  }

  /** `ofTarget` maps what only the call's target knows; what is left is a defect of ours. */
  map(
    error: unknown,
    { name, sent }: Pick<Failure, 'name' | 'sent'>,
    ofTarget: (error: unknown) => RefusalError | undefined = () => undefined,
  ): RefusalError {
    const { recorder } = this.#parts;
    if (error instanceof RefusalError) return error;
    if (error instanceof Interrupted) return error.refuse(sent);
    if (error instanceof UnreadError) return refusals.notLookedThrough(name, error.why, sent);
    if (error instanceof AuditWriteError) {
      recorder.log('error', `${error.message}: ${String(error.cause)}`);
      return refusals.auditUnavailable(name, sent);
    }
    const own = ofTarget(error);
    if (own) return own;
    recorder.log('error', String(error instanceof Error ? error.stack : error));
    return refusals.internal(name, sent, error);
  }

  /**
   * The refusal as the agent or the user gets it: without a credential that may stand in what a policy or an API says, and without the
   * name that it `asked` for, unless that is one of those that some policy has.
   */
  clean<R extends Refusal | ToldRefusal>(refusal: R, asked: string, known: readonly string[]): R {
    const { service, ...rest } = refusal;
    const own = service === asked && !known.includes(asked);
    return this.#parts.redactor().json(own ? rest : refusal).value as R;
  }

  /** Refuses what an agent asks besides calls, and records it; `found` are the credentials that stood in it. */
  refuseQuestion(
    error: unknown,
    asked: Asked,
    caller: Caller,
    known: readonly string[],
    [found]: readonly string[],
  ): Refusal {
    const name = asked.service ?? '';
    const { refusal, subject } = this.map(error, { name, sent: 'no' });
    const cleaned = this.clean(refusal, name, known);
    if (error instanceof AuditWriteError) return cleaned;
    this.#parts.refusalLimit.refused(caller, {
      id: freshId(),
      kind: 'denied',
      agent: auditAgent(caller.agent),
      ...asked,
      ...(subject === undefined ? {} : { subject: `${asked.subject}, ${subject}` }),
      verdict: 'deny',
      code: refusal.code,
      ...(found === undefined ? {} : { credential: { name: found, last4: '' } }),
    });
    return cleaned;
  }
}
