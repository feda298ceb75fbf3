import type { AgentInfo } from '../protocol/messages.ts';
import { RuntimeDirError } from '../protocol/runtimeDir.ts';
import { rankGateways, readGateways, type Whereabouts } from './findGateways.ts';
import { connect, type GatewayConnection, type Order } from './gatewayConnection.ts';
import { gatewayLost, gatewaySilent, gatewayUnsafe, type Reply } from './reply.ts';

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;
export type Question = WithoutId<Order>;

/**
 * The proxy's way to a gateway: found on the first question, kept while it lasts, found again by itself on the first
 * question after it was lost. A question is put to one gateway once; it is never repeated.
 */
export class GatewayClient {
  readonly #runtimeDir: string;
  readonly #whereabouts: () => Promise<Whereabouts>;
  readonly #agent: () => AgentInfo;
  #connection: Promise<GatewayConnection | undefined> | undefined;
  #lastId = 0;

  constructor(options: { runtimeDir: string; whereabouts: () => Promise<Whereabouts>; agent: () => AgentInfo }) {
    this.#runtimeDir = options.runtimeDir;
    this.#whereabouts = options.whereabouts;
    this.#agent = options.agent;
  }

  async ask(question: Question, signal?: AbortSignal): Promise<Reply> {
    let connection: GatewayConnection | undefined;
    try {
      connection = await this.#connected();
    } catch (error) {
      if (error instanceof RuntimeDirError) return gatewayUnsafe(error.message);
      throw error;
    }
    if (!connection) return readGateways(this.#runtimeDir).length > 0 ? gatewaySilent() : gatewayLost('no');
    return connection.ask({ ...question, id: ++this.#lastId } as Order, signal);
  }

  async #connected(): Promise<GatewayConnection | undefined> {
    const existing = await this.#connection;
    if (existing?.open) return existing;
    const attempt = this.#find();
    this.#connection = attempt;
    // A failed attempt is not kept: the next question looks again.
    attempt
      .catch(() => undefined)
      .then((found) => {
        if (!found && this.#connection === attempt) this.#connection = undefined;
      });
    return attempt;
  }

  async #find(): Promise<GatewayConnection | undefined> {
    const gateways = readGateways(this.#runtimeDir);
    if (gateways.length === 0) return undefined;
    for (const candidate of rankGateways(gateways, await this.#whereabouts())) {
      try {
        return await connect(candidate, this.#agent());
      } catch {
        // Left behind by a killed window, or just ending: the next one.
      }
    }
    return undefined;
  }
}
