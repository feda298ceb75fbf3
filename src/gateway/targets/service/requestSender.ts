import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import type { Call } from '../../../core/request/arguments/call.ts';
import { canonicalise } from '../../../core/request/canonicalise.ts';
import type { CanonicalRequest } from '../../../core/request/parts/requestModel.ts';
import type { Secret } from '../../../core/secret.ts';
import type { Answer } from '../../../protocol/messages.ts';
import { TooLargeError } from '../../answer/decode.ts';
import { judgeRedirect } from '../../answer/redirect.ts';
import type { Recorder } from '../../audit/recorder.ts';
import { type CallContext, Interrupted } from '../../call/model/callContext.ts';
import { RefusalError, refusals } from '../../call/model/refusals.ts';
import type { RunOptions } from '../../call/target.ts';
import type { Cleaner } from '../../cleaning/cleaner.ts';
import type { Vault } from '../../credentials/vault.ts';
import type { Incoming } from '../../http/message.ts';
import type { Transport } from '../../http/transport.ts';
import { HeadTooLargeError, TransportError } from '../../http/transportError.ts';
import { withUserAgent } from '../../http/userAgent.ts';
import type { ServiceInForce } from '../../policies/policySet.ts';
import type { Turns } from '../../util/turns.ts';
import type { Injected } from './inject/injected.ts';
import type { Authenticator, Presented } from './renewal/authenticator.ts';

interface SenderParts {
  readonly vault: Vault;
  readonly recorder: Recorder;
  readonly transport: Transport;
  readonly auth: Authenticator;
  readonly cleaner: Cleaner;
  readonly turns: Turns;
  readonly now: () => number;
}

/** A request as it was decided about. */
export interface DecidedRequest {
  readonly call: Call;
  readonly inForce: ServiceInForce;
  readonly request: CanonicalRequest;
}

/** A request with all that is sent along. */
export interface ReadyRequest extends DecidedRequest {
  /** The stored credential, and what of it or for it the request carries. */
  readonly stored: Secret;
  readonly presented: Presented;
  readonly injected: Injected;
  /** Whether it is sent for the second time. */
  readonly again: boolean;
}

/** Puts the credential in, sends, and makes of what comes back what the agent may have of it. */
export class RequestSender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /**
   * The request with the credential, or with a token minted by it. Of a candidate, which is not stored, `onUsed` is told what
   * is left of it: minting may use it up.
   */
  async prepare(
    decided: DecidedRequest,
    stored: Secret,
    signal: AbortSignal,
    onUsed?: (presented: Presented) => void,
  ): Promise<ReadyRequest> {
    const { auth, turns, recorder } = this.#parts;
    const { service } = decided.inForce;
    const presented = await auth.present(service, stored, signal, onUsed !== undefined);
    onUsed?.(presented);
    await turns.take(async () => recorder.requestHash(decided.request, service.baseUrl.origin));
    return this.#ready(decided, stored, presented, false);
  }

  /** The request to send once more where its token was refused, was renewed, and repeating does no harm. */
  async again(ready: ReadyRequest, incoming: Incoming, signal: AbortSignal): Promise<ReadyRequest | undefined> {
    const { inForce, request, stored } = ready;
    const presented = await this.#parts.auth.afterAnswer(inForce.service, request, ready, incoming, signal);
    return presented && this.#ready(ready, stored, presented, true);
  }

  async #ready(
    { call, inForce, request }: DecidedRequest,
    stored: Secret,
    presented: Presented,
    again: boolean,
  ): Promise<ReadyRequest> {
    const injected = await this.#parts.auth.inject(inForce.service, request, presented);
    return { call, inForce, request, stored, presented, injected, again };
  }

  intent({ inForce: { service }, request, stored }: ReadyRequest): Pick<AuditEvent, 'requestHash' | 'credential'> {
    return {
      credential: { name: service.name, last4: stored.last4 },
      requestHash: this.#parts.recorder.requestHash(request, service.baseUrl.origin),
    };
  }

  /** Rejects with a refusal that says how far the request had come, or with what `beforeSend` threw. */
  async run(
    { inForce: { service, limits }, request, injected: { target, headers } }: ReadyRequest,
    { signal, beforeSend }: RunOptions,
  ): Promise<Incoming> {
    const { baseUrl, network } = service;
    try {
      return await this.#parts.transport.send(
        { baseUrl, network, method: request.method, target, headers: withUserAgent(headers), body: request.body?.text },
        { maxBytes: limits.responseBytes, signal, beforeWrite: beforeSend },
      );
    } catch (error) {
      throw error instanceof TransportError ? refusalOf(error, service) : error;
    }
  }

  /** What the agent gets of the answer. Throws `response_too_large`. */
  async redact(
    { call, inForce: { service, limits, decide } }: DecidedRequest,
    incoming: Incoming,
    context: CallContext,
  ): Promise<Answer> {
    const { vault, cleaner, now } = this.#parts;
    const { agent, signal } = context;
    const order = {
      call,
      baseUrl: service.baseUrl,
      auth: service.auth,
      maxBytes: limits.responseBytes,
      durationMs: context.durationMs(now()),
    };
    const wouldAllow = (path: string): boolean => {
      const result = canonicalise({ service: service.name, method: 'GET', path }, { ...service, limits });
      return result.ok && decide(result.value, agent.name).verdict === 'allow';
    };
    try {
      return judgeRedirect(await cleaner.answer(incoming, order, vault, signal), wouldAllow);
    } catch (error) {
      if (error instanceof TooLargeError) throw refusals.responseTooLarge(service.name, error.what, true);
      throw error;
    }
  }

  outcome({ status, body }: Incoming): Pick<AuditEvent, 'status' | 'bytes'> {
    return { status, bytes: body.length };
  }
}

function refusalOf(error: TransportError, { name, baseUrl: { host }, network }: Service): unknown {
  switch (error.failure) {
    case 'address':
      return refusals.addressRefused(name, host, network);
    case 'tls':
      return refusals.tls(name, host, error.detail);
    case 'too_large':
      return refusals.responseTooLarge(name, error.detail, !(error instanceof HeadTooLargeError));
    case 'unreachable': {
      const { told } = refusals.unreachable(name, host, error.detail, error.sent);
      return new RefusalError(told, { cause: error });
    }
    case 'aborted':
      return error.cause instanceof Interrupted ? error.cause.refuse(error.sent) : error.cause;
  }
}
