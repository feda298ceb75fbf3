import { agentName } from '../core/audit/agentName.ts';
import type { PolicyAuthor, PolicyDocument } from '../core/policy/model.ts';
import { yamlText } from '../core/policy/print.ts';
import { canonicalise } from '../core/request/canonicalise.ts';
import type { CanonicalRequest } from '../core/request/model.ts';
import { literalPattern } from '../core/request/path.ts';
import type { Secret } from '../core/secret.ts';
import type { AccessAnswer, AccessRequest, Answer, Call, Refusal, ServiceList } from '../protocol/messages.ts';
import { AccessRequests } from './accessRequests.ts';
import { Agents } from './agents.ts';
import { type AnswerContext, buildAnswer, MOST_MAX_CHARS } from './answer/answer.ts';
import { Decompressor, TooLargeError } from './answer/decode.ts';
import { checkPointers } from './answer/select.ts';
import { Turns } from './answer/turns.ts';
import { answerEvent, type ShownRequest, shownRequest } from './approvalQuestion.ts';
import { APPROVAL_TIMES, type ApprovalSubject, Approvals, type ApprovalTimes } from './approvals.ts';
import { AuditWriteError } from './audit/auditLog.ts';
import { freshId, Recorder } from './audit/recorder.ts';
import { type Caller, Flight, Interruption } from './flight.ts';
import { GatewayState, type ParsePolicy } from './gatewayState.ts';
import type { Incoming } from './http/message.ts';
import { type Resolve, Transport } from './http/transport.ts';
import { TransportError } from './http/transportError.ts';
import type { Injected } from './inject/injected.ts';
import { Limiter, type Place } from './limiter.ts';
import { listServices } from './listServices.ts';
import type {
  AgentAdmission,
  ApprovalAnswer,
  AuditHead,
  ControlEvent,
  CredentialSet,
  Explanation,
  FreezeState,
  GatewayControl,
  GatewayEvents,
  GatewayStatus,
  NetworkSettings,
  Performed,
  PolicyFile,
  Redeemed,
  Redemption,
  Renewal,
  ServerPins,
  Verification,
  VerifyingRequest,
  VerifyOptions,
  WindowInfo,
  WishOutcome,
} from './parent.ts';
import type { AskingRule, JointDecision, ServiceInForce } from './policySet.ts';
import { RefusalError, refusals } from './refusals.ts';
import { Authenticator, type Presented } from './renewal/authenticator.ts';
import { ownProcessTree } from './servers/processTree.ts';
import { WrappedServers } from './servers/wrappedServers.ts';
import { readVerification, standingOf } from './verification.ts';

export interface GatewayOptions {
  readonly gatewayId: string;
  readonly runtimeDir: string;
  readonly auditDir: string;
  /** Hex; see {@link Recorder}. */
  readonly requestHashKey: string;
  readonly events: GatewayEvents;
  readonly parsePolicy: (text: string, author: PolicyAuthor) => Promise<PolicyDocument>;
  readonly resolve?: Resolve;
  readonly now?: () => number;
  /** Default: `person`. */
  readonly approver?: Approver;
  /** How long questions to a person last; for tests. */
  readonly approvalTimes?: ApprovalTimes;
}

/** Who answers where policy asks: a person through the parent, or everything is allowed or denied without a question. */
export type Approver = 'person' | 'all' | 'none';

/** The person in VS Code, who meets this window's policies as its agents do, and whose word a question would ask for. */
const PERSON: Caller = { agent: { name: 'person' }, scope: 'window', connection: 'person' };

/** A call as it stands at one moment: what it is, and what is in force for it. */
interface Judged {
  readonly inForce: ServiceInForce;
  readonly request: CanonicalRequest;
  readonly decision: JointDecision;
  /** The version of everything that it was decided on. */
  readonly version: number;
}

/**
 * Decides, injects, sends, redacts and records: the only code that puts a credential on the wire. {@link Gateway.call}
 * is the way of one request, in the order of the picture in ARCHITECTURE.md.
 */
export class Gateway implements GatewayControl {
  readonly #options: GatewayOptions;
  readonly #now: () => number;
  readonly #state: GatewayState;
  readonly #recorder: Recorder;
  readonly #limiter: Limiter;
  readonly #transport: Transport;
  readonly #decompressor = new Decompressor();
  readonly #turns = new Turns();
  readonly #auth: Authenticator;
  /** Who is connected; the socket side tells it. */
  readonly agents: Agents;
  readonly #flights = new Set<Flight>();
  readonly #approvals: Approvals;
  readonly #accessRequests: AccessRequests;
  readonly #approvalTimes: ApprovalTimes;
  /** The MCP servers of others that this gateway runs. */
  readonly wrapped: WrappedServers;
  #proxies: () => number = () => 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#state = new GatewayState(this.#now);
    this.#limiter = new Limiter(this.#now);
    this.#transport = new Transport(options.resolve);
    this.agents = new Agents({ tell: options.events.onAgents, now: this.#now });
    this.#recorder = new Recorder({
      gatewayId: options.gatewayId,
      directory: options.auditDir,
      requestHashKey: options.requestHashKey,
      events: options.events,
      now: this.#now,
      redactor: () => this.#state.vault.redactor,
    });
    this.#auth = new Authenticator({
      vault: this.#state.vault,
      transport: this.#transport,
      recorder: this.#recorder,
      keeper: options.events.keeper,
      now: this.#now,
      refuseIfFrozen: (service) => this.#state.refuseIfFrozen(service),
      log: (level, message) => this.log(level, message),
    });
    this.#accessRequests = new AccessRequests(this.#state, this.#recorder, (wish) => options.events.onAccessWish(wish));
    this.#approvalTimes = options.approvalTimes ?? APPROVAL_TIMES;
    this.#approvals = new Approvals({
      times: this.#approvalTimes,
      now: this.#now,
      freshId,
      ask: (question) => options.events.onApproval(question),
      gone: (id, why) => options.events.onApprovalGone(id, why),
      record: (question, path, answer) => this.#recorder.record(answerEvent(question, path, answer)),
    });
    this.wrapped = new WrappedServers({
      state: this.#state,
      recorder: this.#recorder,
      limiter: this.#limiter,
      turns: this.#turns,
      dispatcher: (network) => this.#transport.dispatcher(network),
      onToolsSeen: (seen) => options.events.onToolsSeen(seen),
      approvals: () => this.#approvals,
      approver: options.approver,
      approvalWaitMs: this.#approvalTimes.waitMs,
      agents: this.agents,
      tree: ownProcessTree(),
      now: this.#now,
    });
  }

  // ── The way of one request ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Performs one call for an agent. Always resolves: with the API's answer or with a refusal of the closed list.
   * `onWaiting` is told when the call begins to wait for a person.
   */
  async call(
    call: Call,
    caller: Caller,
    signal?: AbortSignal,
    onWaiting: () => void = () => undefined,
  ): Promise<{ answer: Answer } | { refusal: Refusal }> {
    const flight = this.#take(call, caller, signal);
    let place: Place | undefined;
    try {
      let judged = this.#judge(flight);
      place = await this.#enterLimits(flight, judged.inForce);
      while (!this.#approved(flight, judged)) {
        place.giveBack(); // who waits for a person is in nobody's way, and counts against no limit
        await this.#waitForPerson(flight, judged, onWaiting);
        judged = this.#judge(flight); // much may have changed meanwhile
        place = await this.#enterLimits(flight, judged.inForce);
      }
      const { inForce, request } = judged;
      const checkAgain = (): void => this.#checkAgain(flight, judged);
      const { timeoutMs } = inForce.limits;
      flight.interruptAfter(timeoutMs, (sent) => refusals.timeout(call.service, timeoutMs, sent));
      checkAgain();
      const secret = this.#state.credential(inForce);
      const incoming = await this.#authenticateAndSend(flight, inForce, request, secret, checkAgain);
      const answer = await this.#redact(flight, inForce, incoming);
      flight.throwIfInterrupted(); // a freeze while the answer was decoded
      this.#recordOutcome(flight, incoming);
      this.#noteStanding(call.service, secret, incoming.status);
      return { answer };
    } catch (error) {
      return { refusal: this.#clean(this.#refuse(flight, error)) };
    } finally {
      place?.leave();
      flight.end();
      this.#flights.delete(flight);
    }
  }

  #take(call: Call, caller: Caller, signal: AbortSignal | undefined, verdict?: 'verify'): Flight {
    const flight = new Flight(call, caller, this.#now(), verdict);
    const cancel = (): void => flight.interrupt((sent) => refusals.cancelled(call.service, sent));
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    this.#flights.add(flight);
    return flight;
  }

  /** The person in VS Code needs nobody's leave. */
  #admit(caller: Caller): void {
    if (caller !== PERSON) this.agents.admit(caller.agent);
  }

  /** What is in force for the call, the request that it comes to, and what policy says of that. Throws when it is refused. */
  #judge(flight: Flight): Judged {
    this.#admit(flight.caller);
    const inForce = this.#state.find(flight.call.service, flight.caller.scope);
    const request = this.#canonicalise(flight, inForce);
    const decision = this.#decide(flight, inForce, request);
    this.#state.refuseIfFrozen(flight.call.service);
    this.#state.credential(inForce);
    return { inForce, request, decision, version: this.#state.version };
  }

  #canonicalise(flight: Flight, { service, limits }: ServiceInForce): CanonicalRequest {
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
  #decide(flight: Flight, inForce: ServiceInForce, request: CanonicalRequest): JointDecision {
    const decision = inForce.decide(request, flight.agentName);
    flight.rule = decision.rule?.id;
    const { name } = inForce.service;
    if (decision.verdict === 'deny' && decision.awaitsApproval) {
      throw refusals.policyNotApproved(name, `${decision.label} allows this, but nobody has approved that yet`);
    }
    if (decision.verdict === 'deny') {
      const where = decision.rule ? `${decision.label}, line ${decision.rule.line}` : decision.label;
      if (decision.byAdministrator) {
        throw refusals.deniedByAdministrator(name, decision.reason, where, decision.rule?.id);
      }
      const declined = this.#accessRequests.wasDeclined(request, flight.caller.connection);
      const narrowest = declined ? undefined : narrowestRuleText(request);
      throw refusals.policyDenied(name, decision.reason, where, narrowest, decision.rule?.id);
    }
    if (flight.verdict !== 'verify') flight.verdict = decision.verdict;
    return decision;
  }

  async #enterLimits(flight: Flight, { service, limits }: ServiceInForce): Promise<Place> {
    const agent = agentName(flight.caller.agent.name);
    const entry = await this.#limiter.enter(service.name, limits, agent, flight.signal);
    if (entry.entered) return entry.place;
    flight.throwIfInterrupted();
    if (entry.why === 'busy') throw refusals.tooBusy(service.name, limits.concurrent);
    const rate = limits.requests;
    const retryAfterMs = entry.why === 'rate' ? entry.retryAfterMs : 0;
    throw refusals.rateLimited(service.name, rate ? `${rate.count} a ${rate.per}` : 'requests', retryAfterMs);
  }

  /** Whether the call needs nobody's word, or has it. An *Allow Once* is spent by this. */
  #approved(flight: Flight, judged: Judged): boolean {
    const { decision, inForce } = judged;
    if (decision.verdict === 'ask' && !this.#allowsUnasked(flight)) {
      if (this.#options.approver === 'none') {
        throw refusals.approvalDenied(inForce.service.name, 'The policy asks a person, and nobody can be asked here');
      }
      if (!this.#approvals.take(this.#subject(flight, judged))) return false;
    }
    flight.approved = decision.asking;
    return true;
  }

  /** A person who sends a request of their own has seen it and said yes already. */
  #allowsUnasked({ caller }: Flight): boolean {
    return caller === PERSON || this.#options.approver === 'all';
  }

  /** Waits until a person has answered, or something changed that the question rested on. Throws a refusal otherwise. */
  async #waitForPerson(flight: Flight, judged: Judged, onWaiting: () => void): Promise<void> {
    onWaiting();
    const deadline = flight.startedAt + this.#approvalTimes.waitMs;
    await this.#approvals.wait(this.#subject(flight, judged), deadline, flight.signal);
    flight.throwIfInterrupted();
  }

  #subject(flight: Flight, judged: Judged): ApprovalSubject {
    const { inForce, request, decision } = judged;
    const { service } = inForce;
    const credentialGeneration = this.#state.vault.generation(service.name);
    return {
      connection: flight.caller.connection,
      service: service.name,
      credentialGeneration,
      requestHash: this.#recorder.requestHash(request, service.baseUrl.origin),
      policyVersion: this.#state.policyVersion,
      rules: decision.asking.map(({ key }) => key),
      mayRemember: decision.asking.every(({ rule }) => rule.approval === 'remember'),
      stands: () =>
        this.#state.vault.generation(service.name) === credentialGeneration && this.#asksTheSame(flight, judged),
      frozen: () => this.#state.isFrozen(service.name) || this.agents.isFrozen(flight.caller.agent),
      path: request.path,
      question: () => this.#question(flight, judged),
    };
  }

  /** Whether the call, judged anew, comes to the same request, about which the same rules ask. */
  #asksTheSame({ call, caller }: Flight, { inForce, request, decision }: Judged): boolean {
    try {
      const now = this.#judge(new Flight(call, caller, this.#now()));
      const { origin } = inForce.service.baseUrl;
      return (
        now.inForce.service.baseUrl.origin === origin &&
        this.#recorder.requestHash(now.request, origin) === this.#recorder.requestHash(request, origin) &&
        sameQuestion(now.decision.asking, decision.asking)
      );
    } catch (error) {
      if (error instanceof RefusalError) return false;
      throw error;
    }
  }

  /** What a person is shown. A known credential in it is taken out: it is on their screen. */
  #question({ caller, call }: Flight, { inForce, request, decision }: Judged): ReturnType<ApprovalSubject['question']> {
    const shown = shownRequest(inForce, request, decision, caller.agent, call.reason);
    const clean = this.#state.vault.redactor.json(shown).value as ShownRequest;
    const { last4 } = this.#state.credential(inForce);
    return { ...clean, credential: { name: inForce.service.name, last4 } };
  }

  /** At the moment of sending: whatever changed since the decision is judged once more. */
  #checkAgain(flight: Flight, { inForce, request, version }: Judged): void {
    this.#state.refuseIfFrozen(inForce.service.name);
    this.#admit(flight.caller);
    flight.throwIfInterrupted();
    if (this.#state.version === version) return;
    const now = this.#findAgain(flight, inForce);
    const { verdict, asking } = this.#decide(flight, now, request);
    if (verdict === 'ask' && !this.#allowsUnasked(flight) && !sameQuestion(asking, flight.approved ?? [])) {
      throw refusals.approvalOutdated(inForce.service.name);
    }
    this.#state.credential(now);
  }

  #findAgain(flight: Flight, { service: { name, baseUrl } }: ServiceInForce): ServiceInForce {
    const now = this.#state.find(name, flight.caller.scope);
    if (now.service.baseUrl.origin !== baseUrl.origin || now.service.baseUrl.prefix !== baseUrl.prefix) {
      throw refusals.policyNotApproved(name, 'its baseUrl changed while the call waited');
    }
    return now;
  }

  /**
   * Sends the request with the credential or a token minted with it; and once more where the token was refused, was
   * renewed, and repeating does no harm. `candidate` takes what is left of one that was used up.
   */
  async #authenticateAndSend(
    flight: Flight,
    inForce: ServiceInForce,
    request: CanonicalRequest,
    stored: Secret,
    checkAgain: () => void,
    candidate?: { renewal?: Renewal },
  ): Promise<Incoming> {
    const { service } = inForce;
    let presented: Presented | undefined = await this.#auth.present(
      service,
      stored,
      flight.signal,
      candidate !== undefined,
    );
    if (candidate && presented.renewal) candidate.renewal = presented.renewal;
    for (let again = false; ; again = true) {
      checkAgain();
      const injected = await this.#auth.inject(service, request, presented);
      this.#recordIntent(flight, inForce, request, stored);
      const incoming = await this.#send(flight, inForce, request, injected, checkAgain);
      const sent = { stored, presented, again };
      if (candidate) return incoming;
      presented = await this.#auth.afterAnswer(service, request, sent, incoming, flight.signal);
      if (presented === undefined) return incoming;
      this.#recordOutcome(flight, incoming);
    }
  }

  #recordIntent(flight: Flight, { service }: ServiceInForce, request: CanonicalRequest, secret: Secret): void {
    flight.credential = { name: service.name, last4: secret.last4 };
    this.#recorder.record({
      ...flight.event(),
      kind: 'intent',
      verdict: flight.verdict,
      requestHash: this.#recorder.requestHash(request, service.baseUrl.origin),
    });
    flight.intended = true;
  }

  async #send(
    flight: Flight,
    inForce: ServiceInForce,
    request: CanonicalRequest,
    { target, headers }: Injected,
    checkAgain: () => void,
  ): Promise<Incoming> {
    const { service, limits } = inForce;
    const { baseUrl, network } = service;
    try {
      const incoming = await this.#transport.send(
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

  async #redact(flight: Flight, { service, limits, decide }: ServiceInForce, incoming: Incoming): Promise<Answer> {
    try {
      const context: AnswerContext = {
        call: flight.call,
        baseUrl: service.baseUrl,
        auth: service.auth,
        redactor: this.#state.vault.redactor,
        decompressor: this.#decompressor,
        maxBytes: limits.responseBytes,
        durationMs: this.#now() - flight.startedAt,
        wouldAllow: (path) => {
          const result = canonicalise({ service: service.name, method: 'GET', path }, { ...service, limits });
          return result.ok && decide(result.value, flight.agentName).verdict === 'allow';
        },
      };
      return await this.#turns.take(incoming.body.length, () => buildAnswer(incoming, context));
    } catch (error) {
      if (error instanceof TooLargeError) throw refusals.responseTooLarge(service.name, error.message);
      throw error;
    }
  }

  #recordOutcome(flight: Flight, incoming: Incoming): void {
    // The API has acted already: the agent gets its answer, and a gap shows in the log and as an intent on its own.
    this.#recorder.recordOrLog({
      ...flight.event(),
      kind: 'outcome',
      verdict: flight.verdict,
      status: incoming.status,
      durationMs: this.#now() - flight.startedAt,
      bytes: incoming.body.length,
    });
  }

  /** 401 is a rejection until the next success; other failures say nothing about the credential. */
  #noteStanding(service: string, secret: Secret, status: number): void {
    if (status === 401) this.#state.vault.noteStanding(service, secret, 'rejected');
    else if (status >= 200 && status < 300) this.#state.vault.noteStanding(service, secret, undefined);
  }

  /** Turns whatever ended a call early into a refusal, and records it. */
  #refuse(flight: Flight, error: unknown): Refusal {
    const { service } = flight.call;
    const { refusal } = this.#asRefusal(error, service, flight.sent);
    if (refusal.code === 'credential_rejected' && flight.verdict !== 'verify') this.#state.vault.noteRejected(service);
    if (error instanceof AuditWriteError) return refusal; // there is nowhere to record it
    this.#recorder.recordOrLog({
      ...flight.event(),
      kind: flight.intended ? 'outcome' : 'denied',
      verdict: flight.intended || refusal.code === 'approval_pending' ? flight.verdict : 'deny',
      code: refusal.code,
      ...(refusal.rule === undefined ? {} : { rule: refusal.rule }),
      durationMs: this.#now() - flight.startedAt,
    });
    return refusal;
  }

  #asRefusal(error: unknown, service: string, sent: Flight['sent']): RefusalError {
    if (error instanceof RefusalError) return error;
    if (error instanceof Interruption) return error.refuse(sent);
    if (error instanceof AuditWriteError) {
      this.log('error', `${error.message}: ${String(error.cause)}`);
      return refusals.auditUnavailable(service, sent);
    }
    this.log('error', String(error instanceof Error ? error.stack : error));
    return refusals.internal(service, sent, error);
  }

  /** A refusal quotes what it refuses, which may be a credential that the agent found elsewhere. */
  #clean(refusal: Refusal): Refusal {
    return this.#state.vault.redactor.json(refusal).value as Refusal;
  }

  // ── The other things that an agent can ask ──────────────────────────────────────────────────────────────────────

  listServices(caller: Caller, service?: string): { answer: ServiceList } | { refusal: Refusal } {
    const { scope } = caller;
    try {
      this.#admit(caller);
      this.#state.refuseUntilInformed(service);
      const policies = this.#state.policies(scope);
      if (service !== undefined && !policies.serviceNames.includes(service)) {
        throw refusals.unknownService(service, policies.serviceNames);
      }
      return { answer: listServices(policies, (name) => this.#state.status(name, scope), service) };
    } catch (error) {
      return { refusal: this.#clean(this.#asRefusal(error, service ?? '', 'no').refusal) };
    }
  }

  requestAccess(access: AccessRequest, caller: Caller): { answer: AccessAnswer } | { refusal: Refusal } {
    try {
      this.#admit(caller);
      return { answer: this.#accessRequests.request(access, caller) };
    } catch (error) {
      return { refusal: this.#clean(this.#asRefusal(error, access.service, 'no').refusal) };
    }
  }

  // ── What a person does ──────────────────────────────────────────────────────────────────────────────────────────

  perform(call: Call, signal?: AbortSignal): Promise<Performed> {
    return this.call(call, PERSON, signal);
  }

  async explain(call: Call): Promise<Explanation> {
    const flight = new Flight(call, PERSON, this.#now());
    const shown: { request?: NonNullable<Explanation['request']> } = {};
    try {
      const inForce = this.#state.find(call.service, PERSON.scope);
      const request = this.#canonicalise(flight, inForce);
      shown.request = {
        method: request.method,
        url: `${inForce.service.baseUrl.origin}${request.target}`,
        ...(request.body === undefined ? {} : { body: request.body.text }),
      };
      const { verdict, reason, label, rule } = this.#decide(flight, inForce, request);
      this.#state.refuseIfFrozen(call.service);
      this.#state.credential(inForce);
      const asks = verdict === 'ask' ? { asks: true as const } : {};
      return { ...shown, allowed: { reason, file: label, ...(rule ? { line: rule.line } : {}), ...asks } };
    } catch (error) {
      return { ...shown, refusal: this.#clean(this.#asRefusal(error, call.service, 'no').refusal) };
    }
  }

  async verify(
    service: string,
    known: VerifyingRequest | undefined,
    { candidate, signal }: VerifyOptions = {},
  ): Promise<Verification> {
    const wanted: VerifyingRequest | undefined = this.#state.ownVerification(service) ?? known;
    if (!wanted) return { outcome: 'unverified', why: 'No request is known that would prove the credential.' };
    const { method, path, json, ...reading } = wanted;
    const call: Call = { tool: 'execute', service, method, path, maxChars: MOST_MAX_CHARS };
    const flight = this.#take(json === undefined ? call : { ...call, json }, PERSON, signal, 'verify');
    const letGo = candidate && this.#state.vault.hold(service, candidate.value);
    const used: { renewal?: Renewal } | undefined = candidate && {};
    try {
      const proposed = candidate?.policy;
      const inForce =
        proposed === undefined
          ? this.#state.find(service, PERSON.scope)
          : await this.#state.findProposed(service, proposed, this.#parsePolicy);
      const request = this.#canonicalise(flight, inForce);
      const check = (): Secret => {
        this.#state.refuseIfFrozen(service);
        flight.throwIfInterrupted();
        const now = proposed === undefined ? this.#findAgain(flight, inForce) : inForce;
        return this.#state.credential(now, { candidate, evenExpired: true });
      };
      const { timeoutMs } = inForce.limits;
      flight.interruptAfter(timeoutMs, (sent) => refusals.timeout(service, timeoutMs, sent));
      const secret = check();
      const incoming = await this.#authenticateAndSend(flight, inForce, request, secret, check, used);
      const answer = await this.#redact(flight, inForce, incoming);
      this.#recordOutcome(flight, incoming);
      const verification = readVerification(answer, incoming.headers, reading);
      if (!candidate) this.#state.vault.noteStanding(service, secret, standingOf(verification));
      return { ...verification, ...used };
    } catch (error) {
      const { code, message } = this.#clean(this.#refuse(flight, error));
      const outcome = code === 'credential_rejected' ? 'rejected' : 'unverified';
      return { outcome, why: message, ...used };
    } finally {
      letGo?.();
      flight.end();
      this.#flights.delete(flight);
    }
  }

  async redeem(service: string, { candidate, ...code }: Redemption): Promise<Redeemed> {
    const letGo = [candidate.value, code.code, code.verifier].map((value) => this.#state.vault.hold(service, value));
    try {
      const inForce =
        candidate.policy === undefined
          ? this.#state.find(service, PERSON.scope)
          : await this.#state.findProposed(service, candidate.policy, this.#parsePolicy);
      this.#state.refuseIfFrozen(service);
      const stored = this.#state.credential(inForce, { candidate });
      return { renewal: await this.#auth.redeem(inForce.service, stored, code, new AbortController().signal) };
    } catch (error) {
      return { refusal: this.#clean(this.#asRefusal(error, service, 'no').refusal) };
    } finally {
      for (const release of letGo) release();
    }
  }

  // ── What the parent orders ──────────────────────────────────────────────────────────────────────────────────────

  async setPolicies(files: readonly PolicyFile[]): Promise<void> {
    await this.#state.setPolicies(files, this.#parsePolicy);
    this.#approvals.recheck();
    this.wrapped.refresh();
  }

  async setToolPins(pins: readonly ServerPins[]): Promise<void> {
    this.wrapped.setPins(pins);
  }

  readonly #parsePolicy: ParsePolicy = async (text, author) => {
    try {
      return await this.#options.parsePolicy(text, author);
    } catch (error) {
      this.log('warn', String(error));
      return { text, problems: [] };
    }
  };

  async setCredentials(set: CredentialSet): Promise<void> {
    const removed = this.#state.setCredentials(set);
    for (const flight of this.#flights) {
      const { service } = flight.call;
      if (removed.includes(service)) flight.interrupt((sent) => refusals.revoked(service, sent));
    }
    this.#auth.interrupt(
      (name) => removed.includes(name),
      (name) => refusals.revoked(name, 'no'),
    );
    this.#approvals.recheck();
    this.wrapped.refresh(removed);
  }

  async setFreeze(state: FreezeState): Promise<void> {
    this.#state.setFreeze(state);
    this.#approvals.freeze();
    for (const flight of this.#flights) {
      const { service } = flight.call;
      if (this.#state.isFrozen(service)) flight.interrupt((sent) => refusals.frozen(service, state.all, sent));
    }
    this.#auth.interrupt(
      (name) => this.#state.isFrozen(name),
      (name) => refusals.frozen(name, state.all, 'no'),
    );
    this.wrapped.refresh();
  }

  async setAgents(admission: AgentAdmission): Promise<void> {
    this.agents.setAdmission(admission);
    this.#approvals.freeze();
    for (const flight of this.#flights) {
      if (flight.caller !== PERSON && this.agents.isFrozen(flight.caller.agent)) {
        flight.interrupt((sent) => refusals.agentFrozen(sent));
      }
    }
    this.wrapped.interruptFrozenAgents();
  }

  async disconnectAgents(ids: readonly string[]): Promise<void> {
    this.agents.disconnect(ids);
  }

  async setWindow(window: WindowInfo): Promise<void> {
    this.#state.setTrusted(window.trusted);
    this.#approvals.recheck();
    this.wrapped.refresh();
  }

  async answerApproval(id: string, requestHash: string, answer: ApprovalAnswer): Promise<boolean> {
    return this.#approvals.answer(id, requestHash, answer);
  }

  async settleAccessWish(id: string, outcome: WishOutcome): Promise<void> {
    this.#accessRequests.settle(id, outcome);
  }

  /** A proxy went away: what it waited for, and what it was allowed, goes with it. */
  disconnect(connection: string): void {
    this.#approvals.disconnect(connection);
    this.#accessRequests.disconnect(connection);
  }

  async setNetwork(network: NetworkSettings): Promise<void> {
    this.#transport.configure(network);
  }

  async recordControl({ action, service, subject, credential }: ControlEvent): Promise<void> {
    this.#recorder.record({
      id: freshId(),
      kind: 'control',
      agent: { name: 'person' },
      verdict: action,
      ...(service === undefined ? {} : { service }),
      ...(subject === undefined ? {} : { subject }),
      ...(credential === undefined ? {} : { credential }),
    });
  }

  async status(): Promise<GatewayStatus> {
    const names = this.#state.policies('window').serviceNames;
    return {
      gatewayId: this.#options.gatewayId,
      runtimeDir: this.#options.runtimeDir,
      services: names.map((name) => ({ name, ...this.#state.status(name, 'window') })),
      servers: this.wrapped.states(),
      proxies: this.#proxies(),
      calls: this.#flights.size + this.wrapped.calls,
    };
  }

  async head(): Promise<AuditHead> {
    return { gatewayId: this.#options.gatewayId, ...(await this.#recorder.syncedHead()) };
  }

  /** Counts the requests of earlier runs that are recent enough to count against a limit. */
  async rememberRequests(): Promise<void> {
    for (const [service, past] of await this.#recorder.recentRequests()) this.#limiter.remember(service, past);
  }

  /** Tells the gateway how to count the proxies that are connected. */
  countProxies(count: () => number): void {
    this.#proxies = count;
  }

  /** Removes audit files that are older than the trail is kept. */
  pruneAudit(): Promise<void> {
    return this.#recorder.prune();
  }

  /** Into the product's own log, with every known credential taken out. */
  log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#recorder.log(level, message);
  }

  /** Ends what is under way and closes the audit trail. */
  close(): void {
    for (const flight of this.#flights) {
      flight.interrupt((sent) => refusals.gatewayStopping(flight.call.service, sent));
    }
    this.#auth.interrupt(
      () => true,
      (name) => refusals.gatewayStopping(name, 'no'),
    );
    this.agents.close();
    this.#approvals.close();
    this.wrapped.close();
    this.#transport.close();
    this.#recorder.close();
  }
}

function sameQuestion(one: readonly AskingRule[], other: readonly AskingRule[]): boolean {
  return one.length === other.length && one.every(({ key }) => other.some((rule) => rule.key === key));
}

/** One line of YAML, with every star of the agent's escaped. */
function narrowestRuleText(request: CanonicalRequest): string {
  return `{ path: ${yamlText(literalPattern(request.path))}, methods: [${request.method}] }`;
}
