import net from 'node:net';
import tls from 'node:tls';

/** One request as its bytes stood on the wire. */
export interface RawRequest {
  readonly method: string;
  /** The request target, byte for byte (as Latin-1). */
  readonly target: string;
  /** Names and values as sent: order, case and duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Answers one request in place of the built-in `{}`. */
export type RawHandler = (request: RawRequest, socket: net.Socket) => void;

export interface RawUpstream {
  /** Such as `http://127.0.0.1:40123`, or `https://localhost:40123` with `tls`. */
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  /** Everything that was received whole, in order of arrival. */
  readonly requests: RawRequest[];
  /** Connections so far. */
  readonly connections: number;
  /** Every byte received so far, over all connections. */
  bytes(): Buffer;
  /** Bytes that belong to no whole request: a second, half or smuggled one. */
  leftover(): Buffer;
  close(): Promise<void>;
}

/** Values of a header, whatever its case. */
export function valuesOf(request: RawRequest, name: string): string[] {
  return request.headers.filter(([own]) => own.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/**
 * Starts a TCP server on loopback that keeps every byte it receives and reads HTTP/1.1 in the plainest way: a head up to
 * the first empty line, then `content-length` bytes. `respond` gets the socket itself, to answer with anything at all.
 */
export async function startRawUpstream(
  options: { respond?: RawHandler; tls?: { key: string; cert: string } } = {},
): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const received: Buffer[] = [];
  const pending = new Set<{ bytes: Buffer }>();
  const sockets = new Set<net.Socket>();
  const respond = options.respond ?? ((request, socket) => answerWith(socket, request, '{}'));

  const onConnection = (socket: net.Socket): void => {
    const own: { bytes: Buffer } = { bytes: Buffer.alloc(0) };
    pending.add(own);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received.push(chunk);
      own.bytes = Buffer.concat([own.bytes, chunk]);
      for (;;) {
        const taken = takeRequest(own.bytes);
        if (!taken) return;
        own.bytes = taken.rest;
        requests.push(taken.request);
        respond(taken.request, socket);
      }
    });
  };
  const server = options.tls ? tls.createServer(options.tls, onConnection) : net.createServer(onConnection);
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const host = options.tls ? `localhost:${port}` : `127.0.0.1:${port}`;

  return {
    origin: `${options.tls ? 'https' : 'http'}://${host}`,
    host,
    port,
    requests,
    get connections() {
      return connections;
    },
    bytes: () => Buffer.concat(received),
    leftover: () => Buffer.concat([...pending].map(({ bytes }) => bytes)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Writes a 200 with a body of this type and closes nothing. */
export function answerWith(
  socket: net.Socket,
  request: RawRequest,
  body: string | Buffer,
  headers: readonly string[] = ['content-type: application/json'],
): void {
  const bytes = Buffer.from(body);
  const head = ['HTTP/1.1 200 OK', ...headers, `content-length: ${bytes.length}`, '', ''].join('\r\n');
  // One write: two would wait for each other's acknowledgement.
  socket.write(Buffer.concat([Buffer.from(head, 'latin1'), request.method === 'HEAD' ? Buffer.alloc(0) : bytes]));
}

function takeRequest(bytes: Buffer): { request: RawRequest; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [requestLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  const start = end + 4;
  if (bytes.length < start + length) return undefined;
  const [method = '', target = ''] = requestLine.split(' ');
  return {
    request: { method, target, headers, body: Buffer.from(bytes.subarray(start, start + length)) },
    rest: Buffer.from(bytes.subarray(start + length)),
  };
}
