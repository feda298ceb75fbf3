import { describe, expect, it } from 'vitest';
import type { AnswerOrder } from '../../../src/gateway/answer/answer.ts';
import { builtAnswer } from '../../support/builtAnswer.ts';
import { freshKey } from '../../support/serve.ts';

type Asked = Partial<AnswerOrder['call']>;

async function answerTo(
  call: Asked,
  body: unknown,
  more: Parameters<typeof builtAnswer>[1] = {},
  headers: [string, string][] = [],
) {
  return (await builtAnswer({ body: JSON.stringify(body), headers }, { ...more, call })).answer;
}

const ROWS = [{ id: 'a' }, { id: 'b' }];

describe('a cursor whose parameter is not certain', () => {
  it.each([
    { items: ROWS, nextPageToken: 'T' },
    { items: ROWS, next_page_token: 'T' },
    { items: ROWS, next_cursor: 'T' },
    { items: ROWS, nextCursor: 'T' },
    { items: ROWS, nextToken: 'T' },
    { items: ROWS, continuationToken: 'T' },
    { items: ROWS, cursor: 'T' },
    { items: ROWS, next: 'T' },
    { items: ROWS, meta: { next_token: 'T' } },
    { items: ROWS, pagination: { next: 'T' } },
    { items: ROWS, pagination: { nextCursor: 'T', has_more: true } },
    { data: ROWS, has_more: true, next_cursor: 'T' },
    { data: ROWS, has_more: true },
    { items: ROWS, hasMore: true },
    { object: 'list', data: [{ id: 1 }], has_more: true },
  ])('is told and not guessed: %j', async (body) => {
    for (const select of [undefined, ['/items/*/id']]) {
      const { next, hint, nextStep } = await answerTo({ ...(select ? { select } : {}) }, body);
      expect(next).toBeUndefined();
      expect(hint).toContain(JSON.stringify(body).includes('"T"') ? '"T"' : 'more');
      expect(nextStep).toContain('parameter');
    }
  });

  it.each([
    [{ query: { pageToken: 'S' } }, { items: ROWS, nextPageToken: 'T' }, { query: { pageToken: 'T' } }],
    [{ query: { next_cursor: 'S' } }, { items: ROWS, next_cursor: 'T' }, { query: { next_cursor: 'T' } }],
    [{ path: '/things?a=b&cursor=S' }, { items: ROWS, next_cursor: 'T=' }, { path: '/things?a=b&cursor=T%3D' }],
    [{ path: '/things?q=a?b&cursor=S' }, { items: ROWS, next_cursor: 'T' }, { path: '/things?q=a?b&cursor=T' }],
    [{ path: '/things?q=a?b&page=2' }, { items: ROWS, next_page: 3 }, { path: '/things?q=a?b&page=3' }],
    [
      { method: 'POST', path: '/things/search', json: { cursor: 'S', q: 1 } },
      { items: ROWS, next_cursor: 'T' },
      { json: { cursor: 'T', q: 1 } },
    ],
    [
      {},
      { data: ROWS, meta: { pagination: { page: 1, pageSize: 2, pageCount: 3, total: 5 } } },
      { query: { 'pagination[page]': 2 } }, // Strapi
    ],
    [
      { method: 'POST', path: '/conversations.list', form: { cursor: 'S' } },
      { ok: true, channels: ROWS, response_metadata: { next_cursor: 'T' } },
      { form: { cursor: 'T' } },
    ],
    [
      { method: 'POST', path: '/conversations.list', form: 'type=a&cursor=S&type=b' },
      { ok: true, channels: ROWS, response_metadata: { next_cursor: 'T' } },
      { form: 'type=a&type=b&cursor=T' },
    ],
  ] as readonly (readonly [Asked, unknown, Asked])[])(
    'is certain once the agent sent it: %j',
    async (call, body, next) => {
      expect((await answerTo(call, body)).next).toMatchObject(next);
    },
  );
});

describe('a page that is not all, where nothing is certain about the next one', () => {
  it.each<[says: string, call: Asked, body: unknown, headers?: Record<string, string>]>([
    ['2 rows of 250', { query: { count: 100 } }, { lists: ROWS, total_items: 250 }],
    ['2 rows of 250', { query: { limit: 2 } }, { contacts: ROWS, count: 250 }],
    ['2 rows of 250', {}, { start: 0, limit: 2, length: 2, total: 250, users: ROWS }],
    ['2 rows of 250', {}, { found: 250, page: 1, request_params: { per_page: 2 }, hits: ROWS }],
    ['2 rows of 250', {}, ROWS, { 'content-range': '0-1/250' }],
    ['2 rows of 250', {}, ROWS, { 'x-pagination': '{"TotalCount":250,"CurrentPage":1}' }],
    ['2 rows of 250', {}, ROWS, { 'x-total-count': '250' }],
    ['page 1 of 3', { query: { pageSize: 2 } }, { pageNumber: 1, pageSize: 2, totalPages: 3, data: ROWS }],
    ['page 1 of 3', { query: { size: 2 } }, { data: ROWS, currentPage: 1, totalPages: 3 }],
    ['page 1', { query: { ps: 2 } }, { total: 5, paging: { pageIndex: 1, pageSize: 2, total: 5 }, issues: ROWS }],
    ['"T"', {}, { data: { sources: ROWS, pagination: { current: 'S', next: 'T' } } }],
    ['"T"', {}, { records: { totalRecords: 250, cursor: 'T' }, calls: ROWS }],
    ['"T"', { method: 'POST', json: { limit: 2 } }, { result: { points: ROWS, next_page_offset: 'T' } }],
    ['"T"', {}, { message: { 'next-cursor': 'T', 'total-results': 250, items: ROWS } }],
    ['is 2', { query: { per_page: 2 } }, { response: { songs: ROWS, next_page: 2 } }],
    ['"T"', { query: { scroll: '1m' } }, { _scroll_id: 'T', hits: { total: { value: 5 }, hits: ROWS } }],
    ['more', {}, { results: ROWS, moreDataAvailable: true }],
  ])('is told: %s (%j, %j)', async (says, call, body, headers = {}) => {
    const { next, hint, nextStep } = await answerTo(call, body, {}, Object.entries(headers));
    expect(next).toBeUndefined();
    expect(hint).toContain(says);
    expect(nextStep).toContain('parameter');
  });

  it.each<[call: Asked, body: unknown, headers?: Record<string, string>]>([
    [{}, { items: ROWS, total: 2 }],
    [{}, { items: ROWS, count: 2 }],
    [{ query: { sysparm_offset: 200 } }, { items: ROWS, total: 202 }],
    [{ query: { page_token: 'S' } }, { items: ROWS, total_items: 250 }],
    [{}, ROWS, { 'content-range': '248-249/250' }],
    [{ query: { currentPage: 3 } }, { data: ROWS, currentPage: 3, totalPages: 3 }],
    [{}, { items: ROWS, next_cursor: 'T', has_more: false }],
  ])('is not told where it may well be the last: %j, %j', async (call, body, headers = {}) => {
    const answer = await answerTo(call, body, {}, Object.entries(headers));
    expect([answer.next, answer.hint]).toEqual([undefined, undefined]);
  });
});

describe('the end of a list', () => {
  it.each([
    { items: ROWS },
    { items: ROWS, nextPageToken: '' },
    { items: ROWS, next_cursor: null },
    { items: ROWS, next: null },
    { ok: true, channels: ROWS, response_metadata: { next_cursor: '' } },
    { object: 'list', data: ROWS, has_more: false },
    { items: ROWS, has_more: false, links: { next: '/v1/things?page=9' } },
    { users: ROWS, next_cursor_str: '0', previous_cursor_str: '0' },
    { items: ROWS, offset: 0, limit: 10, total: 2 },
    { items: [], offset: 100, limit: 10, total: 200 },
    { items: ROWS, page: 3, total_pages: 3 },
    { items: [], page: 2, total_pages: 3 },
    { items: [], paging: { first: '/v1/a', next: '/v1/b', previous: '/v1/c', last: '/v1/d' } },
    { data: ROWS, paging: { cursors: { before: 'b', after: 'a' } } },
    { data: { viewer: { issues: { nodes: ROWS, pageInfo: { hasNextPage: false, endCursor: 'c' } } } } },
    { id: 'a', name: 'no list' },
    { id: 'a', next: 'step two', status: 'waiting' },
    'text',
    null,
  ])('has neither next nor a hint: %j', async (body) => {
    const answer = await answerTo({}, body);
    expect(answer).not.toHaveProperty('next');
    expect(answer).not.toHaveProperty('hint');
  });
});

describe('an API that does not go on', () => {
  it.each([
    [{ query: { offset: 100 } }, { items: ROWS, offset: 0, limit: 2, total: 10 }],
    [{ query: { page: 4 } }, { items: ROWS, page: 1, per_page: 2, total_pages: 5 }],
    [{ path: '/things?page=2' }, { items: ROWS, next: 'https://api.example.com/v1/things?page=2' }],
    [{ query: { cursor: 'T' } }, { ok: true, channels: ROWS, response_metadata: { next_cursor: 'T' } }],
    [{ query: { starting_after: 'in_b' } }, { object: 'list', data: [{ id: 'in_a' }, { id: 'in_b' }], has_more: true }],
  ] as readonly (readonly [Asked, unknown])[])('gets no next that goes round: %j', async (call, body) => {
    const { next, hint } = await answerTo(call, body);
    expect(next).toBeUndefined();
    expect(hint).toBeDefined();
  });
});

describe('a POST', () => {
  const LINK = { items: ROWS, next: 'https://api.example.com/v1/things/search?page=2' };

  it.each(['/charges', '/things', '/messages/send', '/query/create', '/chat.postMessage', '/lists/add'])(
    'that may do something is not repeated: %s',
    async (path) => {
      const { next, hint, nextStep } = await answerTo({ method: 'POST', path, json: { a: 1 } }, LINK);
      expect(next).toBeUndefined();
      expect(hint).toContain('/things/search?page=2');
      expect(nextStep).toContain('more than read');
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is the only method beside GET that may be: %s', async (method) => {
    const answer = await answerTo({ method, path: '/things/search', json: {} }, LINK);
    expect(answer).not.toHaveProperty('next');
  });

  it.each(['/things/search', '/things/_search', '/databases/d/query', '/v1/runQuery', '/list_things', '/x:batchGet'])(
    'that reads is repeated with its body: %s',
    async (path) => {
      const call: Asked = { tool: 'execute', method: 'POST', path, json: { q: 'a' }, query: { b: 1 } };
      expect((await answerTo(call, LINK)).next).toEqual({
        service: 'api',
        method: 'POST',
        path: '/things/search?page=2',
        json: { q: 'a' },
      });
    },
  );

  it('of a mutation is not repeated', async () => {
    const query = 'mutation($a: String) { x(after: $a) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    const body = { data: { x: { nodes: ROWS, pageInfo: { hasNextPage: true, endCursor: 'c' } } } };
    const answer = await answerTo({ method: 'POST', path: '/graphql', json: { query } }, body);
    expect(answer).not.toHaveProperty('next');
  });
});

describe('behind a long call', () => {
  const long = 'x'.repeat(5000);
  it.each([
    ['a JSON body', { method: 'POST', json: { q: long } }],
    ['a form', { method: 'POST', form: { q: long } }],
    ['a form as text', { method: 'POST', form: `q=${long}` }],
    ['a query', { query: { q: long } }],
    ['a query in the path', { path: `/v1/search?q=${long}` }],
    ['many parameters', { path: `/v1/search?${'a&'.repeat(2000)}` }],
  ] as readonly (readonly [string, Asked])[])('the cursor is told, and there is no next: %s', async (_, call) => {
    const body = { object: 'list', results: ROWS, next_cursor: 'T', has_more: true };
    const { next, hint, nextStep } = await answerTo({ path: '/v1/search', ...call }, body);
    expect(next).toBeUndefined();
    expect(hint).toContain('start_cursor: "T"');
    expect(nextStep).toContain('too long');
  });

  it('the link is followed where the API names all of it', async () => {
    const { next } = await answerTo({ path: `/things?q=${long}` }, { items: ROWS, next: '/v1/things?state=s' });
    expect(next).toMatchObject({ path: '/things?state=s' });
  });
});

describe('GraphQL', () => {
  const page = (name: string, more = true) => ({
    [name]: { nodes: ROWS, pageInfo: { hasNextPage: more, endCursor: `end of ${name}` } },
  });
  const ask = (query: string, data: unknown, variables: unknown = {}) =>
    answerTo({ method: 'POST', path: '/graphql', json: { query, variables } }, { data });

  it('puts the cursor into the variable of that connection', async () => {
    const query =
      '# issues(after: $z)\n{ a: issues(first: 2, after: $x) { nodes { id } } users(after: $y) { nodes { id } } }';
    const { next } = await ask(query, { ...page('a', false), ...page('users') }, { x: null, n: 1 });
    expect(next).toMatchObject({ json: { query, variables: { x: null, n: 1, y: 'end of users' } } });
  });

  it.each([
    ['without a variable', '{ issues(first: 2) { nodes { id } } }', page('issues')],
    ['with a cursor written out', '{ issues(first: 2, after: "c") { nodes { id } } }', page('issues')],
    ['with two that go on', '{ a(after: $a) { x } b(after: $b) { x } }', { ...page('a'), ...page('b') }],
    ['in a text', '{ issues(first: 2) { x(t: "issues(after: $a)") } }', page('issues')],
  ])('says what to do %s', async (_, query, data) => {
    const { next, hint } = await ask(query, data);
    expect(next).toBeUndefined();
    expect(hint).toContain('after');
  });
});

describe('Elasticsearch', () => {
  const hits = (...sorts: unknown[][]) => ({
    hits: { total: { value: 10 }, hits: sorts.map((sort, i) => ({ _id: `${i}`, sort })) },
  });
  const ask = (json: unknown, body: unknown) => answerTo({ method: 'POST', path: '/i/_search', json }, body);

  it('goes on behind a hit that is told apart from all others', async () => {
    const { next } = await ask({ size: 2, from: 0, sort: [{ at: 'asc' }, { _id: 'asc' }] }, hits([1, 'a'], [1, 'b']));
    expect(next).toMatchObject({ json: { size: 2, search_after: [1, 'b'] } });
    expect(next?.json).not.toHaveProperty('from');
    const pit = await ask({ size: 2, pit: { id: 'p' }, sort: [{ at: 'asc' }] }, hits([1, 5], [1, 6]));
    expect(pit.next).toMatchObject({ json: { search_after: [1, 6] } });
  });

  it('says what is missing where hits could be left out', async () => {
    for (const sort of [[{ at: 'asc' }], ['at'], { at: 'asc' }]) {
      const { next, hint } = await ask({ size: 2, sort }, hits([1], [2]));
      expect(next).toBeUndefined();
      expect(hint).toContain('sort');
    }
  });
});

describe('the arguments of the next call', () => {
  const body = { ok: true, channels: ROWS, response_metadata: { next_cursor: 'T' } };

  it('repeat all that the call was, but for what belongs to one call alone', async () => {
    const headers = {
      Accept: 'text/csv',
      'X-Version': '1',
      'If-None-Match': 'e',
      'if-modified-since': 'd',
      Range: 'r',
      'Idempotency-Key': 'k',
    };
    const call: Asked = {
      tool: 'read',
      query: { a: 'b' },
      headers,
      select: ['/channels/*/id'],
      maxChars: 900,
      reason: 'why',
    };
    expect((await answerTo(call, body)).next).toEqual({
      service: 'api',
      path: '/things',
      query: { a: 'b', cursor: 'T' },
      headers: { Accept: 'text/csv', 'X-Version': '1' },
      select: ['/channels/*/id'],
      maxChars: 900,
      reason: 'why',
    });
  });

  it('name the method where execute was used', async () => {
    expect((await answerTo({ tool: 'execute' }, body)).next).toMatchObject({ method: 'GET' });
  });

  it('lead nowhere outside of the service, and the agent is told where the page is', async () => {
    const { next, hint } = await answerTo({}, { items: ROWS, next: 'https://other.example.com/things?page=2' });
    expect(next).toBeUndefined();
    expect(hint).toContain('https://other.example.com/things?page=2');
  });

  it('are none where a credential would stand in them', async () => {
    const secret = freshKey();
    for (const given of [
      { items: ROWS, next: `https://api.example.com/v1/things?page=2&k=${secret}` },
      { items: ROWS, next: `https://other.example.com/?k=${secret}` },
      { ...body, response_metadata: { next_cursor: secret } },
      { items: ROWS, next_cursor: secret },
    ]) {
      const answer = await answerTo({}, given, { secret });
      expect(answer).not.toHaveProperty('next');
      expect(answer.hint).toContain('credential');
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });

  it('repeat the agent’s own words as they are, so that they tell nothing of a credential', async () => {
    const secret = freshKey();
    const { next } = await answerTo({ query: { q: secret } }, body, { secret });
    expect(next).toMatchObject({ query: { q: secret, cursor: 'T' } });
  });

  it('are found where numbers are not exact, and hold none of those', async () => {
    const text = (more: string) => `{"ok":true,"channels":[{"id":12345678901234567890}],${more}}`;
    const slack = await builtAnswer({ body: text('"response_metadata":{"next_cursor":"T"}') });
    expect(slack.answer).toMatchObject({ next: { query: { cursor: 'T' } } });
    const exact = await builtAnswer({ body: text('"paging":{"next":{"after":12345678901234567890}}') });
    expect(exact.answer).not.toHaveProperty('next');
  });

  it.each([404, 429, 500, 302])('are none in an answer of %i', async (status) => {
    const { answer } = await builtAnswer({ status, body: JSON.stringify(body) });
    expect(answer).not.toHaveProperty('next');
  });

  it('are none behind a text that was cut', async () => {
    const link = ['link', '<https://api.example.com/v1/things?page=2>; rel="next"'] as const;
    const cut = await builtAnswer({ type: 'text/csv', headers: [link], body: 'a,b\n'.repeat(9000) });
    expect(cut.answer).not.toHaveProperty('next');
    const whole = await builtAnswer({ type: 'text/csv', headers: [link], body: 'a,b\n' });
    expect(whole.answer).toMatchObject({ next: { path: '/things?page=2' } });
  });
});

describe('a page that is cut', () => {
  const big = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `ch_${i}`, note: 'x'.repeat(900) }));

  it('names the parameter of the call and a size that fits', async () => {
    const call: Asked = { query: { per_page: 100 } };
    const { next, hint, nextStep } = await answerTo(call, {
      tickets: big(100),
      next_page: 'https://api.example.com/v1/things?page=2',
    });
    expect(next).toBeUndefined();
    expect(hint).toMatch(/^\d+ of the 100 items of this page were left out. There is no next/);
    expect(nextStep).toMatch(/per_page: \d+/);
  });

  it('has no next where another list of it is cut, too', async () => {
    const body = { tickets: big(3), users: big(90), next_page: 'https://api.example.com/v1/things?page=2' };
    const answer = await answerTo({}, body);
    expect(answer).not.toHaveProperty('next');
    expect(answer.hint).toContain('left out');
  });

  it('goes on behind the last item at the end of a list, too', async () => {
    const { next, nextStep } = await answerTo({}, { object: 'list', data: big(50), has_more: false });
    expect(next).toMatchObject({ query: { starting_after: expect.stringMatching(/^ch_\d+$/) as string } });
    expect(nextStep).toContain('next goes on behind');
  });

  it('keeps its next where only the text of its one item is cut', async () => {
    const body = { items: [{ id: 'a', text: 'x'.repeat(90_000) }], next: 'https://api.example.com/v1/things?page=2' };
    expect((await answerTo({}, body)).next).toEqual({ service: 'api', path: '/things?page=2' });
  });

  it('knows nothing of its rows where select chose some of them', async () => {
    const call: Asked = { select: ['/data/3', '/data/7'], maxChars: 1000 };
    const answer = await answerTo(call, { object: 'list', data: big(50), has_more: true });
    expect(answer).not.toHaveProperty('next');
  });
});
