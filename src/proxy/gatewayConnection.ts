import net from 'node:net';
import { readAnswerLine } from '../protocol/answerLine.ts';
import { isRead } from '../protocol/brokenCall.ts';
import { LineSplitter, tooLong } from '../protocol/lines.ts';
import { LineWriter } from '../protocol/lineWriter.ts';
import {
  type AgentInfo,
  type CallProgress,
  type FromProxy,
  fromGatewaySchema,
  MAX_HANDSHAKE_LINE_BYTES,
  MAX_LINE_BYTES,
  PROTOCOL_VERSION,
} from '../protocol/messages.ts';
import { challengeSchema, freshNonce, prove, provesKey } from '../protocol/proof.ts';
import type { Candidate } from './findGateways.ts';
import { Answered, gatewayAbsent, gatewayLost, invalidArguments, type Refused, type Reply } from './reply.ts';

const CONNECT_TIMEOUT_MS = 2000;

type WithId<T> = T extends { id: number } ? T : never;
export type Order = Exclude<WithId<FromProxy>, { do: 'cancel' }>;

interface Pending {
  readonly order: Order;
  readonly settle: (reply: Reply) => void;
  readonly onWaiting: (() => void) | undefined;
  readonly onProgress: ((progress: CallProgress) => void) | undefined;
}

/** A proven connection to one gateway. */
export interface GatewayConnection {
  readonly open: boolean;
  /**
   * Sends one order and resolves with the reply to it; when the connection breaks, with a refusal that says so.
   * `onWaiting` is told when the call waits for the user, `onProgress` how far it has come, for orders that ask to be told.
   */
  ask(
    order: Order,
    signal?: AbortSignal,
    onWaiting?: () => void,
    onProgress?: (progress: CallProgress) => void,
  ): Promise<Reply>;
  /** Calls `listener` when the tools of an upstream MCP server change, and once when the connection is over. */
  watchTools(server: string, listener: () => void): void;
  /** Closes once nothing is under way. */
  retire(): void;
}

/** Connects and proves, or rejects. Nothing about the agent is said before the gateway has proven the key. */
export function connect(candidate: Candidate, agent: AgentInfo): Promise<GatewayConnection> {
  const { discovery, scope } = candidate;
  return new Promise((resolve, reject) => {
    const socket = net.connect(discovery.socket);
    const lines = new LineSplitter(MAX_HANDSHAKE_LINE_BYTES);
    const pending = new Map<number, Pending>();
    const watching: (() => void)[] = [];
    const ownNonce = freshNonce();
    let proven = false;
    let retired = false;

    const fail = (why: string): void => {
      clearTimeout(timeout);
      socket.destroy();
      reject(new Error(why));
      for (const { order, settle } of pending.values()) settle(gatewayLost(changesNothing(order)));
      pending.clear();
      for (const listener of watching.splice(0)) listener();
    };
    const timeout = setTimeout(() => fail('the gateway did not answer in time'), CONNECT_TIMEOUT_MS);
    const writer = new LineWriter(socket);
    const send = (message: object): void => writer.send(message);

    function onLine(line: string): void {
      const answered = proven ? readAnswerLine(line) : undefined;
      if (answered !== undefined) {
        settle(answered.id, new Answered(answered.json));
        return;
      }
      const message: unknown = JSON.parse(line);
      if (!proven) {
        const challenge = challengeSchema.parse(message);
        const nonces = { proxy: ownNonce, gateway: challenge.nonce };
        if (!provesKey(discovery.key, 'gateway', nonces, challenge.proof)) {
          throw new Error('the gateway did not prove that it has the key');
        }
        proven = true;
        lines.cap = MAX_LINE_BYTES;
        clearTimeout(timeout);
        send({ proof: prove(discovery.key, 'proxy', nonces) });
        send({ do: 'hello', agent, scope } satisfies FromProxy);
        resolve(connection);
        return;
      }
      const reply = fromGatewaySchema.parse(message);
      if ('waiting' in reply) {
        pending.get(reply.id)?.onWaiting?.();
        return;
      }
      if ('event' in reply) {
        for (const listener of watching) listener();
        return;
      }
      if ('progress' in reply) {
        pending.get(reply.id)?.onProgress?.(reply.progress);
        return;
      }
      settle(reply.id, 'answer' in reply ? new Answered(JSON.stringify(reply.answer)) : reply);
    }

    function settle(id: number, reply: Reply): void {
      pending.get(id)?.settle(reply);
      pending.delete(id);
      endIfIdle();
    }

    function endIfIdle(): void {
      if (retired && pending.size === 0) socket.destroy();
    }

    const connection: GatewayConnection = {
      get open() {
        return proven && !socket.destroyed && socket.writable;
      },
      watchTools(server, listener) {
        watching.push(listener);
        send({ do: 'watchTools', server } satisfies FromProxy);
      },
      ask(order, signal, onWaiting, onProgress) {
        return new Promise((resolveReply) => {
          if (!connection.open) return resolveReply(gatewayAbsent());
          const line = asLine(order);
          if (typeof line !== 'string') return resolveReply(line);
          pending.set(order.id, { order, settle: resolveReply, onWaiting, onProgress });
          signal?.addEventListener(
            'abort',
            () => {
              if (pending.has(order.id) && connection.open) send({ do: 'cancel', id: order.id } satisfies FromProxy);
            },
            { once: true },
          );
          writer.sendLine(line);
        });
      },
      retire: () => {
        retired = true;
        endIfIdle();
      },
    };

    socket.on('connect', () => send({ protocol: PROTOCOL_VERSION, nonce: ownNonce }));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the gateway closed the connection'));
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          if (line === tooLong) throw new Error('a reply was longer than allowed');
          onLine(line);
        }
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    });
  });
}

/** Whether the order changes nothing, however often it is given. A tool of an MCP server may do anything. */
function changesNothing(order: Order): boolean {
  switch (order.do) {
    case 'listServices':
    case 'listTools':
      return true;
    case 'execute':
      return isRead(order.call);
    case 'requestAccess':
    case 'callTool':
      return false;
  }
}

/** An order as it travels, or why it cannot. */
function asLine(order: Order): string | Refused {
  let line: string;
  try {
    line = JSON.stringify(order);
  } catch {
    return invalidArguments('The arguments are nested too deep.');
  }
  // A UTF-16 code unit takes three bytes at most, so most lines need no counting.
  const tooLarge = line.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(line) > MAX_LINE_BYTES;
  return tooLarge ? invalidArguments('The arguments are larger than 8 MiB.') : line;
}
