import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message of JSON-RPC as a client sent it, with the session that it named. */
export interface Heard {
  readonly method: string;
  readonly rpc: string | undefined;
  readonly session: string | undefined;
  /** Whether the message got as far as being carried out. */
  done: boolean;
}

type Respond = (status: number, body?: unknown, headers?: Record<string, string>) => void;

/** Takes a request in place of the server's own way; false where it leaves it to that. */
export type Mood = (request: {
  readonly http: http.IncomingMessage;
  readonly rpc: { readonly id?: unknown; readonly method?: string };
  readonly respond: Respond;
}) => boolean;

/** An MCP server over Streamable HTTP, by hand, that can be told to behave in any way. */
export interface RemoteMcp {
  readonly url: string;
  readonly heard: Heard[];
  mood: Mood;
  /** How it answers a session that it does not know. */
  unknownSession: (respond: Respond, id: unknown) => void;
  /** Forgets all sessions, as a restart does. */
  forget(): void;
  tools: unknown[];
  /** No longer listens; `start` does again, on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function remoteMcp(): Promise<RemoteMcp> {
  const heard: Heard[] = [];
  let sessions = new Set<string>();
  let last = 0;
  let port = 0;
  const handle = (request: http.IncomingMessage, response: http.ServerResponse, text: string): void => {
    const rpc = text === '' ? {} : (JSON.parse(text) as { id?: unknown; method?: string });
    const session = request.headers['mcp-session-id']?.toString();
    const one: Heard = { method: request.method ?? '', rpc: rpc.method, session, done: false };
    heard.push(one);
    const respond: Respond = (status, body, headers = {}) => {
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
      response.end(isText ? body : body === undefined ? '' : JSON.stringify(body));
    };
    const result = (value: unknown, headers?: Record<string, string>): void => {
      one.done = true;
      respond(200, { jsonrpc: '2.0', id: rpc.id, result: value }, headers);
    };
    if (remote.mood({ http: request, rpc, respond })) return;
    if (request.method !== 'POST') respond(405);
    else if (rpc.method === 'initialize') {
      const id = `session-${++last}`;
      sessions.add(id);
      const serverInfo = { name: 'remote', version: '1' };
      result({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo }, { 'mcp-session-id': id });
    } else if (session === undefined || !sessions.has(session)) remote.unknownSession(respond, rpc.id);
    else if (rpc.id === undefined) respond(202);
    else if (rpc.method === 'tools/list') result({ tools: remote.tools });
    else result({ content: [{ type: 'text', text: 'ok' }] });
  };
  let server: http.Server | undefined;
  const start = async (): Promise<void> => {
    const one = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => handle(request, response, Buffer.concat(chunks).toString()));
    });
    await new Promise<void>((resolve) => one.listen(port, '127.0.0.1', resolve));
    port = (one.address() as AddressInfo).port;
    server = one;
  };
  await start();
  const remote: RemoteMcp = {
    url: `http://127.0.0.1:${port}/mcp`,
    heard,
    mood: () => false,
    unknownSession: (respond) => respond(404, 'Session not found'),
    forget: () => {
      sessions = new Set();
    },
    tools: [{ name: 'get_thing', description: 'Gets it.', inputSchema: { type: 'object' } }],
    start,
    stop: () =>
      new Promise((resolve) => {
        server?.closeAllConnections();
        server?.close(() => resolve());
      }),
  };
  return remote;
}
