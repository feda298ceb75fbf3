import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PATH = '/signed-in';

/** A browser sends its request at once, and what comes back is short; in milliseconds and bytes. */
const REQUEST_WITHIN_MS = 5000;
const MAX_HEADER_BYTES = 16 * 1024;
/** A browser opens a few connections in advance; nobody else has a reason to. */
const MAX_CONNECTIONS = 16;

/** A listener for the minutes of one sign-in. */
export interface LoopbackRedirect {
  readonly redirectUri: string;
  dispose(): void;
}

export interface RedirectPage {
  /** What the user reads in the browser when it came to something, and when nobody waits for the answer. */
  readonly done: string;
  readonly unknown: string;
}

/**
 * The redirect address of RFC 8252 section 7.3: a port of this machine's own that the system chooses, on 127.0.0.1 alone.
 * `receive` says whether somebody waits for the answer; it compares `state`. The first such answer ends the listener. What
 * comes here is of no use to another program: a code is redeemed only with PKCE's verifier, which never left.
 */
export async function listenOnLoopback(
  receive: (query: string) => boolean,
  page: RedirectPage,
  requestWithinMs = REQUEST_WITHIN_MS,
): Promise<LoopbackRedirect> {
  const server = createServer(
    // Looked at often, so that connections that say nothing leave room for the browser's.
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: requestWithinMs,
      connectionsCheckingInterval: requestWithinMs / 5,
    },
    (request, response) => answer(request, response),
  );
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispose = (): void => {
    server.close();
    server.closeIdleConnections();
  };

  function answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const [path, query = ''] = url.split(/\?(.*)/s);
    // Another name for this address is a page that has its name resolved to it (DNS rebinding).
    if (headers.host !== authority || method !== 'GET' || path !== PATH) {
      reply(response, 404, page.unknown);
    } else if (receive(query)) {
      response.on('close', dispose);
      reply(response, 200, page.done);
    } else {
      reply(response, 400, page.unknown);
    }
  }

  return { redirectUri: `http://${authority}${PATH}`, dispose };
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(text);
}
