import { setImmediate, setTimeout } from 'node:timers/promises';
import { MOST_JSON_WEIGHT } from '../core/jsonWeight.ts';
import { DEFAULT_LIMITS } from '../core/limits/limitsModel.ts';
import type { WantedRule } from '../core/policy/learn/narrowestRule.ts';
import type { PolicyAuthor, PolicyDocument } from '../core/policy/model/policy.ts';
import type { AccessAnswer, AccessRequest, Answer, Call, Refusal, ServiceList } from '../protocol/messages.ts';
import { AccessRequests } from './accessRequests.ts';
import { Agents } from './agents.ts';
import { freshId, Recorder } from './audit/recorder.ts';
import { Asking } from './call/approvalGate.ts';
import { APPROVAL_TIMES, Approvals, type ApprovalTimes, type Approver } from './call/approvals.ts';
import { type Caller, PERSON, pathAlone, wordsOf } from './call/callContext.ts';
import { Flights } from './call/callsInFlight.ts';
import { CredentialsInCalls } from './call/credentialsInCalls.ts';
import { enterLimits } from './call/enterLimits.ts';
import { RefusalLimit } from './call/refusalLimit.ts';
import { Refusing } from './call/refusalMapper.ts';
import { refusals } from './call/refusals.ts';
import { Cleaner } from './cleaning/cleaner.ts';
import { GatewayState } from './gatewayState.ts';
import { Limiter, type Place } from './limiter.ts';
import { Listings } from './listings.ts';
import { listServices } from './listServices.ts';
import type {
  AgentAdmission,
  ApprovalAnswer,
  AuditHead,
  CommandOutcome,
  ControlEvent,
  CredentialCommand,
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
  ServerPins,
  Verification,
  VerifyingRequest,
  VerifyOptions,
  WindowInfo,
  WishOutcome,
} from './parent.ts';
import { PersonActs } from './personActs.ts';
import type { ParsePolicy } from './policyTexts.ts';
import { ownProcessTree } from './processTree.ts';
import { Judge, type Judged } from './targets/service/authorizer.ts';
import { CommandCredentials } from './targets/service/commands/commandCredentials.ts';
import { type RunCommand, runCommand } from './targets/service/commands/runCommand.ts';
import { type Resolve, Transport } from './targets/service/http/transport.ts';
import { Authenticator } from './targets/service/renewal/authenticator.ts';
import { Sender } from './targets/service/serviceTarget.ts';
import { answerEvent } from './targets/service/shownRequest.ts';
import { WrappedServers } from './targets/tool/upstreamServers.ts';
import { Turns } from './turns.ts';

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
  /** The bundle that serves as the thread which looks through answers: see {@link Cleaner}. */
  readonly script: string;
  /** Default: `person`. */
  readonly approver?: Approver;
  /** How commands that give credentials are run; for tests. */
  readonly runCommand?: RunCommand;
  /** How long questions to a person last; for tests. */
  readonly approvalTimes?: ApprovalTimes;
}

/** What a call may have beside its body: path, query and headers, in characters as JSON. */
const MOST_BESIDE_BODY = 192 * 1024;

/** How long calls under way have for their answers when the gateway ends, and how often it looks; in milliseconds. */
const LAST_WORDS_MS = 200;
const LOOK_MS = 5;

/**
 * Decides, asks, injects, sends, redacts and records. {@link Gateway.call} is the way of one request, in the order of the
 * picture in ARCHITECTURE.md; each step is a file of its own.
 */
export class Gateway implements GatewayControl {
  readonly #options: GatewayOptions;
  readonly #now: () => number;
  readonly #state: GatewayState;
  readonly #recorder: Recorder;
  readonly #limiter: Limiter;
  readonly #transport: Transport;
  readonly #cleaner: Cleaner;
  readonly #turns = new Turns();
  readonly #auth: Authenticator;
  readonly #commands: CommandCredentials;
  /** Who is connected; the socket side tells it. */
  readonly agents: Agents;
  readonly #flights: Flights;
  readonly #judge: Judge;
  readonly #asking: Asking;
  readonly #sender: Sender;
  readonly #refusalLimit: RefusalLimit;
  readonly #inCalls: CredentialsInCalls;
  readonly #listings: Listings;
  readonly #refusing: Refusing;
  readonly #person: PersonActs;
  readonly #approvals: Approvals;
  readonly #accessRequests: AccessRequests;
  /** The MCP servers of others that this gateway runs. */
  readonly wrapped: WrappedServers;
  #proxies: () => number = () => 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#state = new GatewayState(this.#now);
    this.#limiter = new Limiter(this.#now);
    this.#cleaner = new Cleaner(options.script);
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
    this.#commands = new CommandCredentials({
      vault: this.#state.vault,
      run: options.runCommand ?? runCommand,
      now: this.#now,
      log: (level, message) => this.log(level, message),
    });
    const approvalTimes = options.approvalTimes ?? APPROVAL_TIMES;
    this.#approvals = new Approvals({
      times: approvalTimes,
      now: this.#now,
      freshId,
      ask: (question) => options.events.onApproval(question),
      gone: (id, why) => options.events.onApprovalGone(id, why),
      record: (question, path, answer) => this.#recorder.record(answerEvent(question, path, answer)),
    });
    const shared = { state: this.#state, recorder: this.#recorder, now: this.#now };
    const { approver } = options;
    this.#flights = new Flights(this.#now);
    this.#refusalLimit = new RefusalLimit(shared);
    this.#listings = new Listings(shared);
    this.#inCalls = new CredentialsInCalls({ ...shared, vault: this.#state.vault, cleaner: this.#cleaner });
    this.#accessRequests = new AccessRequests({
      ...shared,
      refusalLimit: this.#refusalLimit,
      inCalls: this.#inCalls,
      tellPerson: (wish) => options.events.onAccessWish(wish),
    });
    this.#refusing = new Refusing({ ...shared, refusalLimit: this.#refusalLimit });
    this.#judge = new Judge({ ...shared, agents: this.agents, accessRequests: this.#accessRequests, approver });
    this.#asking = new Asking({
      ...shared,
      judge: this.#judge,
      agents: this.agents,
      cleaner: this.#cleaner,
      approvals: this.#approvals,
      approver,
      waitMs: approvalTimes.waitMs,
    });
    this.#sender = new Sender({ ...shared, transport: this.#transport, auth: this.#auth, cleaner: this.#cleaner });
    this.#person = new PersonActs({
      ...shared,
      judge: this.#judge,
      sender: this.#sender,
      refusing: this.#refusing,
      flights: this.#flights,
      auth: this.#auth,
      commands: this.#commands,
      parsePolicy: this.#parsePolicy,
    });
    this.wrapped = new WrappedServers({
      state: this.#state,
      recorder: this.#recorder,
      limiter: this.#limiter,
      refusalLimit: this.#refusalLimit,
      flights: this.#flights,
      inCalls: this.#inCalls,
      cleaner: this.#cleaner,
      dispatcher: (network) => this.#transport.dispatcher(network),
      onToolsSeen: (seen) => options.events.onToolsSeen(seen),
      approvals: () => this.#approvals,
      approver: options.approver,
      approvalWaitMs: approvalTimes.waitMs,
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
    const turnedAway = this.#refusalLimit.turnAway(caller);
    if (turnedAway) return { refusal: turnedAway };
    const flight = this.#flights.take(call, caller, signal);
    let place: Place | undefined;
    const enter = ({ inForce: { service, limits } }: Judged): Promise<Place> =>
      enterLimits(this.#limiter, flight, service.name, limits);
    // Not before: what no rule allows, and what is too much, starts no program.
    const obtain = ({ inForce }: Judged): Promise<void> => this.#commands.obtain(inForce, flight.signal);
    // Each step of a large call has a turn of its own, so that many of them at once hold up a freeze for no longer than one.
    const judge = async (): Promise<Judged> => {
      const prepared = await this.#turns.take(async () => this.#judge.prepare(flight));
      return this.#turns.take(async () => this.#judge.decideOn(flight, prepared));
    };
    try {
      let judged = await judge();
      place = await enter(judged);
      await obtain(judged);
      while (!this.#asking.approved(flight, judged)) {
        await this.#inCalls.refuse(flight, wordsOf(flight)); // no person is asked about a credential
        place.giveBack(); // who waits for a person is in nobody's way, and counts against no limit
        await this.#asking.waitForPerson(flight, judged, onWaiting);
        judged = await judge(); // much may have changed meanwhile
        place = await enter(judged);
        await obtain(judged);
      }
      await this.#inCalls.refuse(flight, wordsOf(flight));
      const { inForce, request } = judged;
      await this.#turns.take(async () => this.#recorder.requestHash(request, inForce.service.baseUrl.origin));
      const checkAgain = (): void => this.#judge.checkAgain(flight, judged);
      const { timeoutMs } = inForce.limits;
      flight.interruptAfter(timeoutMs, (sent) => refusals.timeout(call.service, timeoutMs, sent));
      checkAgain();
      const secret = this.#state.credential(inForce);
      const incoming = await this.#sender.send(flight, inForce, request, secret, checkAgain);
      const answer = await this.#sender.redact(flight, inForce, incoming);
      flight.throwIfInterrupted(); // a freeze while the answer was decoded
      this.#sender.recordOutcome(flight, incoming);
      this.#sender.noteStanding(call.service, secret, incoming.status);
      return { answer };
    } catch (error) {
      await this.#inCalls.lookAtRefused(flight, wordsOf(flight));
      return { refusal: this.#refusing.refuse(flight, error) };
    } finally {
      place?.leave();
      this.#flights.end(flight);
    }
  }

  /** Whether a message of so many characters holds more than any service or server takes, however it is written as JSON. */
  isTooLong(chars: number, { scope }: Caller): boolean {
    const most = (requestBytes: number): boolean => chars > 2 * requestBytes + MOST_BESIDE_BODY;
    if (!most(DEFAULT_LIMITS.requestBytes)) return false;
    const policies = this.#state.policies(scope);
    const servers = this.#state.servers(scope);
    return (
      policies.serviceNames.every((name) => {
        const lookup = policies.find(name);
        return lookup.found !== 'service' || most(lookup.inForce.limits.requestBytes);
      }) &&
      servers.names.every((name) => {
        const lookup = servers.find(name);
        return lookup.found !== 'server' || most(lookup.inForce.limits.requestBytes);
      })
    );
  }

  /** A message that is more than can be taken in at once is not read. `agent` and connection are all that is known of it. */
  refuseUnread(caller: Caller): Refusal {
    const turnedAway = this.#refusalLimit.turnAway(caller);
    return turnedAway ?? this.#refusing.refuseQuestion(refusals.tooHeavy(MOST_JSON_WEIGHT), {}, caller, []);
  }

  // ── The other things that an agent can ask ──────────────────────────────────────────────────────────────────────

  listServices(caller: Caller, service?: string): { answer: ServiceList } | { refusal: Refusal } {
    const { scope } = caller;
    try {
      this.#judge.admit(caller);
      this.#listings.admit(caller);
      this.#state.refuseUntilInformed(service);
      const policies = this.#state.policies(scope);
      if (service === undefined ? policies.serviceNames.length === 0 : !policies.serviceNames.includes(service)) {
        this.#state.refuseIfUnread(service);
      }
      if (service !== undefined && !policies.serviceNames.includes(service)) {
        throw refusals.unknownService(policies.serviceNames);
      }
      return { answer: listServices(policies, (name) => this.#state.status(name, scope), service) };
    } catch (error) {
      const asked = { subject: 'list_services', ...(service === undefined ? {} : { service }) };
      return { refusal: this.#refusing.refuseQuestion(error, asked, caller, this.#inCalls.inQuestion(asked, caller)) };
    }
  }

  requestAccess(access: AccessRequest, caller: Caller): { answer: AccessAnswer } | { refusal: Refusal } {
    try {
      this.#judge.admit(caller);
      this.#accessRequests.admit(caller);
      return { answer: this.#accessRequests.request(access, caller) };
    } catch (error) {
      const { service, method, path, reason } = access;
      const asked = { subject: 'request_access', service, method, path: pathAlone(path), reason };
      return { refusal: this.#refusing.refuseQuestion(error, asked, caller, this.#inCalls.inQuestion(asked, caller)) };
    }
  }

  // ── What a person does ──────────────────────────────────────────────────────────────────────────────────────────

  perform(call: Call, signal?: AbortSignal): Promise<Performed> {
    return this.call(call, PERSON, signal);
  }

  explain(call: Call, added?: WantedRule): Promise<Explanation> {
    return this.#person.explain(call, added);
  }

  verify(service: string, known: VerifyingRequest | undefined, options?: VerifyOptions): Promise<Verification> {
    return this.#person.verify(service, known, options);
  }

  redeem(service: string, redemption: Redemption): Promise<Redeemed> {
    return this.#person.redeem(service, redemption);
  }

  tryCommand(service: string, command: CredentialCommand, signal?: AbortSignal): Promise<CommandOutcome> {
    return this.#commands.tryOnce(service, command, signal);
  }

  // ── What the parent orders ──────────────────────────────────────────────────────────────────────────────────────

  async setPolicies(files: readonly PolicyFile[]): Promise<void> {
    await this.#state.setPolicies(files, this.#readPolicy);
    this.#approvals.recheck();
    this.wrapped.refresh();
  }

  async setToolPins(pins: readonly ServerPins[]): Promise<void> {
    this.wrapped.setPins(pins);
    this.#approvals.recheck();
  }

  readonly #readPolicy: ParsePolicy = async (text, author) => {
    try {
      return await this.#options.parsePolicy(text, author);
    } catch (error) {
      this.log('warn', String(error));
      throw error;
    }
  };

  /** A text that cannot be read in time grants nothing. */
  readonly #parsePolicy: ParsePolicy = (text, author) =>
    this.#readPolicy(text, author).catch(() => ({ text, problems: [] }));

  async setCredentials(set: CredentialSet): Promise<void> {
    const removed = this.#state.setCredentials(set);
    this.#commands.refresh();
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
    this.#commands.forget((name) => this.#state.isFrozen(name));
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
    this.#approvals.recheck();
    for (const flight of this.#flights) {
      if (flight.caller !== PERSON && this.agents.isFrozen(flight.caller.agent)) {
        flight.interrupt((sent) => refusals.agentFrozen(sent));
      }
    }
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
    for (const flight of this.#flights) {
      if (flight.caller.connection !== connection) continue;
      flight.interrupt((sent) => refusals.cancelled(flight.call.service, sent));
    }
    this.#approvals.disconnect(connection);
    this.#accessRequests.disconnect(connection);
    this.#refusalLimit.disconnect(connection);
    this.#listings.disconnect(connection);
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
      calls: this.#flights.size,
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

  /**
   * Ends what is under way and closes the audit trail. Resolves once every call has had its answer: only the gateway knows
   * of those that wait for a person that nothing was sent.
   */
  async close(): Promise<void> {
    this.#flights.stop();
    this.#auth.interrupt(
      () => true,
      (name) => refusals.gatewayStopping(name, 'no'),
    );
    this.#commands.forget(() => true);
    this.agents.close();
    this.#approvals.close();
    this.wrapped.close();
    const latest = performance.now() + LAST_WORDS_MS;
    if (this.#flights.size > 0) {
      do await setTimeout(LOOK_MS);
      while (this.#flights.size > 0 && performance.now() < latest);
      await setImmediate(); // answers are written at the end of the turn in which they came
    }
    this.#refusalLimit.close();
    this.#transport.close();
    this.#cleaner.dispose();
    this.#recorder.close();
  }
}
