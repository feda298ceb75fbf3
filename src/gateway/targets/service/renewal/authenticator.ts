import type { Service } from '../../../../core/policy/model/service.ts';
import { type CanonicalRequest, SAFE_METHODS } from '../../../../core/request/parts/requestModel.ts';
import type { Secret } from '../../../../core/secret.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import { endingBy, type Interruptible, type Interruption } from '../../../call/interruptions.ts';
import { refusals } from '../../../call/model/refusals.ts';
import { PayloadError } from '../../../credentials/payload.ts';
import type { Vault } from '../../../credentials/vault.ts';
import type { Incoming } from '../../../http/message.ts';
import type { GatewayState } from '../../../state/gatewayState.ts';
import { KeyedRates } from '../../../util/keyedRates.ts';
import { inject, isSigned } from '../inject/inject.ts';
import type { Injected, Signature } from '../inject/injected.ts';
import { isMinted } from '../inject/minters.ts';
import type { RetainedCredential } from '../inject/minting.ts';
import type { AuthorizationCode } from '../inject/oauth2.ts';
import { ClockSkew } from './clockSkew.ts';
import { mintRefusal } from './mintRefusal.ts';
import { futile, Renewer, type RenewerPorts } from './renewer.ts';
import { TokenClient, type TokenClientPorts } from './tokenClient.ts';

/** Signatures of one service that are made: each is known as long as it is worth something. */
const SIGNED = [{ count: 30_000, per: 'hour' }] as const;
/** Those without a date, which is as long as their credential. */
const SIGNED_FOR_GOOD = [{ count: 20_000, per: 'day' }] as const;

/** A signed date that is this far off may be why a signature was refused. */
const SKEW_MS = 20_000;

/** What a request is sent with. `renewal` is for a candidate that was used up by it. */
export interface Presented {
  readonly value: Secret;
  readonly renewal?: RetainedCredential;
}

export interface AuthenticatorPorts
  extends Omit<TokenClientPorts, 'skew' | 'refuseIfFrozen'>,
    Pick<RenewerPorts, 'tokenStore' | 'log'> {
  readonly state: GatewayState;
}

/** Makes of a stored credential what a request carries, whatever its type, and learns from how it was received. */
export class Authenticator implements Interruptible {
  readonly #state: GatewayState;
  readonly #vault: Vault;
  readonly #now: () => number;
  readonly #skew = new ClockSkew();
  readonly #renewer: Renewer;
  readonly #signed: KeyedRates;
  readonly #signedForGood: KeyedRates;

  constructor(ports: AuthenticatorPorts) {
    this.#state = ports.state;
    this.#vault = ports.state.vault;
    this.#now = ports.now;
    this.#signed = new KeyedRates(SIGNED, ports.now);
    this.#signedForGood = new KeyedRates(SIGNED_FOR_GOOD, ports.now);
    const client = new TokenClient({
      ...ports,
      skew: this.#skew,
      refuseIfFrozen: (service) => ports.state.refuseIfFrozen(service),
    });
    this.#renewer = new Renewer({
      tokenStore: ports.tokenStore,
      skew: this.#skew,
      now: ports.now,
      send: (service, request, signal) => client.send(service, request, signal),
      hold: (service, value, endsAt) => this.#vault.holdMinted(service, value, endsAt),
      replaced: (service, from, to) => this.#vault.renew(service, from, to),
      log: ports.log,
    });
  }

  /** The stored value itself, or the token that is minted with it. Throws a refusal when there is none to be had. */
  async present(service: Service, stored: Secret, signal: AbortSignal, isCandidate = false): Promise<Presented> {
    if (!isMinted(service.auth)) return { value: stored };
    if (!isCandidate) return { value: await this.#renewer.token(service, stored, signal) };
    const { value, keep } = await this.#renewer.tokenOfCandidate(service, stored, signal);
    return { value, ...(keep === undefined ? {} : { renewal: keep }) };
  }

  /** The request with what was presented in it, or signed with it. */
  async inject(service: Service, request: CanonicalRequest, { value }: Presented): Promise<Injected> {
    const { auth, baseUrl } = service;
    try {
      const signed = await inject(
        { ...request, baseUrl },
        auth,
        value,
        this.#now() + this.#skew.offset(baseUrl.origin),
      );
      if (signed.signature) this.#hold(service.name, signed.signature);
      return signed;
    } catch (error) {
      throw error instanceof PayloadError ? mintRefusal(error, service, 0, 0) : error;
    }
  }

  /** Throws `rate_limited` where too many are known already. */
  #hold(service: string, { value, lifeMs }: Signature): void {
    if (!this.#vault.knowsSignature(value)) {
      const dated = lifeMs < Number.POSITIVE_INFINITY;
      const allowance = dated ? this.#signed : this.#signedForGood;
      const wait = allowance.wait(service);
      if (wait > 0) throw refusals.tooManySignatures(service, dated, wait);
      allowance.take(service);
    }
    this.#vault.holdSignature(service, value, this.#now() + lifeMs);
  }

  /**
   * What to send once more after this answer; undefined when the answer counts. A token that was refused is replaced,
   * and a signature with a wrong date is made by the API's clock, once and where repeating does no harm. Throws
   * `credential_rejected` for a refused token where that does not help.
   */
  async afterAnswer(
    service: Service,
    request: CanonicalRequest,
    sent: { readonly stored: Secret; readonly presented: Presented; readonly again: boolean },
    incoming: Incoming,
    signal: AbortSignal,
  ): Promise<Presented | undefined> {
    const { auth, baseUrl } = service;
    const before = this.#skew.offset(baseUrl.origin);
    this.#skew.note(baseUrl.origin, incoming.headers, this.#now());
    const learned = Math.abs(this.#skew.offset(baseUrl.origin) - before) > SKEW_MS;
    const repeatable = SAFE_METHODS.has(request.method);
    if (isSigned(auth)) {
      const refused = incoming.status === 401 || incoming.status === 403;
      return refused && learned && repeatable && !sent.again ? sent.presented : undefined;
    }
    if (incoming.status !== 401 || !isMinted(auth)) return undefined;
    if (sent.again) throw futile(service);
    const value = await this.#renewer.token(service, sent.stored, signal, sent.presented.value);
    if (repeatable) return { value };
    throw refusals.credentialRejected(
      service.name,
      phrase`the API answered 401 to its access token, which was renewed for later calls`,
      phrase`The API says that it did not act.`,
      { sent: 'yes' },
    );
  }

  redeem(service: Service, stored: Secret, code: AuthorizationCode, signal: AbortSignal): Promise<RetainedCredential> {
    return this.#renewer.redeem(service, stored, code, signal);
  }

  /** Ends the token requests of services that are over, but for those whose answer alone knows the next refresh token. */
  interrupt(interruption: Interruption): void {
    const ending = endingBy(interruption, this.#state);
    if (!ending) return;
    this.#renewer.interrupt(
      (service) => ending.concerns(service),
      (service) => ending.refuse(service, 'no'),
    );
  }
}
