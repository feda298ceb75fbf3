import { McpError } from '@modelcontextprotocol/sdk/types.js';
import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import type { Rate } from '../../../core/limits/limitsModel.ts';
import { credentialsOf, destinationOf, differingServerPart } from '../../../core/policy/compare/serverDestination.ts';
import { toolRule } from '../../../core/policy/decide/explainTool.ts';
import { isToolName } from '../../../core/policy/patterns/namePattern.ts';
import type { Secret } from '../../../core/secret.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { CallProgress, ToolCall } from '../../../protocol/messages.ts';
import type { Recorder } from '../../audit/recorder.ts';
import { type CallContext, type Caller, pathAlone } from '../../call/model/callContext.ts';
import { RefusalError, refusals } from '../../call/model/refusals.ts';
import { shownAgent } from '../../call/model/shownAgent.ts';
import type {
  Authorized,
  Denied,
  Failure,
  Question,
  Read,
  RunOptions,
  Seen,
  ShownCall,
  Target,
} from '../../call/target.ts';
import type { Cleaner } from '../../cleaning/cleaner.ts';
import type { ToolResult } from '../../cleaning/toolResult.ts';
import type { JointToolDecision, ServerInForce } from '../../policies/serverSet.ts';
import type { GatewayState } from '../../state/gatewayState.ts';
import { TokenBucket } from '../../util/tokenBucket.ts';
import { HttpRefusedError, isSessionOver, wasNotTaken } from './httpRefusal.ts';
import { findServer, serverSecrets } from './serverAccess.ts';
import { serverFailure } from './serverFailure.ts';
import { serverRefusals } from './serverRefusals.ts';
import type { ServerSession } from './serverSession.ts';
import { notifiableProgress } from './toolProgress.ts';
import type { UpstreamServers } from './upstreamServers.ts';

/** How often an agent is told of a call's progress. */
const PROGRESS_RATE: Rate = { count: 10, per: 'second' };

interface ToolParts {
  readonly state: GatewayState;
  readonly recorder: Recorder;
  readonly cleaner: Cleaner;
  readonly servers: UpstreamServers;
  readonly now: () => number;
}

interface ReadTool extends Read {
  readonly call: ToolCall;
}

/** A call to a tool that may pass, as it stood at one moment. */
interface AuthorizedTool extends Authorized, ReadTool {
  readonly inForce: ServerInForce;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** A call with the run of its server that takes it. */
interface ReadyTool {
  readonly call: ToolCall;
  readonly inForce: ServerInForce;
  readonly session: ServerSession;
  /** Another run of the server, with its tools looked at, where it knows this one no more. */
  readonly renewed: () => Promise<ServerSession>;
}

/** Calls to tools of upstream MCP servers. */
export class ToolTarget implements Target<ToolCall, ReadTool, AuthorizedTool, ReadyTool, ToolResult, ToolResult> {
  readonly #parts: ToolParts;
  /** Arguments as JSON: written once for each call, however often it is judged. */
  readonly #texts = new WeakMap<ToolCall, string>();

  constructor(parts: ToolParts) {
    this.#parts = parts;
  }

  nameOf({ server }: ToolCall): string {
    return server;
  }

  unread({ tool }: ToolCall, { agent }: Caller): Seen {
    // Until their size is known, the arguments are not looked through.
    return { record: { method: 'tools/call', path: pathAlone(tool) }, words: [agent, tool] };
  }

  /** There is nothing to read of a call before it is known that a server is there, and that it may be asked. */
  read(call: ToolCall, caller: Caller): ReadTool {
    return { call, seen: this.unread(call, caller) };
  }

  decide({ call, ...read }: ReadTool, caller: Caller): AuthorizedTool | Denied {
    const { state } = this.#parts;
    let { seen } = read;
    try {
      const inForce = findServer(state, call.server, caller.scope);
      // The user is not asked about a name that an agent made up: no server can have such a tool.
      if (!isToolName(call.tool)) throw serverRefusals.unknownTool(call.server);
      const decision = inForce.decide(call.tool);
      seen = withRule(seen, call.server, decision);
      refuseIfDenied(call.server, decision);
      state.refuseIfFrozen(call.server);
      const secrets = serverSecrets(state, inForce.server);
      const bytes = Buffer.byteLength(this.#argumentsOf(call));
      const { requestBytes, timeoutMs } = inForce.limits;
      if (bytes > requestBytes) throw serverRefusals.argumentsTooLarge(call.server, requestBytes);
      seen = { ...seen, words: [caller.agent, call] };
      const shared = { call, inForce, secrets, seen, limits: inForce.limits, timeoutMs };
      if (decision.verdict !== 'ask') return { ...shared, verdict: 'allow' };
      return { ...shared, verdict: 'ask', question: this.#question(call, caller, inForce, decision) };
    } catch (denied) {
      return { seen, denied };
    }
  }

  /** A tool that turned out to be another one meanwhile is not asked about once more. */
  refuseAnotherQuestion({ call }: AuthorizedTool): void {
    this.#parts.servers.refuseUnlessReviewed(call.server, call.tool);
  }

  /** Starts the server, or connects to it, and looks at its tools. */
  async prepare({ call, inForce, secrets }: AuthorizedTool, context: CallContext): Promise<ReadyTool> {
    const { servers } = this.#parts;
    const session = await servers.openFor(context, inForce, secrets);
    servers.requireTool(call.server, call.tool);
    const renewed = async (): Promise<ServerSession> => {
      const another = await servers.openFor(context, inForce, secrets);
      servers.requireTool(call.server, call.tool);
      return another;
    };
    return { call, inForce, session, renewed };
  }

  stillHolds(authorized: AuthorizedTool, caller: Caller, ready: ReadyTool | undefined): AuthorizedTool | Denied {
    const { call } = authorized;
    const now = this.decide(this.read(call, caller), caller);
    if (!ready || 'denied' in now) return now;
    try {
      this.#parts.servers.requireTool(call.server, call.tool);
      if (!ready.session.fits({ server: now.inForce.server, secrets: now.secrets })) {
        throw serverRefusals.changedUnderWay(call.server, 'no');
      }
      return now;
    } catch (denied) {
      return { seen: now.seen, denied };
    }
  }

  intent({ call, inForce: { server }, session }: ReadyTool): Pick<AuditEvent, 'requestHash' | 'credential'> {
    const [first] = session.settings.secrets;
    return {
      ...(first ? { credential: { name: first[0], last4: first[1].last4 } } : {}),
      requestHash: this.#parts.recorder.toolCallHash(destinationOf(server), call.tool, call.arguments),
    };
  }

  /**
   * Sends the call. A server that has ended the session says so in place of taking a message: then, and then alone, the same
   * call goes out once more, in another session, after all that holds before a call was checked again.
   */
  async run(ready: ReadyTool, options: RunOptions): Promise<ToolResult> {
    const { call, session, renewed } = ready;
    try {
      return await this.#send(call, session, options);
    } catch (error) {
      if (!isSessionOver(error)) throw error;
      this.#parts.servers.renew(call.server, session);
      if (!wasNotTaken(error)) throw error;
    }
    return this.#send(call, await renewed(), options);
  }

  async #send(
    call: ToolCall,
    session: ServerSession,
    { signal, beforeSend, onProgress }: RunOptions,
  ): Promise<ToolResult> {
    const { servers } = this.#parts;
    let sent: Failure['sent'] = 'no';
    try {
      const result = await session.use((link) => {
        beforeSend();
        sent = 'unknown';
        const progress = onProgress && { onProgress: this.#progress(onProgress) };
        return link.callTool(call.tool, call.arguments, { signal, ...progress });
      });
      servers.noteSuccess(call.server);
      return result;
    } catch (error) {
      if (signal.aborted) {
        void servers.endIfHung(call.server, session);
        throw signal.reason;
      }
      if (error instanceof RefusalError || error instanceof HttpRefusedError) throw error;
      if (session.failed) throw serverRefusals.crashed(call.server, sent);
      if (!(error instanceof McpError)) throw error;
      // The server's own word for what was wrong with the call: the agent can learn from it as from a failed tool.
      servers.noteSuccess(call.server);
      return { content: [{ type: 'text', text: error.message }], isError: true };
    }
  }

  async redact(
    { inForce: { server, limits } }: AuthorizedTool,
    result: ToolResult,
    { signal }: CallContext,
  ): Promise<ToolResult> {
    const text = JSON.stringify(result);
    if (Buffer.byteLength(text) > limits.responseBytes) {
      throw serverRefusals.resultTooLarge(server.name, limits.responseBytes);
    }
    const answer = await this.#parts.cleaner.toolResult(text, this.#parts.state.vault, signal);
    if (answer === undefined) throw serverRefusals.unreadable(server.name, false);
    return answer;
  }

  outcome({ isError }: ToolResult): Pick<AuditEvent, 'result'> {
    return { result: isError === true ? 'error' : 'ok' };
  }

  refusalOf(error: unknown, { name, sent, intended }: Failure): RefusalError | undefined {
    return serverFailure(error, name, sent, intended);
  }

  knownNames(scope: Caller['scope']): readonly string[] {
    return this.#parts.state.servers(scope).names;
  }

  #argumentsOf(call: ToolCall): string {
    const text = this.#texts.get(call) ?? JSON.stringify(call.arguments);
    this.#texts.set(call, text);
    return text;
  }

  #question(call: ToolCall, caller: Caller, { server }: ServerInForce, decision: JointToolDecision): Question {
    const { state, recorder, cleaner, servers } = this.#parts;
    const sameTool = servers.remember(call.server, call.tool);
    return {
      hash: () => recorder.toolCallHash(destinationOf(server), call.tool, call.arguments),
      path: call.tool,
      rules: [askingRule(decision)],
      mayRemember: false,
      credentials: credentialsOf(server).map(({ credential }) => credential),
      stillMeant: () => {
        const now = findServer(state, call.server, caller.scope);
        return differingServerPart(now.server, server) === undefined && sameTool();
      },
      show: async (signal) =>
        shownTool(
          call,
          caller,
          decision,
          await cleaner.json(JSON.stringify(call.arguments, undefined, 2), state.vault, signal),
        ),
      credential: () => undefined,
    };
  }

  #progress(tell: (progress: CallProgress) => void): (progress: CallProgress) => void {
    const bucket = new TokenBucket(PROGRESS_RATE);
    return (progress) => {
      const at = this.#parts.now();
      if (bucket.retryAfter(at) > 0) return; // progress is no more than a hint: what is left out, the next one says
      bucket.take(at);
      const told = notifiableProgress(progress, this.#parts.recorder);
      if (told !== undefined) tell(told);
    };
  }
}

/** Throws where some policy denies the tool. */
function refuseIfDenied(name: string, decision: JointToolDecision): void {
  if (decision.verdict !== 'deny') return;
  if (decision.awaitsApproval) {
    throw refusals.policyNotApproved(
      name,
      phrase`${decision.label} allows this tool, but the user has not approved that yet`,
    );
  }
  const { label, pattern } = decision;
  const where = pattern ? phrase`${label}, line ${pattern.line}` : phrase`${label}`;
  throw serverRefusals.toolDenied(name, decision.reasonForAgents, where, decision.byAdministrator);
}

function withRule({ record, words }: Seen, server: string, { pattern }: JointToolDecision): Seen {
  return pattern ? { record: { ...record, rule: toolRule(server, pattern) }, words } : { record, words };
}

/** Which pattern of which file asks; another one is another question. */
function askingRule({ verdict, label, pattern }: JointToolDecision): string {
  return JSON.stringify([verdict, label, pattern?.text ?? '']);
}

/** What the user is shown of a call: `args` are its arguments, without credentials. */
function shownTool(call: ToolCall, { agent }: Caller, decision: JointToolDecision, args: string): ShownCall {
  return {
    method: 'tools/call',
    url: call.tool,
    headers: [],
    body: { contentType: 'application/json', text: args },
    agent: shownAgent(agent),
    rule: {
      file: decision.label,
      line: decision.pattern?.line ?? 1,
      text: phrase`ask ${decision.pattern?.text ?? call.tool}`,
    },
  };
}
