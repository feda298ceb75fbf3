import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { RequestInput } from '../../request/parts/requestModel.ts';
import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import type { Verdict } from '../model/decision.ts';
import type { PolicyTest } from '../model/policy.ts';
import { type Entry, type Fields, isEmpty, type Reader, spanOf } from '../text/reader.ts';

const KEYS = ['name', 'request', 'expect'] as const;
const TOOL_KEYS = ['server', 'tool'] as const;
const REQUEST_KEYS = ['service', 'method', 'path', 'query', 'headers', 'json', 'form', 'text', 'agent'] as const;
const VERDICTS: readonly Verdict[] = ['allow', 'ask', 'deny'];
const EXAMPLE = '{ name: …, request: { service: stripe, method: GET, path: /v1/charges }, expect: allow }';
const EXAMPLES: Readonly<Record<string, string>> = { method: 'method: GET', path: 'path: /v1/charges' };
const MAX_TESTS = 1000;

/** Reads a file's `tests`. Those with a problem are left out. */
export function readTests(reader: Reader, entry: Entry | undefined): PolicyTest[] {
  if (entry === undefined) return [];
  const items = reader.list(entry, '`tests`', `[${EXAMPLE}]`) ?? [];
  if (items.length > MAX_TESTS) {
    reader.problems.error('bad-test', entry.key, phrase`A policy file has at most ${MAX_TESTS} tests. Remove some.`);
    return [];
  }
  return items.flatMap((item) => readTest(reader, item, entry) ?? []);
}

function readTest(reader: Reader, node: ParsedNode | null, list: Entry): PolicyTest | undefined {
  const span = node === null ? list.key : spanOf(node);
  if (isEmpty(node)) {
    reader.problems.error('wrong-type', span, phrase`This test is empty. Write it as ${EXAMPLE}, or remove the dash.`);
    return undefined;
  }
  const fields = reader.map(node, span, phrase`A test`, EXAMPLE);
  if (fields === undefined) return undefined;
  reader.onlyKnown(fields, KEYS, phrase`A test`, {
    title: 'name',
    verdict: 'expect',
    expected: 'expect',
    call: 'request',
  });
  const head = fields.entries[0]?.key ?? span;
  const name = required(reader, fields, head, 'name', 'name: reads charges');
  const expect = required(reader, fields, head, 'expect', 'expect: allow');
  const request = required(
    reader,
    fields,
    head,
    'request',
    'request: { service: stripe, method: GET, path: /v1/charges }',
  );
  const title = name && reader.text(name.value, reader.at(name), '`name`');
  const verdict = expect && reader.word(expect, VERDICTS, 'bad-test', '`expect`');
  const input = request && readRequest(reader, request);
  if (title === undefined || verdict === undefined || input === undefined) return undefined;
  const { line } = reader.problems.position(span.start);
  return { name: title, ...input, expect: verdict, span, line };
}

function required(reader: Reader, fields: Fields, at: Entry['key'], key: string, example: string): Entry | undefined {
  const entry = fields.get(key);
  if (entry === undefined) reader.missing(at, phrase`A test`, key, example, 'map');
  return entry;
}

type Asked = Pick<PolicyTest, 'request' | 'targetSpan'>;

/** The request as `decide` takes it. What is wrong with its parts shows when the test runs. */
function readRequest(reader: Reader, entry: Entry): Asked | undefined {
  const fields = reader.map(
    entry.value,
    reader.at(entry),
    '`request`',
    '{ service: stripe, method: GET, path: /v1/charges }',
  );
  if (fields === undefined) return undefined;
  if (fields.get('server') !== undefined || fields.get('tool') !== undefined)
    return readToolCall(reader, fields, entry);
  reader.onlyKnown(fields, [...REQUEST_KEYS, ...TOOL_KEYS], '`request`', {
    body: 'json',
    url: 'path',
    verb: 'method',
    params: 'query',
  });
  const text = (key: string): string | undefined => {
    const field = fields.get(key);
    return field && reader.text(field.value, reader.at(field), `\`${key}\``);
  };
  const value = (key: string): unknown => {
    const field = fields.get(key);
    return field && plain(reader, field.value, field);
  };
  for (const key of ['service', 'method', 'path']) {
    if (fields.get(key) === undefined) reader.missing(entry.key, '`request`', key, EXAMPLES[key] ?? `${key}: …`);
  }
  const [service, method, path] = [text('service'), text('method'), text('path')];
  const more = {
    ...mapOf('query', value('query')),
    ...mapOf('headers', value('headers')),
    ...(fields.get('json') === undefined ? {} : { json: value('json') }),
    ...mapOf('form', value('form')),
    ...(fields.get('text') === undefined ? {} : { text: text('text') }),
    ...(fields.get('agent') === undefined ? {} : { agent: text('agent') }),
  } as Partial<RequestInput & { readonly agent: string }>;
  for (const key of ['query', 'headers', 'form'] as const) {
    const field = fields.get(key);
    if (field !== undefined && !isMap(field.value)) {
      reader.problems.error('wrong-type', reader.at(field), phrase`\`${key}\` must be a map.`);
      return undefined;
    }
  }
  return service === undefined || method === undefined || path === undefined
    ? undefined
    : { request: { service, method, path, ...more }, targetSpan: targetOf(reader, fields, 'service', entry) };
}

/** A call to a tool of an upstream MCP server. */
function readToolCall(reader: Reader, fields: Fields, entry: Entry): Asked | undefined {
  const { key: at } = entry;
  reader.onlyKnown(fields, TOOL_KEYS, phrase`\`request\` to a server`, {});
  const text = (key: (typeof TOOL_KEYS)[number]): string | undefined => {
    const field = fields.get(key);
    if (field === undefined) reader.missing(at, phrase`\`request\` to a server`, key, `${key}: …`);
    return field && reader.text(field.value, reader.at(field), `\`${key}\``);
  };
  const [server, tool] = [text('server'), text('tool')];
  return server === undefined || tool === undefined
    ? undefined
    : { request: { server, tool }, targetSpan: targetOf(reader, fields, 'server', entry) };
}

function targetOf(reader: Reader, fields: Fields, key: 'service' | 'server', request: Entry): Span {
  return reader.at(fields.get(key) ?? request);
}

function mapOf(key: 'query' | 'headers' | 'form', value: unknown): Partial<RequestInput> {
  return value === undefined ? {} : { [key]: value };
}

/** A YAML value as JSON has it. The nodes are nested 20 deep at most. */
function plain(reader: Reader, node: ParsedNode | null, entry: Entry): unknown {
  if (isSeq(node)) return (node.items as (ParsedNode | null)[]).map((item) => plain(reader, item, entry));
  if (isMap(node)) {
    const fields = reader.map(node, reader.at(entry), '`request`', '{ amount: 5 }');
    return Object.fromEntries((fields?.entries ?? []).map((field) => [field.name, plain(reader, field.value, field)]));
  }
  return isScalar(node) ? node.value : null;
}
