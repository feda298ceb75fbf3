import { createHmac, randomBytes } from 'node:crypto';
import { agentName } from '../core/audit/agentName.ts';
import { humanLine } from '../core/audit/humanLine.ts';
import type { AuditAgent, AuditEvent } from '../core/audit/model.ts';
import type { PolicyDocument } from '../core/policy/model.ts';
import { yamlText } from '../core/policy/print.ts';
import { canonicalise } from '../core/request/canonicalise.ts';
import type { CanonicalRequest } from '../core/request/model.ts';
import { literalPattern } from '../core/request/path.ts';
import type { Secret } from '../core/secret.ts';
import type {
  AccessAnswer,
  AccessRequest,
  AgentInfo,
  Answer,
  Call,
  Refusal,
  ServiceList,
} from '../protocol/messages.ts';
import { buildAnswer } from './answer/answer.ts';
import { TooLargeError } from './answer/decode.ts';
import { checkPointers } from './answer/select.ts';
import { AuditLog, AuditWriteError } from './audit/auditLog.ts';
import { type Incoming, type Resolve, Transport, TransportError } from './http/transport.ts';
import { inject } from './inject/inject.ts';
import { Limiter } from './limiter.ts';
import { listServices } from './listServices.ts';
import type {
  ControlEvent,
  CredentialSet,
  FreezeState,
  GatewayControl,
  GatewayEvents,
  GatewayStatus,
  NetworkSettings,
  PolicyFile,
  ServiceStatus,
  WindowInfo,
} from './parent.ts';
import { PolicySet, type ServiceInForce } from './policySet.ts';
import { RefusalError, refusals, type Sent } from './refusals.ts';
import { Vault } from './vault.ts';

export interface GatewayOptions {
  readonly gatewayId: string;
  readonly runtimeDir: string;
  readonly auditDir: string;
  /** Hex; makes `requestHash` comparable between runs and useless to anybody else. */
  readonly requestHashKey: string;
  readonly events: GatewayEvents;
  readonly parsePolicy: (text: string) => Promise<PolicyDocument>;
  readonly resolve?: Resolve;
  readonly now?: () => number;
}

/** Who calls: the agent by its own word, and whether it meets this window's policies or the user's alone. */
export interface Caller {
  readonly agent: AgentInfo;
  readonly scope: 'window' | 'user';
}

/** Why a call under way is cut off. The wording waits until it is known whether the request was sent. */
class Interruption {
  readonly refuse: (sent: Sent) => RefusalError;

  constructor(refuse: (sent: Sent) => RefusalError) {
    this.refuse = refuse;
  }
}

/** One call on its way through the pipeline. */
interface Flight {
  readonly id: string;
  readonly agent: AuditAgent;
  readonly scope: Caller['scope'];
  readonly call: Call;
  readonly startedAt: number;
  /** Aborted with an {@link Interruption}. */
  readonly controller: AbortController;
  sent: Sent;
  intended: boolean;
  environment?: string;
  request?: CanonicalRequest;
  rule?: string;
}

/**
 * Decides, injects, sends, redacts and records: the only code that puts a credential on the wire. {@link Gateway.call}
 * is the way of one request, in the order of the picture in ARCHITECTURE.md.
 */
export class Gateway implements GatewayControl {
  readonly #options: GatewayOptions;
  readonly #now: () => number;
  readonly #audit: AuditLog;
  readonly #vault: Vault;
  readonly #limiter: Limiter;
  readonly #transport: Transport;
  readonly #flights = new Set<Flight>();
  #policies = { window: PolicySet.EMPTY, user: PolicySet.EMPTY };
  /** Grows with every change of policy, trust or credential: what was decided before is decided again. */
  #version = 0;
  #policyTurn = 0;
  #freeze: FreezeState = { all: false, services: [] };
  #trusted = true;
  #proxies: () => number = () => 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#vault = new Vault(this.#now);
    this.#limiter = new Limiter(this.#now);
    this.#transport = new Transport(options.resolve);
    this.#audit = new AuditLog({
      directory: options.auditDir,
      gatewayId: options.gatewayId,
      now: this.#now,
      onSyncError: (error) => this.log('error', `The audit trail could not be synced: ${error.message}`),
    });
  }

  // ── The way of one request ──────────────────────────────────────────────────────────────────────────────────────

  /** Performs one call for an agent. Always resolves: with the API's answer or with a refusal of the closed list. */
  async call(call: Call, caller: Caller, signal: AbortSignal): Promise<{ answer: Answer } | { refusal: Refusal }> {
    const flight = this.#take(call, caller, signal);
    let leave: (() => void) | undefined;
    try {
      const inForce = this.#find(flight);
      flight.environment = inForce.service.environment ?? '';
      const request = this.#canonicalise(flight, inForce);
      const decidedAt = this.#decide(flight, inForce, request);
      this.#refuseIfFrozen(call.service);
      this.#credential(inForce);
      leave = await this.#enterLimits(flight, inForce);
      const deadline = AbortSignal.timeout(inForce.limits.timeoutMs);
      this.#checkAgain(flight, inForce, request, decidedAt);
      const secret = this.#credential(inForce);
      this.#recordIntent(flight, inForce, request, secret);
      const incoming = await this.#send(flight, inForce, request, secret, decidedAt, deadline);
      const answer = await this.#redact(flight, inForce, incoming);
      flight.controller.signal.throwIfAborted(); // a freeze while the answer was decoded
      this.#recordOutcome(flight, incoming);
      return { answer };
    } catch (error) {
      return { refusal: this.#refuse(flight, error) };
    } finally {
      leave?.();
      this.#flights.delete(flight);
    }
  }

  #take(call: Call, { agent, scope }: Caller, signal: AbortSignal): Flight {
    const controller = new AbortController();
    const flight: Flight = {
      id: randomBytes(8).toString('hex'),
      agent: auditAgent(agent),
      scope,
      call,
      startedAt: this.#now(),
      controller,
      sent: 'no',
      intended: false,
    };
    const cancel = (): void => interrupt(flight, (sent) => refusals.cancelled(call.service, sent));
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    this.#flights.add(flight);
    return flight;
  }

  #find({ call: { service: name }, scope }: Flight): ServiceInForce {
    if (!this.#trusted) throw refusals.untrustedWorkspace(name);
    const policies = this.#policies[scope];
    const lookup = policies.find(name);
    if (lookup.found === 'unknown') throw refusals.unknownService(name, policies.serviceNames);
    if (lookup.found === 'not_approved') throw refusals.policyNotApproved(name, lookup.why);
    return lookup.inForce;
  }

  #canonicalise(flight: Flight, { service, limits }: ServiceInForce): CanonicalRequest {
    const { call } = flight;
    if (call.tool === 'read' && call.method !== 'GET' && call.method !== 'HEAD') {
      throw refusals.invalidRequest('read takes only GET and HEAD.', 'Use execute for any other method.', service.name);
    }
    const pointerProblem = checkPointers(call.select ?? []);
    if (pointerProblem)
      throw refusals.invalidRequest(`${pointerProblem}.`, 'Correct select and call again.', service.name);
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

  /** Throws unless every policy allows the request. Returns the version of everything that it was decided on. */
  #decide(flight: Flight, inForce: ServiceInForce, request: CanonicalRequest): number {
    const decision = inForce.decide(request);
    if (decision.rule) flight.rule = decision.rule.id;
    const { name } = inForce.service;
    if (decision.verdict === 'deny' && decision.awaitsApproval) {
      throw refusals.policyNotApproved(name, `${decision.label} allows this, but nobody has approved that yet`);
    }
    if (decision.verdict === 'deny') {
      const where = decision.rule ? `${decision.label}, line ${decision.rule.line}` : decision.label;
      throw refusals.policyDenied(name, decision.reason, where, narrowestRuleText(request), decision.rule?.id);
    }
    if (decision.verdict === 'ask')
      throw refusals.approvalDenied(name, 'The policy asks a person, and nobody can be asked here');
    return this.#version;
  }

  #refuseIfFrozen(service: string): void {
    if (this.#freeze.all || this.#freeze.services.includes(service)) {
      throw refusals.frozen(service, this.#freeze.all, 'no');
    }
  }

  #credential({ service }: ServiceInForce): Secret {
    const lookup = this.#vault.find(service.name, service.baseUrl, service.auth);
    switch (lookup.found) {
      case 'credential':
        return lookup.value;
      case 'missing':
        throw refusals.missingCredential(service.name);
      case 'revoked':
        throw refusals.revoked(service.name, 'no');
      case 'bound_elsewhere':
        throw refusals.originNotConfirmed(service.name, lookup.what);
    }
  }

  async #enterLimits(flight: Flight, { service, limits }: ServiceInForce): Promise<() => void> {
    const entry = await this.#limiter.enter(service.name, limits, flight.controller.signal);
    if (entry.entered) return entry.leave;
    flight.controller.signal.throwIfAborted();
    if (entry.why === 'busy') throw refusals.tooBusy(service.name, limits.concurrent);
    const rate = limits.requests;
    const retryAfterMs = entry.why === 'rate' ? entry.retryAfterMs : 0;
    throw refusals.rateLimited(service.name, rate ? `${rate.count} a ${rate.per}` : 'requests', retryAfterMs);
  }

  /** At the moment of sending: whatever changed since the decision is judged once more. */
  #checkAgain(flight: Flight, inForce: ServiceInForce, request: CanonicalRequest, decidedAt: number): void {
    this.#refuseIfFrozen(inForce.service.name);
    flight.controller.signal.throwIfAborted();
    if (this.#version === decidedAt) return;
    const now = this.#find(flight);
    if (
      now.service.baseUrl.origin !== inForce.service.baseUrl.origin ||
      now.service.baseUrl.prefix !== inForce.service.baseUrl.prefix
    ) {
      throw refusals.policyNotApproved(inForce.service.name, 'its baseUrl changed while the call waited');
    }
    this.#decide(flight, now, request);
    this.#credential(now);
  }

  #recordIntent(flight: Flight, inForce: ServiceInForce, request: CanonicalRequest, secret: Secret): void {
    this.#record({
      ...this.#eventOf(flight),
      kind: 'intent',
      verdict: 'allow',
      requestHash: this.#requestHash(request, inForce.service.baseUrl.origin),
      credential: { name: inForce.service.name, last4: secret.last4 },
    });
    flight.intended = true;
  }

  async #send(
    flight: Flight,
    inForce: ServiceInForce,
    request: CanonicalRequest,
    secret: Secret,
    decidedAt: number,
    deadline: AbortSignal,
  ): Promise<Incoming> {
    const { service, limits } = inForce;
    const { target, headers } = inject(request, service.auth, secret);
    try {
      const incoming = await this.#transport.send(
        {
          baseUrl: service.baseUrl,
          network: service.network,
          method: request.method,
          target,
          headers,
          body: request.body?.text,
        },
        {
          maxBytes: limits.responseBytes,
          signal: AbortSignal.any([flight.controller.signal, deadline]),
          beforeWrite: () => {
            this.#checkAgain(flight, inForce, request, decidedAt);
            flight.sent = 'unknown';
          },
        },
      );
      flight.sent = 'yes';
      return incoming;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      flight.sent = error.sent;
      const host = service.baseUrl.host;
      switch (error.failure) {
        case 'address':
          throw refusals.addressRefused(service.name, host, service.network);
        case 'tls':
          throw refusals.tls(service.name, host, error.detail);
        case 'too_large':
          throw refusals.responseTooLarge(service.name, error.detail);
        case 'unreachable':
          throw refusals.unreachable(service.name, host, error.detail, error.sent);
        case 'aborted':
          flight.controller.signal.throwIfAborted();
          throw refusals.timeout(service.name, limits.timeoutMs, error.sent);
      }
    }
  }

  async #redact(flight: Flight, inForce: ServiceInForce, incoming: Incoming): Promise<Answer> {
    const { service, limits } = inForce;
    try {
      return await buildAnswer(incoming, {
        call: flight.call,
        baseUrl: service.baseUrl,
        redactor: this.#vault.redactor,
        maxBytes: limits.responseBytes,
        durationMs: this.#now() - flight.startedAt,
        wouldAllow: (path) => {
          const result = canonicalise({ service: service.name, method: 'GET', path }, { ...service, limits });
          return result.ok && inForce.decide(result.value).verdict === 'allow';
        },
      });
    } catch (error) {
      if (error instanceof TooLargeError) throw refusals.responseTooLarge(service.name, error.message);
      throw error;
    }
  }

  #recordOutcome(flight: Flight, incoming: Incoming): void {
    const event: AuditEvent = {
      ...this.#eventOf(flight),
      kind: 'outcome',
      verdict: 'allow',
      status: incoming.status,
      durationMs: this.#now() - flight.startedAt,
      bytes: incoming.body.length,
    };
    // The API has acted already: the agent gets its answer, and the gap shows in the log and as an intent on its own.
    this.#recordOrLog(event);
  }

  /** Turns whatever ended a call early into a refusal, and records it. */
  #refuse(flight: Flight, error: unknown): Refusal {
    const { service } = flight.call;
    let refused: RefusalError;
    if (error instanceof RefusalError) refused = error;
    else if (error instanceof Interruption) refused = error.refuse(flight.sent);
    else if (error instanceof AuditWriteError) {
      this.log('error', `${error.message}: ${String(error.cause)}`);
      return refusals.auditUnavailable(service, flight.sent).refusal;
    } else {
      this.log('error', String(error instanceof Error ? error.stack : error));
      refused = refusals.internal(service, flight.sent, error);
    }
    const { refusal } = refused;
    this.#recordOrLog({
      ...this.#eventOf(flight),
      kind: flight.intended ? 'outcome' : 'denied',
      verdict: flight.intended ? 'allow' : 'deny',
      code: refusal.code,
      ...(refusal.rule === undefined ? {} : { rule: refusal.rule }),
      durationMs: this.#now() - flight.startedAt,
    });
    return refusal;
  }

  // ── The other things that an agent can ask ──────────────────────────────────────────────────────────────────────

  listServices({ scope }: Caller, service?: string): { answer: ServiceList } | { refusal: Refusal } {
    const policies = this.#policies[scope];
    if (service !== undefined && !policies.serviceNames.includes(service)) {
      return { refusal: refusals.unknownService(service, policies.serviceNames).refusal };
    }
    return { answer: listServices(policies, (name) => this.#status(name, scope), service) };
  }

  requestAccess(access: AccessRequest, { agent, scope }: Caller): { answer: AccessAnswer } | { refusal: Refusal } {
    const lookup = this.#policies[scope].find(access.service);
    if (lookup.found === 'unknown') {
      return { refusal: refusals.unknownService(access.service, this.#policies[scope].serviceNames).refusal };
    }
    if (lookup.found === 'not_approved')
      return { refusal: refusals.policyNotApproved(access.service, lookup.why).refusal };
    const request = canonicalise(
      { service: access.service, method: access.method, path: access.path },
      { ...lookup.inForce.service, limits: lookup.inForce.limits },
    );
    if (!request.ok) {
      return {
        refusal: refusals.invalidRequest(request.error.message, request.error.nextStep, access.service).refusal,
      };
    }
    const id = randomBytes(8).toString('hex');
    const reason = this.#vault.redactor.text(access.reason).text;
    const { method, path } = request.value;
    const event: AuditEvent = {
      id,
      kind: 'control',
      agent: auditAgent(agent),
      service: access.service,
      method,
      path,
      verdict: 'request_access',
      reason,
    };
    try {
      this.#record(event);
    } catch {
      return { refusal: refusals.auditUnavailable(access.service, 'no').refusal };
    }
    this.#options.events.onAccessWish({
      id,
      agent: agentName(agent.name),
      service: access.service,
      method,
      path,
      reason,
    });
    return {
      answer: {
        recorded: true,
        message: `A person has been asked to allow ${method} ${path} on ${access.service}.`,
        nextStep:
          'Go on with other work, or stop and tell the person what you wait for. Call again only after they say so.',
      },
    };
  }

  // ── What the parent orders ──────────────────────────────────────────────────────────────────────────────────────

  async setPolicies(files: readonly PolicyFile[]): Promise<void> {
    const turn = ++this.#policyTurn;
    const policies = await PolicySet.from(files, async (text) => {
      try {
        return await this.#options.parsePolicy(text);
      } catch (error) {
        this.log('warn', String(error));
        return { text, problems: [] };
      }
    });
    if (turn !== this.#policyTurn) return; // a later one came in while this was parsed
    this.#policies = { window: policies, user: policies.withoutWorkspaces() };
    this.#version++;
  }

  async setCredentials(set: CredentialSet): Promise<void> {
    const removed = this.#vault.removedBy(set);
    this.#vault.replace(set);
    this.#version++;
    for (const flight of this.#flights) {
      if (removed.includes(flight.call.service))
        interrupt(flight, (sent) => refusals.revoked(flight.call.service, sent));
    }
  }

  async setFreeze(state: FreezeState): Promise<void> {
    this.#freeze = state;
    for (const flight of this.#flights) {
      if (state.all || state.services.includes(flight.call.service)) {
        interrupt(flight, (sent) => refusals.frozen(flight.call.service, state.all, sent));
      }
    }
  }

  async setWindow(window: WindowInfo): Promise<void> {
    this.#trusted = window.trusted;
    this.#version++;
  }

  async setNetwork(network: NetworkSettings): Promise<void> {
    this.#transport.configure(network);
  }

  async recordControl(event: ControlEvent): Promise<void> {
    this.#record({
      id: randomBytes(8).toString('hex'),
      kind: 'control',
      agent: { name: 'person' },
      verdict: event.action,
      ...(event.service === undefined ? {} : { service: event.service }),
      ...(event.credential === undefined ? {} : { credential: event.credential }),
    });
  }

  async status(): Promise<GatewayStatus> {
    return {
      gatewayId: this.#options.gatewayId,
      runtimeDir: this.#options.runtimeDir,
      services: this.#policies.window.serviceNames.map((name) => ({ name, ...this.#status(name, 'window') })),
      proxies: this.#proxies(),
      calls: this.#flights.size,
    };
  }

  /** Tells the gateway how to count the proxies that are connected. */
  countProxies(count: () => number): void {
    this.#proxies = count;
  }

  /** Ends what is under way and closes the audit trail. */
  close(): void {
    for (const flight of this.#flights) {
      interrupt(flight, (sent) => refusals.gatewayStopping(flight.call.service, sent));
    }
    this.#transport.close();
    this.#audit.close();
  }

  // ── Small parts ─────────────────────────────────────────────────────────────────────────────────────────────────

  #status(name: string, scope: Caller['scope']): { status: ServiceStatus; why?: string } {
    if (this.#freeze.all || this.#freeze.services.includes(name)) return { status: 'frozen' };
    if (!this.#trusted) return { status: 'not_approved', why: 'the workspace is not trusted' };
    const lookup = this.#policies[scope].find(name);
    if (lookup.found === 'unknown') return { status: 'not_approved' };
    if (lookup.found === 'not_approved') return { status: 'not_approved', why: lookup.why };
    const { service } = lookup.inForce;
    const credential = this.#vault.find(name, service.baseUrl, service.auth);
    switch (credential.found) {
      case 'credential':
        return { status: 'ready' };
      case 'missing':
        return { status: 'missing_credential' };
      case 'revoked':
        return { status: 'revoked' };
      case 'bound_elsewhere':
        return { status: 'not_confirmed', why: credential.what };
    }
  }

  #eventOf(flight: Flight): Omit<AuditEvent, 'kind'> {
    const { call, request } = flight;
    const redact = (text: string): string => this.#vault.redactor.text(text).text;
    return {
      id: flight.id,
      agent: flight.agent,
      service: redact(call.service),
      ...(flight.environment ? { environment: flight.environment } : {}),
      method: redact(request?.method ?? call.method),
      // What was refused as a path is shown as it was asked, without its query: values are not recorded.
      path: redact(request?.path ?? call.path.split(/[?#]/, 1)[0] ?? ''),
      ...(flight.rule === undefined ? {} : { rule: flight.rule }),
      ...(call.reason === undefined ? {} : { reason: redact(call.reason) }),
    };
  }

  #record(event: AuditEvent): void {
    const record = this.#audit.record(event);
    // An intent is for the file; people read of a call once, when it is known how it ended.
    if (event.kind !== 'intent') this.#options.events.onAudit({ ...event, time: record.time }, humanLine(record));
  }

  #recordOrLog(event: AuditEvent): void {
    try {
      this.#record(event);
    } catch (error) {
      this.log('error', `${String(error)}; lost: ${event.kind} of ${event.id}`);
    }
  }

  /** Writes to the product's own log, redacted: an error's text may quote what an API or an agent sent. */
  log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#options.events.onLog(level, this.#vault.redactor.text(message).text);
  }

  #requestHash(request: CanonicalRequest, origin: string): string {
    const canonical = JSON.stringify([request.method, origin, request.target, request.headers, request.body ?? null]);
    return createHmac('sha256', Buffer.from(this.#options.requestHashKey, 'hex')).update(canonical).digest('hex');
  }
}

function interrupt(flight: Flight, refuse: (sent: Sent) => RefusalError): void {
  flight.controller.abort(new Interruption(refuse));
}

function auditAgent({ name, version }: AgentInfo): AuditAgent {
  return { name: agentName(name), ...(version === undefined ? {} : { version }) };
}

function narrowestRuleText(request: CanonicalRequest): string {
  return `{ path: ${yamlText(literalPattern(request.path))}, methods: [${request.method}] }`;
}
