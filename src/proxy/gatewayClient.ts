import type { AgentInfo, CallProgress } from '../protocol/messages.ts';
import { RuntimeDirError } from '../protocol/runtimeDir.ts';
import { type ClientLocation, type Fit, rankGateways, readGateways } from './findGateways.ts';
import { connect, type GatewayConnection, type Order } from './gatewayConnection.ts';
import { gatewayAbsent, gatewaySilent, gatewayUnsafe, type Reply } from './reply.ts';

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;
export type Question = WithoutId<Order>;

interface Found {
  readonly connection: GatewayConnection;
  readonly fit: Fit;
}

/** How often a proxy whose gateway is not its own window's looks for a better one: once a second at most. */
const LOOK_AGAIN_MS = 1000;

/**
 * The proxy's way to a gateway: found on the first question, kept while it lasts, found again by itself on the first
 * question after it was lost. A question is put to one gateway once; it is never repeated.
 *
 * A window that starts (or is reloaded) starts its proxies, too, and they may look before its gateway is there; then
 * another window's answers at first, and the proxy goes over to its own as soon as that is there.
 */
export class GatewayClient {
  readonly #runtimeDir: string;
  readonly #clientLocation: () => Promise<ClientLocation>;
  readonly #agent: () => AgentInfo;
  #found: Promise<Found | undefined> | undefined;
  #lookedAt = 0;
  #lastId = 0;

  constructor(options: { runtimeDir: string; clientLocation: () => Promise<ClientLocation>; agent: () => AgentInfo }) {
    this.#runtimeDir = options.runtimeDir;
    this.#clientLocation = options.clientLocation;
    this.#agent = options.agent;
  }

  /** The connection there is, or a new one; undefined when no gateway can be reached. */
  async connection(): Promise<GatewayConnection | undefined> {
    try {
      return await this.#connected();
    } catch (error) {
      if (error instanceof RuntimeDirError) return undefined;
      throw error;
    }
  }

  /**
   * `onWaiting` is told when a call begins to wait for the user, `onProgress` how far a call to an upstream MCP server has come,
   * for orders that ask to be told.
   */
  async ask(
    question: Question,
    signal?: AbortSignal,
    onWaiting?: () => void,
    onProgress?: (progress: CallProgress) => void,
  ): Promise<Reply> {
    let connection: GatewayConnection | undefined;
    try {
      connection = await this.#connected();
    } catch (error) {
      if (error instanceof RuntimeDirError) return gatewayUnsafe(error.message);
      throw error;
    }
    if (!connection) return readGateways(this.#runtimeDir).length > 0 ? gatewaySilent() : gatewayAbsent();
    return connection.ask({ id: ++this.#lastId, ...question } as Order, signal, onWaiting, onProgress);
  }

  /** The next question looks for a gateway anew; what is under way ends where it is. */
  findAgain(): void {
    const before = this.#found;
    this.#found = undefined;
    before?.then((found) => found?.connection.retire()).catch(() => undefined);
  }

  async #connected(): Promise<GatewayConnection | undefined> {
    const before = this.#found;
    const existing = await before;
    if (existing?.connection.open) return (await this.#better(existing)) ?? existing.connection;
    // Of questions that come at once, one looks; what the user allows, they allow to one connection.
    if (this.#found !== before) return this.#connected();
    const attempt = this.#find();
    this.#found = attempt;
    // A failed attempt is not kept: the next question looks again.
    attempt
      .catch(() => undefined)
      .then((found) => {
        if (!found && this.#found === attempt) this.#found = undefined;
      });
    return (await attempt)?.connection;
  }

  /** A gateway that fits better than the present one, which then ends once nothing is under way. */
  async #better(existing: Found): Promise<GatewayConnection | undefined> {
    const now = performance.now();
    if (existing.fit === 0 || now - this.#lookedAt < LOOK_AGAIN_MS) return undefined;
    this.#lookedAt = now;
    const better = await this.#find(existing.fit);
    if (!better) return undefined;
    this.#found = Promise.resolve(better);
    existing.connection.retire();
    return better.connection;
  }

  /** @param worse only what fits better than this */
  async #find(worse?: Fit): Promise<Found | undefined> {
    const gateways = readGateways(this.#runtimeDir);
    if (gateways.length === 0) return undefined;
    for (const candidate of rankGateways(gateways, await this.#clientLocation())) {
      const { fit } = candidate;
      if (worse !== undefined && fit >= worse) return undefined;
      try {
        return { connection: await connect(candidate, this.#agent()), fit };
      } catch {
        // Left behind by a killed window, or just ending: the next one.
      }
    }
    return undefined;
  }
}
