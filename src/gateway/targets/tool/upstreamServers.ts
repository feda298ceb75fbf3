import { McpError } from '@modelcontextprotocol/sdk/types.js';
import type { Dispatcher } from 'undici';
import type { Rate } from '../../../core/limits/limitsModel.ts';
import type { Network } from '../../../core/net/network.ts';
import { destinationOf, differingServerPart } from '../../../core/policy/compare/serverDestination.ts';
import { toolRule } from '../../../core/policy/decide/explainTool.ts';
import { isToolName } from '../../../core/policy/patterns/namePattern.ts';
import type { Secret } from '../../../core/secret.ts';
import type { CallProgress, Refusal, ToolCall } from '../../../protocol/messages.ts';
import type { Agents } from '../../agents.ts';
import { AuditWriteError } from '../../audit/auditLog.ts';
import { freshId, type Recorder } from '../../audit/recorder.ts';
import type { Approvals, Approver, Asked } from '../../call/approvals.ts';
import { type Caller, type Flight, PERSON } from '../../call/callContext.ts';
import type { Flights } from '../../call/callsInFlight.ts';
import type { CredentialsInCalls } from '../../call/credentialsInCalls.ts';
import { enterLimits } from '../../call/enterLimits.ts';
import type { RefusalLimit } from '../../call/refusalLimit.ts';
import { cleanRefusal, knownRefusal } from '../../call/refusalMapper.ts';
import { RefusalError, refusals } from '../../call/refusals.ts';
import type { Cleaner } from '../../cleaning/cleaner.ts';
import type { GatewayState } from '../../gatewayState.ts';
import type { Limiter, Place } from '../../limiter.ts';
import type { ServerPins, ServerState, ToolsSeen } from '../../parent.ts';
import type { ProcessTree } from '../../processTree.ts';
import type { JointToolDecision, ServerInForce } from '../../serverSet.ts';
import { TokenBucket } from '../../tokenBucket.ts';
import { unlessAborted } from '../../unlessAborted.ts';
import { findServer, serverSecrets, serverStatus } from './serverAccess.ts';
import { serverFailure } from './serverFailure.ts';
import type { ToolResult } from './serverLink.ts';
import { fewWords, ServerLog } from './serverLog.ts';
import { serverRefusals } from './serverRefusals.ts';
import { ServerRunner } from './serverRunner.ts';
import type { ServerSession, SessionPorts } from './serverSession.ts';
import { askingRule, toolAsked, toolQuestion } from './toolApproval.ts';
import { ToolCatalog } from './toolCatalog.ts';
import { type JudgedTool, ToolPins } from './toolPins.ts';
import { ToolWatchers } from './toolWatchers.ts';

/** After a call timed out, how long the server has to answer a ping before it counts as hung. */
const PING_MS = 2000;
/** How often an agent is told of a call's progress. */
const PROGRESS_RATE: Rate = { count: 10, per: 'second' };

export interface WrappedServersOptions {
  readonly state: GatewayState;
  readonly recorder: Recorder;
  readonly limiter: Limiter;
  /** All calls under way, those to services as well. */
  readonly flights: Flights;
  readonly refusalLimit: RefusalLimit;
  readonly inCalls: CredentialsInCalls;
  readonly cleaner: Cleaner;
  readonly dispatcher: (network: Network) => Dispatcher;
  readonly approvals: () => Approvals;
  readonly approver: Approver | undefined;
  /** How long one call waits for a person, in milliseconds. */
  readonly approvalWaitMs: number;
  readonly agents: Pick<Agents, 'admit' | 'isFrozen'>;
  readonly onToolsSeen: (seen: ToolsSeen) => void;
  readonly tree: ProcessTree;
  readonly now: () => number;
}

/** A call as it stands at one moment: what is in force for it, and what policy says. */
interface Judged {
  readonly inForce: ServerInForce;
  readonly decision: JointToolDecision;
  readonly secrets: ReadonlyMap<string, Secret>;
}

interface Wrapped {
  readonly runner: ServerRunner;
  readonly catalog: ToolCatalog;
  readonly watchers: ToolWatchers;
  /** What its tools and its state came to when its watchers were last told. */
  told: string;
  readonly log: ServerLog;
}

/**
 * Wrapped MCP servers: starts or connects to the real ones when they are first needed and stands in front of them.
 * {@link WrappedServers.call} is the way of one call, in the order of `Gateway.call`.
 */
export class WrappedServers {
  readonly #options: WrappedServersOptions;
  readonly #pins = new ToolPins();
  readonly #wrapped = new Map<string, Wrapped>();
  /** Which session a call under way uses. */
  readonly #sessions = new WeakMap<Flight, ServerSession>();

  constructor(options: WrappedServersOptions) {
    this.#options = options;
  }

  // ── What an agent asks ──────────────────────────────────────────────────────────────────────────────────────────

  /** Calls one tool. Always resolves: with the server's result or with a refusal of the closed list. */
  async call(
    call: ToolCall,
    caller: Caller,
    signal: AbortSignal,
    onWaiting: () => void = () => undefined,
    onProgress?: (progress: CallProgress) => void,
  ): Promise<{ answer: ToolResult } | { refusal: Refusal }> {
    const { now, refusalLimit, inCalls, flights } = this.#options;
    const turnedAway = refusalLimit.turnAway(caller);
    if (turnedAway) return { refusal: turnedAway };
    const flight = flights.take(
      { tool: 'execute', service: call.server, method: 'tools/call', path: call.tool },
      caller,
      signal,
    );
    const enter = ({ inForce: { server, limits } }: Judged): Promise<Place> =>
      enterLimits(this.#options.limiter, flight, server.name, limits);
    let place: Place | undefined;
    // Until their size is known, the arguments are not looked through.
    let words: unknown = [caller.agent, call.tool];
    try {
      let judged = this.#judge(flight, call);
      this.#checkArguments(call, judged.inForce);
      words = [caller.agent, call];
      place = await enter(judged);
      while (!this.#approved(flight, call, judged)) {
        await inCalls.refuse(flight, words); // no person is asked about a credential
        place.giveBack(); // who waits for a person is in nobody's way, and counts against no limit
        await this.#waitForPerson(flight, call, judged, onWaiting);
        judged = this.#judge(flight, call); // much may have changed meanwhile
        this.#refuseUnlessReviewed(call);
        place = await enter(judged);
      }
      // Nothing is started for a call that may not pass any more.
      const { inForce, secrets } = this.#checkAgain(flight, call, judged);
      const { timeoutMs } = inForce.limits;
      flight.interruptAfter(timeoutMs, (sent) => refusals.timeout(call.server, timeoutMs, sent));
      const session = this.#session(inForce, secrets);
      this.#sessions.set(flight, session);
      await unlessAborted(this.#lookAt(call.server, session), flight.signal);
      this.#checkTool(call);
      await inCalls.refuse(flight, words);
      const checkAgain = (): void => {
        const now = this.#checkAgain(flight, call, judged);
        this.#checkTool(call);
        if (!session.fits({ server: now.inForce.server, secrets: now.secrets }))
          throw serverRefusals.changedUnderWay(call.server, 'no');
      };
      checkAgain();
      this.#recordIntent(flight, inForce, call, secrets);
      const result = await this.#run(flight, session, call, checkAgain, onProgress);
      const answer = await this.#redact(flight, inForce, result);
      flight.throwIfInterrupted(); // a freeze while the result was looked at
      this.#options.recorder.recordOrLog({
        ...flight.event(),
        kind: 'outcome',
        verdict: flight.verdict,
        result: answer.isError === true ? 'error' : 'ok',
        durationMs: now() - flight.startedAt,
      });
      return { answer };
    } catch (error) {
      await inCalls.lookAtRefused(flight, words);
      return { refusal: this.#refuse(flight, error) };
    } finally {
      place?.leave();
      flights.end(flight);
    }
  }

  /** The tools that this agent may use, as their server describes them. Starts the server. */
  async listTools(
    server: string,
    caller: Caller,
  ): Promise<{ answer: { tools: Record<string, unknown>[] } } | { refusal: Refusal }> {
    const { state } = this.#options;
    try {
      this.#options.agents.admit(caller.agent);
      const inForce = findServer(state, server, caller.scope);
      const { catalog } = this.#of(server);
      const shown = (): { answer: { tools: Record<string, unknown>[] } } => ({
        answer: { tools: catalog.usable(inForce).map((tool) => tool.shown) },
      });
      // The agent keeps its tools: each call says that the server is frozen, and nothing is to be started anew after it.
      if (state.isFrozen(server) && catalog.usable(inForce).length > 0) return shown();
      state.refuseIfFrozen(server);
      const session = this.#session(inForce, serverSecrets(state, inForce.server));
      await this.#lookAt(server, session);
      return shown();
    } catch (error) {
      return { refusal: this.#clean(this.#asRefusal(error, server, undefined).refusal, server, caller) };
    }
  }

  /** Calls `listener` whenever the tools of this server may be others than before, until the returned function is called. */
  watch(server: string, listener: () => void): () => void {
    const { watchers } = this.#of(server);
    const remove = watchers.add(listener);
    return () => {
      remove();
      // Agents make names up, as many as they like: of one that no policy has, nothing is kept.
      const made = !watchers.any && this.#wrapped.get(server)?.runner.session === undefined;
      if (made && !this.#isNamed(server)) this.#wrapped.delete(server);
    };
  }

  #isNamed(server: string): boolean {
    return this.#options.state.servers('window').names.includes(server);
  }

  // ── What changes around them ────────────────────────────────────────────────────────────────────────────────────

  setPins(pins: readonly ServerPins[]): void {
    this.#pins.replace(pins);
    for (const [name, { catalog }] of this.#wrapped) {
      const seen = catalog.judgeAgain();
      if (seen) this.#tellSeen(name, seen);
    }
  }

  /** Ends what is no longer in force as it was started, at once, and says that lists may have changed. */
  refresh(removedCredentials: readonly string[] = []): void {
    const { state } = this.#options;
    for (const [name, { runner }] of this.#wrapped) {
      const { session } = runner;
      const frozen = state.isFrozen(name);
      const gone =
        session && [...session.settings.secrets.keys()].find((credential) => removedCredentials.includes(credential));
      if (frozen) this.#interrupt(name, (sent) => refusals.frozen(name, state.allFrozen, sent));
      else if (gone !== undefined) this.#interrupt(name, (sent) => refusals.revoked(gone, sent));
      else if (session && !this.#stands(session))
        this.#interrupt(name, (sent) => serverRefusals.changedUnderWay(name, sent));
      else {
        this.#tellIfOther(name);
        continue;
      }
      runner.end();
      this.#tellIfOther(name);
    }
  }

  states(): readonly ServerState[] {
    const { state } = this.#options;
    return state.servers('window').names.map((name) => {
      const lookup = state.servers('window').find(name);
      const wrapped = this.#wrapped.get(name);
      const inForce = lookup.found === 'server' ? lookup.inForce : undefined;
      return {
        name,
        ...serverStatus(state, name),
        running: wrapped?.runner.session?.running === true,
        tools: wrapped?.catalog.counts(inForce) ?? { offered: 0, usable: 0, waiting: 0 },
      };
    });
  }

  /** Ends everything before it returns, as far as the operating system can. */
  close(): void {
    for (const { runner, watchers } of this.#wrapped.values()) {
      runner.end('kill');
      watchers.close();
    }
  }

  // ── The steps of a call ─────────────────────────────────────────────────────────────────────────────────────────

  /** What is in force for the call, and what policy says of it. Throws when it is refused. */
  #judge(flight: Flight, { server, tool }: ToolCall): Judged {
    const { state } = this.#options;
    this.#admit(flight.caller);
    const inForce = findServer(state, server, flight.caller.scope);
    // No person is asked about a name that an agent made up: no server can have such a tool.
    if (!isToolName(tool)) throw serverRefusals.unknownTool(server);
    const decision = this.#decide(flight, inForce, tool);
    state.refuseIfFrozen(server);
    return { inForce, decision, secrets: serverSecrets(state, inForce.server) };
  }

  /** The person in VS Code needs nobody's leave. */
  #admit(caller: Caller): void {
    if (caller !== PERSON) this.#options.agents.admit(caller.agent);
  }

  /** Whether the call needs nobody's word, or has it. An *Allow Once* is spent by this. */
  #approved(flight: Flight, call: ToolCall, judged: Judged): boolean {
    const { approver, approvals } = this.#options;
    if (judged.decision.verdict !== 'ask' || approver === 'all') return true;
    if (approver === 'none') {
      throw refusals.approvalDenied(call.server, 'The policy asks a person, and nobody can be asked here');
    }
    return approvals().take(this.#asked(flight, call, judged));
  }

  /** Waits until a person has answered, or something changed that the question rested on. Throws a refusal otherwise. */
  async #waitForPerson(flight: Flight, call: ToolCall, judged: Judged, onWaiting: () => void): Promise<void> {
    onWaiting();
    const { approvals, approvalWaitMs, cleaner, state } = this.#options;
    const { caller, signal } = flight;
    const args = await cleaner.json(JSON.stringify(call.arguments, undefined, 2), state.vault, signal);
    const asked = this.#asked(flight, call, judged);
    // Much may have changed while it was looked through: what it is about now is another question.
    if (asked.frozen() || !asked.stands()) return;
    const subject = { ...asked, question: () => toolQuestion(call, caller, judged.decision, args) };
    await approvals().wait(subject, flight.startedAt + approvalWaitMs, signal);
    flight.throwIfInterrupted();
  }

  #asked({ caller }: Flight, call: ToolCall, { inForce, decision }: Judged): Asked {
    const find = (): JudgedTool | undefined => this.#of(call.server).catalog.find(call.tool);
    const before = find();
    return toolAsked(call, caller, inForce, decision, {
      ...this.#options,
      admit: (who) => this.#admit(who),
      sameTool: () => {
        const now = find();
        // Before the server is started nothing is known of its tools: then one that is accepted is what was meant.
        if (before === undefined) return now === undefined || now.standing === 'pinned';
        return now?.hash === before.hash && now.standing === before.standing;
      },
    });
  }

  /** Throws unless every policy allows the tool, or some ask a person and the others allow it. */
  #decide(flight: Flight, { server: { name }, decide }: ServerInForce, tool: string): JointToolDecision {
    const decision = decide(tool);
    if (decision.pattern) flight.rule = toolRule(name, decision.pattern);
    if (decision.verdict === 'deny' && decision.awaitsApproval) {
      throw refusals.policyNotApproved(name, `${decision.label} allows this tool, but nobody has approved that yet`);
    }
    if (decision.verdict === 'deny') {
      const line = decision.pattern ? `, line ${decision.pattern.line}` : '';
      throw serverRefusals.toolDenied(name, decision.told, `${decision.label}${line}`, decision.byAdministrator);
    }
    flight.verdict = decision.verdict === 'ask' ? 'ask' : 'allow';
    return decision;
  }

  #checkArguments(call: ToolCall, { limits }: ServerInForce): void {
    const text = JSON.stringify(call.arguments);
    if (Buffer.byteLength(text) > limits.requestBytes) {
      throw serverRefusals.argumentsTooLarge(call.server, limits.requestBytes);
    }
  }

  #session({ server, limits }: ServerInForce, secrets: ReadonlyMap<string, Secret>): ServerSession {
    return this.#of(server.name).runner.sessionFor({ server, limits, secrets });
  }

  /** After a question: a tool that turned out to be another one meanwhile is not asked about once more. */
  #refuseUnlessReviewed(call: ToolCall): void {
    if (this.#of(call.server).catalog.find(call.tool)) this.#checkTool(call);
  }

  /** Throws unless the server offers the tool as a person has accepted it. */
  #checkTool(call: ToolCall): void {
    const judged = this.#of(call.server).catalog.find(call.tool);
    if (!judged) throw serverRefusals.unknownTool(call.server);
    if (judged.standing !== 'pinned') throw serverRefusals.toolNotReviewed(call.server, judged.standing);
  }

  /** Before the server is started, and at the moment of sending: whatever changed since the decision is judged once more. */
  #checkAgain(flight: Flight, { server: name, tool }: ToolCall, judged: Judged): Judged {
    const { state, approver } = this.#options;
    state.refuseIfFrozen(name);
    this.#admit(flight.caller);
    flight.throwIfInterrupted();
    const now = findServer(state, name, flight.caller.scope);
    const decision = this.#decide(flight, now, tool);
    // What a person said yes to was another question.
    if (decision.verdict === 'ask' && approver !== 'all' && askingRule(decision) !== askingRule(judged.decision)) {
      throw refusals.approvalOutdated(name);
    }
    return { inForce: now, decision, secrets: serverSecrets(state, now.server) };
  }

  #recordIntent(flight: Flight, { server }: ServerInForce, call: ToolCall, secrets: ReadonlyMap<string, Secret>): void {
    const [first] = secrets;
    if (first) flight.credential = { name: first[0], last4: first[1].last4 };
    const { recorder } = this.#options;
    recorder.record({
      ...flight.event(),
      kind: 'intent',
      verdict: flight.verdict,
      requestHash: recorder.toolCallHash(destinationOf(server), call.tool, call.arguments),
    });
    flight.intended = true;
  }

  async #run(
    flight: Flight,
    session: ServerSession,
    call: ToolCall,
    beforeSend: () => void,
    onProgress: ((progress: CallProgress) => void) | undefined,
  ): Promise<ToolResult> {
    const { recorder } = this.#options;
    const { server } = call;
    const patience = new TokenBucket(PROGRESS_RATE);
    const tell = onProgress && {
      onProgress: ({ progress, total, message }: CallProgress): void => {
        const at = this.#options.now();
        if (patience.retryAfter(at) > 0) return; // progress is no more than a hint: what is left out, the next one says
        patience.take(at);
        onProgress({
          progress,
          ...(total === undefined ? {} : { total }),
          ...(message === undefined ? {} : { message: fewWords(message, recorder) }),
        });
      },
    };
    try {
      const result = await session.use((link) => {
        beforeSend();
        flight.sent = 'unknown';
        return link.callTool(call.tool, call.arguments, { signal: flight.signal, ...tell });
      });
      flight.sent = 'yes';
      this.#of(server).runner.noteSuccess();
      return result;
    } catch (error) {
      if (flight.signal.aborted) {
        void this.#endIfHung(server, session);
        throw flight.signal.reason;
      }
      if (error instanceof RefusalError) throw error;
      if (session.ended) throw serverRefusals.crashed(server, flight.sent);
      if (!(error instanceof McpError)) throw error;
      // The server's own word for what was wrong with the call: the agent can learn from it as from a failed tool.
      flight.sent = 'yes';
      this.#of(server).runner.noteSuccess();
      return { content: [{ type: 'text', text: error.message }], isError: true };
    }
  }

  /** A server that does not even answer a ping is ended; the next call starts it anew. */
  async #endIfHung(server: string, session: ServerSession): Promise<void> {
    if (session.ended || (await (await session.link).answers(PING_MS)) || session.ended) return;
    this.#options.recorder.log('warn', `${server} hangs and was ended.`);
    session.end();
  }

  async #redact(flight: Flight, { server, limits }: ServerInForce, result: ToolResult): Promise<ToolResult> {
    const text = JSON.stringify(result);
    if (Buffer.byteLength(text) > limits.responseBytes) {
      throw serverRefusals.resultTooLarge(server.name, limits.responseBytes);
    }
    const { cleaner, state } = this.#options;
    const answer = await cleaner.toolResult(text, state.vault, flight.signal);
    if (answer === undefined) throw serverRefusals.unreadable(server.name, 'is not what MCP allows');
    return answer;
  }

  #refuse(flight: Flight, error: unknown): Refusal {
    const { service } = flight.call;
    const { refusal } = this.#asRefusal(error, service, flight);
    if (!(error instanceof AuditWriteError)) {
      this.#options.refusalLimit.ended(flight, {
        ...flight.event(),
        verdict: flight.intended ? flight.verdict : 'deny',
        code: refusal.code,
        durationMs: this.#options.now() - flight.startedAt,
      });
    }
    return this.#clean(refusal, service, flight.caller);
  }

  #asRefusal(error: unknown, server: string, flight: Flight | undefined): RefusalError {
    const { recorder } = this.#options;
    const sent = flight?.sent ?? 'no';
    const known = knownRefusal(error, server, sent, recorder) ?? serverFailure(error, server, sent, flight?.intended);
    if (known) return known;
    recorder.log('error', String(error instanceof Error ? error.stack : error));
    return refusals.internal(server, sent, error);
  }

  #clean(refusal: Refusal, asked: string, { scope }: Caller): Refusal {
    const { state } = this.#options;
    return cleanRefusal(refusal, asked, state.servers(scope).names, state.vault.redactor);
  }

  // ── The servers ─────────────────────────────────────────────────────────────────────────────────────────────────

  #of(name: string): Wrapped {
    let wrapped = this.#wrapped.get(name);
    if (!wrapped) {
      const { recorder, now } = this.#options;
      wrapped = {
        runner: new ServerRunner(name, now, (session) => this.#ports(name, session)),
        catalog: new ToolCatalog(name, this.#pins),
        watchers: new ToolWatchers(now),
        told: '',
        log: new ServerLog(name, recorder, now),
      };
      this.#wrapped.set(name, wrapped);
    }
    return wrapped;
  }

  #ports(name: string, session: () => ServerSession | undefined): SessionPorts {
    const { tree, dispatcher, now } = this.#options;
    return {
      tree,
      dispatcher,
      now,
      onEnd: () => {
        this.#options.recorder.log('warn', `${name} ended by itself; the next call starts it again.`);
        this.#of(name).runner.noteFailure();
      },
      onToolsChanged: () => this.#of(name).watchers.tellSoon(),
      onToolsCut: (taken) =>
        this.#options.recorder.log('warn', `${name} offers more than ${taken} tools. The others are left out.`),
      onLog: (level, data) =>
        this.#of(name).log.write(() => `${level}: ${typeof data === 'string' ? data : JSON.stringify(data)}`),
      onErrorLine: (line) => this.#of(name).log.write(() => line),
      onTooLong: () => {
        const own = session();
        const bytes = own?.settings.limits.responseBytes ?? 0;
        for (const flight of this.#options.flights) {
          if (this.#sessions.get(flight) === own) flight.interrupt(() => serverRefusals.resultTooLarge(name, bytes));
        }
      },
    };
  }

  /** Lists the server's tools if need be, and judges them. */
  async #lookAt(name: string, session: ServerSession): Promise<void> {
    const offered = await session.tools();
    const { vault } = this.#options.state;
    const { catalog } = this.#of(name);
    const tools = catalog.lookedAt(offered, vault.known, () =>
      this.#options.cleaner.tools(offered, vault, AbortSignal.timeout(session.settings.limits.timeoutMs)),
    );
    const seen = catalog.take(await tools);
    if (!seen) return;
    this.#tellSeen(name, seen);
    this.#options.approvals().recheck();
  }

  /** The person is told, and the trail says which tools are off from now on. */
  #tellSeen(name: string, seen: ToolsSeen): void {
    const waiting = seen.tools.filter(({ standing }) => standing !== 'pinned').map((tool) => tool.name);
    if (seen.first || waiting.length > 0) {
      this.#options.recorder.recordOrLog({
        id: freshId(),
        kind: 'control',
        agent: { name: 'valet-key' },
        service: name,
        verdict: waiting.length > 0 ? 'tools_changed' : 'tools_pinned',
        ...(waiting.length > 0 ? { subject: waiting.join(', ') } : {}),
      });
    }
    this.#options.onToolsSeen(seen);
    const wrapped = this.#of(name);
    wrapped.told = this.#standing(name, wrapped);
    wrapped.watchers.tellSoon();
  }

  /** Much is told to a gateway that concerns no server: clients are not to list their tools again for it. */
  #tellIfOther(name: string): void {
    const wrapped = this.#of(name);
    const standing = this.#standing(name, wrapped);
    if (wrapped.told === standing) return;
    wrapped.told = standing;
    wrapped.watchers.tell();
  }

  #standing(name: string, { catalog }: Wrapped): string {
    const { state } = this.#options;
    const lookup = state.servers('window').find(name);
    const usable = lookup.found === 'server' ? catalog.usable(lookup.inForce).map((tool) => tool.name) : [];
    return JSON.stringify([serverStatus(state, name).status, usable]);
  }

  #interrupt(name: string, refuse: (sent: Flight['sent']) => RefusalError): void {
    for (const flight of this.#options.flights) if (flight.call.service === name) flight.interrupt(refuse);
  }

  /** Whether what a session was started as is still in force. New values of its credentials wait for its calls to end. */
  #stands({ settings, ended }: ServerSession): boolean {
    if (ended) return true;
    try {
      const { server } = findServer(this.#options.state, settings.server.name, 'window');
      return differingServerPart(server, settings.server) === undefined;
    } catch (error) {
      if (error instanceof RefusalError) return false;
      throw error;
    }
  }
}
