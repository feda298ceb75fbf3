import type { Dispatcher } from 'undici';
import { OWN_AGENT } from '../../../core/audit/agentName.ts';
import type { Network } from '../../../core/net/network.ts';
import { differingServerPart } from '../../../core/policy/compare/serverDestination.ts';
import type { Secret } from '../../../core/secret.ts';
import type { Refusal } from '../../../protocol/messages.ts';
import type { Recorder } from '../../audit/recorder.ts';
import type { CallsInFlight } from '../../call/callsInFlight.ts';
import type { Interruptible, Interruption } from '../../call/interruptions.ts';
import type { CallContext, Caller } from '../../call/model/callContext.ts';
import { RefusalError, refusals, type Sent } from '../../call/model/refusals.ts';
import type { RefusalMapper } from '../../call/refusalMapper.ts';
import type { Cleaner } from '../../cleaning/cleaner.ts';
import type { LookedAtTools } from '../../cleaning/lookAtTools.ts';
import type { ServerPins, ServerState, ToolsSeen } from '../../control/controlPort.ts';
import type { ServerInForce } from '../../policies/serverSet.ts';
import type { Agents } from '../../state/agents.ts';
import type { GatewayState } from '../../state/gatewayState.ts';
import { freshId } from '../../util/freshId.ts';
import type { ProcessTree } from '../../util/processTree.ts';
import type { TurnBudget } from '../../util/turnBudget.ts';
import { unlessAborted } from '../../util/unlessAborted.ts';
import { isSessionOver } from './httpRefusal.ts';
import { LastFailure } from './lastFailure.ts';
import { findServer, serverSecrets, serverStatus } from './serverAccess.ts';
import { isServersOwnError, serverFailure } from './serverFailure.ts';
import { ServerLog } from './serverLog.ts';
import { serverRefusals } from './serverRefusals.ts';
import { ServerRunner } from './serverRunner.ts';
import type { ServerSession, SessionPorts } from './serverSession.ts';
import { ToolCatalog } from './toolCatalog.ts';
import { type JudgedTool, ToolPins } from './toolPins.ts';
import { ToolWatchers } from './toolWatchers.ts';

/** After a call timed out, how long the server has to answer a ping before it counts as hung. */
const PING_MS = 2000;
/** How long an agent waits for a list of tools at most, in milliseconds: MCP clients give up at 60 seconds. */
const LIST_MS = 45_000;

export interface UpstreamServersOptions {
  readonly state: GatewayState;
  readonly recorder: Recorder;
  /** All calls under way, those to services as well. */
  readonly calls: CallsInFlight;
  readonly mapper: RefusalMapper;
  readonly cleaner: Cleaner;
  readonly dispatcher: (network: Network) => Dispatcher;
  readonly agents: Pick<Agents, 'admit'>;
  /** A server offers other tools than before. */
  readonly onToolsSeen: (seen: ToolsSeen) => void;
  /** A server could not be started or did not list its tools, or works again after that. */
  readonly onServersChanged: () => void;
  readonly tree: ProcessTree;
  /** Default: {@link LIST_MS}. */
  readonly listMs?: number;
  readonly turnBudget: TurnBudget;
  readonly now: () => number;
}

interface Upstream {
  readonly runner: ServerRunner;
  readonly catalog: ToolCatalog;
  readonly watchers: ToolWatchers;
  /** What its tools and its state came to when its watchers were last told. */
  notified: string;
  /** The tools that were left out of its list when it was last looked through, as the log names them. */
  leftOut: string;
  readonly log: ServerLog;
  readonly failure: LastFailure;
}

/** What an agent gets of a server before it calls: `instructions` are what the server says of itself. */
type ToolList = Record<'tools', Record<string, unknown>[]> & Partial<Record<'instructions', string>>;

/**
 * Upstream MCP servers: starts or connects to them when they are first needed, knows their tools and what the user has
 * accepted of them, and stands in front of them. Calls go through `ToolTarget`.
 */
export class UpstreamServers implements Interruptible {
  readonly #options: UpstreamServersOptions;
  readonly #pins = new ToolPins();
  readonly #upstreams = new Map<string, Upstream>();
  /** Which session a call under way uses. */
  readonly #sessions = new WeakMap<CallContext, ServerSession>();

  constructor(options: UpstreamServersOptions) {
    this.#options = options;
  }

  // ── What an agent asks ──────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The tools that this agent may use, as their server describes them. Starts the server. Nobody waits for longer than
   * {@link LIST_MS}: who watches the server is told when there are tools after all.
   */
  async listTools(server: string, caller: Caller): Promise<{ answer: ToolList } | { refusal: Refusal }> {
    const { state, mapper } = this.#options;
    try {
      this.#options.agents.admit(caller);
      const inForce = findServer(state, server, caller.scope);
      const { catalog } = this.#of(server);
      // The agent keeps its tools: each call says that the server is frozen, and nothing is to be started anew after it.
      if (state.isFrozen(server) && (await catalog.usable(inForce)).length > 0) {
        return { answer: await shown(catalog, inForce) };
      }
      state.refuseIfFrozen(server);
      const secrets = serverSecrets(state, inForce.server);
      const before = this.#of(server).failure.sameAsBefore({ server: inForce.server, secrets }, this.#options.now());
      if (before) throw before;
      await this.#openedInTime(inForce, secrets);
      return { answer: await shown(catalog, inForce) };
    } catch (error) {
      const { refusal } = mapper.map(error, { name: server, sent: 'no' });
      return { refusal: mapper.clean(refusal, server, state.servers(caller.scope).names) };
    }
  }

  /** Calls `listener` whenever the tools of this server may be others than before, until the returned function is called. */
  watch(server: string, listener: () => void): () => void {
    const { watchers } = this.#of(server);
    const remove = watchers.add(listener);
    return () => {
      remove();
      // Agents make names up, as many as they like: of one that no policy has, nothing is kept.
      const made = !watchers.any && this.#upstreams.get(server)?.runner.session === undefined;
      if (made && !this.#isNamed(server)) this.#upstreams.delete(server);
    };
  }

  #isNamed(server: string): boolean {
    return this.#options.state.servers('window').names.includes(server);
  }

  // ── What changes around them ────────────────────────────────────────────────────────────────────────────────────

  setPins(pins: readonly ServerPins[]): void {
    this.#pins.replace(pins);
    for (const [name, { catalog }] of this.#upstreams) {
      const seen = catalog.judgeAgain();
      if (seen) this.#notifySeen(name, seen);
    }
  }

  interrupt(interruption: Interruption): void {
    const { by } = interruption;
    if (by === 'end') this.#close();
    else if (by === 'credentials') this.#refresh(interruption.removed);
    else if (by === 'freeze' || by === 'policies') this.#refresh([]);
    // Whom the user lets in has been given no tools so far, and many clients never ask again by themselves.
    else if (by === 'agents') for (const { watchers } of this.#upstreams.values()) watchers.notify();
  }

  /** Ends what is no longer in force as it was started, at once, and says that lists may have changed. */
  #refresh(removedCredentials: readonly string[]): void {
    for (const [name, { runner }] of this.#upstreams) {
      const why = runner.session && this.#whyOver(name, runner.session, removedCredentials);
      if (why) {
        this.#options.calls.interruptThose((context) => context.name === name, why);
        runner.end();
      }
      void this.#notifyIfChanged(name);
    }
  }

  /** Why a session may not go on; undefined when it may. */
  #whyOver(
    name: string,
    session: ServerSession,
    removedCredentials: readonly string[],
  ): ((sent: Sent) => RefusalError) | undefined {
    const { state } = this.#options;
    const all = state.allFrozen;
    if (state.isFrozen(name)) return (sent) => refusals.frozen(name, all, sent);
    const gone = [...session.settings.secrets.keys()].find((credential) => removedCredentials.includes(credential));
    if (gone !== undefined) return (sent) => refusals.revoked(gone, sent);
    return this.#stands(session) ? undefined : (sent) => serverRefusals.changedUnderWay(name, sent);
  }

  async states(): Promise<readonly ServerState[]> {
    const { state, turnBudget } = this.#options;
    const states: ServerState[] = [];
    for (const name of state.servers('window').names) {
      await turnBudget.turn();
      const lookup = state.servers('window').find(name);
      const upstream = this.#upstreams.get(name);
      const inForce = lookup.found === 'in_force' ? lookup.inForce : undefined;
      const tools = (await upstream?.catalog.counts(inForce)) ?? { offered: 0, usable: 0, waiting: 0 };
      states.push({
        name,
        ...serverStatus(state, name),
        running: upstream?.runner.session?.running === true,
        ...(upstream?.failure.message === undefined ? {} : { failure: upstream.failure.message }),
        tools,
      });
    }
    return states;
  }

  /** Ends everything before it returns, as far as the operating system can. */
  #close(): void {
    for (const { runner, watchers } of this.#upstreams.values()) {
      runner.end('kill');
      watchers.close();
    }
  }

  // ── For the calls to tools ──────────────────────────────────────────────────────────────────────────────────────

  /** The run of the server that takes a call, started if need be, with its tools looked at. */
  openFor(context: CallContext, inForce: ServerInForce, secrets: ReadonlyMap<string, Secret>): Promise<ServerSession> {
    const opened = this.#opened(inForce, secrets, (session) => this.#sessions.set(context, session));
    return unlessAborted(opened, context.signal);
  }

  /** The server has forgotten this run of it: another one is begun for the next call. */
  renew(server: string, session: ServerSession): void {
    this.#of(server).runner.renew(session);
  }

  /** Throws unless the server offers the tool as the user has accepted it. */
  requireTool(server: string, tool: string): void {
    if (!this.#of(server).catalog.find(tool)) throw serverRefusals.unknownTool(server);
    this.refuseUnlessReviewed(server, tool);
  }

  /** Throws for a tool that the server is known to offer otherwise than the user has accepted it. */
  refuseUnlessReviewed(server: string, tool: string): void {
    const judged = this.#of(server).catalog.find(tool);
    if (judged && judged.status !== 'pinned') throw serverRefusals.toolNotReviewed(server, judged.status);
  }

  /** Remembers what is known of a tool: whether that is the same still, is what the returned function says. */
  remember(server: string, tool: string): () => boolean {
    const find = (): JudgedTool | undefined => this.#of(server).catalog.find(tool);
    const before = find();
    return () => {
      const now = find();
      // Before the server is started nothing is known of its tools: then one that is accepted is what was meant.
      if (before === undefined) return now === undefined || now.status === 'pinned';
      return now?.hash === before.hash && now.status === before.status;
    };
  }

  /** The server answered a call: what failed before is over. */
  noteSuccess(server: string): void {
    this.#of(server).runner.noteSuccess();
  }

  /** A server that does not even answer a ping is ended; the next call starts it anew. */
  async endIfHung(server: string, session: ServerSession): Promise<void> {
    if (session.ended || (await (await session.link).answers(PING_MS)) || session.ended) return;
    this.#options.recorder.log('warn', `${server} did not respond and was stopped.`);
    session.end();
  }

  // ── The servers ─────────────────────────────────────────────────────────────────────────────────────────────────

  #session({ server, limits }: ServerInForce, secrets: ReadonlyMap<string, Secret>): ServerSession {
    return this.#of(server.name).runner.sessionFor({ server, limits, secrets });
  }

  #of(name: string): Upstream {
    let upstream = this.#upstreams.get(name);
    if (!upstream) {
      const { recorder, now, turnBudget } = this.#options;
      upstream = {
        runner: new ServerRunner(name, now, (session) => this.#ports(name, session)),
        catalog: new ToolCatalog(name, this.#pins, turnBudget),
        watchers: new ToolWatchers(now),
        notified: '',
        leftOut: '',
        log: new ServerLog(name, recorder, now),
        failure: new LastFailure(),
      };
      this.#upstreams.set(name, upstream);
    }
    return upstream;
  }

  #ports(name: string, session: () => ServerSession | undefined): SessionPorts {
    const { tree, dispatcher, now, turnBudget } = this.#options;
    return {
      tree,
      dispatcher,
      now,
      turnBudget,
      onEnd: () => {
        this.#options.recorder.log('warn', `${name} exited; the next call starts it again.`);
        this.#of(name).runner.noteFailure();
      },
      onToolsChanged: () => this.#of(name).watchers.notifySoon(),
      onToolsCut: (taken) =>
        this.#options.recorder.log('warn', `${name} offers more than ${taken} tools. The others are left out.`),
      onLog: (level, data) =>
        this.#of(name).log.write(() => `${level}: ${typeof data === 'string' ? data : JSON.stringify(data)}`),
      onProblem: (message) => this.#of(name).log.noteTrouble(() => message),
      onErrorLine: (line) => this.#of(name).log.write(() => line),
      onTooLong: () => {
        const own = session();
        const bytes = own?.settings.limits.responseBytes ?? 0;
        this.#options.calls.interruptThose(
          (context) => this.#sessions.get(context) === own,
          () => serverRefusals.resultTooLarge(name, bytes),
        );
      },
    };
  }

  /** {@link #opened}, within the time that an agent waits for a list. */
  async #openedInTime(inForce: ServerInForce, secrets: ReadonlyMap<string, Secret>): Promise<void> {
    const { name } = inForce.server;
    const opened = this.#opened(inForce, secrets);
    const { listMs = LIST_MS } = this.#options;
    const late = AbortSignal.timeout(listMs);
    try {
      await unlessAborted(opened, late);
    } catch (error) {
      if (!late.aborted) throw error;
      opened.then(
        () => this.#of(name).watchers.notifySoon(),
        () => undefined, // that was noted where it failed
      );
      throw serverRefusals.stillStarting(name, listMs / 1000);
    }
  }

  /**
   * A run of the server with its tools looked at: started if need be, and begun anew once where the server knows that run no
   * more. Rejects with a refusal. `onSession` hears of each run that is tried.
   */
  async #opened(
    inForce: ServerInForce,
    secrets: ReadonlyMap<string, Secret>,
    onSession: (session: ServerSession) => void = () => undefined,
  ): Promise<ServerSession> {
    const { name } = inForce.server;
    for (let isRenewed = false; ; isRenewed = true) {
      const session = this.#session(inForce, secrets);
      onSession(session);
      try {
        await this.#lookAt(name, session);
        if (this.#of(name).failure.clear()) this.#options.onServersChanged();
        return session;
      } catch (error) {
        if (isRenewed || !isSessionOver(error)) throw this.#noteFailure(name, session, error);
        this.renew(name, session);
      }
    }
  }

  /** Says in the log and to the host why a server failed, once for each run. */
  #noteFailure(name: string, session: ServerSession, error: unknown): RefusalError {
    const { mapper, recorder, onServersChanged } = this.#options;
    const refusal = mapper.map(error, { name, sent: 'no' }, (own) => serverFailure(own, name, 'no', false));
    if (!session.stopped && this.#of(name).failure.note(session, refusal, this.#options.now())) {
      recorder.log('warn', refusal.message);
      if (isServersOwnError(error)) this.#of(name).log.write(() => error.message);
      onServersChanged();
    }
    return refusal;
  }

  /** Lists the server's tools if need be, and judges them. */
  async #lookAt(name: string, session: ServerSession): Promise<void> {
    const offered = await session.tools();
    const { vault } = this.#options.state;
    const { catalog } = this.#of(name);
    const looked = catalog.lookedAt(offered, vault.known, async () => {
      const within = AbortSignal.timeout(session.settings.limits.timeoutMs);
      const fresh = await this.#options.cleaner.tools(offered, vault, within);
      this.#nameLeftOut(name, fresh);
      return fresh;
    });
    const seen = catalog.take((await looked).tools);
    if (!seen) return;
    this.#notifySeen(name, seen);
  }

  /** One tool that MCP does not allow costs that tool alone, and the user can read which. */
  #nameLeftOut(name: string, { leftOut }: LookedAtTools): void {
    const named = leftOut.map((tool) => `${JSON.stringify(tool.name)} (${tool.part})`).join(', ');
    const upstream = this.#of(name);
    if (named !== '' && named !== upstream.leftOut) {
      this.#options.recorder.log('warn', `${name} offers tools that MCP does not allow, which are left out: ${named}.`);
    }
    upstream.leftOut = named;
  }

  /** The user is told, and the audit log says which tools are off from now on. */
  #notifySeen(name: string, seen: ToolsSeen): void {
    const waiting = seen.tools.filter(({ status }) => status !== 'pinned').map((tool) => tool.name);
    if (seen.first || waiting.length > 0) {
      this.#options.recorder.recordOrLog({
        id: freshId(),
        kind: 'control',
        agent: { name: OWN_AGENT },
        service: name,
        verdict: waiting.length > 0 ? 'tools_changed' : 'tools_pinned',
        ...(waiting.length > 0 ? { subject: waiting.join(', ') } : {}),
      });
    }
    this.#options.onToolsSeen(seen);
    const upstream = this.#of(name);
    upstream.watchers.notifySoon();
    void this.#stateText(name, upstream).then((text) => {
      upstream.notified = text;
    });
  }

  /** Much is told to a gateway that concerns no server: clients are not to list their tools again for it. */
  async #notifyIfChanged(name: string): Promise<void> {
    const upstream = this.#of(name);
    const state = await this.#stateText(name, upstream);
    if (upstream.notified === state) return;
    upstream.notified = state;
    upstream.watchers.notify();
  }

  async #stateText(name: string, { catalog }: Upstream): Promise<string> {
    const { state } = this.#options;
    const lookup = state.servers('window').find(name);
    const usable = lookup.found === 'in_force' ? await catalog.usable(lookup.inForce) : [];
    return JSON.stringify([serverStatus(state, name).status, usable.map((tool) => tool.name)]);
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

async function shown(catalog: ToolCatalog, inForce: ServerInForce): Promise<ToolList> {
  const tools = await catalog.usable(inForce);
  const { instructions } = catalog;
  return {
    tools: tools.map((tool) => tool.shown),
    ...(instructions === undefined ? {} : { instructions }),
  };
}
