import { once } from 'node:events';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { Transport } from '../../../src/gateway/http/transport.ts';
import { baseUrlOf } from '../../support/builtAnswer.ts';
import { selfSignedCertificate } from '../../support/selfSignedCertificate.ts';

const pair = selfSignedCertificate();
const open: { close(): void }[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

interface Negotiating {
  readonly port: number;
  /** What each connection agreed on. */
  readonly agreed: (string | false | null)[];
  /** Of which version each request was. */
  readonly versions: string[];
}

/** A TLS server that takes HTTP/2 from whoever offers it, and leads on whoever asks for a tunnel in HTTP/1.1. */
async function negotiating(): Promise<Negotiating> {
  const agreed: Negotiating['agreed'] = [];
  const versions: string[] = [];
  const server = http2.createSecureServer({ ...pair, allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    response.end('{}');
  });
  server.on('secureConnection', (socket: TLSSocket) => agreed.push(socket.alpnProtocol));
  server.on('connect', (request: http2.Http2ServerRequest, socket: TLSSocket) => {
    const onward = net.connect(Number(request.url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return { port: (server.address() as AddressInfo).port, agreed, versions };
}

it.each(['directly', 'through a proxy'])(
  'an API that would rather have HTTP/2 is spoken to in HTTP/1.1: %s',
  async (way) => {
    const api = await negotiating();
    const proxy = way === 'directly' ? undefined : await negotiating();
    const transport = new Transport();
    open.push(transport);
    const through = proxy && { proxy: `https://localhost:${proxy.port}` };
    transport.configure({ ...through, noProxy: [], certificates: [pair.cert] });
    const answer = await transport.send(
      {
        baseUrl: baseUrlOf(`https://localhost:${api.port}`),
        network: proxy ? 'public' : 'loopback',
        method: 'GET',
        target: '/x',
        headers: [],
      },
      { maxBytes: 1000, signal: AbortSignal.timeout(10_000), beforeWrite: () => undefined },
    );
    expect(answer.status).toBe(200);
    expect(api).toMatchObject({ agreed: ['http/1.1'], versions: ['1.1'] });
    expect(proxy?.agreed ?? ['http/1.1']).toEqual(['http/1.1']);
  },
);
