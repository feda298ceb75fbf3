import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { loopbackService } from './serve.ts';
import { trickyServer } from './wrapped.ts';

/** Something that an agent sends, or an API answers, to keep the gateway busy. */
export interface HoldingInput {
  readonly name: string;
  /** A tool of this upstream MCP server; of Valet Key itself without one. */
  readonly server?: 'open' | 'asking';
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

const MEGABYTE = 1024 * 1024;

/** Services that are there for their credentials alone: every one is looked for in every answer. */
const MANY = Array.from({ length: 100 }, (_, i) => `other-${i}`);

/** Policy, services' credentials and inputs, for an API that answers as {@link answerHolding} does. */
export function holdingPolicy(origin: string): string {
  const services = {
    plain: loopbackService(origin, {
      policies: [
        { path: '/**', methods: ['GET', 'POST'] },
        { path: '/admin/**', effect: 'deny' },
      ],
    }),
    cond: loopbackService(origin, {
      policies: [
        {
          path: '/v1/refunds',
          methods: ['POST'],
          body: { amount: { max: 5000 }, currency: { in: ['usd', 'eur'] }, 'customer.id': { matches: 'cus_*' } },
        },
      ],
    }),
    qcond: loopbackService(origin, {
      policies: [{ path: '/v1/list', methods: ['POST'], query: { limit: { max: 10 }, expand: { present: false } } }],
    }),
    many: loopbackService(origin, {
      policies: Array.from({ length: 200 }, (_, i) => ({
        path: '/v1/refunds',
        methods: ['POST'],
        ...(i % 2 === 0 ? {} : { effect: 'deny' }),
        body: Object.fromEntries(Array.from({ length: 20 }, (_, j) => [`f${i % 7}.x${j}`, { matches: 'cus_*' }])),
      })),
    }),
    asks: loopbackService(origin, { policies: [{ path: '/**', methods: ['POST'], approval: 'always' }] }),
    graph: loopbackService(origin, {
      policies: [{ path: '/graphql', methods: ['POST'], graphql: { operations: ['query'] } }],
    }),
    google: loopbackService(origin, {
      auth: { type: 'google-service-account', tokenUrl: `${origin}/token`, scopes: ['x'] },
    }),
    minting: loopbackService(origin, {
      auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: `${origin}/token`, clientId: 'x' },
      policies: [{ path: '/**', methods: ['GET'] }],
    }),
    ...Object.fromEntries(MANY.map((name) => [name, loopbackService(origin, {})])),
  };
  const servers = {
    open: trickyServer(undefined),
    asking: trickyServer(undefined, { tools: { ask: ['*'] } }),
  };
  return JSON.stringify({ services, servers });
}

/** Credentials for those services: with a key file, whose escapes make the search for it the slowest there is. */
export function holdingCredentials(key: () => string): Record<string, string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = {
    type: 'service_account',
    client_email: 'x@y.example',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  const names = ['plain', 'cond', 'qcond', 'many', 'asks', 'graph', 'minting', ...MANY];
  return { ...Object.fromEntries(names.map((name) => [name, key()])), google: JSON.stringify(file) };
}

const names = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`A${i.toString(36)}.`, 0]));
/** Names that have to be folded before anybody can say what they are. */
const oddNames = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i.toString(36)}Ｍé\u200b`, 0]));
const rows = (count: number, members: number): unknown[] =>
  Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Array.from({ length: members }, (_, j) => [`column_${j}`, `value ${i}`])),
  );
const fragments = (count: number): string =>
  `query{...F0}${Array.from({ length: count }, (_, i) => `fragment F${i} on Q{...F${i + 1}}`).join('')}fragment F${count} on Q{a}`;
const fields = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`A.b-${i}`, '']));
const refund = { amount: 5, currency: 'usd', customer: { id: 'cus_1' } };

function read(name: string, path: string, more: Record<string, unknown> = {}): HoldingInput {
  return { name, tool: 'read', args: { service: 'plain', path, maxChars: 100, ...more } };
}

function post(name: string, more: Record<string, unknown>, service = 'plain', path = '/x'): HoldingInput {
  return { name, tool: 'execute', args: { service, method: 'POST', path, maxChars: 100, ...more } };
}

function call(server: HoldingInput['server'], name: string, args: Record<string, unknown>): HoldingInput {
  return { name, ...(server ? { server } : {}), tool: 'echo', args };
}

/** What agents send: the inputs of a review, and siblings of theirs. */
export const AGENTS_INPUTS: readonly HoldingInput[] = [
  read('an ordinary call', '/v1/x'),
  read('a path of 8,100 dots', `/${'.'.repeat(8100)}x`),
  read('a path of 2,000 ".%20"', `/${'.%20'.repeat(2000)}x`),
  read('a path of 2,700 "%20"', `/${'%20'.repeat(2700)}x`),
  read('a path of 4,000 "a;"', `/${'a;'.repeat(4000)}x`),
  read('a path of 4,000 segments', `${'/.x'.repeat(2700)}`),
  read('a path of 8,000 "a/"', `/${'a/'.repeat(4000)}x`),
  read('a path of 250 odd segments', `/${'.%EF%BC%A1%20;/'.repeat(250)}x`),
  read('a path of one segment of formats', `/%20${'.js'.repeat(2600)};::$.`),
  read('a path of 2,600 "%3F"', `/x${'%3Fa'.repeat(1900)}`),
  read('a path of 60,000 characters', `/${'A'.repeat(60_000)}`),
  read('a query of 8,000 letters', `/x?${'a&'.repeat(4000)}`),
  read('a query of one value of 15,000 characters', '/x', { query: { a: 'é'.repeat(2500) } }),
  read('a query of 2,000 odd names', `/x?${'%C3%A9&'.repeat(1900)}`),
  read('50 pointers of 500 characters', '/x', { select: Array(50).fill(`/${'a/'.repeat(249)}`) }),
  read('a query of 200,000 parameters', '/x', { query: names(200_000) }),
  post('a form of 9,900 fields, body conditions', { form: { ...fields(9900), ...refund } }, 'cond', '/v1/refunds'),
  post('a form of 1,990 fields, body conditions', { form: { ...fields(1990), ...refund } }, 'cond', '/v1/refunds'),
  post('JSON of 70,000 names, body conditions', { json: { ...names(70_000), ...refund } }, 'cond', '/v1/refunds'),
  post('JSON of 9,000 names, body conditions', { json: { ...names(9000), ...refund } }, 'cond', '/v1/refunds'),
  post('JSON of 70,000 names, query conditions', { json: names(70_000) }, 'qcond', '/v1/list?limit=5'),
  post('JSON of 9,000 names, query conditions', { json: names(9000) }, 'qcond', '/v1/list?limit=5'),
  post('JSON of 12,600 names, body conditions', { json: { ...names(12_600), ...refund } }, 'cond', '/v1/refunds'),
  post('JSON of 12,600 names, query conditions', { json: names(12_600) }, 'qcond', '/v1/list?limit=5'),
  post('JSON of 12,600 names', { json: names(12_600) }),
  post('JSON of 12,600 odd names', { json: oddNames(12_600) }),
  post('JSON of 2,000 odd names, body conditions', { json: { ...oddNames(2000), ...refund } }, 'cond', '/v1/refunds'),
  post('JSON of 12,600 names that the user is asked about', { json: names(12_600) }, 'asks'),
  post('JSON of 1,000 rows of ten members', { json: rows(1000, 10) }),
  post('JSON of 1,000 rows, body conditions', { json: { ...refund, rows: rows(1000, 10) } }, 'cond', '/v1/refunds'),
  post('JSON of 1,000 rows that the user is asked about', { json: rows(1000, 10) }, 'asks'),
  post('JSON of 63,000 numbers', { json: Array(63_000).fill(1.5) }),
  post(
    'JSON of 63,000 numbers, body conditions',
    { json: { ...refund, a: Array(63_000).fill(1.5) } },
    'cond',
    '/v1/refunds',
  ),
  post('JSON of 60 deep lists', {
    json: JSON.parse(
      `[${Array(210)
        .fill(`${'['.repeat(60)}${']'.repeat(60)}`)
        .join(',')}]`,
    ),
  }),
  post('JSON of 60,000 large numbers', { json: Array(60_000).fill(-1.234567890123e-300) }),
  post('JSON of 63,000 texts', { json: Array(63_000).fill('\u0001') }),
  post('JSON of names of escapes', { json: { [`${'\u0001"'.repeat(400_000)}`]: 1 } }),
  post('JSON of 12,700 lists', { json: Array(12_700).fill([]) }),
  post(
    'JSON of 12,700 lists, body conditions',
    { json: { ...refund, a: Array(12_600).fill([]) } },
    'cond',
    '/v1/refunds',
  ),
  post('JSON of one text of 1 MB', { json: { a: 'é'.repeat(500_000) } }),
  post(
    'JSON of one text of quotes, body conditions',
    { json: { ...refund, customer: { id: '"'.repeat(500_000) } } },
    'cond',
    '/v1/refunds',
  ),
  post(
    'JSON of one text of slashes, body conditions',
    { json: { ...refund, customer: { id: 'cus_/'.repeat(200_000) } } },
    'cond',
    '/v1/refunds',
  ),
  post(
    'JSON for 200 rules of 20 fields',
    { json: { f1: { x1: 'cus_'.repeat(2500) }, ...names(900) } },
    'many',
    '/v1/refunds',
  ),
  post(
    'a form for 200 rules of 20 fields',
    { form: { ...fields(90), 'f1.x1': 'cus_'.repeat(2500) } },
    'many',
    '/v1/refunds',
  ),
  post(
    'a form of 1,990 odd names',
    { form: Object.fromEntries(Object.keys(oddNames(1990)).map((name) => [name, ''])) },
    'cond',
    '/v1/refunds',
  ),
  post('a form of one text of 1 MB', { form: { a: 'a '.repeat(250_000) } }),
  post('a form of one text of escapes', { form: { a: 'é'.repeat(170_000) } }, 'cond', '/v1/refunds'),
  post('a text of 1 MB that the user is asked about', { text: '"'.repeat(1_000_000) }, 'asks'),
  post('a text of 250,000 fields', { text: 'a=1&'.repeat(250_000) }),
  post('a text of 200,000 odd fields', { text: 'é=1&'.repeat(200_000) }),
  post('a text of 160,000 fields that might be', { text: 'mhd+=&'.repeat(160_000) }),
  post('a text of 1 MB of letters', { text: 'method'.repeat(160_000) }),
  post('a text of 1 MB of escapes', { text: '%25'.repeat(330_000) }),
  post('a text of JSON of 90,000 names', { text: JSON.stringify(names(90_000)) }),
  post('a text of JSON of 300,000 lists', { text: `[${'[],'.repeat(300_000)}[]]` }),
  post('the text of JSON of one text of 1 MB', { json: JSON.stringify({ a: 'é'.repeat(500_000) }) }),
  post('the text of JSON of 9,000 names', { json: JSON.stringify(names(9000)) }),
  post('the text of JSON of 300,000 empty lists', { json: JSON.stringify(Array(300_000).fill([])) }),
  post('the text of JSON that is 15,000 deep', { json: `${'['.repeat(15_000)}${']'.repeat(15_000)}` }),
  post('the text of JSON that is never closed', { json: `{"a":"${'"'.repeat(1_000_000)}` }),
  post('a form of 250,000 fields as a text', { form: 'a=1&'.repeat(250_000) }),
  post('a form of one text of 1 MB as a text', { form: `a=${'%25'.repeat(330_000)}` }),
  read('a query of 1 MB as a text', '/x', { query: 'a=1&'.repeat(250_000) }),
  post('a text of JSON in lines', { text: '{"a":[1,2,3]}\n'.repeat(70_000) }),
  post('a text of brackets', { text: '['.repeat(1_000_000) }),
  post('a text of brackets that close', { text: `${'['.repeat(500_000)}${']'.repeat(500_000)}` }),
  post('JSON of 9,000 names', { json: names(9000) }),
  post('JSON of 300,000 empty lists', { json: Array(300_000).fill([]) }),
  post('JSON of 70,000 objects', { json: Array.from({ length: 70_000 }, (_, i) => ({ [`a${i}`]: 1 })) }),
  post('JSON of 300,000 numbers', { json: Array(300_000).fill(1) }),
  post('JSON that is 10,000 deep', { json: JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) }),
  post('a text of 1 MB', { text: 'A'.repeat(1_000_000) }),
  post('a text of 1 MB of quotes', { text: '"'.repeat(1_000_000) }),
  post('a text of 1 MB as JSON', { text: `${'['.repeat(500_000)}`, headers: { 'content-type': 'application/json' } }),
  post('a text of 4 MB', { text: 'A'.repeat(4_000_000) }),
  post(
    'a GraphQL document of 500 KB of braces',
    { json: { query: `query { ${'a { '.repeat(100_000)}` } },
    'graph',
    '/graphql',
  ),
  post('1,200 GraphQL fragments', { json: { query: fragments(1200) } }, 'graph', '/graphql'),
  post('2,000 GraphQL fragments', { json: { query: fragments(2000) } }, 'graph', '/graphql'),
  post('2,000 GraphQL fragments that no rule allows', { json: { query: fragments(1200) } }, 'graph', '/x/graphql'),
  post('50 GraphQL documents', { json: Array(50).fill({ query: `{${'a '.repeat(900)}}` }) }, 'graph', '/graphql'),
  post(
    'a GraphQL document of a text',
    { json: { query: `{a(b:"${'\\u0041'.repeat(15_000)}")}` } },
    'graph',
    '/graphql',
  ),
  post('GraphQL with 12,500 variables', { json: { query: '{a}', variables: names(12_500) } }, 'graph', '/graphql'),
  post('a GraphQL document of comments', { json: { query: `${'#\n'.repeat(200_000)}{ a }` } }, 'graph', '/graphql'),
  post('a content type of 16,000 blanks', {
    text: 'a',
    headers: { 'content-type': `a/b;${' '.repeat(16_000)}x=1` },
  }),
  post('a content type of 8,000 parameters', { text: 'a', headers: { 'content-type': `a/b${';a=b'.repeat(4000)}` } }),
  post('a content type of one long quote', {
    text: 'a',
    headers: { 'content-type': `a/b; x="${'\\'.repeat(15_000)}` },
  }),
  post('4,000 headers', {
    text: 'a',
    headers: Object.fromEntries(Object.keys(names(4000)).map((name) => [name, 'x'])),
  }),
  read('a reason of 4,000 invisible characters', '/admin/x', { reason: '\u202e'.repeat(4000) }),
  read('a base64 text of 40 KB in a path', `/${Buffer.alloc(5000, 'kék').toString('base64url')}`),
  post('a base64 text of 1 MB', { json: { a: Buffer.alloc(700_000, 'kék').toString('base64') } }),
  post('a form of one base64 text', { form: { a: Buffer.alloc(500_000, 'kék').toString('base64') } }),
  read('an unknown service of 200 letters', '/x', { service: 'A'.repeat(200) }),
  {
    name: 'a wish for a path of 8,000 letters',
    tool: 'request_access',
    args: { service: 'plain', method: 'PUT', path: `/${'A'.repeat(8000)}`, reason: 'A'.repeat(4000) },
  },
  read('a call for which a token is made', '/x', { service: 'minting' }),
  {
    name: 'a wish for a path of 4,000 parameters',
    tool: 'request_access',
    args: { service: 'graph', method: 'POST', path: `/graphql;${'a;'.repeat(4000)}`, reason: '\u202e'.repeat(4000) },
  },
  call('open', 'a tool called with 12,600 names', names(12_600)),
  call('open', 'a tool called with 1,000 rows of ten members', { rows: rows(1000, 10) }),
  call('open', 'a tool called with 63,000 texts', { texts: Array(63_000).fill('\u0001') }),
  call('open', 'a tool called with 70,000 names', names(70_000)),
  call('open', 'a tool called with one text of 1 MB', { text: '"'.repeat(500_000) }),
  call('asking', 'a tool called with 12,600 names that the user is asked about', names(12_600)),
  call('asking', 'a tool called with 1,000 rows that the user is asked about', { rows: rows(1000, 10) }),
  call('asking', 'a tool called with 12,600 odd names that the user is asked about', oddNames(12_600)),
  { name: 'a list of services', tool: 'list_services', args: { service: 'plain' } },
];

/** What APIs answer: `path` says which of {@link answerHolding}. */
export const APIS_INPUTS: readonly HoldingInput[] = [
  read('an answer of 260,000 numbers 1e1', '/exp'),
  read('an answer of 20-digit numbers', '/digits'),
  read('a Link header of 20 KB without its quote', '/link?n=4000'),
  read('a Link header of 30 KB without its quote', '/link?n=6000'),
  read('a Link header of 30 KB of "<"', '/brackets'),
  read('a Location header of 30 KB', '/location'),
  read('a content type of 30 KB', '/type'),
  read('490 headers', '/headers'),
  read('an answer of 1 MiB of one base64 digit', '/base64'),
  read('an answer of 1 MiB of hexadecimal', '/hex'),
  read('an answer of 1 MiB of percent signs', '/percent'),
  read('an answer of 1 MiB of escapes', '/escapes'),
  read('an answer of 1 MiB of entities', '/entities'),
  read('an answer of 349,000 empty lists', '/lists', { maxChars: 100_000 }),
  read('an answer of 75,000 objects', '/objects', { maxChars: 100_000, select: ['/*/a1', '/*'] }),
  read('an answer of 90,000 names', '/names', { maxChars: 100_000 }),
  read('an answer that is 500,000 deep', '/deep'),
  read('an answer of 1 MiB of bytes', '/binary'),
  read('an answer of 1 MiB, compressed', '/bomb'),
  read('an answer of 1 KB that holds a megabyte', '/inside'),
  read('an answer of 1 KB that holds a megabyte of escapes', '/escapes-inside'),
  read('an answer of 1 MiB in UTF-16', '/utf-16'),
  read('100,000 interim answers', '/interim'),
  read('a body in a million pieces', '/pieces'),
  read('a head of 200,000 fields', '/head'),
  read('a head of 32,000 fields', '/short-head'),
  read('a head of 32,000 bytes of names', '/names-head'),
  read('a trailer of 32,000 fields', '/short-trailer'),
  read('a trailer of 200,000 fields', '/trailer'),
];

/** Answers as no HTTP library writes them. */
const raw: Readonly<Record<string, () => string>> = {
  '/interim': () => 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100_000),
  '/pieces': () => `HTTP/1.1 200 OK\r\n${CHUNKED}${'1\r\na\r\n'.repeat(1_000_000)}0\r\n\r\n`,
  '/head': () => `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(200_000)}\r\n`,
  '/short-head': () => `HTTP/1.1 200 OK\r\n${'a:\r\n'.repeat(32_000)}\r\n`,
  '/names-head': () =>
    `HTTP/1.1 200 OK\r\n${Object.keys(names(8000))
      .map((name) => `${name.replace('.', '')}:\r\n`)
      .join('')}\r\n`,
  '/short-trailer': () => `HTTP/1.1 200 OK\r\n${CHUNKED}1\r\na\r\n0\r\n${'a:\r\n'.repeat(32_000)}\r\n`,
  '/trailer': () => `HTTP/1.1 200 OK\r\n${CHUNKED}1\r\na\r\n0\r\n${'a: b\r\n'.repeat(200_000)}\r\n`,
};
const CHUNKED = 'content-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n';

/** Sixteen streams of 64 KB each, compressed without saying so. */
function packedInside(unit: string): Buffer {
  const stream = deflateSync(unit.repeat(65_000 / unit.length));
  return Buffer.concat([Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 255]), ...Array(16).fill(stream)]);
}

const body: Readonly<Record<string, readonly [type: string, text: () => string | Buffer]>> = {
  '/exp': ['application/json', () => `[${Array(260_000).fill('1e1').join(',')}]`],
  '/digits': ['application/json', () => `[${Array(49_000).fill('12345678901234567890').join(',')}]`],
  '/base64': ['text/plain', () => 'A'.repeat(MEGABYTE - 1)],
  '/hex': ['text/plain', () => '6b'.repeat(MEGABYTE / 2 - 1)],
  '/percent': ['text/plain', () => '%25'.repeat(MEGABYTE / 3 - 1)],
  '/escapes': ['application/json', () => JSON.stringify('\\u005cu005c'.repeat(MEGABYTE / 13))],
  '/entities': ['text/html', () => '&amp;'.repeat(MEGABYTE / 5 - 1)],
  '/lists': ['application/json', () => `[${Array(349_000).fill('[]').join(',')}]`],
  '/objects': ['application/json', () => `[${Array.from({ length: 70_000 }, (_, i) => `{"a${i}":1}`).join(',')}]`],
  '/names': ['application/json', () => JSON.stringify(names(90_000))],
  '/deep': ['application/json', () => `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
  '/binary': ['application/octet-stream', () => Buffer.alloc(MEGABYTE - 1, 'A')],
  '/inside': ['application/octet-stream', () => packedInside('A')],
  '/escapes-inside': ['application/octet-stream', () => packedInside('%5cu005c')],
  '/utf-16': ['text/plain; charset=utf-16le', () => Buffer.from('A'.repeat(MEGABYTE / 2 - 1), 'utf16le')],
};

/** Answers what {@link APIS_INPUTS} asks for, and everything else at once. */
export function answerHolding(target: string, response: ServerResponse): boolean {
  const url = new URL(target, 'http://x');
  const made = body[url.pathname];
  if (made) {
    response.writeHead(200, { 'content-type': made[0] }).end(made[1]());
    return true;
  }
  const bytes = raw[url.pathname];
  if (bytes) {
    response.socket?.end(bytes());
    return true;
  }
  const json = (headers: Record<string, string | string[]>, status = 200): boolean => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"data":[1]}');
    return true;
  };
  switch (url.pathname) {
    case '/link':
      return json({ link: `<http://x/>; rel="${'next '.repeat(Number(url.searchParams.get('n')))}` });
    case '/token':
      response.writeHead(200, { 'content-type': 'application/json' });
      // It ends at once, so that each call needs another one.
      response.end(JSON.stringify({ access_token: randomBytes(1100).toString('base64url'), expires_in: 0.001 }));
      return true;
    case '/brackets':
      return json({ link: '<'.repeat(30_000) });
    case '/location':
      return json({ location: `/${'../%2e'.repeat(5000)}` }, 302);
    case '/type':
      return json({ 'content-type': `application/json;${' '.repeat(30_000)}charset` });
    case '/headers':
      return json(Object.fromEntries(Array.from({ length: 490 }, (_, i) => [`x-${i}-request-id`, 'A'.repeat(20)])));
    case '/bomb':
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
      response.end(gzipSync('A'.repeat(MEGABYTE - 1)));
      return true;
    default:
      return json({});
  }
}
