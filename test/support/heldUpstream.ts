import https from 'node:https';
import net, { type AddressInfo } from 'node:net';

/** An HTTPS API on loopback with which nobody can finish a handshake until it lets them. */
export interface HeldUpstream {
  /** Such as `https://localhost:40123`. */
  readonly origin: string;
  /** Connections that were made so far, held or not. */
  readonly connections: number;
  /** What arrived: where to, and with which `authorization`. */
  readonly received: readonly { readonly target: string; readonly authorization: string | undefined }[];
  /** Lets everybody come through, from now on. */
  release(): void;
  close(): Promise<void>;
}

/** Answers `{}` to every request. So a client is held when it has a connection and has not sent a byte of its request. */
export async function startHeldUpstream(pair: { key: string; cert: string }): Promise<HeldUpstream> {
  const received: { target: string; authorization: string | undefined }[] = [];
  const inner = https.createServer(pair, (request, response) => {
    received.push({ target: request.url ?? '', authorization: request.headers.authorization });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
  });
  const sockets = new Set<net.Socket>();
  const held: (() => void)[] = [];
  let released = false;
  let connections = 0;
  const outer = net.createServer((socket) => {
    connections += 1;
    const pass = (): void => {
      const behind = net.connect((inner.address() as AddressInfo).port, '127.0.0.1');
      keep(behind);
      socket.pipe(behind).pipe(socket);
    };
    keep(socket);
    if (released) pass();
    else held.push(pass);
  });
  const keep = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  for (const server of [inner, outer]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  return {
    origin: `https://localhost:${(outer.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    received,
    release: () => {
      released = true;
      for (const pass of held.splice(0)) pass();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([inner, outer].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
