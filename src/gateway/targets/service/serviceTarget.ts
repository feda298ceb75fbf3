import { canonicalise } from '../../../core/request/canonicalise.ts';
import type { CanonicalRequest } from '../../../core/request/parts/requestModel.ts';
import type { Secret } from '../../../core/secret.ts';
import type { Answer } from '../../../protocol/messages.ts';
import { judgeRedirect } from '../../answer/answer.ts';
import { TooLargeError } from '../../answer/decode.ts';
import type { Recorder } from '../../audit/recorder.ts';
import type { Flight } from '../../call/callContext.ts';
import { refusals } from '../../call/refusals.ts';
import type { Cleaner } from '../../cleaning/cleaner.ts';
import type { GatewayState } from '../../gatewayState.ts';
import type { Renewal } from '../../parent.ts';
import type { ServiceInForce } from '../../policySet.ts';
import type { Incoming } from './http/message.ts';
import type { Transport } from './http/transport.ts';
import { TransportError } from './http/transportError.ts';
import type { Injected } from './inject/injected.ts';
import type { Authenticator, Presented } from './renewal/authenticator.ts';

interface SenderParts {
  readonly state: GatewayState;
  readonly recorder: Recorder;
  readonly transport: Transport;
  readonly auth: Authenticator;
  readonly cleaner: Cleaner;
  readonly now: () => number;
}

/** Records the intent, puts the credential in, sends, and makes of what comes back what the agent may have of it. */
export class Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /**
   * Sends the request with the credential or a token minted with it; and once more where the token was refused, was
   * renewed, and repeating does no harm. `candidate` takes what is left of one that was used up.
   */
  async send(
    flight: Flight,
    inForce: ServiceInForce,
    request: CanonicalRequest,
    stored: Secret,
    checkAgain: () => void,
    candidate?: { renewal?: Renewal },
  ): Promise<Incoming> {
    const { service } = inForce;
    let presented: Presented | undefined = await this.#parts.auth.present(
      service,
      stored,
      flight.signal,
      candidate !== undefined,
    );
    if (candidate && presented.renewal) candidate.renewal = presented.renewal;
    for (let again = false; ; again = true) {
      checkAgain();
      const injected = await this.#parts.auth.inject(service, request, presented);
      this.#recordIntent(flight, inForce, request, stored);
      const incoming = await this.#sendOnce(flight, inForce, request, injected, checkAgain);
      const sent = { stored, presented, again };
      if (candidate) return incoming;
      presented = await this.#parts.auth.afterAnswer(service, request, sent, incoming, flight.signal);
      if (presented === undefined) return incoming;
      this.recordOutcome(flight, incoming);
    }
  }

  #recordIntent(flight: Flight, { service }: ServiceInForce, request: CanonicalRequest, secret: Secret): void {
    flight.credential = { name: service.name, last4: secret.last4 };
    this.#parts.recorder.record({
      ...flight.event(),
      kind: 'intent',
      verdict: flight.verdict,
      requestHash: this.#parts.recorder.requestHash(request, service.baseUrl.origin),
    });
    flight.intended = true;
  }

  async #sendOnce(
    flight: Flight,
    inForce: ServiceInForce,
    request: CanonicalRequest,
    { target, headers }: Injected,
    checkAgain: () => void,
  ): Promise<Incoming> {
    const { service, limits } = inForce;
    const { baseUrl, network } = service;
    try {
      const incoming = await this.#parts.transport.send(
        { baseUrl, network, method: request.method, target, headers, body: request.body?.text },
        {
          maxBytes: limits.responseBytes,
          signal: flight.signal,
          beforeWrite: () => {
            checkAgain();
            flight.sent = 'unknown';
          },
        },
      );
      flight.sent = 'yes';
      return incoming;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      flight.sent = error.sent;
      switch (error.failure) {
        case 'address':
          throw refusals.addressRefused(service.name, baseUrl.host, network);
        case 'tls':
          throw refusals.tls(service.name, baseUrl.host, error.detail);
        case 'too_large':
          throw refusals.responseTooLarge(service.name, error.detail);
        case 'unreachable':
          throw refusals.unreachable(service.name, baseUrl.host, error.detail, error.sent);
        case 'aborted':
          throw flight.signal.reason;
      }
    }
  }

  /** What the agent gets of the answer. Throws `response_too_large`. */
  async redact(flight: Flight, { service, limits, decide }: ServiceInForce, incoming: Incoming): Promise<Answer> {
    const { vault } = this.#parts.state;
    const order = {
      call: flight.call,
      baseUrl: service.baseUrl,
      auth: service.auth,
      maxBytes: limits.responseBytes,
      durationMs: this.#parts.now() - flight.startedAt,
    };
    const wouldAllow = (path: string): boolean => {
      const result = canonicalise({ service: service.name, method: 'GET', path }, { ...service, limits });
      return result.ok && decide(result.value, flight.agentName).verdict === 'allow';
    };
    try {
      return judgeRedirect(await this.#parts.cleaner.answer(incoming, order, vault, flight.signal), wouldAllow);
    } catch (error) {
      if (error instanceof TooLargeError) throw refusals.responseTooLarge(service.name, error.message);
      throw error;
    }
  }

  /** Records how the request ended. */
  recordOutcome(flight: Flight, incoming: Incoming): void {
    // The API has acted already: the agent gets its answer, and a gap shows in the log and as an intent on its own.
    this.#parts.recorder.recordOrLog({
      ...flight.event(),
      kind: 'outcome',
      verdict: flight.verdict,
      status: incoming.status,
      durationMs: this.#parts.now() - flight.startedAt,
      bytes: incoming.body.length,
    });
  }

  /** 401 is a rejection until the next success; other failures say nothing about the credential. */
  noteStanding(service: string, secret: Secret, status: number): void {
    if (status === 401) this.#parts.state.vault.noteStanding(service, secret, 'rejected');
    else if (status >= 200 && status < 300) this.#parts.state.vault.noteStanding(service, secret, undefined);
  }
}
