import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/core/limits/limitsModel.ts';
import type { Call } from '../../../src/core/request/arguments/call.ts';
import { readCall } from '../../../src/core/request/arguments/readCall.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { type Answer, callSchema } from '../../../src/protocol/messages.ts';
import { inputSchemaOf, TOOL_ARGUMENTS } from '../../../src/protocol/toolArguments.ts';
import { baseUrlOf, builtAnswer } from '../../support/builtAnswer.ts';
import { PAGED_APIS, type PagedApi, type Row } from '../../support/pagedApis.ts';

// Each API has 250 rows. An agent follows `next` to the letter, and counts what it gets: no row may be missing, none come
// twice, and it must come to an end. Where `next` cannot promise that, there is none, and what to do is said.

const rowsOf = (length: number): readonly Row[] =>
  Array.from({ length: 250 }, (_, i) => ({ id: `ch_${i}`, note: 'x'.repeat(length) }));

const ORIGIN = 'https://api.example.com';
const SERVICE = {
  name: 'api',
  baseUrl: baseUrlOf(ORIGIN),
  auth: { type: 'bearer' },
  headers: { set: [], allow: ['x-amz-target'] },
  limits: DEFAULT_LIMITS,
} as const;

type Arguments = Record<string, unknown>;

/** The answer to a call, by the way of every call. What a tool would not take is an error here, too. */
async function called(one: PagedApi, rows: readonly Row[], args: Arguments): Promise<Answer> {
  const tool = (args.method ?? 'GET') === 'GET' ? 'read' : 'execute';
  const known = Object.keys(inputSchemaOf(TOOL_ARGUMENTS[tool]).properties);
  expect(Object.keys(args).filter((name) => !known.includes(name))).toEqual([]);
  const read = readCall(callSchema.parse({ tool, method: 'GET', ...args }));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const call: Call = read.value;
  const { origin = ORIGIN } = one;
  const request = canonicalise(call, { ...SERVICE, baseUrl: baseUrlOf(origin) });
  if (!request.ok) throw new Error(JSON.stringify(request.error));
  const { method, target, body } = request.value;
  const url = new URL(target, origin);
  const answer = one.answer(rows, {
    method,
    path: url.pathname,
    query: url.searchParams,
    json: JSON.parse(body?.text ?? '{}') as Record<string, unknown>,
    origin,
  });
  const built = await builtAnswer(
    { body: JSON.stringify(answer.body), headers: Object.entries(answer.headers ?? {}) },
    { call, baseUrl: origin },
  );
  return built.answer;
}

interface Walk {
  readonly ids: readonly string[];
  /** The last answer, behind which there is no `next`. */
  readonly last: Answer;
  readonly lastArguments: Arguments;
  readonly calls: readonly Arguments[];
}

async function walk(one: PagedApi, rows: readonly Row[], first: Arguments): Promise<Walk> {
  const ids: string[] = [];
  const calls: Arguments[] = [];
  for (let args = first; ; ) {
    calls.push(args);
    expect(calls.length, 'it goes on for ever').toBeLessThan(120);
    const answer = await called(one, rows, args);
    expect(answer.status).toBe(200);
    ids.push(...one.rowsOf(answer.json).map(({ id }) => id));
    if (answer.next === undefined) return { ids, last: answer, lastArguments: args, calls };
    args = answer.next;
  }
}

const firstCall = (one: PagedApi, more: Arguments = {}): Arguments => ({ service: 'api', ...one.call, ...more });
const ALL = rowsOf(0).map(({ id }) => id);

describe.each(PAGED_APIS)('$name', (one) => {
  it('is walked to its end', async () => {
    const rows = rowsOf(20);
    const { ids, last } = await walk(one, rows, firstCall(one));
    expect(ids).toEqual(ALL);
    expect(last).not.toHaveProperty('hint');
    expect(last).not.toHaveProperty('nextStep');
  });

  it('is walked to its end with select and headers', async () => {
    const rows = rowsOf(2000);
    const select = [...one.select];
    const headers = { ...one.call.headers, Accept: 'application/json' };
    const { ids, calls } = await walk(one, rows, firstCall(one, { select, headers, reason: 'r' }));
    expect(ids).toEqual(ALL);
    for (const call of calls) expect(call).toMatchObject({ select, headers, reason: 'r' });
  });

  it('loses no row where answers are cut, and says what to do where next would', async () => {
    const rows = rowsOf(600);
    const { ids, last } = await walk(one, rows, firstCall(one));
    // In their order, from the first one on, and none twice.
    expect(ids).toEqual(ALL.slice(0, ids.length));
    if (one.resumes) expect(ids).toEqual(ALL);
    else {
      expect(last.truncated).toBeDefined();
      expect(last.hint).toMatch(/were left out/);
      expect(last.nextStep).toMatch(/smaller page|: \d+/);
    }
  });

  it('is walked to its end where each row is larger than an answer', async () => {
    const rows = rowsOf(600).slice(0, 7);
    const { ids } = await walk(one, rows, firstCall(one, { maxChars: 400 }));
    if (one.resumes) expect(ids).toEqual(ALL.slice(0, 7));
    else expect(ids).toEqual(ALL.slice(0, ids.length));
  });

  it('has no next behind an empty list', async () => {
    const rows: readonly Row[] = [];
    const { ids, calls } = await walk(one, rows, firstCall(one));
    expect([ids.length, calls.length]).toEqual([0, 1]);
  });
});
