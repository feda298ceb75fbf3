import { setTimeout } from 'node:timers/promises';
import zlib from 'node:zlib';
import fc from 'fast-check';
import type { Agent } from '../support/serve.ts';
import { findCredential } from './findCredential.ts';
import { type Fuzzer, require } from './fuzzer.ts';
import { startWholeGateway } from './wholeGateway.ts';

/** Stands for the credential, which is another one in every run. */
const KEY = '<KEY>';
const CRLF = '\r\n';

const SHAPES = [
  '{"a":"<KEY>"}',
  '[1,"x <KEY> y",{"<KEY>":true}]',
  '<a href="?k=<KEY>&amp;x=1">',
  'key: <KEY>\nand "<KEY>", \'<KEY>\'',
  'a,b\n1,"say ""<KEY>"""\n',
  '<KEY>',
  '',
  '{"a":'.repeat(300),
] as const;

/** How a body is written. What is in several layers comes out as nothing that a model reads. */
const LAYERS = {
  base64: (bytes) => Buffer.from(bytes.toString('base64')),
  hex: (bytes) => Buffer.from(bytes.toString('hex')),
  percent: (bytes) => Buffer.from(encodeURIComponent(bytes.toString('latin1'))),
  json: (bytes) => Buffer.from(JSON.stringify({ inner: bytes.toString('latin1') })),
  utf16: (bytes) => Buffer.from(bytes.toString('latin1'), 'utf16le'),
  gzip: (bytes) => zlib.gzipSync(bytes),
  zlib: (bytes) => zlib.deflateSync(bytes),
  deflate: (bytes) => zlib.deflateRawSync(bytes),
  brotli: (bytes) => zlib.brotliCompressSync(bytes),
} as const satisfies Record<string, (bytes: Buffer) => Buffer>;
type Layer = keyof typeof LAYERS;

const FRAMINGS = [
  ...['length', 'length', 'length', 'chunked', 'close', 'short', 'long', 'both', 'twice', 'none', 'extension', 'bad'],
] as const;

const HEADERS = [
  'location: /x?k=<KEY>',
  'location: //evil.example/<KEY>',
  'link: <http://h/?k=<KEY>>; rel="next"',
  `link: <x>; rel="${'next '.repeat(800)}`,
  'set-cookie: s=<KEY>',
  'etag: "<KEY>"',
  'x-request-id: <KEY>',
  'retry-after: <KEY>',
  'content-disposition: attachment; filename="<KEY>"',
  'x-<KEY>-request-id: 1',
  'x-empty:',
  ': noname',
  'bad header line',
  `x-fold: a${CRLF} <KEY>`,
  `server: ${'A'.repeat(9000)}<KEY>`,
  'content-range: bytes 0-1/<KEY>',
  'trailer: x-request-id',
  'connection: keep-alive, x',
  'upgrade: websocket',
  'keep-alive: timeout=0',
  'date: \x01',
];

const STATUSES = [
  ...['200 OK', '200 OK', '200 OK', '204 No Content', '206 Partial', '301 Moved', '302 F', '304 NM', '401 U', '403 F'],
  ...['404 N', '418 <KEY>', '500 E', '101 Switching Protocols', '103 Early Hints', '100 Continue', '102 P', '199 x'],
  ...['999 x', '600 x', '0 x', 'abc', '200', '2000 x', ''],
];

const TYPES = [
  ...['application/json', 'application/json', 'text/plain', 'text/plain; charset=utf-16', 'application/octet-stream'],
  ...['image/png', '', 'application/json; charset=utf-7', 'text/html;charset="x', 'multipart/mixed; boundary=x'],
  ...['application/vnd.api+json', 'text/event-stream', `a/b;${' '.repeat(4000)}x=1`],
];

const ENCODINGS = [
  '',
  '',
  '',
  '',
  'gzip',
  'br',
  'deflate',
  'gzip, gzip',
  'identity',
  'x-gzip',
  'zstd',
  'gzip,br,gzip',
  ';',
];

interface Plan {
  readonly status: string;
  readonly shape: (typeof SHAPES)[number];
  readonly layers: readonly Layer[];
  readonly type: string;
  readonly encoding: string;
  readonly framing: (typeof FRAMINGS)[number];
  readonly headers: readonly string[];
  /** Informational answers before it. */
  readonly before: number;
  /** Bytes that are other ones, as shares of the whole. */
  readonly flips: readonly (readonly [at: number, byte: number])[];
  /** How much of it is sent. */
  readonly share: number;
  /** Where it is cut into two packets. */
  readonly cut: number;
  readonly close: boolean;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const plan: fc.Arbitrary<Plan> = fc.record({
  status: fc.constantFrom(...STATUSES),
  shape: fc.constantFrom(...SHAPES),
  layers: fc.array(fc.constantFrom(...(Object.keys(LAYERS) as Layer[])), { maxLength: 2 }),
  type: fc.constantFrom(...TYPES),
  encoding: fc.constantFrom(...ENCODINGS),
  framing: fc.constantFrom(...FRAMINGS),
  headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 5 }),
  before: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
  flips: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(share, fc.nat(255)), { maxLength: 3 }) },
  ),
  share: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: share }),
  cut: share,
  close: fc.boolean(),
});

/** A call whose answer takes longer holds up its agent: the service's time-out is 300 ms. */
const ANSWER_MS = 8000;

/** A hostile API: whatever it sends, the agent gets an answer in time, no defect of ours, and not the credential. */
export const answers: Fuzzer<Plan> = {
  name: 'answers',
  arbitrary: plan,
  start: async () => {
    let current: Plan | undefined;
    const whole = await startWholeGateway(
      (_request, socket) => {
        if (!current) return socket.destroy();
        const { bytes, close } = answerOf(current, whole.key);
        const cut = Math.floor(current.cut * bytes.length);
        socket.write(bytes.subarray(0, cut));
        setImmediate(() => {
          socket.write(bytes.subarray(cut));
          if (close) socket.end();
        });
      },
      { limits: { timeout: '300ms', requests: '100000/second' } },
    );
    const agent: Agent = await whole.served.agent();
    const codes = new Map<string, number>();
    return {
      attempt: async (input) => {
        current = input;
        const late = new AbortController();
        const result = await Promise.race([
          agent.raw('read', { service: 'api', path: '/v1/x' }),
          setTimeout(ANSWER_MS, undefined, { signal: late.signal }),
        ]);
        late.abort();
        if (result === undefined) throw new Error(`no answer within ${ANSWER_MS} ms`);
        const code = 'status' in result ? `${Math.floor(Number(result.status) / 100)}xx` : result.error.code;
        codes.set(code, (codes.get(code) ?? 0) + 1);
        require(code !== 'internal', `a defect of ours: ${JSON.stringify(result)}`);
        // A flipped byte makes another text of it: only what is whole can be told from anything else.
        const how = findCredential({ ...result }, whole.key, input.flips.length === 0);
        require(how === undefined, `the credential came back (${how}): ${JSON.stringify(result).slice(0, 400)}`);
      },
      end: async () => {
        await whole.end();
        return [...codes].map(([code, count]) => `${code} ${count}`).join(', ');
      },
    };
  },
};

function answerOf(planned: Plan, key: string): { bytes: Buffer; close: boolean } {
  const { framing } = planned;
  const fill = (text: string): string => text.replaceAll(KEY, key);
  let body = Buffer.from(fill(planned.shape));
  for (const layer of planned.layers) body = Buffer.from(LAYERS[layer](body));
  const lines = [`HTTP/1.1 ${fill(planned.status)}`];
  if (planned.type !== '') lines.push(`content-type: ${planned.type}`);
  if (planned.encoding !== '') lines.push(`content-encoding: ${planned.encoding}`);
  lines.push(...planned.headers.map(fill));
  const chunked = framing === 'chunked' || framing === 'both' || framing === 'extension' || framing === 'bad';
  if (chunked) lines.push('transfer-encoding: chunked');
  if (framing === 'length' || framing === 'both' || framing === 'twice') lines.push(`content-length: ${body.length}`);
  if (framing === 'twice') lines.push(`content-length: ${body.length + 1}`);
  if (framing === 'short') lines.push(`content-length: ${Math.max(0, body.length - 3)}`);
  if (framing === 'long') lines.push(`content-length: ${body.length + 5}`);
  const head = Buffer.from(`${lines.join(CRLF)}${CRLF}${CRLF}`, 'latin1');
  const before = Buffer.from(fill(`HTTP/1.1 103 Early Hints${CRLF}x: ${KEY}${CRLF}${CRLF}`).repeat(planned.before));
  const whole = Buffer.concat([before, head, chunked ? inChunks(body, framing, key) : body]);
  for (const [at, byte] of planned.flips) whole[Math.min(whole.length - 1, Math.floor(at * whole.length))] = byte;
  return {
    bytes: whole.subarray(0, Math.ceil(planned.share * whole.length)),
    close: planned.close || framing === 'close' || framing === 'none',
  };
}

function inChunks(body: Buffer, framing: Plan['framing'], key: string): Buffer {
  const extension = framing === 'extension' ? `;x=${key}` : '';
  const size = Math.max(1, Math.ceil(body.length / 3));
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}${extension}${CRLF}`), part, Buffer.from(CRLF));
  }
  parts.push(Buffer.from(framing === 'bad' ? `zz${CRLF}` : `0${CRLF}x-request-id: ${key}${CRLF}${CRLF}`));
  return Buffer.concat(parts);
}
