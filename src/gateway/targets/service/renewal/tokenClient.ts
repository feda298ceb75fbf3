import { OWN_AGENT } from '../../../../core/audit/agentName.ts';
import type { Service } from '../../../../core/policy/model/service.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import type { Recorder } from '../../../audit/recorder.ts';
import { RefusalError, refusals } from '../../../call/model/refusals.ts';
import type { Incoming } from '../../../http/message.ts';
import type { Transport } from '../../../http/transport.ts';
import { TransportError } from '../../../http/transportError.ts';
import { freshId } from '../../../util/freshId.ts';
import { MintError, type TokenRequest } from '../inject/minting.ts';
import type { ClockSkew } from './clockSkew.ts';

/** A token response is a few kilobytes. */
const MAX_BYTES = 256 * 1024;
const MAX_MS = 20_000;

export interface TokenClientPorts {
  readonly transport: Transport;
  readonly recorder: Recorder;
  readonly skew: ClockSkew;
  readonly now: () => number;
  /** Throws a refusal when the service is frozen, at the moment of sending too. */
  readonly refuseIfFrozen: (service: string) => void;
}

/**
 * Carries token requests through the same transport as calls: same addresses, caps and TLS, no redirects. Each has an
 * intent and an outcome of its own in the audit log, with the verdict `renew`, the endpoint's path and, as its
 * subject, the endpoint's origin.
 */
export class TokenClient {
  readonly #ports: TokenClientPorts;

  constructor(ports: TokenClientPorts) {
    this.#ports = ports;
  }

  /**
   * Sends one, once. `signal` ends it; one that uses up a refresh token only until it was sent, because then its answer
   * alone knows the next one. Rejects with a {@link MintError} or a {@link RefusalError}.
   */
  async send(service: Service, request: TokenRequest, signal: AbortSignal): Promise<Incoming> {
    const { transport, recorder, skew, now, refuseIfFrozen } = this.#ports;
    signal.throwIfAborted();
    refuseIfFrozen(service.name);
    const startedAt = now();
    const event = {
      id: freshId(),
      agent: { name: OWN_AGENT },
      service: service.name,
      ...(service.environment === undefined ? {} : { environment: service.environment }),
      subject: request.url.origin,
      method: 'POST',
      path: request.target,
      verdict: 'renew',
    };
    recorder.record({ ...event, kind: 'intent' });
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const timeoutMs = Math.min(MAX_MS, service.limits.timeoutMs * 0.8);
    const timer = setTimeout(
      () =>
        controller.abort(new MintError('outage', 'timeout', phrase`it did not answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    try {
      const incoming = await transport.send(
        {
          baseUrl: request.url,
          network: service.network,
          method: 'POST',
          target: request.target,
          headers: request.headers,
          body: request.body,
        },
        {
          maxBytes: MAX_BYTES,
          signal: controller.signal,
          beforeWrite: () => {
            refuseIfFrozen(service.name);
            if (request.consumes) signal.removeEventListener('abort', abort);
          },
        },
      );
      skew.note(request.url.origin, incoming.headers, now());
      recorder.recordOrLog({
        ...event,
        kind: 'outcome',
        status: incoming.status,
        durationMs: now() - startedAt,
        bytes: incoming.body.length,
      });
      return incoming;
    } catch (error) {
      const told = asMintError(error, service, request);
      const code = told instanceof RefusalError ? told.refusal.code : 'upstream_unreachable';
      recorder.recordOrLog({ ...event, kind: 'outcome', code, durationMs: now() - startedAt });
      throw told;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }
}

function asMintError(error: unknown, { name, network }: Service, { url }: TokenRequest): unknown {
  if (!(error instanceof TransportError)) return error;
  switch (error.failure) {
    case 'address':
      return refusals.addressRefused(name, url.host, network);
    case 'tls':
      return refusals.tls(name, url.host, error.detail);
    case 'aborted':
      return error.cause;
    case 'too_large':
    case 'unreachable':
      return new MintError('outage', error.failure, error.detail);
  }
}
