import { setImmediate, setTimeout } from 'node:timers/promises';
import { USER_AGENT } from '../../core/audit/agentName.ts';
import { MAX_JSON_WEIGHT } from '../../core/jsonWeight.ts';
import { DEFAULT_LIMITS } from '../../core/limits/limitsModel.ts';
import type { WantedRule } from '../../core/policy/learn/narrowestRule.ts';
import type { PolicyAuthor, PolicyDocument } from '../../core/policy/model/policy.ts';
import type { Call, GivenCall } from '../../core/request/arguments/call.ts';
import type { VerifyingRequest } from '../../core/services/verifyingRequest.ts';
import type {
  AccessAnswer,
  AccessRequest,
  Answer,
  CallProgress,
  Refusal,
  ServiceList,
  ToolCall,
} from '../../protocol/messages.ts';
import { Recorder } from '../audit/recorder.ts';
import { AccessRequests } from '../call/accessRequests.ts';
import { answerEvent } from '../call/answerEvent.ts';
import { ApprovalGate } from '../call/approvalGate.ts';
import { APPROVAL_TIMES, Approvals, type ApprovalTimes, type Approver } from '../call/approvals.ts';
import { CallsInFlight } from '../call/callsInFlight.ts';
import { CredentialsInCalls } from '../call/credentialsInCalls.ts';
import { Interruptions } from '../call/interruptions.ts';
import { type Caller, pathAlone, USER } from '../call/model/callContext.ts';
import { refusals } from '../call/model/refusals.ts';
import { Pipeline } from '../call/pipeline.ts';
import { RefusalMapper } from '../call/refusalMapper.ts';
import { Cleaner } from '../cleaning/cleaner.ts';
import type { ToolResult } from '../cleaning/toolResult.ts';
import type {
  AccessRequestOutcome,
  ApprovalAnswer,
  AuditHead,
  CommandOutcome,
  ControlEvent,
  CredentialCommand,
  Explanation,
  GatewayControl,
  GatewayEvents,
  GatewaySettings,
  GatewayStatus,
  Performed,
  Redeemed,
  Redemption,
  Verification,
  VerifyOptions,
  WindowInfo,
} from '../control/controlPort.ts';
import { type Resolve, Transport } from '../http/transport.ts';
import { Limiter } from '../limits/limiter.ts';
import { Listings } from '../limits/listings.ts';
import { RefusalLimit } from '../limits/refusalLimit.ts';
import type { ParsePolicy } from '../policies/policyTexts.ts';
import { Agents } from '../state/agents.ts';
import { GatewayState, type StatusOfService } from '../state/gatewayState.ts';
import { Authorizer } from '../targets/service/authorizer.ts';
import { CommandCredentials } from '../targets/service/commands/commandCredentials.ts';
import { type RunCommand, runCommand } from '../targets/service/commands/runCommand.ts';
import { Authenticator } from '../targets/service/renewal/authenticator.ts';
import { RequestSender } from '../targets/service/requestSender.ts';
import { ServiceTarget } from '../targets/service/serviceTarget.ts';
import { ToolTarget } from '../targets/tool/toolTarget.ts';
import { UpstreamServers } from '../targets/tool/upstreamServers.ts';
import { freshId } from '../util/freshId.ts';
import { ownProcessTree } from '../util/processTree.ts';
import { TurnBudget } from '../util/turnBudget.ts';
import { Turns } from '../util/turns.ts';
import { listServices } from './listServices.ts';
import { RuleTexts } from './ruleTexts.ts';
import { UserOperations } from './userOperations.ts';

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
  /** Default: `user`. */
  readonly approver?: Approver;
  /** How commands that give credentials are run; for tests. */
  readonly runCommand?: RunCommand;
  /** How long questions to the user last; for tests. */
  readonly approvalTimes?: ApprovalTimes;
  /** How long an agent waits for the tools of an MCP server at most, in milliseconds. */
  readonly listMs?: number;
}

/** The socket side, as far as the gateway has to know of it. */
interface Door {
  /** How many proxies are connected. */
  readonly connections: number;
  setWindow(window: WindowInfo): void;
}

/** What a call may have beside its body: path, query and headers, in characters as JSON. */
const MAX_BESIDE_BODY = 192 * 1024;

/** How long calls under way have for their answers when the gateway ends, and how often it looks; in milliseconds. */
const LAST_WORDS_MS = 200;
const LOOK_MS = 5;

/**
 * Puts the parts together: what agents and the user ask, and what the host orders. The way of one call is
 * {@link Pipeline}.
 */
export class Gateway implements GatewayControl {
  readonly #options: GatewayOptions;
  readonly #state: GatewayState;
  readonly #recorder: Recorder;
  readonly #limiter: Limiter;
  readonly #transport: Transport;
  readonly #cleaner: Cleaner;
  readonly #commands: CommandCredentials;
  /** Of all that comes in, from agents and from servers. */
  readonly turnBudget = new TurnBudget();
  /** Who is connected; the socket side tells it. */
  readonly agents: Agents;
  readonly #calls: CallsInFlight;
  readonly #interruptions: Interruptions;
  readonly #pipeline: Pipeline;
  readonly #services: ServiceTarget;
  readonly #tools: ToolTarget;
  /** The MCP servers of others that this gateway runs. */
  readonly servers: UpstreamServers;
  readonly #refusalLimit: RefusalLimit;
  readonly #inCalls: CredentialsInCalls;
  readonly #listings: Listings;
  readonly #ruleTexts = new RuleTexts(this.turnBudget);
  readonly #mapper: RefusalMapper;
  readonly #user: UserOperations;
  readonly #approvals: Approvals;
  readonly #accessRequests: AccessRequests;
  #door: Door | undefined;

  constructor(options: GatewayOptions) {
    const { events, approver } = options;
    const now = options.now ?? Date.now;
    const log: Gateway['log'] = (level, message) => this.log(level, message);
    const state = new GatewayState(now, undefined, () => this.turnBudget.turn());
    const turns = new Turns(this.turnBudget);
    this.#options = options;
    this.#state = state;
    this.#limiter = new Limiter(now);
    this.#cleaner = new Cleaner(options.script, turns);
    this.#transport = new Transport(options.resolve, this.turnBudget);
    this.agents = new Agents({ tell: events.onAgents, now });
    this.#recorder = new Recorder({
      gatewayId: options.gatewayId,
      directory: options.auditDir,
      requestHashKey: options.requestHashKey,
      events,
      now,
      redactor: () => state.vault.redactor,
    });
    const recorder = this.#recorder;
    const shared = { state, recorder, now, cleaner: this.#cleaner, agents: this.agents };
    const auth = new Authenticator({ ...shared, transport: this.#transport, tokenStore: events.tokenStore, log });
    this.#commands = new CommandCredentials({ state, run: options.runCommand ?? runCommand, now, log });
    const approvalTimes = options.approvalTimes ?? APPROVAL_TIMES;
    this.#approvals = new Approvals({
      times: approvalTimes,
      now,
      freshId,
      ask: (question) => events.onApproval(question),
      gone: (id, why) => events.onApprovalGone(id, why),
      record: (question, path, answer) => recorder.record(answerEvent(question, path, answer)),
      turn: () => this.turnBudget.turn(),
    });
    this.#calls = new CallsInFlight(shared);
    this.#refusalLimit = new RefusalLimit(shared);
    this.#listings = new Listings(shared);
    this.#inCalls = new CredentialsInCalls({ ...shared, vault: state.vault });
    this.#accessRequests = new AccessRequests({
      ...shared,
      refusalLimit: this.#refusalLimit,
      inCalls: this.#inCalls,
      notifyUser: (request) => events.onAccessRequest(request),
      turn: () => this.turnBudget.turn(),
    });
    this.#mapper = new RefusalMapper({
      recorder,
      refusalLimit: this.#refusalLimit,
      redactor: () => state.vault.redactor,
    });
    this.#pipeline = new Pipeline({
      ...shared,
      limiter: this.#limiter,
      gate: new ApprovalGate({ ...shared, approvals: this.#approvals, approver, ...approvalTimes }),
      inCalls: this.#inCalls,
      refusalLimit: this.#refusalLimit,
      mapper: this.#mapper,
      calls: this.#calls,
      turns,
      turnBudget: this.turnBudget,
    });
    const forServices = {
      ...shared,
      authorizer: new Authorizer({ state, accessRequests: this.#accessRequests }),
      sender: new RequestSender({ ...shared, vault: state.vault, transport: this.#transport, auth, turns }),
      commands: this.#commands,
    };
    this.#services = new ServiceTarget(forServices);
    this.servers = new UpstreamServers({
      ...shared,
      calls: this.#calls,
      mapper: this.#mapper,
      dispatcher: (network) => this.#transport.dispatcher(network),
      onToolsSeen: (seen) => {
        events.onToolsSeen(seen);
        this.#interruptions.interrupt({ by: 'tools' });
      },
      onServersChanged: () => events.onServersChanged(),
      tree: ownProcessTree(),
      ...(options.listMs === undefined ? {} : { listMs: options.listMs }),
      turnBudget: this.turnBudget,
    });
    this.#tools = new ToolTarget({ ...shared, servers: this.servers });
    this.#user = new UserOperations({
      ...forServices,
      pipeline: this.#pipeline,
      mapper: this.#mapper,
      auth,
      parsePolicy: this.#parsePolicy,
    });
    // Questions are taken back before calls are cut off, which would take back those that nobody waits for any more.
    this.#interruptions = new Interruptions([this.#approvals, this.#calls, this.#commands, auth, this.servers]);
  }

  // ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Performs one call to a service for an agent; see {@link Pipeline.call}. */
  call(
    call: GivenCall,
    caller: Caller,
    signal?: AbortSignal,
    onWaiting?: () => void,
  ): Promise<{ answer: Answer } | { refusal: Refusal }> {
    return this.#pipeline.call(this.#services, call, { caller, signal, onWaiting });
  }

  /** The same for a tool of an upstream server. */
  callTool(
    call: ToolCall,
    caller: Caller,
    signal?: AbortSignal,
    onWaiting?: () => void,
    onProgress?: (progress: CallProgress) => void,
  ): Promise<{ answer: ToolResult } | { refusal: Refusal }> {
    return this.#pipeline.call(this.#tools, call, { caller, signal, onWaiting, onProgress });
  }

  /** Whether a message of so many characters holds more than any service or server takes, however it is written as JSON. */
  isTooLong(chars: number, { scope }: Caller): boolean {
    const most = (requestBytes: number): boolean => chars > 2 * requestBytes + MAX_BESIDE_BODY;
    if (!most(DEFAULT_LIMITS.requestBytes)) return false;
    const { mostBytes } = this.#state.policies(scope);
    return most(Math.max(mostBytes, this.#state.servers(scope).mostBytes));
  }

  /** A message that is more than can be taken in at once is not read. `agent` and connection are all that is known of it. */
  refuseUnread(caller: Caller): Refusal {
    const turnedAway = this.#refusalLimit.turnAway(caller);
    return turnedAway ?? this.#mapper.refuseQuestion(refusals.tooHeavy(MAX_JSON_WEIGHT), {}, caller, [], []);
  }

  // ── The other things that an agent can ask ──────────────────────────────────────────────────────────────────────

  async listServices(caller: Caller, service?: string): Promise<{ answer: ServiceList } | { refusal: Refusal }> {
    const { scope } = caller;
    try {
      this.agents.admit(caller);
      this.#listings.admit(caller);
      this.#state.refuseUntilInformed(service);
      const policies = this.#state.policies(scope);
      if (service === undefined ? policies.serviceNames.length === 0 : !policies.serviceNames.includes(service)) {
        this.#state.refuseIfUnread(service);
      }
      if (service !== undefined && !policies.serviceNames.includes(service)) {
        throw refusals.unknownService(service, policies.serviceNames);
      }
      const statusOf = (name: string): StatusOfService => this.#state.status(name, scope);
      return { answer: await listServices(policies, statusOf, this.#ruleTexts, service) };
    } catch (error) {
      const asked = { subject: 'list_services', ...(service === undefined ? {} : { service }) };
      return { refusal: this.#refuseQuestion(error, asked, caller) };
    }
  }

  async requestAccess(access: AccessRequest, caller: Caller): Promise<{ answer: AccessAnswer } | { refusal: Refusal }> {
    try {
      this.agents.admit(caller);
      this.#accessRequests.admit(caller);
      return { answer: await this.#accessRequests.request(access, caller) };
    } catch (error) {
      const { service, method, path, reason } = access;
      const asked = { subject: 'request_access', service, method, path: pathAlone(path), reason };
      return { refusal: this.#refuseQuestion(error, asked, caller) };
    }
  }

  #refuseQuestion(error: unknown, asked: Parameters<RefusalMapper['refuseQuestion']>[1], caller: Caller): Refusal {
    const known = this.#state.policies(caller.scope).serviceNames;
    return this.#mapper.refuseQuestion(error, asked, caller, known, this.#inCalls.inQuestion(asked, caller));
  }

  // ── What the user does ──────────────────────────────────────────────────────────────────────────────────────────

  perform(call: Call, signal?: AbortSignal): Promise<Performed> {
    return this.call(call, USER, signal);
  }

  explain(call: Call, added?: WantedRule): Promise<Explanation> {
    return this.#user.explain(call, added);
  }

  verify(service: string, known: VerifyingRequest | undefined, options?: VerifyOptions): Promise<Verification> {
    return this.#user.verify(service, known, options);
  }

  redeem(service: string, redemption: Redemption): Promise<Redeemed> {
    return this.#user.redeem(service, redemption);
  }

  tryCommand(service: string, command: CredentialCommand, signal?: AbortSignal): Promise<CommandOutcome> {
    return this.#commands.tryOnce(service, command, signal);
  }

  // ── What the host orders ──────────────────────────────────────────────────────────────────────────────────────

  /** A freeze comes first, as nothing may be less strict for a moment; policies last, as until then calls are refused. */
  async set({
    freeze,
    agents,
    window,
    network,
    toolPins,
    credentials,
    policies,
  }: Partial<GatewaySettings>): Promise<void> {
    if (freeze) {
      this.#state.setFreeze(freeze);
      this.#interruptions.interrupt({ by: 'freeze' });
    }
    if (agents) {
      this.agents.setAdmission(agents);
      this.#interruptions.interrupt({ by: 'agents' });
    }
    if (window) {
      this.#state.setTrusted(window.trusted);
      this.#interruptions.interrupt({ by: 'policies' });
      this.#door?.setWindow(window);
    }
    if (network) this.#transport.configure(network);
    if (toolPins) {
      this.servers.setPins(toolPins);
      this.#interruptions.interrupt({ by: 'tools' });
    }
    if (credentials) {
      this.#interruptions.interrupt({ by: 'credentials', removed: this.#state.setCredentials(credentials) });
    }
    if (policies) {
      await this.#state.setPolicies(policies, this.#readPolicy);
      this.#interruptions.interrupt({ by: 'policies' });
    }
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

  async disconnectAgents(ids: readonly string[]): Promise<void> {
    this.agents.disconnect(ids);
  }

  async answerApproval(id: string, requestHash: string, answer: ApprovalAnswer): Promise<boolean> {
    return this.#approvals.answer(id, requestHash, answer);
  }

  async settleAccessRequest(id: string, outcome: AccessRequestOutcome): Promise<void> {
    this.#accessRequests.settle(id, outcome);
  }

  /** A proxy went away: what it waited for, and what it was allowed, goes with it. */
  disconnect(connection: string): void {
    this.#interruptions.interrupt({ by: 'disconnection', connection });
    this.#accessRequests.disconnect(connection);
    this.#refusalLimit.disconnect(connection);
    this.#listings.disconnect(connection);
    this.#inCalls.disconnect(connection);
  }

  async recordControl({ action, service, subject, credential }: ControlEvent): Promise<void> {
    this.#recorder.record({
      id: freshId(),
      kind: 'control',
      agent: { name: USER_AGENT },
      verdict: action,
      ...(service === undefined ? {} : { service }),
      ...(subject === undefined ? {} : { subject }),
      ...(credential === undefined ? {} : { credential }),
    });
  }

  async status(): Promise<GatewayStatus> {
    const names = this.#state.policies('window').serviceNames;
    const services: GatewayStatus['services'][number][] = [];
    for (const name of names) {
      await this.turnBudget.turn();
      services.push({ name, ...this.#state.status(name, 'window') });
    }
    return {
      gatewayId: this.#options.gatewayId,
      runtimeDir: this.#options.runtimeDir,
      services,
      servers: await this.servers.states(),
      proxies: this.#door?.connections ?? 0,
      calls: this.#calls.size,
    };
  }

  async head(): Promise<AuditHead> {
    return { gatewayId: this.#options.gatewayId, ...(await this.#recorder.syncedHead()) };
  }

  /** Counts the requests of earlier runs that are recent enough to count against a limit. */
  async rememberRequests(): Promise<void> {
    for (const [service, past] of await this.#recorder.recentRequests()) this.#limiter.remember(service, past);
  }

  /** From now on agents come in by this door. */
  serveThrough(door: Door): void {
    this.#door = door;
  }

  /** Removes audit files that are older than the audit log is kept. */
  pruneAudit(): Promise<void> {
    return this.#recorder.prune();
  }

  /** Into the product's own log, with every known credential taken out. */
  log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#recorder.log(level, message);
  }

  /**
   * Ends what is under way and closes the audit log. Resolves once every call has had its answer: only the gateway knows
   * of those that wait for the user that nothing was sent.
   */
  async close(): Promise<void> {
    this.#interruptions.interrupt({ by: 'end' });
    this.agents.close();
    const latest = performance.now() + LAST_WORDS_MS;
    if (this.#calls.size > 0) {
      do await setTimeout(LOOK_MS);
      while (this.#calls.size > 0 && performance.now() < latest);
      await setImmediate(); // answers are written at the end of the turn in which they came
    }
    this.#refusalLimit.close();
    this.#transport.close();
    this.#cleaner.dispose();
    this.#recorder.close();
  }
}
