import { RequestReading } from '../../../core/policy/decide/requestReading.ts';
import { canonicalise } from '../../../core/request/canonicalise.ts';
import type { CanonicalRequest } from '../../../core/request/parts/requestModel.ts';
import type { AccessRequests } from '../../accessRequests.ts';
import type { Agents } from '../../agents.ts';
import { checkPointers } from '../../answer/select.ts';
import type { Approver } from '../../call/approvals.ts';
import { type Caller, type Flight, PERSON } from '../../call/callContext.ts';
import { refusals } from '../../call/refusals.ts';
import type { GatewayState } from '../../gatewayState.ts';
import type { AskingRule, JointDecision, ServiceInForce } from '../../policySet.ts';
import { missingRule } from './missingRule.ts';

/** A call as it stands at one moment: what it is, and what is in force for it. */
export interface Prepared {
  readonly inForce: ServiceInForce;
  readonly request: CanonicalRequest;
  /** The version of everything that it was decided on. */
  readonly version: number;
}

/** The same, and what policy says of it. */
export interface Judged extends Prepared {
  readonly decision: JointDecision;
}

interface JudgeParts {
  readonly state: GatewayState;
  readonly agents: Agents;
  readonly accessRequests: AccessRequests;
  readonly approver: Approver | undefined;
}

/** Says of a call what request it comes to and whether it may pass; and at the moment of sending, whether it still may. */
export class Judge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  /** What is in force for the call, the request that it comes to, and what policy says of that. Throws when it is refused. */
  judge(flight: Flight): Judged {
    return this.decideOn(flight, this.prepare(flight));
  }

  /** The first half of {@link judge}; each takes some milliseconds for a large body. */
  prepare(flight: Flight): Prepared {
    this.admit(flight.caller);
    const { version } = this.#parts.state;
    const inForce = this.#parts.state.find(flight.call.service, flight.caller.scope);
    return { inForce, request: this.canonicalise(flight, inForce), version };
  }

  /** The second half. Whatever changed between the two is noticed by {@link checkAgain}. */
  decideOn(flight: Flight, prepared: Prepared): Judged {
    const { inForce, request } = prepared;
    const decision = this.decide(flight, inForce, request);
    this.#parts.state.refuseIfFrozen(flight.call.service);
    this.#parts.state.requireCredential(inForce);
    return { ...prepared, decision };
  }

  /** The person in VS Code needs nobody's leave. */
  admit(caller: Caller): void {
    if (caller !== PERSON) this.#parts.agents.admit(caller.agent);
  }

  /** The request that the call comes to. Throws `invalid_request` and `request_too_large`. */
  canonicalise(flight: Flight, { service, limits }: ServiceInForce): CanonicalRequest {
    const { call } = flight;
    flight.environment = service.environment;
    if (call.tool === 'read' && call.method !== 'GET' && call.method !== 'HEAD') {
      throw refusals.invalidRequest('read takes only GET and HEAD.', 'Use execute for any other method.', service.name);
    }
    const pointerProblem = checkPointers(call.select ?? []);
    if (pointerProblem) {
      throw refusals.invalidRequest(`${pointerProblem}.`, 'Correct select and call again.', service.name);
    }
    const result = canonicalise(call, { ...service, limits });
    if (!result.ok) {
      const { code, message, nextStep } = result.error;
      throw code === 'request_too_large'
        ? refusals.requestTooLarge(message, nextStep, service.name)
        : refusals.invalidRequest(message, nextStep, service.name);
    }
    flight.request = result.value;
    return result.value;
  }

  /** Throws unless every policy allows the request, or some ask a person and the others allow it. */
  decide(flight: Flight, inForce: ServiceInForce, request: CanonicalRequest): JointDecision {
    const reading = new RequestReading(request);
    const decision = inForce.decide(request, flight.agentName, reading);
    flight.rule = decision.rule?.id;
    const { name } = inForce.service;
    if (decision.verdict === 'deny' && decision.awaitsApproval) {
      throw refusals.policyNotApproved(name, `${decision.label} allows this, but nobody has approved that yet`);
    }
    if (decision.verdict === 'deny') {
      const reason = flight.caller === PERSON ? decision.reason : decision.told;
      const where = decision.rule ? `${decision.label}, line ${decision.rule.line}` : decision.label;
      if (decision.byAdministrator) {
        throw refusals.deniedByAdministrator(name, reason, where, decision.rule?.id);
      }
      const declined = this.#parts.accessRequests.wasDeclined(request, flight.caller.connection);
      const missing = declined ? 'declined' : missingRule(inForce, request, decision, flight.agentName, reading);
      throw refusals.policyDenied(name, reason, where, missing, decision.rule?.id);
    }
    if (flight.verdict !== 'verify') flight.verdict = decision.verdict;
    return decision;
  }

  /** At the moment of sending: whatever changed since the decision is judged once more. */
  checkAgain(flight: Flight, { inForce, request, version }: Judged): void {
    this.#parts.state.refuseIfFrozen(inForce.service.name);
    this.admit(flight.caller);
    flight.throwIfInterrupted();
    if (this.#parts.state.version === version) return;
    const now = this.findAgain(flight, inForce);
    const { verdict, asking } = this.decide(flight, now, request);
    if (verdict === 'ask' && !this.allowsUnasked(flight) && !sameQuestion(asking, flight.approved ?? [])) {
      throw refusals.approvalOutdated(inForce.service.name);
    }
    this.#parts.state.requireCredential(now);
  }

  /** What is in force for the same destination by now. Throws when there is none any more. */
  findAgain(flight: Flight, { service: { name, baseUrl } }: ServiceInForce): ServiceInForce {
    const now = this.#parts.state.find(name, flight.caller.scope);
    if (now.service.baseUrl.origin !== baseUrl.origin || now.service.baseUrl.prefix !== baseUrl.prefix) {
      throw refusals.policyNotApproved(name, 'its baseUrl changed while the call waited');
    }
    return now;
  }

  /** A person who sends a request of their own has seen it and said yes already. */
  allowsUnasked({ caller }: Flight): boolean {
    return caller === PERSON || this.#parts.approver === 'all';
  }
}

/** Whether the same rules ask, in whatever order. */
export function sameQuestion(one: readonly AskingRule[], other: readonly AskingRule[]): boolean {
  return one.length === other.length && one.every(({ key }) => other.some((rule) => rule.key === key));
}
