import http from 'node:http';

/** The API that everything is measured against: one small JSON answer, and `/hang`, which never answers. */
const body = JSON.stringify({
  object: 'list',
  data: Array.from({ length: 10 }, (_, i) => ({ id: `ch_${i}`, amount: 100 * i, currency: 'eur', paid: true })),
  has_more: false,
});
const server = http.createServer((request, response) => {
  if (request.url === '/hang') return;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
