import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Dispatcher } from 'undici';
import type { Limits } from '../../../core/limits/limitsModel.ts';
import type { Network } from '../../../core/net/network.ts';
import { differingServerPart, endpointOf } from '../../../core/policy/compare/serverDestination.ts';
import type { Server } from '../../../core/policy/model/server.ts';
import type { Secret } from '../../../core/secret.ts';
import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import type { OfferedTools } from '../../cleaning/lookAtTools.ts';
import type { ProcessTree } from '../../util/processTree.ts';
import type { TurnBudget } from '../../util/turnBudget.ts';
import { serverEnvironment } from './childEnvironment.ts';
import { ChildTransport } from './childTransport.ts';
import { ServerStartError } from './serverFailure.ts';
import { serverFetch } from './serverFetch.ts';
import { type LinkEvents, ServerLink } from './serverLink.ts';
import { serverValues } from './serverValues.ts';

/** How long a server may take to start, in milliseconds: package runners may have to fetch it first. */
const START_MS = 120_000;
/** Smallest cap on one message: lists of tools are long, whatever the policy says of results. */
const MIN_MESSAGE_BYTES = 1024 * 1024;
const ENVELOPE_BYTES = 64 * 1024;
/** A list of tools that is older is asked for again before a call; in milliseconds. */
const FRESH_MS = 10_000;

export interface SessionPorts extends LinkEvents {
  /** It ended by itself, after it had started. */
  onEnd(): void;
  readonly tree: ProcessTree;
  readonly dispatcher: (network: Network) => Dispatcher;
  readonly onErrorLine: (line: string) => void;
  readonly onTooLong: () => void;
  readonly turnBudget: TurnBudget;
  readonly now: () => number;
}

/** What a session was started with: while it is the same, it goes on. */
export interface SessionSettings {
  readonly server: Server;
  readonly limits: Limits;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** One run of an upstream MCP server, from its start to its end. */
export class ServerSession {
  readonly settings: SessionSettings;
  readonly #ports: SessionPorts;
  readonly #transport: Transport;
  readonly #starting = new AbortController();
  /** Rejects when the server could not be started. */
  readonly link: Promise<ServerLink>;
  #started = false;
  #ended = false;
  #listed: { readonly tools: Promise<OfferedTools>; readonly at: number } | undefined;
  /** While its tools are listed: what was too long may be the list. */
  #onTooLong: (() => void) | undefined;
  #users = 0;
  #retired = false;
  #stopped = false;
  #crashed = false;

  constructor(settings: SessionSettings, ports: SessionPorts) {
    this.settings = settings;
    this.#ports = ports;
    this.#transport = this.#makeTransport();
    const late = new ServerStartError(phrase`it did not answer within ${START_MS / 1000} s`);
    const timeout = setTimeout(() => this.#starting.abort(late), START_MS);
    const events: LinkEvents = {
      onEnd: () => {
        if (this.#ended) return;
        this.#crashed = this.#started;
        this.#ended = true;
        if (this.#crashed) ports.onEnd();
      },
      onToolsChanged: () => {
        this.#listed = undefined;
        ports.onToolsChanged();
      },
      onToolsCut: ports.onToolsCut,
      onLog: ports.onLog,
      onProblem: ports.onProblem,
    };
    this.link = ServerLink.open(this.#transport, events, this.#starting.signal)
      .then((link) => {
        this.#started = true;
        return link;
      })
      .catch((error: unknown) => {
        const isLate = this.#starting.signal.reason === late;
        this.#close();
        throw isLate ? late : error;
      })
      .finally(() => clearTimeout(timeout));
    this.link.catch(() => undefined); // whoever waits for it hears of it
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether it is over for the calls on it: not where it was retired, and ended by itself after the last of them. */
  get failed(): boolean {
    return this.#crashed || (this.#ended && !this.#retired);
  }

  /** Whether it was ended from here: what it fails with after that is no failure of the server's. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether it has initialised and not ended. */
  get running(): boolean {
    return this.#started && !this.#ended;
  }

  /** Whether it was started with the very same server and credentials. */
  fits({ server, secrets }: Pick<SessionSettings, 'server' | 'secrets'>): boolean {
    const own = this.settings.secrets;
    return (
      differingServerPart(this.settings.server, server) === undefined &&
      own.size === secrets.size &&
      [...secrets].every(([name, secret]) => own.get(name)?.equals(secret) === true)
    );
  }

  /** What the server offers: asked for again when old, or when the server said that it changed. */
  async tools(): Promise<OfferedTools> {
    const link = await this.link;
    const now = this.#ports.now();
    if (this.#listed && now - this.#listed.at < FRESH_MS) return this.#listed.tools;
    const tools = this.#list(link);
    const listed = { tools, at: now };
    this.#listed = listed;
    tools.catch(() => {
      if (this.#listed === listed) this.#listed = undefined;
    });
    return tools;
  }

  /** A list that never comes, or is too long to be taken, must not leave an agent waiting that has no time-out of its own. */
  async #list(link: ServerLink): Promise<OfferedTools> {
    const { timeoutMs } = this.settings.limits;
    const controller = new AbortController();
    const giveUp = (why: Phrase): void => controller.abort(new ServerStartError(why));
    const late = setTimeout(
      () => giveUp(phrase`its list of tools did not come within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    this.#onTooLong = () =>
      giveUp(phrase`its list of tools is larger than ${this.#maxBytes} bytes, which \`limits.responseBytes\` raises`);
    try {
      return await link.offer(AbortSignal.any([this.#starting.signal, controller.signal]));
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(late);
      this.#onTooLong = undefined;
    }
  }

  /** Runs one call on it; a session that is retired ends after its last one. */
  async use<T>(work: (link: ServerLink) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(await this.link);
    } finally {
      this.#users--;
      if (this.#retired && this.#users === 0) this.end();
    }
  }

  /** Takes no further call; ends when those under way have ended. */
  retire(): void {
    this.#retired = true;
    if (this.#users === 0) this.end();
  }

  /** Ends it, and everything that it started, within half a second. */
  end(): void {
    this.#stopped = true;
    this.#close();
  }

  /** Ends it before this function returns, as far as the operating system can. */
  kill(): void {
    this.end();
    if (this.#transport instanceof ChildTransport) this.#transport.kill();
  }

  /** Longest message that is taken. */
  get #maxBytes(): number {
    return Math.max(this.settings.limits.responseBytes, MIN_MESSAGE_BYTES) + ENVELOPE_BYTES;
  }

  #close(): void {
    this.#starting.abort(new Error('it was ended'));
    this.#ended = true;
    void this.#transport.close();
  }

  #makeTransport(): Transport {
    const { server, secrets } = this.settings;
    const { tree, dispatcher, onErrorLine, turnBudget } = this.#ports;
    const maxBytes = this.#maxBytes;
    const onTooLong = (): void => {
      this.#onTooLong?.();
      this.#ports.onTooLong();
    };
    const { run } = server;
    const endpoint = endpointOf(server);
    if (run.by === 'command' || endpoint === undefined) {
      if (run.by !== 'command') throw new Error('a server has neither a command nor a URL');
      const env = serverEnvironment(process.env, serverValues(server, secrets));
      return new ChildTransport({ ...run, env, tree, maxLineBytes: maxBytes, onErrorLine, onTooLong, turnBudget });
    }
    return new StreamableHTTPClientTransport(new URL(endpoint), {
      fetch: serverFetch({
        baseUrl: run.baseUrl,
        network: run.network,
        endpoint,
        dispatcher: () => dispatcher(run.network),
        headers: () => serverValues(server, secrets),
        authenticated: secrets.size > 0,
        maxBytes,
        onTooLong,
        turnBudget,
      }) as typeof fetch,
    }) as Transport;
  }
}
