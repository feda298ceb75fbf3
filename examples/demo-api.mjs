import http from 'node:http';
import { pathToFileURL } from 'node:url';

/**
 * A small payments API on loopback, for the demo and for trying things out: it knows customers and charges, wants a
 * bearer token (any will do), and has an /v1/echo that is careless enough to send the token back.
 *
 * @param {{ port?: number }} [options] port 0 takes a free one
 * @returns {Promise<{ origin: string, seen: string[], close: () => Promise<void> }>} `seen` lists the calls that arrived
 */
export async function startDemoApi({ port = 0 } = {}) {
  const charges = [
    { id: 'ch_1', amount: 1200, currency: 'eur', customer: 'cus_ada', paid: true },
    { id: 'ch_2', amount: 5400, currency: 'eur', customer: 'cus_bob', paid: true },
    { id: 'ch_3', amount: 300, currency: 'eur', customer: 'cus_ada', paid: false },
  ];
  const customers = [
    { id: 'cus_ada', name: 'Ada', email: 'ada@example.com' },
    { id: 'cus_bob', name: 'Bob', email: 'bob@example.com' },
  ];
  /** @type {string[]} */
  const seen = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://demo');
    const authorization = request.headers.authorization;
    seen.push(`${request.method} ${request.url}`);
    /** @type {(status: number, body: object) => void} */
    const send = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (!authorization?.startsWith('Bearer ')) return send(401, { error: 'This API wants a bearer token.' });
    if (request.method === 'GET' && pathname === '/v1/charges')
      return send(200, { object: 'list', data: charges, has_more: false });
    const [, id, detail] = /^\/v1\/customers\/(\w+)(\/payment-details)?$/.exec(pathname) ?? [];
    const customer = customers.find((known) => known.id === id);
    if (request.method === 'GET' && customer)
      return send(200, detail ? { customer: customer.id, iban: 'DE00 0000 0000 0000 0000 00' } : customer);
    if (request.method === 'GET' && pathname === '/v1/echo') return send(200, { you_sent: { authorization } });
    if (request.method === 'POST' && pathname === '/v1/refunds') return send(200, { id: 're_1', status: 'succeeded' });
    if (request.method === 'POST' && pathname === '/v1/charges') return send(200, { id: 'ch_4', paid: true });
    send(404, { error: `There is no ${request.method} ${pathname}.` });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = Number(process.argv[process.argv.indexOf('--port') + 1]) || 8099;
  const api = await startDemoApi({ port });
  console.log(`The demo API listens on ${api.origin}. Ctrl+C ends it.`);
}
