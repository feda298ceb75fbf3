import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Argument, TOOL_ARGUMENTS } from '../../src/protocol/toolArguments.ts';
import { ARGUMENTS, isToolName, TOOLS, type ToolName } from '../../src/proxy/tools.ts';
import { wrongArguments } from '../../src/proxy/wrongArguments.ts';
import { type RawProxy, startRawProxy } from '../support/rawProxy.ts';
import { policyText, type Served, serve } from '../support/serve.ts';

const GOOD: Readonly<Record<ToolName, Record<string, unknown>>> = {
  list_services: {},
  read: { service: 'api', path: '/x' },
  execute: { service: 'api', method: 'POST', path: '/x' },
  request_access: { service: 'api', method: 'POST', path: '/x', reason: 'why' },
};

/** Of every kind that JSON has, with texts that an agent might try as guesses. */
const guess = ['sk', 'live', 'Zx81', 'mnbvcxz'].join('_');
const VALUES: readonly unknown[] = [
  null,
  true,
  7.5,
  -1,
  1e300,
  guess,
  guess.repeat(10_000),
  [guess],
  [[guess]],
  [{}],
].concat([
  { a: { [guess]: guess } },
  { limit: [guess, {}] },
  { [guess]: { a: 1 } },
  { [guess]: 1 },
  Array(60).fill(guess),
]);

function refusalOf(
  tool: ToolName,
  given: unknown,
): { readonly message: string; readonly nextStep: string } | undefined {
  const checked = ARGUMENTS[tool].safeParse(given);
  return checked.success ? undefined : wrongArguments(tool, given, checked.error).refusal;
}

const PARAMETERS = TOOLS.flatMap(({ name, inputSchema }) => {
  if (!isToolName(name)) throw new Error(name);
  return Object.keys(inputSchema.properties).map((parameter) => ({ tool: name, parameter }));
});
/** Whose shape the proxy looks at; the others are the gateway's to read. */
const CHECKED = PARAMETERS.filter(({ tool, parameter }) => {
  const { [parameter]: one }: Readonly<Record<string, Argument>> = TOOL_ARGUMENTS[tool];
  return one?.wanted !== undefined;
});

describe('an argument that is wrong', () => {
  it('is one of those whose shape is plain', () => {
    expect([...new Set(CHECKED.map(({ parameter }) => parameter))]).toEqual(['service', 'path', 'method', 'reason']);
  });

  it.each(CHECKED)(
    'is told in our own words, by its place, and not repeated: $tool, $parameter',
    ({ tool, parameter }) => {
      let refused = 0;
      for (const value of VALUES) {
        const refusal = refusalOf(tool, { ...GOOD[tool], [parameter]: value });
        if (!refusal) continue;
        refused += 1;
        const { message, nextStep } = refusal;
        expect(message).toMatch(
          new RegExp(`^The arguments of ${tool} are wrong: (?:a value in )?${parameter}\\b.* and must be .*\\.$`),
        );
        expect(nextStep).toMatch(new RegExp(`^Nothing was sent\\. Correct .*${parameter}.*, and call again\\.$`));
        const said = `${message} ${nextStep}`;
        expect(said).not.toMatch(
          /invalid input|expected|received|too big:|too small:|<=|>=|undefined|something else|zod/i,
        );
        expect(said).not.toContain(guess);
        expect(said).not.toContain('1e+300');
      }
      expect(refused).toBeGreaterThan(3);
    },
  );

  it.each(PARAMETERS.filter(({ tool, parameter }) => Object.hasOwn(GOOD[tool], parameter)))(
    'is missing: $tool, $parameter',
    ({ tool, parameter }) => {
      const { [parameter]: _, ...others } = GOOD[tool];
      expect(refusalOf(tool, others)?.message).toContain(`${parameter} is missing and must be `);
    },
  );

  it.each<[ToolName, unknown, string]>([
    ['read', { path: 'x'.repeat(70_000) }, 'path is too long and must be a string such as'],
    [
      'read',
      { service: null, path: 5 },
      'service is null and must be a name from list_services, of at most 200 characters; path is a number',
    ],
    [
      'read',
      { json: {}, [guess]: 1 },
      'it takes service, path, method, query, headers, select, maxChars, reason and no other argument, not json',
    ],
    ['read', { method: 5 }, 'method is a number and must be GET or HEAD'],
  ])('says what is wrong, why, and where: %s %j', (tool, more, words) => {
    const { message = '' } = refusalOf(tool, { ...GOOD[tool], ...(more as object) }) ?? {};
    expect(message).toContain(words);
    expect(message).not.toContain(guess);
  });

  it.each<[ToolName, object, string]>([
    ['execute', { body: {} }, 'write json, form or text instead of body'],
    ['execute', { data: {} }, 'write json, form or text instead of data'],
    ['execute', { payload: {} }, 'write json, form or text instead of payload'],
    ['execute', { request_body: {} }, 'write json, form or text instead of requestbody'],
    ['execute', { jsonBody: {} }, 'write json instead of jsonbody'],
    ['execute', { formData: {} }, 'write form instead of formdata'],
    ['execute', { httpMethod: 'GET' }, 'write method instead of httpmethod'],
    ['read', { params: {} }, 'write query instead of params'],
    ['read', { query_params: {} }, 'write query instead of queryparams'],
    ['read', { queryParameters: {} }, 'write query instead of queryparameters'],
    ['read', { Query: {} }, 'write query instead of query'],
    ['read', { header: {} }, 'write headers instead of header'],
    ['read', { url: '/x' }, 'write path instead of url'],
    ['read', { endpoint: '/x' }, 'write path instead of endpoint'],
    ['read', { max_chars: 5 }, 'write maxChars instead of maxchars'],
    ['read', { explanation: 'why' }, 'write reason instead of explanation'],
    ['read', { json: {} }, 'a request with a body goes through execute'],
    ['read', { body: {} }, 'a request with a body goes through execute'],
    ['request_access', { url: '/x' }, 'write path instead of url'],
    ['request_access', { params: {} }, 'write the query behind the path: /v1/items?limit=3'],
    ['request_access', { json: null, body: {} }, 'it asks for a rule, which names no body.'],
    ['read', { json: null, form: null }, 'not json, not form; a request with a body goes through execute.'],
    ['read', { limit: 3 }, "not limit; parameters of the API's own go into query or a body"],
  ])('by another name is told the right one: %s %j', (tool, more, words) => {
    expect(refusalOf(tool, { ...GOOD[tool], ...more })?.message).toContain(words);
  });

  it('is passed over where a tool needs none', () => {
    expect(ARGUMENTS.list_services.parse({ random_string: 'x', service: null })).toEqual({ service: null });
  });

  it('is no object at all', () => {
    expect(refusalOf('read', [])?.message).toContain('they are a list and must be an object of service,');
  });
});

describe('a call that is out of form', () => {
  let served: Served;
  let proxy: RawProxy;
  let id = 0;
  beforeAll(async () => {
    served = await serve({ policy: policyText({}) });
    proxy = startRawProxy(served.proxy);
    await proxy.initialize();
  });
  afterAll(async () => {
    await proxy.end();
    await served.stop();
  });

  it.each<object>([
    { name: 'read', arguments: [guess] },
    { name: 'read', arguments: guess },
    { name: 'read', arguments: 7 },
    { name: null, arguments: {} },
    { name: [guess], arguments: {} },
    { arguments: {} },
    {},
  ])('is told in our own words: %j', async (params) => {
    id += 1;
    const { error } = await proxy.ask(id, 'tools/call', params);
    expect(error?.code).toBe(-32602);
    expect(error?.message).toMatch(/^a tool call is not valid: .* correct them and call again$/);
    expect(error?.message).not.toContain(guess);
  });

  it('is in form where it has null for what is left out', async () => {
    const more = { arguments: null, _meta: null, task: null };
    id += 1;
    const { result } = await proxy.ask(id, 'tools/call', { name: 'list_services', ...more });
    expect(result).toMatchObject({ structuredContent: { services: [] } });
    id += 1;
    const { result: read } = await proxy.ask(id, 'tools/call', { name: 'read', ...more });
    expect(JSON.stringify(read)).toContain('service is missing');
  });
});
