import type { WantedRule } from '../core/policy/learn/narrowestRule.ts';
import type { Secret } from '../core/secret.ts';
import type { Call } from '../protocol/messages.ts';
import { MOST_MAX_CHARS } from './answer/answer.ts';
import { Flight, PERSON } from './call/callContext.ts';
import type { Flights } from './call/callsInFlight.ts';
import type { Refusing } from './call/refusalMapper.ts';
import { refusals } from './call/refusals.ts';
import type { GatewayState } from './gatewayState.ts';
import type {
  Explanation,
  GatewayControl,
  Redeemed,
  Redemption,
  Renewal,
  Verification,
  VerifyingRequest,
  VerifyOptions,
} from './parent.ts';
import type { ParsePolicy } from './policyTexts.ts';
import type { Judge } from './targets/service/authorizer.ts';
import type { CommandCredentials } from './targets/service/commands/commandCredentials.ts';
import type { Authenticator } from './targets/service/renewal/authenticator.ts';
import type { Sender } from './targets/service/serviceTarget.ts';
import { readVerification, standingOf } from './targets/service/verification.ts';

interface PersonActsParts {
  readonly state: GatewayState;
  readonly judge: Judge;
  readonly sender: Sender;
  readonly refusing: Refusing;
  readonly flights: Flights;
  readonly auth: Authenticator;
  readonly commands: Pick<CommandCredentials, 'obtain'>;
  readonly parsePolicy: ParsePolicy;
  readonly now: () => number;
}

/** What a person does with a request or a credential of their own: no rule is asked, everything else holds. */
export class PersonActs implements Pick<GatewayControl, 'explain' | 'verify' | 'redeem'> {
  readonly #parts: PersonActsParts;

  constructor(parts: PersonActsParts) {
    this.#parts = parts;
  }

  /** See {@link GatewayControl.explain}. */
  async explain(call: Call, added?: WantedRule): Promise<Explanation> {
    const flight = new Flight(call, PERSON, this.#parts.now());
    const shown: { request?: NonNullable<Explanation['request']> } = {};
    try {
      const found = this.#parts.state.find(call.service, PERSON.scope);
      const inForce = added ? { ...found, decide: found.decideWith.bind(undefined, added) } : found;
      const request = this.#parts.judge.canonicalise(flight, inForce);
      shown.request = {
        method: request.method,
        url: `${inForce.service.baseUrl.origin}${request.target}`,
        ...(request.body === undefined ? {} : { body: request.body.text }),
      };
      const { verdict, reason, label, rule } = this.#parts.judge.decide(flight, inForce, request);
      this.#parts.state.refuseIfFrozen(call.service);
      this.#parts.state.requireCredential(inForce);
      const asks = verdict === 'ask' ? { asks: true as const } : {};
      return { ...shown, allowed: { reason, file: label, ...(rule ? { line: rule.line } : {}), ...asks } };
    } catch (error) {
      return { ...shown, refusal: this.#parts.refusing.of(error, call.service, PERSON) };
    }
  }

  /** See {@link GatewayControl.verify}. */
  async verify(
    service: string,
    known: VerifyingRequest | undefined,
    { candidate, signal }: VerifyOptions = {},
  ): Promise<Verification> {
    const wanted: VerifyingRequest | undefined = this.#parts.state.ownVerification(service) ?? known;
    if (!wanted) return { outcome: 'unverified', why: 'No request is known that would prove the credential.' };
    const { method, path, json, ...reading } = wanted;
    const call: Call = { tool: 'execute', service, method, path, maxChars: MOST_MAX_CHARS };
    const flight = this.#parts.flights.take(json === undefined ? call : { ...call, json }, PERSON, signal, 'verify');
    const letGo = candidate && this.#parts.state.vault.hold(service, candidate.value);
    const used: { renewal?: Renewal } | undefined = candidate && {};
    try {
      const proposed = candidate?.policy;
      const inForce =
        proposed === undefined
          ? this.#parts.state.find(service, PERSON.scope)
          : await this.#parts.state.findProposed(service, proposed, this.#parts.parsePolicy);
      const request = this.#parts.judge.canonicalise(flight, inForce);
      const check = (): Secret => {
        this.#parts.state.refuseIfFrozen(service);
        flight.throwIfInterrupted();
        const now = proposed === undefined ? this.#parts.judge.findAgain(flight, inForce) : inForce;
        return this.#parts.state.credential(now, { candidate, evenExpired: true });
      };
      const { timeoutMs } = inForce.limits;
      flight.interruptAfter(timeoutMs, (sent) => refusals.timeout(service, timeoutMs, sent));
      if (!candidate) await this.#parts.commands.obtain(inForce, flight.signal);
      const secret = check();
      const incoming = await this.#parts.sender.send(flight, inForce, request, secret, check, used);
      const answer = await this.#parts.sender.redact(flight, inForce, incoming);
      this.#parts.sender.recordOutcome(flight, incoming);
      const verification = readVerification(answer, incoming.headers, reading);
      if (!candidate) this.#parts.state.vault.noteStanding(service, secret, standingOf(verification));
      return { ...verification, ...used };
    } catch (error) {
      const { code, message } = this.#parts.refusing.refuse(flight, error);
      const outcome = code === 'credential_rejected' ? 'rejected' : 'unverified';
      return { outcome, why: message, ...used };
    } finally {
      letGo?.();
      this.#parts.flights.end(flight);
    }
  }

  /** See {@link GatewayControl.redeem}. */
  async redeem(service: string, { candidate, ...code }: Redemption): Promise<Redeemed> {
    const letGo = [candidate.value, code.code, code.verifier].map((value) =>
      this.#parts.state.vault.hold(service, value),
    );
    try {
      const inForce =
        candidate.policy === undefined
          ? this.#parts.state.find(service, PERSON.scope)
          : await this.#parts.state.findProposed(service, candidate.policy, this.#parts.parsePolicy);
      this.#parts.state.refuseIfFrozen(service);
      const stored = this.#parts.state.credential(inForce, { candidate });
      return { renewal: await this.#parts.auth.redeem(inForce.service, stored, code, new AbortController().signal) };
    } catch (error) {
      return { refusal: this.#parts.refusing.of(error, service, PERSON) };
    } finally {
      for (const release of letGo) release();
    }
  }
}
