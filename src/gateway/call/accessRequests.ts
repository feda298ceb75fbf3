import { agentName } from '../../core/audit/agentName.ts';
import type { Rate } from '../../core/limits/limitsModel.ts';
import { RequestReading } from '../../core/policy/decide/requestReading.ts';
import { bodyToTry, ruleWanted } from '../../core/policy/learn/narrowestRule.ts';
import { canonicalise } from '../../core/request/canonicalise.ts';
import type { CanonicalRequest } from '../../core/request/parts/requestModel.ts';
import { phrase } from '../../core/text/phrase.ts';
import type { AccessAnswer, AccessRequest } from '../../protocol/messages.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { AccessRequestOutcome, PendingAccessRequest } from '../control/controlPort.ts';
import { ConnectionRate } from '../limits/connectionRate.ts';
import type { RefusalLimit } from '../limits/refusalLimit.ts';
import type { ServiceInForce } from '../policies/policySet.ts';
import { repeatedPrefix } from '../policies/repeatedPrefix.ts';
import type { GatewayState } from '../state/gatewayState.ts';
import { freshId } from '../util/freshId.ts';
import type { CredentialsInCalls } from './credentialsInCalls.ts';
import { auditAgent, type Caller } from './model/callContext.ts';
import { refusals } from './model/refusals.ts';

/** Of one conversation (one proxy connection), waiting or declined: more would be nagging. */
const MAX_OF_ONE = 3;
/** Of all that wait for the user: connections are quickly made anew, and a longer list is read by nobody. */
const MAX_WAITING = 50;
/** Of all: what is kept of declined ones is bounded. */
const MAX_RETAINED = 500;

/** How often one connection may ask, whatever becomes of it. An honest agent asks for a few rules in all. */
const OF_ONE: Rate = { count: 30, per: 'minute' };

interface AccessParts {
  readonly state: GatewayState;
  readonly recorder: Recorder;
  readonly refusalLimit: Pick<RefusalLimit, 'refused'>;
  readonly inCalls: Pick<CredentialsInCalls, 'inQuestion' | 'refuseFor'>;
  readonly notifyUser: (request: PendingAccessRequest) => void;
  readonly now: () => number;
  /** See `TurnBudget`. */
  readonly turn: () => Promise<void>;
}

type Wanted = Pick<CanonicalRequest, 'service' | 'method' | 'path'>;

/** The request that a rule is asked for, and what is known of it. */
interface Asked {
  readonly request: CanonicalRequest;
  readonly reading: RequestReading;
}

interface RetainedRequest {
  readonly id: string;
  readonly connection: string;
  readonly wanted: Wanted;
  readonly declined: boolean;
}

/**
 * The rules that agents asked for. One waits for a service, method and path, whoever asks; one that the user declined
 * stays so for the conversation that asked.
 */
export class AccessRequests {
  readonly #parts: AccessParts;
  readonly #rate: ConnectionRate;
  #kept: readonly RetainedRequest[] = [];

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#rate = new ConnectionRate('request_access', OF_ONE, parts.now);
  }

  /** Counts one. Throws `rate_limited` where that is too many. */
  admit({ connection }: Caller): void {
    this.#rate.admit(connection);
  }

  /**
   * Records that an agent access requests for a rule, and passes the access request on to the user; unless a rule is not what is missing,
   * which the agent is told instead, and the audit log, too. Changes nothing by itself. Throws a refusal when the access request is out of
   * form, and when a credential stands in one that the user would be asked about, or for a call that would pass.
   */
  async request(access: AccessRequest, caller: Caller): Promise<AccessAnswer> {
    const inForce = this.#parts.state.find(access.service, caller.scope);
    const request = requestOf(access, inForce);
    const agent = agentName(caller.agent.name);
    const reading = new RequestReading(request);
    await inForce.decideAhead(request, agent, reading, this.#parts.turn);
    const decision = inForce.decide(request, agent, reading);
    const meant = repeatedPrefix(inForce, request, decision, agent);
    if (meant) throw refusals.repeatedPrefix(access.service, inForce.service.baseUrl, meant);
    const wanted = { service: access.service, method: request.method, path: request.path };
    const event = {
      id: freshId(),
      kind: 'control' as const,
      agent: auditAgent(caller.agent),
      ...wanted,
      reason: access.reason,
    };
    const found = this.#parts.inCalls.inQuestion([wanted, access.reason], caller);
    const needless = this.#needless(wanted, { request, reading }, inForce, caller);
    // As a call: one that would pass is refused for a credential in it, one that is denied is told why that is.
    const passes = decision.verdict !== 'deny';
    if (!needless || passes) this.#parts.inCalls.refuseFor(found, caller, access.service);
    if (needless) {
      const [name] = found;
      const inIt = name === undefined ? {} : { credential: { name, last4: '' } };
      this.#parts.refusalLimit.refused(caller, { ...event, verdict: 'access_not_asked', ...inIt });
      return needless;
    }
    this.#parts.recorder.record({ ...event, verdict: 'request_access' });
    const { id, reason } = event;
    this.#kept = [...this.#kept, { id, connection: caller.connection, wanted, declined: false }].slice(-MAX_RETAINED);
    this.#parts.notifyUser({ id, agent: event.agent.name, ...wanted, reason });
    return {
      recorded: true,
      message: `The user has been asked to allow ${wanted.method} on this path of ${wanted.service}.`,
      nextStep: GO_ON,
    };
  }

  /** What the agent is told where nobody is asked; undefined where the user is. */
  #needless(
    wanted: Wanted,
    asked: Asked,
    inForce: ServiceInForce,
    { agent, connection }: Caller,
  ): AccessAnswer | undefined {
    const what = `${wanted.method} on this path of ${wanted.service}`;
    const needless = withoutRule(what, asked, inForce, agentName(agent.name));
    if (needless) return needless;
    if (this.wasDeclined(wanted, connection)) {
      return notAsked(`The user was asked to allow ${what}, and declined.`, DO_WITHOUT);
    }
    if (this.#kept.some((other) => !other.declined && sameRule(other.wanted, wanted))) {
      return notAsked(`The user has already been asked to allow ${what}, and has not decided yet.`, GO_ON);
    }
    if (this.#kept.filter((other) => other.connection === connection).length >= MAX_OF_ONE) {
      return notAsked(
        `The user has been asked for ${MAX_OF_ONE} rules in this conversation, which is the limit.`,
        GO_ON,
      );
    }
    if (this.#kept.filter(({ declined }) => !declined).length >= MAX_WAITING) {
      return notAsked(`${MAX_WAITING} rules requested by agents wait for the user, which is the limit.`, GO_ON);
    }
    return undefined;
  }

  /** It waits no more. What was granted is in the policies; what was declined is remembered. */
  settle(id: string, outcome: AccessRequestOutcome): void {
    this.#kept = this.#kept.flatMap((kept) => {
      if (kept.id !== id) return [kept];
      return outcome === 'declined' ? [{ ...kept, declined: true }] : [];
    });
  }

  /** Whether the user declined this very rule to the conversation. */
  wasDeclined(wanted: Wanted, connection: string): boolean {
    return this.#kept.some((kept) => kept.declined && kept.connection === connection && sameRule(kept.wanted, wanted));
  }

  /** The conversation is over. What waits goes on waiting: the user may still want it. */
  disconnect(connection: string): void {
    this.#rate.disconnect(connection);
    this.#kept = this.#kept.filter((kept) => !kept.declined || kept.connection !== connection);
  }
}

const GO_ON =
  'Go on with other work, or stop and tell the user what you are waiting for. Call again only after they say so.';
const DO_WITHOUT = 'Do not ask for it again and do not work around it: do without it, or talk to the user.';

/** What is wished for, as a request that a rule can be tried on. */
function requestOf(
  { service: name, method, path }: AccessRequest,
  { service, limits }: ServiceInForce,
): CanonicalRequest {
  const asked = canonicalise({ service: name, method, path }, { ...service, limits });
  if (!asked.ok) throw refusals.invalidRequest(asked.error.message, asked.error.nextStep, name);
  const body = bodyToTry(ruleWanted(asked.value, service.baseUrl.prefix));
  if (body.json === undefined) return asked.value;
  const tried = canonicalise({ service: name, method, path: asked.value.path, ...body }, { ...service, limits });
  if (!tried.ok) throw refusals.invalidRequest(tried.error.message, tried.error.nextStep, name);
  return tried.value;
}

/** What to say where no rule is missing, or none that is added would help; undefined where one would. */
function withoutRule(
  what: string,
  { request, reading }: Asked,
  { service, decide, decideWith }: ServiceInForce,
  agent: string,
): AccessAnswer | undefined {
  const now = decide(request, agent, reading);
  const wanted = ruleWanted(request, service.baseUrl.prefix);
  const tool = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'execute';
  // A rule for a GraphQL endpoint has a say in the document, which a access request does not have.
  const which = wanted.graphql ? `A GraphQL query with ${what}` : what;
  const limit = wanted.graphql
    ? ` For a mutation, call ${tool} with it: the answer says which rule the user has to write.`
    : '';
  if (now.verdict === 'allow') {
    return notAsked(`${which} is already allowed: no rule is missing.`, `Call ${tool} with it.${limit}`);
  }
  if (now.verdict === 'ask') {
    return notAsked(
      `${which} is already allowed, with the user's approval: no rule is missing.`,
      `Call ${tool} with it: the user is then asked in VS Code.${limit}`,
    );
  }
  if (now.awaitsApproval) {
    throw refusals.policyNotApproved(
      service.name,
      phrase`${now.label} allows this, but the user has not approved that yet`,
    );
  }
  const then = decideWith(wanted, request, agent, reading);
  if (then.verdict !== 'deny') return undefined;
  const where = then.rule ? `${then.label}, line ${then.rule.line}` : then.label;
  return notAsked(
    then.rule
      ? `${what} is forbidden by a deny rule, and adding a rule cannot change that. See ${where}.`
      : `${what} is not allowed by ${where}, so a rule in another file would not be enough.`,
    then.byAdministrator
      ? 'Only the administrator of this machine can change that: do without it, or talk to the user.'
      : DO_WITHOUT,
  );
}

function notAsked(message: string, nextStep: string): AccessAnswer {
  return { recorded: false, message, nextStep };
}

function sameRule(one: Wanted, other: Wanted): boolean {
  return one.service === other.service && one.method === other.method && one.path === other.path;
}
