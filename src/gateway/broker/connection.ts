import type net from 'node:net';
import type { ZodError, ZodType } from 'zod';
import { agentName, OWN_AGENT, USER_AGENT } from '../../core/audit/agentName.ts';
import { isTooHeavy } from '../../core/jsonWeight.ts';
import { writeAnswerLine } from '../../protocol/answerLine.ts';
import { LineSplitter, tooLong } from '../../protocol/lines.ts';
import { LineWriter } from '../../protocol/lineWriter.ts';
import {
  type AgentInfo,
  type CallProgress,
  type FromGateway,
  type FromProxy,
  fromProxySchema,
  MAX_HANDSHAKE_LINE_BYTES,
  MAX_LINE_BYTES,
  numberedSchema,
  PROTOCOL_VERSION,
  type Refusal,
} from '../../protocol/messages.ts';
import { challengeSchema, closingSchema, freshNonce, openingSchema, prove, provesKey } from '../../protocol/proof.ts';
import type { Caller } from '../call/model/callContext.ts';
import { refusals } from '../call/model/refusals.ts';
import type { Gateway } from '../operations/gateway.ts';
import { freshId } from '../util/freshId.ts';

const HANDSHAKE_TIMEOUT_MS = 5000;
/** Calls under way on one connection; MCP clients send a handful at once. */
const MAX_CALLS = 256;
/** The same of all connections, as a freeze has to end every one; each has some of its own, whatever the others do. */
const MAX_CALLS_IN_ALL = 256;
const CALLS_OF_ITS_OWN = 4;
/** What waiting calls may hold in memory, in characters of their messages: of one connection, and of all. */
const MAX_WAITING = 24 * 1024 * 1024;
const MAX_WAITING_IN_ALL = 64 * 1024 * 1024;

/** Upstream MCP servers whose tools one connection may watch; a proxy watches the one that it stands in for. */
const MAX_WATCHED = 16;

type CallTool = Extract<FromProxy, { do: 'callTool' }>;

/** Shared by all connections of a gateway. */
export interface Waiting {
  /** Characters of the messages. */
  inAll: number;
  calls: number;
}

/**
 * Serves one proxy: first the mutual proof, then one reply for each numbered message, many at once. Whatever is out of
 * form ends the connection; nothing on it can crash the gateway. Resolves when the connection is over.
 */
export async function serveConnection(
  socket: net.Socket,
  key: string,
  gateway: Gateway,
  waiting: Waiting,
): Promise<void> {
  let ownWaiting = 0;
  const lines = new LineSplitter(MAX_HANDSHAKE_LINE_BYTES);
  const calls = new Map<number, AbortController>();
  const unwatch: (() => void)[] = [];
  let state: 'opening' | 'closing' | 'proven' = 'opening';
  let nonces = { proxy: '', gateway: '' };
  const connection = freshId();
  let caller: Caller = { agent: { name: '' }, scope: 'user', connection };

  const writer = new LineWriter(socket);
  const reply = (message: FromGateway): void => writer.send(message);
  const timeout = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS);

  /** Whether a line is not to be parsed; before the proof all of them are short. */
  function isTooMuch(line: string): boolean {
    return state === 'proven' && (gateway.isTooLong(line.length, caller) || isTooHeavy(line));
  }

  function onLine(line: string): void {
    if (state === 'opening') {
      const opening = inForm(openingSchema, line);
      if (opening.protocol !== PROTOCOL_VERSION) throw new Error('another protocol version');
      nonces = { proxy: opening.nonce, gateway: freshNonce() };
      const challenge = challengeSchema.parse({ nonce: nonces.gateway, proof: prove(key, 'gateway', nonces) });
      writer.send(challenge);
      state = 'closing';
    } else if (state === 'closing') {
      const { proof } = inForm(closingSchema, line);
      if (!provesKey(key, 'proxy', nonces, proof)) throw new Error('the proxy did not prove that it has the key');
      clearTimeout(timeout);
      lines.cap = MAX_LINE_BYTES;
      state = 'proven';
    } else {
      const given: unknown = JSON.parse(line);
      const message = fromProxySchema.safeParse(given);
      if (message.success) onMessage(message.data, line.length);
      else refuseOutOfForm(given, message.error);
    }
  }

  /** One message that a proxy should not have sent harms none of the others, nor what the user allowed this connection. */
  function refuseOutOfForm(given: unknown, { issues }: ZodError): void {
    const id = numberedSchema.safeParse(given);
    if (!id.success) throw new Error('a message was not valid');
    // Never more: names within an argument are the agent's own words.
    const argument = issues[0]?.path[1] ?? issues[0]?.path[0] ?? '';
    reply({ id: id.data.id, refusal: refusals.outOfForm(String(argument)).refusal });
  }

  /** The head of a call is where our proxy writes it; from anything else, such a message is out of form. */
  function refuseUnread(line: string): void {
    const id = /^\{"id":(\d{1,15}),"do":"(?:execute|callTool)",/.exec(line)?.[1];
    if (id === undefined) throw new Error('a message was not valid');
    reply({ id: Number(id), refusal: gateway.refuseUnread(caller) });
  }

  function onMessage(message: FromProxy, size: number): void {
    switch (message.do) {
      case 'hello':
        caller = { agent: asAgent(message.agent), scope: message.scope, connection };
        gateway.agents.connected(connection, caller.agent, () => socket.destroy());
        return;
      case 'cancel':
        calls.get(message.id)?.abort();
        return;
      case 'listServices':
        void gateway.listServices(caller, message.service).then((result) => reply({ id: message.id, ...result }));
        return;
      case 'requestAccess':
        void gateway.requestAccess(message.access, caller).then((result) => reply({ id: message.id, ...result }));
        return;
      case 'execute':
        if (!hasRoom(message.id, size)) return;
        void perform(message.id, size, (signal) =>
          gateway.call(message.call, caller, signal, message.notifyWaiting && (() => tellWaiting(message.id))),
        );
        return;
      case 'listTools':
        void gateway.servers.listTools(message.server, caller).then((result) => reply({ id: message.id, ...result }));
        return;
      case 'callTool':
        if (hasRoom(message.id, size)) callTool(message, size);
        return;
      case 'watchTools':
        if (unwatch.length >= MAX_WATCHED) throw new Error('too many servers are watched');
        unwatch.push(
          gateway.servers.watch(message.server, () => reply({ event: 'toolsChanged', server: message.server })),
        );
    }
  }

  /** Whether one more call may wait; says so to the agent if not. */
  function hasRoom(id: number, size: number): boolean {
    if (calls.has(id)) throw new Error('a call number was used twice');
    const room =
      (calls.size < CALLS_OF_ITS_OWN || (calls.size < MAX_CALLS && waiting.calls < MAX_CALLS_IN_ALL)) &&
      ownWaiting + size <= MAX_WAITING &&
      waiting.inAll + size <= MAX_WAITING_IN_ALL;
    if (!room) reply({ id, refusal: refusals.tooMany(MAX_CALLS).refusal });
    return room;
  }

  function tellWaiting(id: number): void {
    reply({ id, waiting: 'approval' });
  }

  function callTool({ id, call, notifyProgress }: CallTool, size: number): void {
    const onWaiting = notifyProgress && ((): void => tellWaiting(id));
    const onProgress = notifyProgress && ((progress: CallProgress): void => reply({ id, progress }));
    void perform(id, size, (signal) => gateway.callTool(call, caller, signal, onWaiting, onProgress));
  }

  /** Performs one call, during which it can be cancelled and counts as waiting, and replies. */
  async function perform<T extends { answer: Record<string, unknown> } | { refusal: Refusal }>(
    id: number,
    size: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<void> {
    const controller = new AbortController();
    calls.set(id, controller);
    ownWaiting += size;
    waiting.inAll += size;
    waiting.calls += 1;
    const result = await work(controller.signal);
    calls.delete(id);
    gateway.agents.count(connection, 'refusal' in result);
    ownWaiting -= size;
    waiting.inAll -= size;
    waiting.calls -= 1;
    if ('answer' in result) writer.sendLine(writeAnswerLine(id, JSON.stringify(result.answer)));
    else reply({ id, refusal: result.refusal });
  }

  try {
    for await (const chunk of socket) {
      for (const line of lines.push(chunk)) {
        if (line === tooLong) throw new Error('a line was longer than allowed');
        await gateway.turnBudget.turn();
        const unread = isTooMuch(line);
        await gateway.turnBudget.turn();
        if (unread) refuseUnread(line);
        else onLine(line);
      }
      // Who does not read its replies is not read from either.
      await writer.drained();
    }
  } finally {
    clearTimeout(timeout);
    for (const controller of calls.values()) controller.abort();
    gateway.agents.left(connection);
    gateway.disconnect(connection);
    for (const stop of unwatch) stop();
    socket.destroy();
  }
}

/** Parses one line. The error says nothing of what was in it. */
function inForm<T>(schema: ZodType<T>, line: string): T {
  const message = schema.safeParse(JSON.parse(line));
  if (!message.success) throw new Error('a message was not valid');
  return message.data;
}

/** No agent goes by a name under which the audit log has what the user did, or Valet Key itself. */
function asAgent(agent: AgentInfo): AgentInfo {
  const taken = [USER_AGENT, OWN_AGENT].includes(agentName(agent.name));
  return taken ? { ...agent, name: `agent ${agent.name}` } : agent;
}
