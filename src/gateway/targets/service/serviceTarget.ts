import { agentName } from '../../../core/audit/agentName.ts';
import { RequestReading } from '../../../core/policy/decide/requestReading.ts';
import type { GivenCall } from '../../../core/request/arguments/call.ts';
import { withArgs } from '../../../core/text/phrase.ts';
import type { Answer } from '../../../protocol/messages.ts';
import type { Recorder } from '../../audit/recorder.ts';
import type { CallContext, Caller } from '../../call/model/callContext.ts';
import { RefusalError } from '../../call/model/refusals.ts';
import type { Authorized, Denied, Question, Read, RunOptions, Seen, Target } from '../../call/target.ts';
import type { Cleaner } from '../../cleaning/cleaner.ts';
import type { Incoming } from '../../http/message.ts';
import { ClosedMeanwhileError } from '../../http/transportError.ts';
import type { JointDecision } from '../../policies/policySet.ts';
import type { GatewayState } from '../../state/gatewayState.ts';
import { type Authorizer, seenOf, seenRequest, unreadCall } from './authorizer.ts';
import type { CommandCredentials } from './commands/commandCredentials.ts';
import type { DecidedRequest, ReadyRequest, RequestSender } from './requestSender.ts';
import { shownRequest } from './shownRequest.ts';

/** A request as it stood at one moment. */
interface ReadRequest extends Read, DecidedRequest {
  /** The version of everything that it is decided on. */
  readonly version: number;
  /** What is known of it, whoever decides about it. */
  readonly reading: RequestReading;
}

interface AuthorizedRequest extends Authorized, ReadRequest {}

interface ServiceParts {
  readonly state: GatewayState;
  readonly authorizer: Authorizer;
  readonly sender: RequestSender;
  readonly commands: Pick<CommandCredentials, 'obtain'>;
  readonly cleaner: Cleaner;
  readonly recorder: Pick<Recorder, 'requestHash'>;
}

/** Calls to the services that policies name: HTTP requests, with the credential that the gateway puts in. */
export class ServiceTarget
  implements Target<GivenCall, ReadRequest, AuthorizedRequest, ReadyRequest, Incoming, Answer>
{
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  nameOf({ service }: GivenCall): string {
    return service;
  }

  unread(call: GivenCall, caller: Caller): Seen {
    return unreadCall(call, caller);
  }

  read(given: GivenCall, caller: Caller): ReadRequest | Denied {
    const { state, authorizer } = this.#parts;
    const { version } = state;
    let seen = unreadCall(given, caller);
    try {
      const inForce = state.find(given.service, caller.scope);
      seen = seenOf(inForce, seen);
      const call = authorizer.readCall(given);
      const request = authorizer.canonicalise(call, inForce);
      const reading = new RequestReading(request);
      return { call, inForce, request, version, reading, seen: seenRequest(call, caller, request, seen) };
    } catch (denied) {
      return { seen, denied };
    }
  }

  decideAhead({ inForce, request, reading }: ReadRequest, { agent }: Caller, turn: () => Promise<void>): Promise<void> {
    return inForce.decideAhead(request, agentName(agent.name), reading, turn);
  }

  decide(read: ReadRequest, caller: Caller): AuthorizedRequest | Denied {
    const { state, authorizer } = this.#parts;
    const { call, inForce, request, reading } = read;
    const decided = authorizer.decide(inForce, request, caller, reading);
    const seen = withRule(read.seen, decided.decision);
    try {
      authorizer.refuseIfDenied(inForce, request, decided, caller);
      state.refuseIfFrozen(call.service);
      state.requireCredential(inForce);
      return { ...read, ...this.#verdict(read, decided.decision, caller, seen) };
    } catch (denied) {
      return { seen, denied };
    }
  }

  /** A credential that a command gives is fetched by a program of the user's: not for what no rule allows, nor before a yes. */
  obtain({ inForce }: AuthorizedRequest, signal: AbortSignal): Promise<void> {
    return this.#parts.commands.obtain(inForce, signal);
  }

  prepare(authorized: AuthorizedRequest, { signal }: CallContext): Promise<ReadyRequest> {
    return this.#parts.sender.prepare(authorized, this.#parts.state.credential(authorized.inForce), signal);
  }

  stillHolds(authorized: AuthorizedRequest, caller: Caller): AuthorizedRequest | Denied {
    const { state, authorizer } = this.#parts;
    if (state.version === authorized.version) return authorized;
    const { request, reading } = authorized;
    let { seen } = authorized;
    try {
      const now = authorizer.findAgain(authorized.inForce, caller.scope);
      const decided = authorizer.decide(now, request, caller, reading);
      seen = withRule(seen, decided.decision);
      authorizer.refuseIfDenied(now, request, decided, caller);
      state.requireCredential(now);
      return { ...authorized, ...this.#verdict(authorized, decided.decision, caller, seen) };
    } catch (denied) {
      return { seen, denied };
    }
  }

  intent(ready: ReadyRequest): ReturnType<RequestSender['intent']> {
    return this.#parts.sender.intent(ready);
  }

  run(ready: ReadyRequest, options: RunOptions): Promise<Incoming> {
    return this.#parts.sender.run(ready, options);
  }

  again(ready: ReadyRequest, incoming: Incoming, signal: AbortSignal): Promise<ReadyRequest | undefined> {
    return this.#parts.sender.again(ready, incoming, signal);
  }

  /** A read that no rule asks about, whose connection was most likely closed before it was written. */
  mayResend({ call, verdict }: AuthorizedRequest, error: unknown): boolean {
    const isRead = call.tool === 'read' && verdict === 'allow';
    return isRead && error instanceof RefusalError && error.cause instanceof ClosedMeanwhileError;
  }

  redact(authorized: AuthorizedRequest, incoming: Incoming, context: CallContext): Promise<Answer> {
    return this.#parts.sender.redact(authorized, incoming, context);
  }

  outcome(incoming: Incoming): ReturnType<RequestSender['outcome']> {
    return this.#parts.sender.outcome(incoming);
  }

  /** 401 is a rejection until the next success; other failures say nothing about the credential. */
  settle({ inForce: { service }, stored }: ReadyRequest, { status }: Incoming): void {
    const { vault } = this.#parts.state;
    if (status === 401) vault.noteCondition(service.name, stored, 'rejected');
    else if (status >= 200 && status < 300) vault.noteCondition(service.name, stored, undefined);
  }

  settleRefused(name: string, { refusal: { code }, why, remedy }: RefusalError): void {
    const { vault } = this.#parts.state;
    const shown = why && withArgs(why, (text) => vault.redactor.text(text).text);
    if (code === 'credential_rejected') vault.noteRejected(name, shown, remedy);
    if (code === 'missing_credential' && shown !== undefined) vault.noteMissing(name, shown);
  }

  knownNames(scope: Caller['scope']): readonly string[] {
    return this.#parts.state.policies(scope).serviceNames;
  }

  #verdict(decided: DecidedRequest, decision: JointDecision, caller: Caller, seen: Seen): Authorized {
    const { limits } = decided.inForce;
    const shared = { seen, limits, timeoutMs: limits.timeoutMs };
    if (decision.verdict !== 'ask') return { ...shared, verdict: 'allow' };
    return { ...shared, verdict: 'ask', question: this.#question(decided, decision, caller) };
  }

  #question({ call, inForce, request }: DecidedRequest, decision: JointDecision, { agent }: Caller): Question {
    const { state, recorder, cleaner } = this.#parts;
    const { service } = inForce;
    return {
      hash: () => recorder.requestHash(request, service.baseUrl.origin),
      path: request.path,
      rules: decision.asking.map(({ key }) => key),
      mayRemember: decision.asking.every(({ rule }) => rule.approval === 'remember'),
      credentials: [service.name],
      stillMeant: () => true,
      show: (signal) => cleaner.json(shownRequest(inForce, request, decision, agent, call.reason), state.vault, signal),
      credential: () => ({ name: service.name, last4: state.lastCharacters(inForce) }),
    };
  }
}

function withRule({ record, words }: Seen, { rule }: JointDecision): Seen {
  const { rule: _before, ...rest } = record;
  return { record: rule === undefined ? rest : { ...rest, rule: rule.id }, words };
}
