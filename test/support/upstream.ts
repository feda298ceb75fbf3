import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived on the wire. It is listed as soon as its head is in; `body` is whole once it was answered. */
export interface RecordedRequest {
  readonly method: string;
  /** The request target exactly as it stood in the request line. */
  readonly target: string;
  /** Node's view: lower-case names, duplicates joined. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values as sent: order, case and duplicates kept. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** The body decoded as UTF-8; empty for none. */
  body: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** True once the client hung up before it had the whole answer. */
  aborted: boolean;
}

/** Answers one request in place of the built-in endpoints; returns false to leave it to them. */
export type UpstreamHandler = (request: RecordedRequest, response: ServerResponse) => boolean;

export interface Upstream {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  readonly port: number;
  /** Everything received so far, in order of arrival. */
  readonly requests: RecordedRequest[];
  /** Resolves once `count` requests have arrived; rejects after `timeoutMs` (default 10,000). */
  received(count: number, timeoutMs?: number): Promise<void>;
  /** Ends every connection, hanging ones too. */
  close(): Promise<void>;
}

const DRIP_BYTES = 1024;

/**
 * Starts a real HTTP API on loopback that records what it receives. Its endpoints:
 *
 * - `/echo…` answers with `{ method, target, headers, body }`: whatever came in, a credential included
 * - `/slow/<ms>` answers after that time, `/hang` never answers, `/drip` sends a head and the start of a body, then stalls
 * - `/status/<code>` answers with that status, `/reset` breaks the connection without an answer
 * - `/redirect?to=<url>[&status=<3xx>]` points there (302 without `status`)
 * - `/bytes/<n>` answers with that many bytes of `x` as text
 * - anything else answers 200 with `{ ok: true, method, path, count }`, `count` being the number of requests so far
 *
 * `handle` is asked first. `port` 0, the default, takes any free one.
 */
export async function startUpstream(options: { handle?: UpstreamHandler; port?: number } = {}): Promise<Upstream> {
  const requests: RecordedRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const server = createServer((incoming, response) => {
    const pairs: [string, string][] = [];
    for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
      pairs.push([incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '']);
    }
    const request: RecordedRequest = {
      method: incoming.method ?? '',
      target: incoming.url ?? '',
      headers: incoming.headers,
      rawHeaders: pairs,
      body: '',
      at: Date.now(),
      aborted: false,
    };
    requests.push(request);
    response.on('close', () => {
      request.aborted = !response.writableFinished;
    });
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      request.body = Buffer.concat(chunks).toString('utf8');
      if (options.handle?.(request, response)) return;
      answer(request, response, requests.length, (ms, send) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          send();
        }, ms);
        timers.add(timer);
      });
    });
  });
  server.keepAliveTimeout = 60_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    requests,
    async received(count, timeoutMs = 10_000): Promise<void> {
      const end = Date.now() + timeoutMs;
      while (requests.length < count) {
        if (Date.now() > end) throw new Error(`the upstream received ${requests.length} of ${count} requests`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close(): Promise<void> {
      for (const timer of timers) clearTimeout(timer);
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function answer(
  request: RecordedRequest,
  response: ServerResponse,
  count: number,
  later: (ms: number, send: () => void) => void,
): void {
  const json = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  // Targets are judged raw here: URL would tidy up exactly what tests of canonical targets look for.
  const [path = '', query = ''] = request.target.split('?', 2);
  const [, endpoint = '', parameter = ''] = path.split('/');
  const fine = { ok: true, method: request.method, path, count };

  switch (endpoint) {
    case 'echo':
      json(200, { method: request.method, target: request.target, headers: request.headers, body: request.body });
      return;
    case 'slow':
      later(Number(parameter) || 0, () => json(200, fine));
      return;
    case 'hang':
      return;
    case 'drip':
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': String(2 * DRIP_BYTES) });
      response.write('x'.repeat(DRIP_BYTES));
      return;
    case 'status': {
      const status = Number(parameter) || 500;
      json(status, { ok: status < 400, status });
      return;
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'redirect': {
      const parameters = new URLSearchParams(query);
      response.writeHead(Number(parameters.get('status')) || 302, { location: parameters.get('to') ?? '/' });
      response.end();
      return;
    }
    case 'bytes':
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end('x'.repeat(Number(parameter) || 0));
      return;
    default:
      json(200, fine);
  }
}
