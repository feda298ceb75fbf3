import { setTimeout as sleep } from 'node:timers/promises';
import { endOfJwt } from '../../../../core/jwtEnd.ts';
import { furtherOrigins } from '../../../../core/policy/auth/authTypes.ts';
import type { OAuth2Auth } from '../../../../core/policy/auth/oauth2.ts';
import { describeAuth } from '../../../../core/policy/compare/definition.ts';
import type { Service } from '../../../../core/policy/model/service.ts';
import type { Secret } from '../../../../core/secret.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import { type RefusalError, refusals } from '../../../call/model/refusals.ts';
import type { RenewalLease, TokenStore } from '../../../control/controlPort.ts';
import { PayloadError } from '../../../credentials/payload.ts';
import type { Incoming } from '../../../http/message.ts';
import { KeyedRates } from '../../../util/keyedRates.ts';
import { TurnBudget } from '../../../util/turnBudget.ts';
import { Turns } from '../../../util/turns.ts';
import { unlessAborted } from '../../../util/unlessAborted.ts';
import { mintToken } from '../inject/minters.ts';
import {
  checkToken,
  type Mint,
  MintError,
  type Minted,
  type RetainedCredential,
  type TokenRequest,
  tokensOf,
} from '../inject/minting.ts';
import { type AuthorizationCode, heldToken, mintOAuth2, redeemCode, rotates } from '../inject/oauth2.ts';
import type { ClockSkew } from './clockSkew.ts';
import { issuerOf, mintRefusal } from './mintRefusal.ts';

/** How long before its end a token is renewed, at most; short-lived ones a tenth of their life before. */
const MARGIN_MS = 60_000;
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 60_000;
/** Tokens of one service that are made, for whatever reason: one that lives for ten seconds is renewed as often as that. */
const MADE = [{ count: 10, per: 'minute' }] as const;
/** Tokens that are made because an API answered 401 to one that had not ended. An agent may choose what is answered so. */
const MADE_FOR_401 = [
  { count: 1, per: 'minute' },
  { count: 100, per: 'day' },
] as const;
const STORE_ATTEMPTS = 3;
const STORE_PAUSE_MS = 200;

export interface RenewerPorts {
  readonly tokenStore: TokenStore | undefined;
  readonly skew: ClockSkew;
  readonly now: () => number;
  readonly send: (service: Service, request: TokenRequest, signal: AbortSignal) => Promise<Incoming>;
  /** Takes a value out of answers, which ends then. */
  readonly hold: (service: string, value: Secret, until: number) => void;
  /** The stored credential is another one now. */
  readonly replaced: (service: string, from: readonly Secret[], to: RetainedCredential) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** A token at hand, and the stored values that it was made with or stands in. */
interface Held {
  readonly of: readonly Secret[];
  readonly value: Secret;
  readonly expiresAt: number;
  readonly renewAt: number;
}

interface Run {
  readonly of: Secret;
  readonly controller: AbortController;
  readonly token: Promise<Held>;
}

/** Why nothing is asked of an issuer for now. */
interface Pause {
  readonly of: Secret;
  readonly since: number;
  readonly until: number;
  readonly failures: number;
  readonly error: MintError | PayloadError;
}

/**
 * Has a living token at hand for each service that needs one. However many calls want one, a token is minted once; it
 * is renewed early, and while its issuer is away the old one serves as long as it lives. A refresh token is used by the
 * one gateway that has the host's lease, and its successor is stored before that is used.
 */
export class Renewer {
  readonly #ports: RenewerPorts;
  readonly #held = new Map<string, Held>();
  readonly #runs = new Map<string, Run>();
  readonly #pauses = new Map<string, Pause>();
  /** Renewals that the host could not store yet, and what they come after. */
  readonly #unstored = new Map<string, { readonly after: Secret; readonly kept: RetainedCredential }>();
  /** Each token takes milliseconds to be known, and an answer may hold twenty. */
  readonly #turns = new Turns(new TurnBudget());
  readonly #made: KeyedRates;
  readonly #madeFor401: KeyedRates;

  constructor(ports: RenewerPorts) {
    this.#ports = ports;
    this.#made = new KeyedRates(MADE, ports.now);
    this.#madeFor401 = new KeyedRates(MADE_FOR_401, ports.now);
  }

  /**
   * The token to send with the stored credential. `refused` is one that the API answered 401 to; another is made for that
   * once a minute at most, because the old one may well live on. Throws a refusal when there is none, and what ended
   * `signal` when that ends first.
   */
  async token(service: Service, stored: Secret, signal: AbortSignal, refused?: Secret): Promise<Secret> {
    const key = keyOf(service);
    const now = this.#ports.now();
    const held = this.#heldFor(key, service, stored);
    const alive = held && held.expiresAt > now && !(refused && held.value.equals(refused)) ? held : undefined;
    if (alive && now < alive.renewAt) return alive.value;
    try {
      return (await unlessAborted(this.#run(key, service, stored, refused), signal)).value;
    } catch (error) {
      if (alive && error instanceof MintError && error.kind === 'outage') return alive.value;
      throw this.#told(error, key, service);
    }
  }

  /** A token for a value that is not stored: nothing is kept of it but what `keep` says. */
  async tokenOfCandidate(service: Service, value: Secret, signal: AbortSignal): Promise<Minted> {
    return this.#once(service, () => this.#mint(service, value, undefined, signal));
  }

  /** The credential that an authorization code is exchanged for. */
  async redeem(
    service: Service,
    stored: Secret,
    code: AuthorizationCode,
    signal: AbortSignal,
  ): Promise<RetainedCredential> {
    const { auth } = service;
    if (auth.type !== 'oauth2' || auth.grant !== 'authorization_code') {
      throw refusals.invalidRequest(
        phrase`The service does not sign in with an authorization code.`,
        phrase`Check its auth.`,
        service.name,
      );
    }
    const { keep, value, expiresAt } = await this.#once(service, () =>
      redeemCode(auth, stored, code, this.#mintFor(service, signal)),
    );
    return keep ?? { value, expiresAt };
  }

  /** Ends token requests of these services that were not sent yet, and those that use nothing up. */
  interrupt(concerns: (service: string) => boolean, reason: (service: string) => RefusalError): void {
    for (const [key, { controller }] of this.#runs) {
      const service = nameOf(key);
      if (concerns(service)) controller.abort(reason(service));
    }
  }

  #heldFor(key: string, { auth }: Service, stored: Secret): Held | undefined {
    const held = this.#held.get(key);
    if (held?.of.some((value) => value.equals(stored))) return held;
    try {
      const kept = auth.type === 'oauth2' && rotates(auth) ? heldToken(auth, stored) : undefined;
      return kept && this.#keep(key, [stored], kept);
    } catch (error) {
      if (error instanceof PayloadError) return undefined; // said when it is used
      throw error;
    }
  }

  #keep(key: string, of: readonly Secret[], { value, expiresAt }: Minted): Held {
    const now = this.#ports.now();
    const held = { of, value, expiresAt, renewAt: expiresAt - Math.min(MARGIN_MS, (expiresAt - now) / 10) };
    this.#held.set(key, held);
    return held;
  }

  #run(key: string, service: Service, stored: Secret, refused: Secret | undefined): Promise<Held> {
    const running = this.#runs.get(key);
    if (running?.of.equals(stored)) return running.token;
    if (running) {
      // Another value is stored meanwhile: what that run is about may serve, or not.
      const after = async (): Promise<Held> =>
        this.#heldFor(key, service, stored) ?? this.#run(key, service, stored, refused);
      return running.token.then(after, after);
    }
    const pause = this.#pauses.get(key);
    if (pause?.of.equals(stored) && lasts(pause, this.#ports.now())) return Promise.reject(pause.error);
    try {
      this.#countMade(key, service, refused);
    } catch (error) {
      return Promise.reject(error);
    }
    const controller = new AbortController();
    const token = this.#renew(key, service, stored, refused, controller.signal).then(
      (held) => {
        this.#runs.delete(key);
        this.#pauses.delete(key);
        return held;
      },
      (error: unknown) => {
        this.#runs.delete(key);
        this.#pause(key, service, stored, error);
        throw error;
      },
    );
    this.#runs.set(key, { of: stored, controller, token });
    return token;
  }

  /** Throws when too many were made. */
  #countMade(key: string, service: Service, refused: Secret | undefined): void {
    if (refused && this.#madeFor401.wait(key) > 0) throw futile(service);
    const wait = this.#made.wait(key);
    if (wait > 0) throw new MintError('outage', 'too_many', phrase`too many were made`, wait);
    this.#made.take(key);
    if (refused) this.#madeFor401.take(key);
  }

  #pause(key: string, { auth }: Service, stored: Secret, error: unknown): void {
    if (!(error instanceof MintError || error instanceof PayloadError)) return;
    const before = this.#pauses.get(key);
    const failures = before?.of.equals(stored) ? before.failures + 1 : 1;
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
    const outage = error instanceof MintError && error.kind === 'outage';
    // A refresh token that was refused is never sent again: some providers take that for theft.
    const final = auth.type === 'oauth2' && error instanceof MintError && error.code === 'invalid_grant';
    // VS Code is asked, and no issuer: the user who signs in there waits for nothing.
    const asksNobody = error instanceof MintError && error.code === 'no_session';
    const ms = asksNobody
      ? FIRST_BACKOFF_MS
      : outage
        ? Math.max(backoff, error.retryAfterMs ?? 0)
        : final
          ? Number.POSITIVE_INFINITY
          : MAX_BACKOFF_MS;
    const since = this.#ports.now();
    this.#pauses.set(key, { of: stored, since, until: since + ms, failures, error });
  }

  async #renew(
    key: string,
    service: Service,
    stored: Secret,
    refused: Secret | undefined,
    signal: AbortSignal,
  ): Promise<Held> {
    const { auth } = service;
    if (auth.type === 'oauth2' && rotates(auth))
      return this.#renewUnderLease(key, service, auth, stored, refused, signal);
    const minted = await this.#mint(service, stored, refused, signal);
    checkToken(minted.value);
    this.#hold(service, minted);
    return this.#keep(key, [stored], minted);
  }

  async #renewUnderLease(
    key: string,
    service: Service,
    auth: OAuth2Auth,
    stored: Secret,
    refused: Secret | undefined,
    signal: AbortSignal,
  ): Promise<Held> {
    const { tokenStore } = this.#ports;
    const lease = await tokenStore?.leaseRenewal(service.name);
    if (!tokenStore || !lease)
      throw new MintError('outage', 'no_lease', phrase`another window is renewing the credential`);
    try {
      signal.throwIfAborted();
      const present = await this.#presentValue(key, tokenStore, lease);
      const other = heldToken(auth, present);
      // It may outlive what is stored.
      if (other) this.#hold(service, other);
      if (other && this.#servesAsWell(key, other, refused)) {
        this.#ports.replaced(service.name, [stored, lease.value], { value: present });
        return this.#keep(key, [stored, present], other);
      }
      const minted = await mintOAuth2(auth, present, this.#mintFor(service, signal));
      const kept = minted.keep ?? { value: present };
      if (await this.#stored(tokenStore, lease, kept)) {
        this.#unstored.delete(key);
        this.#ports.replaced(service.name, [stored, present], kept);
      } else {
        // Known to this gateway alone. It is not used before the host has it, but it must not come back in an answer.
        this.#ports.hold(service.name, kept.value, Number.POSITIVE_INFINITY);
        this.#unstored.set(key, { after: lease.value, kept });
      }
      // Not before the refresh token that came along with it is stored.
      checkToken(minted.value);
      this.#hold(service, minted);
      return this.#keep(key, [stored, present, kept.value], minted);
    } finally {
      await tokenStore.releaseRenewal(lease.id).catch((error: unknown) => {
        this.#ports.log('warn', `The renewal of ${service.name} was not given back: ${String(error)}`);
      });
    }
  }

  /** What is stored, or what comes after it and could not be stored when it was new. */
  async #presentValue(key: string, tokenStore: TokenStore, lease: RenewalLease): Promise<Secret> {
    const unstored = this.#unstored.get(key);
    if (!unstored?.after.equals(lease.value)) return lease.value;
    if (!(await this.#stored(tokenStore, lease, unstored.kept))) {
      throw new MintError('outage', 'not_stored', phrase`its last answer could not be stored`);
    }
    this.#unstored.delete(key);
    return unstored.kept.value;
  }

  /** Whether a token that somebody else stored makes renewing needless. */
  #servesAsWell(key: string, other: Minted, refused: Secret | undefined): boolean {
    const left = other.expiresAt - this.#ports.now();
    if (left <= 0 || (refused && other.value.equals(refused))) return false;
    const mine = this.#held.get(key);
    return left > MARGIN_MS || (mine !== undefined && !mine.value.equals(other.value));
  }

  async #stored(tokenStore: TokenStore, lease: RenewalLease, kept: RetainedCredential): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await tokenStore.storeRenewal(lease.id, kept);
        return true;
      } catch (error) {
        if (attempt === STORE_ATTEMPTS) {
          this.#ports.log('error', `A renewed credential could not be stored: ${String(error)}`);
          return false;
        }
        await sleep(STORE_PAUSE_MS);
      }
    }
  }

  async #mint(service: Service, stored: Secret, refused: Secret | undefined, signal: AbortSignal): Promise<Minted> {
    const mint = this.#mintFor(service, signal);
    return mintToken(service.auth, { stored, refused: refused !== undefined, mint, ports: this.#ports });
  }

  #mintFor(service: Service, signal: AbortSignal): Mint {
    const { skew, now, send, hold } = this.#ports;
    return {
      service,
      now: (origin) => now() + (origin === undefined ? 0 : skew.offset(origin)),
      send: async (request) => {
        const incoming = await send(service, request, signal);
        for (const { value, lifeMs } of tokensOf(incoming.body)) {
          await this.#turns.take(async () => hold(service.name, value, now() + lifeMs));
        }
        return incoming;
      },
      hold: (value, endsAt) => hold(service.name, value, endsAt),
    };
  }

  /** Takes a token out of answers while it may be worth something: it may say itself that it lives longer than it is used. */
  #hold({ name }: Service, { value, expiresAt, endless }: Minted): void {
    const end = endless ? Number.POSITIVE_INFINITY : Math.max(expiresAt, endOfJwt(value) ?? 0);
    this.#ports.hold(name, value, end);
  }

  async #once(service: Service, mint: () => Promise<Minted>): Promise<Minted> {
    try {
      const minted = await mint();
      checkToken(minted.value);
      this.#hold(service, minted);
      if (minted.keep) this.#hold(service, { ...minted, value: minted.keep.value });
      return minted;
    } catch (error) {
      throw this.#told(error, keyOf(service), service);
    }
  }

  #told(error: unknown, key: string, service: Service): unknown {
    if (!(error instanceof MintError || error instanceof PayloadError)) return error;
    const wait =
      error instanceof MintError && error.code === 'too_many'
        ? (error.retryAfterMs ?? 0)
        : (this.#pauses.get(key)?.until ?? 0) - this.#ports.now();
    const [origin = service.baseUrl.origin] = furtherOrigins(service.auth);
    return mintRefusal(error, service, Math.max(FIRST_BACKOFF_MS, wait), this.#ports.skew.offset(origin));
  }
}

/** A clock that was set back to before a pause began would make it last: then it is over, unless it has no end. */
function lasts({ since, until }: Pick<Pause, 'since' | 'until'>, now: number): boolean {
  return now < until && (now >= since || until === Number.POSITIVE_INFINITY);
}

/** A service's name stands for its credential; another definition of it needs another token. */
function keyOf({ name, auth, baseUrl }: Service): string {
  return `${name} ${baseUrl.origin}${baseUrl.prefix} ${describeAuth(auth)}`;
}

function nameOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

/** A token that was made a moment ago was refused, too. */
export function futile(service: Service): RefusalError {
  return refusals.credentialRejected(
    service.name,
    phrase`the API answered 401 to a token that ${issuerOf(service)} had just issued`,
    phrase`Tell the user: the token may be for a different audience or scope than the API requires (auth in the policy), or the access was revoked.`,
    { sent: 'yes' },
  );
}
