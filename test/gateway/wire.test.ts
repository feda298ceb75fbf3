import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { jsonLines, runCli } from '../support/cli.ts';
import { type RawRequest, type RawUpstream, startRawUpstream, valuesOf } from '../support/rawUpstream.ts';
import {
  type Agent,
  type AgentRefusal,
  type AgentResult,
  connectAgent,
  freshKey,
  loopbackService,
  policyText,
  type Served,
  serve,
} from '../support/serve.ts';
import { until } from '../support/until.ts';

function corpus<T>(name: string): T[] {
  const lines = fs.readFileSync(new URL(`../corpus/${name}.jsonl`, import.meta.url), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

interface PathCase {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly policy: { readonly baseUrl: string; readonly policies: readonly { path: string; methods: string[] }[] };
  readonly request: { readonly method: string; readonly path: string; readonly [more: string]: unknown };
  readonly expect: 'allow' | 'deny' | 'either';
  readonly wire_any?: readonly string[];
  readonly wire_headers_absent?: readonly string[];
  readonly if_sent?: { readonly path_prefix?: string };
}

interface HeaderCase {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly auth: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly expect: string;
  readonly wire_absent?: readonly string[];
  readonly wire_exact?: readonly (readonly [string, string])[];
  readonly wire_present?: readonly (readonly [string, string])[];
  readonly wire_connection_not?: readonly string[];
}

interface ForgeCase {
  readonly id: string;
  readonly category: string;
  readonly field: string;
  readonly value: string;
}

const PATH_CASES = corpus<PathCase>('path-bypass');
const HEADER_CASES = corpus<HeaderCase>('header-cases');
const FORGE_CASES = corpus<ForgeCase>('audit-forging').filter(({ category }) => category === 'forge');

/** Each policy of the path cases is a service of its own; one that cannot be read lets nothing through. */
const isReadable = ({ policy: { baseUrl, policies } }: PathCase): boolean => {
  const rules = policies.map(({ path: pattern, methods }) => ({ path: pattern, methods }));
  return parsePolicy(policyText({ api: { baseUrl, auth: { type: 'bearer' }, policies: rules } })).policy !== undefined;
};
const SENDABLE = PATH_CASES.filter(isReadable);
const POLICIES = [...new Set(SENDABLE.map(({ policy }) => JSON.stringify(policy)))];
const serviceOf = (one: PathCase): string => `case-${POLICIES.indexOf(JSON.stringify(one.policy))}`;

const key = freshKey();
let upstream: RawUpstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startRawUpstream();
  const cases = POLICIES.map((text, index) => {
    const { baseUrl, policies } = JSON.parse(text) as PathCase['policy'];
    const loopback = baseUrl.replace(/^https:\/\/[^/]+/, upstream.origin);
    const rules = policies.map(({ path: pattern, methods }) => ({ path: pattern, methods }));
    return [`case-${index}`, loopbackService(loopback, { policies: rules })] as const;
  });
  const services = {
    open: loopbackService(upstream.origin),
    prefixed: loopbackService(`${upstream.origin}/tenant-a`),
    'header-auth': loopbackService(upstream.origin, { auth: { type: 'header', name: 'X-Api-Key' } }),
    'query-auth': loopbackService(upstream.origin, { auth: { type: 'query', name: 'api_key' } }),
    vendor: loopbackService(upstream.origin, {
      headers: { set: { 'X-Vendor-Version': '2024-01-01' }, allow: ['x-tenant'] },
    }),
    ...Object.fromEntries(cases),
  };
  served = await serve({
    policy: policyText(services),
    credentials: Object.fromEntries(Object.keys(services).map((name) => [name, key])),
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

/** One call, and exactly what it put on the wire. */
async function wireOf(
  args: Record<string, unknown>,
): Promise<{ result: AgentResult | AgentRefusal; requests: RawRequest[]; bytes: string }> {
  const before = { requests: upstream.requests.length, bytes: upstream.bytes().length };
  const tool = args.method === 'GET' || args.method === 'HEAD' || args.method === undefined ? 'read' : 'execute';
  const result = await agent.raw(tool, args);
  const bytes = upstream.bytes().subarray(before.bytes).toString('latin1');
  return { result, requests: upstream.requests.slice(before.requests), bytes };
}

/** A call that must be sent, as one request with nothing beside it. */
async function sentOnce(args: Record<string, unknown>): Promise<RawRequest> {
  const { result, requests } = await wireOf(args);
  expect(result).toMatchObject({ status: 200 });
  expect(requests).toHaveLength(1);
  expect(upstream.leftover()).toHaveLength(0);
  return requests[0] as RawRequest;
}

/** What `decide` prints for each of these requests. */
async function decide(policyFile: string, requests: readonly object[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await runCli(
    ['decide', '--policy', policyFile],
    requests.map((one) => JSON.stringify(one)).join('\n'),
  );
  return jsonLines(stdout);
}

describe('path bypasses', () => {
  it('of policies that cannot be read are none that should pass', () => {
    const unreadable = PATH_CASES.filter((one) => !SENDABLE.includes(one));
    expect(unreadable.length).toBeLessThan(5);
    for (const one of unreadable) expect(one.expect, one.id).not.toBe('allow');
  });

  it.each(SENDABLE.map((one) => [one.id, one] as const))('%s goes out exactly or not at all', async (_, one) => {
    const { result, requests, bytes } = await wireOf({ ...one.request, service: serviceOf(one) });
    expect(upstream.leftover()).toHaveLength(0);
    if ('error' in result) {
      expect(bytes).toBe('');
      expect((result as AgentRefusal).error.sent).toBe('no');
      if (one.level === 'must') expect(one.expect).not.toBe('allow');
      return;
    }
    expect(requests).toHaveLength(1);
    const [request] = requests as [RawRequest];
    if (one.level === 'must') expect(one.expect).not.toBe('deny');
    if (one.wire_any) expect(one.wire_any).toContain(request.target);
    for (const name of one.wire_headers_absent ?? []) expect(valuesOf(request, name)).toEqual([]);
    expect(request.target.startsWith(one.if_sent?.path_prefix ?? '/')).toBe(true);
    expect(valuesOf(request, 'host')).toEqual([upstream.host]);
  });

  it('are judged by decide as by the gateway', async () => {
    const asked = SENDABLE.map((one) => ({ ...one.request, service: serviceOf(one) }));
    const printed = await decide(served.policyFile, asked);
    expect(printed).toHaveLength(SENDABLE.length);
    const differing: string[] = [];
    for (const [index, one] of SENDABLE.entries()) {
      const before = upstream.requests.length;
      await agent.raw('execute', asked[index] ?? {});
      const sent = upstream.requests[before]?.target;
      const { verdict, target } = printed[index] ?? {};
      if ((verdict === 'allow') !== (sent !== undefined) || (sent !== undefined && sent !== target))
        differing.push(one.id);
    }
    expect(differing).toEqual([]);
  });
});

describe('the target', () => {
  it('that decide prints is what a raw upstream receives, for any path and query', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '.',
        '..',
        '%2e',
        '%2F',
        '%5c',
        '\\',
        ';',
        '?',
        '#',
        '%',
        '%25',
        '+',
        ' ',
        '&',
        '=',
        '@',
        ':',
      ),
      fc.constantFrom(
        '//',
        '%00',
        '\t',
        '\n',
        'é',
        '%C3%A9',
        '%ff',
        '\u{1F511}',
        '[',
        ']',
        '|',
        '"',
        '<',
        '^',
        '`',
        '{',
      ),
      fc.string({ maxLength: 6, unit: 'binary' }),
      fc.string({ maxLength: 6 }),
    );
    const request = fc.record(
      {
        service: fc.constantFrom('open', 'prefixed'),
        method: fc.constantFrom('GET', 'POST', 'DELETE'),
        path: fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
        query: fc.dictionary(
          fc.string({ maxLength: 4 }),
          fc.oneof(
            fc.string({ maxLength: 8 }),
            fc.integer(),
            fc.boolean(),
            fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
          ),
          { maxKeys: 3 },
        ),
      },
      { requiredKeys: ['service', 'method', 'path'] },
    );
    const asked = fc.sample(request, { numRuns: 400, seed: Date.now() });
    const printed = await decide(served.policyFile, asked);
    let sentSome = 0;
    for (const [index, one] of asked.entries()) {
      const before = upstream.requests.length;
      const result = await agent.raw('execute', one);
      const received = upstream.requests.slice(before);
      const { verdict, target } = printed[index] ?? {};
      if ('error' in result) {
        expect(received, JSON.stringify(one)).toEqual([]);
        expect(verdict, JSON.stringify(one)).not.toBe('allow');
      } else {
        sentSome++;
        expect(
          received.map((request) => request.target),
          JSON.stringify(one),
        ).toEqual([target]);
        expect(target, JSON.stringify(one)).toMatch(/^[!-~]+$/);
      }
    }
    expect(upstream.leftover()).toHaveLength(0);
    expect(sentSome).toBeGreaterThan(20);
  });

  it('never carries the name of the parameter that carries the credential', async () => {
    for (const args of [
      { path: '/x?api_key=mine' },
      { path: '/x', query: { api_key: 'mine' } },
      { path: '/x?api%5Fkey=mine' },
      { path: '/x', query: { api_key: ['a', 'b'] } },
    ]) {
      const { result, bytes } = await wireOf({ service: 'query-auth', ...args });
      expect(result).toMatchObject({ error: { code: 'invalid_request', sent: 'no' } });
      expect(bytes).toBe('');
    }
  });
});

describe('caller headers', () => {
  it.each(HEADER_CASES.map((one) => [one.id, one] as const))('%s', async (_, one) => {
    const service = one.auth.startsWith('header:') ? 'header-auth' : 'open';
    for (const method of ['GET', 'POST']) {
      const { result, requests, bytes } = await wireOf({
        service,
        method,
        path: '/v1/x',
        headers: Object.fromEntries(one.headers),
        ...(method === 'POST' ? { json: { a: 1 } } : {}),
      });
      expect(upstream.leftover()).toHaveLength(0);
      if ('error' in result) {
        expect(bytes).toBe('');
        expect(result).toMatchObject({ error: { code: 'invalid_request', sent: 'no' } });
        expect(one.expect).not.toBe('pass');
        continue;
      }
      expect(requests).toHaveLength(1);
      expect(one.expect).not.toBe('reject');
      const [request] = requests as [RawRequest];
      for (const name of one.wire_absent ?? []) expect(valuesOf(request, name)).toEqual([]);
      for (const [name, value] of one.wire_exact ?? []) {
        expect(valuesOf(request, name)).toEqual([
          value.replace('<secret>', key).replace('<bound host>', upstream.host),
        ]);
      }
      for (const [name, value] of one.wire_present ?? []) expect(valuesOf(request, name)).toContain(value);
      for (const word of one.wire_connection_not ?? [])
        expect(valuesOf(request, 'connection').join()).not.toContain(word);
      if (service === 'open') expect(valuesOf(request, 'authorization')).toEqual([`Bearer ${key}`]);
      expect(valuesOf(request, 'content-length')).toEqual(method === 'POST' ? ['7'] : []);
    }
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it('go along only from the allow-list, with the vendor headers of the policy', async () => {
    const request = await sentOnce({
      service: 'vendor',
      path: '/x',
      headers: { 'Idempotency-Key': 'order-17', 'X-Tenant': 't1', 'Accept-Language': 'de', Accept: 'text/plain' },
    });
    expect(valuesOf(request, 'x-vendor-version')).toEqual(['2024-01-01']);
    expect(valuesOf(request, 'x-tenant')).toEqual(['t1']);
    expect(valuesOf(request, 'idempotency-key')).toEqual(['order-17']);
    expect(valuesOf(request, 'accept-language')).toEqual(['de']);
    const { result } = await wireOf({ service: 'vendor', path: '/x', headers: { 'X-Vendor-Version': '1999-01-01' } });
    expect(result).toSatisfy(
      (it: AgentResult | AgentRefusal) =>
        'error' in it || valuesOf(upstream.requests.at(-1) as RawRequest, 'x-vendor-version').join() === '2024-01-01',
    );
  });

  it('are told by decide as they are sent', async () => {
    const headers = { 'Idempotency-Key': 'order-17', Accept: 'text/plain' };
    const [printed] = await decide(served.policyFile, [{ service: 'vendor', method: 'GET', path: '/x', headers }]);
    const request = await sentOnce({ service: 'vendor', path: '/x', headers });
    for (const [name, value] of Object.entries(printed?.headers as Record<string, string>)) {
      expect(valuesOf(request, name), name).toEqual([value]);
    }
  });
});

describe('bodies', () => {
  const bodies: readonly [string, object, string, string][] = [
    [
      'json',
      { json: { name: 'Ada Ü', list: [1, null, true] } },
      '{"name":"Ada Ü","list":[1,null,true]}',
      'application/json',
    ],
    ['json null', { json: null }, 'null', 'application/json'],
    ['json text', { json: '"a\\"b"' }, '"a\\"b"', 'application/json'],
    [
      'form',
      { form: { amount: 500, metadata: { order: '17' } } },
      'amount=500&metadata[order]=17',
      'application/x-www-form-urlencoded',
    ],
    ['form values', { form: { q: 'a b&c=ü' } }, 'q=a+b%26c%3D%C3%BC', 'application/x-www-form-urlencoded'],
    ['text', { text: 'héllo\nworld' }, 'héllo\nworld', 'text/plain'],
    [
      'crlf text',
      { text: 'a\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n' },
      'a\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n',
      'text/plain',
    ],
  ];

  it.each(bodies)('%s goes out byte for byte, with its length and type', async (_, body, expected, type) => {
    const request = await sentOnce({ service: 'open', method: 'POST', path: '/b', ...body });
    const sent = request.body.toString('utf8');
    if (type.endsWith('urlencoded')) {
      // Brackets may stand raw or escaped, blanks as + or %20: what a form parser reads is what counts.
      expect([...new URLSearchParams(sent)]).toEqual([...new URLSearchParams(expected)]);
    } else expect(sent).toBe(expected);
    expect(valuesOf(request, 'content-length')).toEqual([String(request.body.length)]);
    expect(valuesOf(request, 'content-type').join()).toMatch(new RegExp(`^${type.replace('+', '\\+')}`));
    expect(valuesOf(request, 'transfer-encoding')).toEqual([]);
    expect(valuesOf(request, 'content-encoding')).toEqual([]);
  });

  it('of more than one kind, or on a GET, are refused', async () => {
    for (const args of [
      { method: 'POST', json: {}, text: 'x' },
      { method: 'POST', form: { a: 1 }, json: 1 },
    ]) {
      const error = await agent.refused('execute', { service: 'open', path: '/b', ...args });
      expect(error).toMatchObject({ code: 'invalid_request', sent: 'no' });
    }
    const error = await agent.refused('execute', { service: 'open', path: '/b', method: 'GET', json: { a: 1 } });
    expect(error).toMatchObject({ code: 'invalid_request', sent: 'no' });
  });

  it('of many requests on one connection stay apart', async () => {
    const before = upstream.requests.length;
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        agent.ok('execute', { service: 'open', method: 'PUT', path: `/n/${i}`, text: `${i}`.repeat(i) }),
      ),
    );
    const received = upstream.requests.slice(before);
    expect(received).toHaveLength(40);
    for (const request of received) {
      const i = Number(request.target.split('/').at(-1));
      expect(request.body.toString()).toBe(`${i}`.repeat(i));
    }
  });
});

describe('forged fields', () => {
  // What the trail must never hold raw: controls, C1, bidirectional, zero-width and separator characters.
  const RAW = /[^\n\P{C}]|[\p{Zl}\p{Zp}\u200b-\u200f\u2060-\u2069]/u;

  interface Trail {
    readonly records: Record<string, unknown>[];
    readonly lines: string[];
    readonly raw: string;
  }

  async function trailOf(act: () => Promise<unknown>): Promise<Trail> {
    const before = { records: served.records().length, lines: served.diagnostics.length };
    await act();
    await until(() => served.diagnostics.length > before.lines, 'a human line');
    const records = served.records().slice(before.records);
    const files = fs
      .readdirSync(served.auditDir)
      .map((name) => fs.readFileSync(path.join(served.auditDir, name), 'utf8'));
    return { records, lines: served.diagnostics.slice(before.lines), raw: files.join('') };
  }

  function oneCleanEvent({ records, lines, raw }: Trail): void {
    expect(new Set(records.map(({ id }) => id)).size).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.split(' | ')).toHaveLength(6);
    expect(lines[0]).not.toMatch(RAW);
    expect(RAW.exec(raw)?.[0]).toBeUndefined();
  }

  const fields = ['path', 'method', 'agent', 'reason', 'query.value'] as const;
  const values = [...new Set(FORGE_CASES.map(({ value }) => value))];

  it.each(FORGE_CASES.map((one) => [one.id, one] as const))('%s adds one clean event', async (_, one) => {
    await forge(one.field, one.value);
  });

  it.each(fields)('in %s add one clean event, whichever of the corpus they are', async (field) => {
    for (const value of values) await forge(field, value);
  });

  it('leave a chain that verifies', async () => {
    const { status, stderr } = await runCli(['audit', 'verify', served.auditDir], '');
    expect(stderr).toContain('every chain is intact');
    expect(status).toBe(0);
  });

  async function forge(field: string, value: string): Promise<void> {
    switch (field) {
      case 'path': {
        const trail = await trailOf(() => agent.raw('read', { service: 'open', path: value }));
        oneCleanEvent(trail);
        const sent = trail.records.some(({ kind }) => kind === 'intent');
        if (!sent) expect(trail.records[0]?.path).toBe(value.split(/[?#]/, 1)[0]);
        return;
      }
      case 'method': {
        const trail = await trailOf(() => agent.raw('execute', { service: 'open', method: value, path: '/x' }));
        oneCleanEvent(trail);
        // A method is a short word: the trail keeps the beginning of a longer one, and how much was cut.
        const [, kept, cut] = /^(.*?)(?:…\[cut (\d+)\])?$/s.exec(String(trail.records[0]?.method)) ?? [];
        expect(value.startsWith(kept ?? 'nothing')).toBe(true);
        expect((kept?.length ?? 0) + Number(cut ?? 0)).toBe(value.length);
        return;
      }
      case 'reason': {
        const trail = await trailOf(() => agent.raw('read', { service: 'open', path: '/x', reason: value }));
        oneCleanEvent(trail);
        for (const record of trail.records) expect(record.reason).toBe(value);
        return;
      }
      case 'query.value': {
        const mark = `${value}mark-of-this-value`;
        const trail = await trailOf(() => agent.raw('read', { service: 'open', path: '/x', query: { q: mark } }));
        oneCleanEvent(trail);
        expect(trail.raw).not.toContain('mark-of-this-value');
        return;
      }
      case 'agent': {
        const forger = await connectAgent(served.proxy, value);
        try {
          const trail = await trailOf(() => forger.raw('read', { service: 'open', path: '/x' }));
          oneCleanEvent(trail);
          expect(trail.records[0]?.agent).toMatchObject({ name: expect.stringMatching(/^[a-z0-9._-]{1,32}$/) });
        } finally {
          await forger.close();
        }
        return;
      }
      case 'error': {
        // An error's text comes from the upstream; the trail holds codes alone, and our own texts.
        const trail = await trailOf(() => agent.raw('read', { service: value, path: '/x' }));
        oneCleanEvent(trail);
        expect(trail.records[0]).toMatchObject({ service: value, code: 'unknown_service' });
        return;
      }
      default:
        throw new Error(`the corpus has a field that is not covered: ${field}`);
    }
  }
});

describe('policy texts', () => {
  interface YamlCase {
    readonly id: string;
    readonly level: 'must' | 'should';
    readonly yaml_b64: string;
    readonly previous_b64?: string;
    readonly expect: string;
    readonly grants?: readonly { service: string; method: string; path: string }[];
    readonly max_ms?: number;
  }
  const cases = corpus<YamlCase>('policy-yaml');
  const PROBES = ['GET', 'POST', 'DELETE'].flatMap((method) =>
    ['/v1/charges', '/v1/charges/ch_1', '/v1/refunds', '/v1/x', '/'].map((probe) => ({
      service: 'stripe',
      method,
      path: probe,
    })),
  );

  interface Problem {
    readonly file: string;
    readonly severity: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
  }
  const fileOf = (one: YamlCase): string => path.join(served.folder, `${one.id}.yaml`);
  let linted: { status: number | null; problems: Problem[] };

  beforeAll(async () => {
    for (const one of cases) fs.writeFileSync(fileOf(one), Buffer.from(one.yaml_b64, 'base64'));
    const { status, stdout } = await runCli(['lint', ...cases.map(fileOf)], '');
    linted = { status, problems: jsonLines<Problem>(stdout) };
  });

  it('that are refused are named by lint at a place, one by one', () => {
    expect(linted.status).toBe(1);
    for (const { line, column, message } of linted.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).not.toBe('');
    }
    expect(cases.filter(isRejected).map(({ id }) => id)).toEqual(
      expect.arrayContaining(cases.filter((one) => one.expect === 'reject').map(({ id }) => id)),
    );
  });

  const isRejected = (one: YamlCase): boolean =>
    linted.problems.some(({ file, severity }) => file === fileOf(one) && severity === 'error');

  it('that decide takes are the ones that lint takes, and they grant no more than they should', async () => {
    let refused = 0;
    for (const one of cases) {
      const rejected = isRejected(one);
      if (rejected && one.level === 'must' && ++refused > 4) continue; // each costs a process
      const input = PROBES.map((probe) => JSON.stringify(probe)).join('\n');
      const { status, stdout } = await runCli(['decide', '--policy', fileOf(one)], input);
      const granted = jsonLines<{ verdict: string }>(stdout).flatMap(({ verdict }, i) =>
        verdict === 'allow' ? [PROBES[i]] : [],
      );
      expect(status === 2, one.id).toBe(rejected);
      if (rejected || one.expect === 'no-grants') expect(granted, one.id).toEqual([]);
      if (one.expect === 'accept-or-reject')
        for (const grant of granted) expect(one.grants, one.id).toContainEqual(grant);
      // What waits for an approval is a matter of two texts; each of them is a good one here.
      if (one.expect.includes('approval')) expect(rejected, one.id).toBe(false);
    }
  });
});
