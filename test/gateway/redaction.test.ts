import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawUpstream, startRawUpstream } from '../support/rawUpstream.ts';
import {
  type Agent,
  type AgentResult,
  freshKey,
  loopbackService,
  policyText,
  type Served,
  serve,
} from '../support/serve.ts';
import { sleep } from '../support/until.ts';

interface Case {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  readonly where: string;
  readonly content_type: string;
  readonly content_encoding?: string;
  readonly payload_b64: string;
  readonly chunks_b64?: readonly string[];
  readonly expect: 'redact' | 'unchanged' | 'not-required';
  readonly forbidden?: readonly string[];
  readonly max_residual_run?: number;
  readonly must_survive?: readonly string[];
  readonly rotate_during_request?: boolean;
  readonly reason: string;
}

const ALL = fs
  .readFileSync(new URL('../corpus/redaction.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);
/** What upstream MCP servers say comes with them. */
const WRAPPED = ['rd-0046', 'rd-0050', 'rd-0051'];
/** No such value can be a credential here: shorter than 8 characters, so that storing it is refused. */
const TOO_SHORT = ['rd-0149', 'rd-0150'];
const CASES = ALL.filter(({ id }) => !WRAPPED.includes(id) && !TOO_SHORT.includes(id));
const VALUES = [...new Set(CASES.flatMap(({ secrets }) => secrets.map(({ value }) => value)))];

const keys = { api: freshKey(), other: freshKey(), basic: freshKey(), query: freshKey() };
let upstream: RawUpstream;
let served: Served;
let agent: Agent;
let answers: (path: string) => { headers: string[]; chunks: Buffer[] };
let beforeAnswer: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  upstream = await startRawUpstream({
    respond: async (request, socket) => {
      const [path = ''] = request.target.split('?');
      const { headers, chunks } = path.startsWith('/echo')
        ? { headers: ['content-type: text/plain'], chunks: [echo(request.headers, request.target)] }
        : answers(path);
      await beforeAnswer();
      socket.write(`HTTP/1.1 ${path === '/echo/401' ? '401 Unauthorized' : '200 OK'}\r\n`);
      for (const header of headers) socket.write(`${header}\r\n`, 'utf8');
      socket.write('transfer-encoding: chunked\r\n\r\n');
      for (const chunk of chunks) {
        if (chunk.length === 0) continue;
        socket.write(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]));
        if (chunks.length > 1) await sleep(1);
      }
      socket.write('0\r\n\r\n');
    },
  });
  const secretServices = VALUES.map((_, index) => [`secret-${index}`, loopbackService(upstream.origin)] as const);
  served = await serve({
    policy: policyText({
      api: loopbackService(upstream.origin),
      other: loopbackService(upstream.origin),
      basic: loopbackService(upstream.origin, { auth: { type: 'basic', username: 'robot' } }),
      query: loopbackService(upstream.origin, { auth: { type: 'query', name: 'api_key' } }),
      ...Object.fromEntries(secretServices),
    }),
    credentials: { ...keys, ...Object.fromEntries(VALUES.map((value, index) => [`secret-${index}`, value])) },
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

function echo(headers: readonly (readonly [string, string])[], target: string): Buffer {
  return Buffer.from(`${target}\n${headers.map(([name, value]) => `${name}: ${value}`).join('\n')}`);
}

/** What an agent can read in an answer: its JSON text, and every string in it. */
function readable(answer: AgentResult): string[] {
  const strings: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') strings.push(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      strings.push(...Object.keys(value));
      Object.values(value).forEach(walk);
    }
  };
  walk(answer);
  return [JSON.stringify(answer), ...strings];
}

function longestRun(text: string, wanted: string): number {
  let longest = 0;
  for (let start = 0; start < wanted.length; start++) {
    while (start + longest < wanted.length && text.includes(wanted.slice(start, start + longest + 1))) longest += 1;
  }
  return longest;
}

describe('the redaction corpus over the wire', () => {
  it('has its cases, but for those of upstream MCP servers and of values that are no credentials', async () => {
    expect(CASES).toHaveLength(50);
    expect(ALL.filter(({ where }) => where.startsWith('wrapped')).map(({ id }) => id)).toEqual(WRAPPED);
    for (const { secrets } of ALL.filter(({ id }) => TOO_SHORT.includes(id))) {
      const refused = await served.order({ do: 'rotate', service: 'api', credential: secrets[0]?.value });
      expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('8') });
      expect(JSON.stringify(refused)).not.toContain(secrets[0]?.value);
    }
  });

  it.each(CASES.map((one) => [one.id, one.reason, one] as const))('%s: %s', async (_, __, one) => {
    const payload = Buffer.from(one.payload_b64, 'base64');
    const inHeader = one.where.startsWith('header:');
    const headers = [`content-type: ${one.content_type}`];
    if (one.content_encoding) headers.push(`content-encoding: ${one.content_encoding}`);
    if (inHeader) headers.push(`${one.where.slice('header:'.length)}: ${payload.toString('utf8')}`);
    const chunks = one.chunks_b64?.map((part) => Buffer.from(part, 'base64')) ?? [payload];
    answers = () => ({ headers, chunks: inHeader ? [Buffer.from('{}')] : chunks });
    if (one.rotate_during_request) {
      const service = `secret-${VALUES.indexOf(one.secrets[0]?.value ?? '')}`;
      beforeAnswer = async () => {
        beforeAnswer = async () => undefined;
        await served.order({ do: 'rotate', service, credential: freshKey() });
        await served.order({ do: 'rotate', service, credential: one.secrets[0]?.value });
        await served.order({ do: 'rotate', service, credential: freshKey() });
      };
    }
    const answer = await agent.ok('read', { service: 'api', path: `/case/${one.id}`, maxChars: 100_000 });
    const texts = readable(answer);
    const failed =
      one.expect === 'redact'
        ? (one.forbidden ?? []).filter((text) =>
            texts.some((own) => longestRun(own, text) > (one.max_residual_run ?? 0)),
          )
        : one.expect === 'unchanged'
          ? (one.must_survive ?? []).filter((text) => !texts.some((own) => own.includes(text)))
          : [];
    expect(failed).toEqual([]);
    if (one.expect === 'redact') expect(answer.redactions).toBeGreaterThan(0);
    if (one.content_type === 'application/json' && !inHeader) expect(answer.json).toBeDefined();
  });
});

describe('a credential that comes back', () => {
  const everyForm = (value: string): string[] => [
    value,
    value.toUpperCase(),
    Buffer.from(value).toString('base64').replaceAll('=', ''),
    Buffer.from(`robot:${value}`).toString('base64').replaceAll('=', ''),
    Buffer.from(value).toString('hex'),
  ];
  /** What the API answers from now on, by itself. */
  const says = (body: string, ...headers: string[]): void => {
    answers = () => ({ headers: ['content-type: text/plain', ...headers], chunks: [Buffer.from(body)] });
  };
  const expectNone = (answer: unknown, value: string): void => {
    for (const form of everyForm(value)) expect(JSON.stringify(answer)).not.toContain(form);
  };

  it.each(['api', 'basic', 'query'] as const)('echoed by the API is taken out (%s)', async (service) => {
    for (const path of ['/echo', '/echo/401']) {
      const answer = await agent.ok('read', { service, path });
      expect(answer.text).toContain('redacted');
      expectNone(answer, keys[service]);
      expect(answer.redactions).toBeGreaterThan(0);
    }
  });

  it('of another service is taken out, too', async () => {
    says(`it is ${keys.other}`);
    const answer = await agent.ok('read', { service: 'api', path: '/log' });
    expectNone(answer, keys.other);
    expect(answer.text).toContain('[redacted:other]');
  });

  it('in a header is taken out, and headers that agents do not need are not passed on', async () => {
    for (const header of ['etag', 'link', 'x-request-id', 'location', 'set-cookie', 'www-authenticate', 'x-debug']) {
      says('said', `${header}: <a>; b="${keys.api}"`);
      const answer = await agent.ok('read', { service: 'api', path: '/log' });
      expectNone(answer, keys.api);
      if (['set-cookie', 'www-authenticate', 'x-debug'].includes(header))
        expect(answer.headers).not.toHaveProperty(header);
    }
  });

  it('after a rotation is taken out in its old and its new form', async () => {
    const old = keys.other;
    const fresh = freshKey();
    await served.order({ do: 'rotate', service: 'other', credential: fresh });
    says(`it was ${old} and is ${fresh}`);
    const answer = await agent.ok('read', { service: 'other', path: '/log' });
    expectNone(answer, old);
    expectNone(answer, fresh);
    await served.order({ do: 'revoke', service: 'other' });
    const after = await agent.ok('read', { service: 'api', path: '/log' });
    expectNone(after, old);
    expectNone(after, fresh);
    expect(served.everything()).not.toContain(fresh);
  });

  it('from an agent that found it elsewhere reaches no record, log or refusal', async () => {
    const value = keys.api;
    const refusals = [
      await agent.raw('read', { service: value, path: '/x' }),
      await agent.raw('execute', { service: 'api', method: value, path: '/x' }),
      await agent.raw('read', { service: 'api', path: `/../${value}` }),
      await agent.raw('read', { service: 'api', path: '/x', headers: { authorization: `Bearer ${value}` } }),
      await agent.raw('read', { service: 'api', path: '/x', select: [value] }),
    ];
    for (const refusal of refusals) expect(refusal).toHaveProperty('error');
    await agent.raw('read', { service: 'api', path: '/echo', reason: `because ${value}` });
    await agent.raw('request_access', { service: 'api', method: 'GET', path: `/${value}`, reason: value });
    await sleep(50);
    const texts = [...served.everything().split('\n'), ...refusals.map((refusal) => JSON.stringify(refusal))];
    expect(texts.filter((text) => everyForm(value).some((form) => text.includes(form)))).toEqual([]);
  });

  it('is in no file, line or log at the end of all this', () => {
    const everything = served.everything();
    expect(everything).toContain('/case/rd-0002');
    for (const value of [...Object.values(keys), ...VALUES]) {
      for (const form of everyForm(value)) expect(everything.includes(form), form.slice(-4)).toBe(false);
    }
  });
});
