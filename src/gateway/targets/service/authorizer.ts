import { agentName } from '../../../core/audit/agentName.ts';
import { bodyTypeOf } from '../../../core/policy/decide/bodyType.ts';
import { RequestReading } from '../../../core/policy/decide/requestReading.ts';
import type { Call, GivenCall } from '../../../core/request/arguments/call.ts';
import { readCall } from '../../../core/request/arguments/readCall.ts';
import { canonicalise } from '../../../core/request/canonicalise.ts';
import type { CanonicalRequest, RequestProblem } from '../../../core/request/parts/requestModel.ts';
import type { Result } from '../../../core/result.ts';
import { phrase } from '../../../core/text/phrase.ts';
import { checkPointers } from '../../answer/select.ts';
import type { AccessRequests } from '../../call/accessRequests.ts';
import { type Caller, pathAlone, USER } from '../../call/model/callContext.ts';
import { refusals } from '../../call/model/refusals.ts';
import type { Seen } from '../../call/target.ts';
import { missingRule } from '../../policies/missingRule.ts';
import type { JointDecision, ServiceInForce } from '../../policies/policySet.ts';
import { repeatedPrefix } from '../../policies/repeatedPrefix.ts';
import type { GatewayState } from '../../state/gatewayState.ts';

interface AuthorizerParts {
  readonly state: GatewayState;
  readonly accessRequests: AccessRequests;
}

/** What policy says of a request, and what was read of it for that. */
export interface Decided {
  readonly decision: JointDecision;
  readonly reading: RequestReading;
}

/** Says of a call to a service what request it comes to, and whether policy lets that pass. */
export class Authorizer {
  readonly #parts: AuthorizerParts;

  constructor(parts: AuthorizerParts) {
    this.#parts = parts;
  }

  /** What the agent means by its arguments. Throws `invalid_request` and `request_too_large`. */
  readCall(given: GivenCall): Call {
    return orThrow(readCall(given), given.service);
  }

  /** The request that the call comes to. Throws `invalid_request` and `request_too_large`. */
  canonicalise(call: Call, { service, limits }: ServiceInForce): CanonicalRequest {
    if (call.tool === 'read' && !/^(?:get|head)$/i.test(call.method)) {
      throw refusals.invalidRequest(
        phrase`read takes only the methods GET and HEAD.`,
        phrase`Use execute for any other method.`,
        service.name,
      );
    }
    const pointerProblem = checkPointers(call.select ?? []);
    if (pointerProblem) {
      throw refusals.invalidRequest(phrase`${pointerProblem}.`, phrase`Correct select and call again.`, service.name);
    }
    return orThrow(canonicalise(call, { ...service, limits }), service.name);
  }

  /** What all policies say of the request. */
  decide(
    inForce: ServiceInForce,
    request: CanonicalRequest,
    { agent }: Caller,
    reading = new RequestReading(request),
  ): Decided {
    return { decision: inForce.decide(request, agentName(agent.name), reading), reading };
  }

  /** Throws where some policy denies the request, or its path is not the one that is meant. */
  refuseIfDenied(
    inForce: ServiceInForce,
    request: CanonicalRequest,
    { decision, reading }: Decided,
    caller: Caller,
  ): void {
    const agent = agentName(caller.agent.name);
    const { name, baseUrl } = inForce.service;
    const meant = repeatedPrefix(inForce, request, decision, agent);
    if (meant) throw refusals.repeatedPrefix(name, baseUrl, meant);
    if (decision.verdict !== 'deny') return;
    if (decision.awaitsApproval) {
      throw refusals.policyNotApproved(
        name,
        phrase`${decision.label} allows this, but the user has not approved that yet`,
      );
    }
    const reason = caller === USER ? decision.reason : decision.reasonForAgents;
    const where = decision.rule ? phrase`${decision.label}, line ${decision.rule.line}` : phrase`${decision.label}`;
    if (decision.byAdministrator) throw refusals.deniedByAdministrator(name, reason, where, decision.rule?.id);
    const declined = this.#parts.accessRequests.wasDeclined(request, caller.connection);
    const missing = declined ? 'declined' : missingRule(inForce, request, decision, agent, reading);
    throw refusals.policyDenied(name, reason, where, missing, decision.rule?.id);
  }

  /** What is in force for the same destination by now. Throws when there is none any more. */
  findAgain({ service: { name, baseUrl } }: ServiceInForce, scope: Caller['scope']): ServiceInForce {
    const now = this.#parts.state.find(name, scope);
    if (now.service.baseUrl.origin !== baseUrl.origin || now.service.baseUrl.prefix !== baseUrl.prefix) {
      throw refusals.policyNotApproved(name, phrase`its baseUrl changed while the call waited`);
    }
    return now;
  }
}

function orThrow<T>(result: Result<T, RequestProblem>, service: string): T {
  if (result.ok) return result.value;
  const { code, message, nextStep } = result.error;
  throw code === 'request_too_large'
    ? refusals.requestTooLarge(message, nextStep, service)
    : refusals.invalidRequest(message, nextStep, service);
}

/** What is known of a call that nothing was found out about. Its path is recorded without its query: values are not recorded. */
export function unreadCall({ json: _json, form: _form, text: _text, ...call }: GivenCall, { agent }: Caller): Seen {
  return {
    record: {
      method: call.method || (call.tool === 'read' ? 'GET' : ''),
      path: pathAlone(call.path),
      ...(call.reason ? { reason: call.reason } : {}),
    },
    // Without a body that is no request's, which may be of any size.
    words: [agent, call],
  };
}

/** The same of a call whose service was found. */
export function seenOf({ service: { environment } }: ServiceInForce, { record, words }: Seen): Seen {
  return environment ? { record: { ...record, environment }, words } : { record, words };
}

/**
 * The same of one that comes to a request. Its words are each text that the agent wrote, as it is, and once more where the
 * request puts several together.
 */
export function seenRequest(call: Call, { agent }: Caller, request: CanonicalRequest, { record }: Seen): Seen {
  const bodyType = bodyTypeOf(request);
  // What stands before the path is the policy's.
  const [, search = ''] = request.target.split('?', 2);
  return {
    record: {
      ...record,
      method: request.method,
      path: request.path,
      ...(bodyType === undefined ? {} : { bodyType }),
    },
    words: [agent, call, `${request.path}?${search}`, request.body?.kind === 'form' ? request.body.text : ''],
  };
}
