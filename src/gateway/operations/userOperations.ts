import type { WantedRule } from '../../core/policy/learn/narrowestRule.ts';
import { type Call, MAX_ANSWER_CHARS } from '../../core/request/arguments/call.ts';
import type { VerifyingRequest } from '../../core/services/verifyingRequest.ts';
import { phrase } from '../../core/text/phrase.ts';
import { USER } from '../call/model/callContext.ts';
import type { RefusalError } from '../call/model/refusals.ts';
import type { Pipeline } from '../call/pipeline.ts';
import type { RefusalMapper } from '../call/refusalMapper.ts';
import type {
  Explanation,
  GatewayControl,
  Redeemed,
  Redemption,
  Renewal,
  ToldRefusal,
  Verification,
  VerifyOptions,
} from '../control/controlPort.ts';
import type { ServiceInForce } from '../policies/policySet.ts';
import type { ParsePolicy } from '../policies/policyTexts.ts';
import type { Authenticator } from '../targets/service/renewal/authenticator.ts';
import { type VerificationParts, VerificationTarget } from '../targets/service/verificationTarget.ts';

interface UserOperationsParts extends VerificationParts {
  readonly pipeline: Pipeline;
  readonly mapper: RefusalMapper;
  readonly auth: Authenticator;
  readonly parsePolicy: ParsePolicy;
}

/** What the user does with a request or a credential of their own: no rule is asked, everything else holds. */
export class UserOperations implements Pick<GatewayControl, 'explain' | 'verify' | 'redeem'> {
  readonly #parts: UserOperationsParts;

  constructor(parts: UserOperationsParts) {
    this.#parts = parts;
  }

  /** See {@link GatewayControl.explain}. */
  async explain(call: Call, added?: WantedRule): Promise<Explanation> {
    const { state, authorizer } = this.#parts;
    const shown: { request?: NonNullable<Explanation['request']> } = {};
    try {
      const found = state.find(call.service, USER.scope);
      const inForce = added ? { ...found, decide: found.decideWith.bind(undefined, added) } : found;
      const request = authorizer.canonicalise(call, inForce);
      shown.request = {
        method: request.method,
        url: `${inForce.service.baseUrl.origin}${request.target}`,
        ...(request.body === undefined ? {} : { body: request.body.text }),
      };
      const decided = authorizer.decide(inForce, request, USER);
      authorizer.refuseIfDenied(inForce, request, decided, USER);
      state.refuseIfFrozen(call.service);
      state.requireCredential(inForce);
      const { verdict, reason, label, rule } = decided.decision;
      const asks = verdict === 'ask' ? { asks: true as const } : {};
      return { ...shown, allowed: { reason, file: label, ...(rule ? { line: rule.line } : {}), ...asks } };
    } catch (error) {
      return { ...shown, refusal: this.#refusalOf(error, call.service) };
    }
  }

  /** See {@link GatewayControl.verify}. */
  async verify(
    service: string,
    known: VerifyingRequest | undefined,
    { candidate, signal }: VerifyOptions = {},
  ): Promise<Verification> {
    const wanted: VerifyingRequest | undefined = this.#parts.state.ownVerification(service) ?? known;
    if (!wanted) return { outcome: 'unverified', why: phrase`No request is known that can test the credential.` };
    const { method, path, json, ...reading } = wanted;
    const call: Call = { tool: 'execute', service, method, path, maxChars: MAX_ANSWER_CHARS };
    const discardApprovals = candidate && this.#parts.state.vault.hold(service, candidate.value);
    const used: { renewal?: Renewal } | undefined = candidate && {};
    const refused: { error?: RefusalError } = {};
    const target = new VerificationTarget(this.#parts, {
      find: await this.#finding(service, candidate?.policy),
      isProposed: candidate?.policy !== undefined,
      candidate,
      onUsed: ({ renewal }) => {
        if (used && renewal) used.renewal = renewal;
      },
      onRefused: (error) => {
        refused.error = error;
      },
      reading,
    });
    try {
      const order = { caller: USER, signal };
      const result = await this.#parts.pipeline.call(target, json === undefined ? call : { ...call, json }, order);
      if ('answer' in result) return { ...result.answer, ...used };
      const outcome = result.refusal.code === 'credential_rejected' ? 'rejected' : 'unverified';
      return { outcome, ...(refused.error ? { why: this.#toldOf(refused.error, service).message } : {}), ...used };
    } finally {
      discardApprovals?.();
    }
  }

  /** How to find a service: as it is in force, or as it would be if this text were approved. */
  async #finding(service: string, proposed: string | undefined): Promise<() => ServiceInForce> {
    const { state, parsePolicy } = this.#parts;
    if (proposed === undefined) return () => state.find(service, USER.scope);
    try {
      const inForce = await state.findProposed(service, proposed, parsePolicy);
      return () => inForce;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  /** See {@link GatewayControl.redeem}. */
  async redeem(service: string, { candidate, ...code }: Redemption): Promise<Redeemed> {
    const discardApprovals = [candidate.value, code.code, code.verifier].map((value) =>
      this.#parts.state.vault.hold(service, value),
    );
    try {
      const inForce =
        candidate.policy === undefined
          ? this.#parts.state.find(service, USER.scope)
          : await this.#parts.state.findProposed(service, candidate.policy, this.#parts.parsePolicy);
      this.#parts.state.refuseIfFrozen(service);
      const stored = this.#parts.state.credential(inForce, { candidate });
      return { renewal: await this.#parts.auth.redeem(inForce.service, stored, code, new AbortController().signal) };
    } catch (error) {
      return { refusal: this.#refusalOf(error, service) };
    } finally {
      for (const release of discardApprovals) release();
    }
  }

  /** What to say of an error before anything was sent, where there is nothing to record. */
  #refusalOf(error: unknown, name: string): ToldRefusal {
    return this.#toldOf(this.#parts.mapper.map(error, { name, sent: 'no' }), name);
  }

  #toldOf({ told }: RefusalError, name: string): ToldRefusal {
    return this.#parts.mapper.clean(told, name, this.#parts.state.policies(USER.scope).serviceNames);
  }
}
