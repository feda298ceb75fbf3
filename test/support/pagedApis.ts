import type { Call } from '../../src/core/request/arguments/call.ts';

/** One of the rows that every API here has, in the order in which it gives them. */
export interface Row {
  readonly id: string;
  readonly note: string;
}

export interface PagedAnswer {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What an API is asked: everything that it does not know is ignored, as most APIs do. */
export interface PagedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly json: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

export interface PagedApi {
  readonly name: string;
  /** The first call. */
  readonly call: Omit<Call, 'service' | 'tool'>;
  /** Where it is, if that tells how it goes on. */
  readonly origin?: string;
  /** Whether it goes on behind any row, so that a cut page is no hindrance. */
  readonly resumes?: true;
  /** What a select asks for that keeps the ids alone. */
  readonly select: readonly string[];
  answer(rows: readonly Row[], asked: PagedRequest): PagedAnswer;
  /** The rows of an answer. */
  rowsOf(body: unknown): readonly { readonly id: string }[];
}

const number = (value: unknown, otherwise: number): number =>
  value === undefined || value === null || value === '' ? otherwise : Number(value);
const opaque = (position: number): string => Buffer.from(`position:${position}`).toString('base64');
const positionOf = (cursor: unknown): number =>
  cursor === undefined || cursor === null || cursor === ''
    ? 0
    : Number(Buffer.from(String(cursor), 'base64').toString().replace('position:', ''));

/** An API whose answers hold a cursor. `take` finds the one that was sent. */
function byCursor(
  name: string,
  call: PagedApi['call'],
  list: string,
  take: (asked: PagedRequest) => unknown,
  size: (asked: PagedRequest) => unknown,
  body: (rows: readonly Row[], cursor: string | undefined, asked: PagedRequest) => unknown,
): PagedApi {
  return {
    name,
    call,
    select: [`/${list.replaceAll('.', '/')}/*/id`],
    answer: (all, asked) => {
      const from = positionOf(take(asked));
      const to = from + number(size(asked), 100);
      return { body: body(all.slice(from, to), to < all.length ? opaque(to) : undefined, asked) };
    },
    rowsOf: (answer) =>
      list.split('.').reduce<unknown>((value, member) => (value as Record<string, unknown>)[member], answer) as Row[],
  };
}

/** An API whose answers hold the address of the next page. */
function byLink(
  name: string,
  call: PagedApi['call'],
  list: string,
  parameters: { readonly at: string; readonly size: string },
  answer: (rows: readonly Row[], link: string | undefined, asked: PagedRequest) => PagedAnswer,
): PagedApi {
  return {
    name,
    call,
    select: [`${list === '' ? '' : `/${list.replaceAll('.', '/')}`}/*/id`],
    answer: (all, asked) => {
      const from = positionOf(asked.query.get(parameters.at) ?? undefined);
      const size = number(asked.query.get(parameters.size) ?? undefined, 100);
      const next = new URLSearchParams(asked.query);
      next.set(parameters.at, opaque(from + size));
      const link = from + size < all.length ? `${asked.origin}${asked.path}?${next}` : undefined;
      return answer(all.slice(from, from + size), link, asked);
    },
    rowsOf: (body) =>
      (list === ''
        ? body
        : list
            .split('.')
            .reduce<unknown>((value, member) => (value as Record<string, unknown>)[member], body)) as Row[],
  };
}

const get = (path: string, query?: Call['query']): PagedApi['call'] => ({
  method: 'GET',
  path,
  ...(query ? { query } : {}),
});
const post = (path: string, json?: unknown): PagedApi['call'] => ({
  method: 'POST',
  path,
  ...(json === undefined ? {} : { json }),
});
const relative = (link: string | undefined, { origin }: PagedRequest): string | undefined => link?.replace(origin, '');

/** An API whose rows' ids are its cursors. */
function byId(
  name: string,
  path: string,
  parameter: string,
  body: (rows: readonly Row[], more: boolean) => unknown,
): PagedApi {
  return {
    name,
    call: get(path, { limit: 100 }),
    resumes: true,
    select: ['/data/*/id'],
    answer: (all, { query }) => {
      const after = query.get(parameter);
      const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
      const to = from + number(query.get('limit') ?? undefined, 10);
      return { body: body(all.slice(from, to), to < all.length) };
    },
    rowsOf: (answer) => (answer as { data: Row[] }).data,
  };
}

/** An API whose pages are counted in rows. */
function byOffset(
  name: string,
  call: PagedApi['call'],
  list: string,
  parameters: { readonly at: string; readonly size: string; readonly first?: number },
  body: (rows: readonly Row[], from: number, size: number, total: number) => unknown,
): PagedApi {
  const first = parameters.first ?? 0;
  return {
    name,
    call,
    resumes: true,
    select: [`${list === '' ? '' : `/${list.replaceAll('.', '/')}`}/*/id`],
    answer: (all, { query, json }) => {
      const from = number(query.get(parameters.at) ?? json[parameters.at], first) - first;
      const size = number(query.get(parameters.size) ?? json[parameters.size], 50);
      return { body: body(all.slice(from, from + size), from + first, size, all.length) };
    },
    rowsOf: (answer) =>
      (list === ''
        ? answer
        : list
            .split('.')
            .reduce<unknown>((value, member) => (value as Record<string, unknown>)[member], answer)) as Row[],
  };
}

/** An API whose pages have numbers. */
function byPage(
  name: string,
  call: PagedApi['call'],
  list: string,
  parameters: { readonly page: string; readonly size: string; readonly first?: number },
  answer: (rows: readonly Row[], page: number, size: number, total: number) => PagedAnswer,
): PagedApi {
  const first = parameters.first ?? 1;
  return {
    name,
    call,
    select: [`${list === '' ? '' : `/${list.replaceAll('.', '/')}`}/*/id`],
    answer: (all, { query }) => {
      const page = number(query.get(parameters.page) ?? undefined, first);
      const size = number(query.get(parameters.size) ?? undefined, 20);
      const from = (page - first) * size;
      return answer(all.slice(from, from + size), page, size, all.length);
    },
    rowsOf: (body) =>
      (list === ''
        ? body
        : list
            .split('.')
            .reduce<unknown>((value, member) => (value as Record<string, unknown>)[member], body)) as Row[],
  };
}

const QUERY = `query Issues($first: Int!, $after: String) {
  viewer { issues(first: $first, after: $after) { nodes { id note } pageInfo { hasNextPage endCursor } } }
}`;

export const PAGED_APIS: readonly PagedApi[] = [
  byId('Stripe', '/v1/charges', 'starting_after', (data, has_more) => ({
    object: 'list',
    url: '/v1/charges',
    data,
    has_more,
  })),
  byId('Stripe without its url', '/v1/charges', 'starting_after', (data, has_more) => ({
    object: 'list',
    data,
    has_more,
  })),
  byId('OpenAI', '/v1/batches', 'after', (data, has_more) => ({
    object: 'list',
    data,
    first_id: data[0]?.id,
    last_id: data.at(-1)?.id,
    has_more,
  })),
  byId('OpenAI’s fine-tuning jobs', '/v1/fine_tuning/jobs', 'after', (data, has_more) => ({
    object: 'list',
    data,
    has_more,
  })),
  byId('Anthropic', '/v1/models', 'after_id', (data, has_more) => ({
    data,
    has_more,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  })),

  byLink(
    'GitHub',
    get('/repos/o/r/issues', { per_page: 100, state: 'all' }),
    '',
    { at: 'page', size: 'per_page' },
    (body, link) => ({
      body,
      headers: link ? { link: `<${link}>; rel="next", <${link}>; rel="last"` } : {},
    }),
  ),
  byLink(
    'Shopify',
    get('/admin/api/2024-10/products.json?limit=100'),
    'products',
    { at: 'page_info', size: 'limit' },
    (products, link) => ({
      body: { products },
      headers: link ? { link: `<${link}>; rel="previous", <${link}>; rel="next"` } : {},
    }),
  ),
  byLink(
    'Sentry',
    get('/api/0/projects/o/p/issues/'),
    '',
    { at: 'cursor', size: 'per_page' },
    (body, link, { origin, path }) => ({
      body,
      headers: {
        link: `<${origin}${path}?cursor=x>; rel="previous"; results="false", <${link ?? `${origin}${path}?cursor=end`}>; rel="next"; results="${link !== undefined}"; cursor="x"`,
      },
    }),
  ),
  byLink(
    'Microsoft Graph',
    get('/v1.0/me/messages', { $top: 100 }),
    'value',
    { at: '$skiptoken', size: '$top' },
    (value, link) => ({
      body: { '@odata.context': 'x', value, ...(link ? { '@odata.nextLink': link } : {}) },
    }),
  ),
  byLink(
    'SharePoint',
    get('/_api/web/lists', { $top: 100 }),
    'd.results',
    { at: '$skiptoken', size: '$top' },
    (results, link) => ({
      body: { d: { results, ...(link ? { __next: link } : {}) } },
    }),
  ),
  byLink(
    'Azure',
    get('/subscriptions/1/resources', { 'api-version': '2021-04-01' }),
    'value',
    { at: '$skiptoken', size: '$top' },
    (value, link) => ({
      body: { value, ...(link ? { nextLink: link } : {}) },
    }),
  ),
  byLink(
    'Twilio',
    get('/2010-04-01/Accounts/AC1/Messages.json', { PageSize: 100 }),
    'messages',
    { at: 'PageToken', size: 'PageSize' },
    (messages, link, asked) => ({
      body: {
        messages,
        next_page_uri: relative(link, asked) ?? null,
        first_page_uri: asked.path,
        page: 0,
        page_size: 100,
      },
    }),
  ),
  byLink(
    'Zendesk',
    get('/api/v2/tickets.json', { per_page: 100 }),
    'tickets',
    { at: 'page', size: 'per_page' },
    (tickets, link) => ({
      body: { tickets, next_page: link ?? null, previous_page: null, count: 250 },
    }),
  ),
  byLink(
    'Zendesk’s cursors',
    get('/api/v2/tickets.json', { 'page[size]': 100 }),
    'tickets',
    { at: 'page[after]', size: 'page[size]' },
    (tickets, link, { origin, path }) => ({
      body: {
        tickets,
        meta: { has_more: link !== undefined, after_cursor: 'x', before_cursor: 'y' },
        links: { next: link ?? `${origin}${path}?page[after]=end`, prev: null },
      },
    }),
  ),
  byLink(
    'Django REST framework',
    get('/api/things/'),
    'results',
    { at: 'cursor', size: 'page_size' },
    (results, link) => ({
      body: { count: 250, next: link ?? null, previous: null, results },
    }),
  ),
  byLink('HAL', get('/orders', { size: 100 }), '_embedded.orders', { at: 'cursor', size: 'size' }, (orders, link) => ({
    body: { _embedded: { orders }, _links: { self: { href: '/orders' }, ...(link ? { next: { href: link } } : {}) } },
  })),
  byLink(
    'JSON:API',
    get('/articles', { 'page[size]': 100 }),
    'data',
    { at: 'page[cursor]', size: 'page[size]' },
    (data, link) => ({
      body: { data, links: { self: '/articles', next: link ? { href: link } : null } },
    }),
  ),
  byLink('Laravel', get('/api/users'), 'data', { at: 'page', size: 'per_page' }, (data, link) => ({
    body: { current_page: 1, data, next_page_url: link ?? null, last_page: 3, per_page: 100, total: 250 },
  })),
  byLink(
    'Salesforce',
    get('/services/data/v60.0/query?q=SELECT+Id+FROM+Account'),
    'records',
    { at: 'at', size: 'batch' },
    (records, link, asked) => ({
      body: {
        totalSize: 250,
        done: link === undefined,
        ...(link ? { nextRecordsUrl: relative(link, asked) } : {}),
        records,
      },
    }),
  ),
  byLink('FHIR', get('/Patient', { _count: 100 }), 'entry', { at: '_page', size: '_count' }, (entry, link) => ({
    body: {
      resourceType: 'Bundle',
      link: [{ relation: 'self', url: '/' }, ...(link ? [{ relation: 'next', url: link }] : [])],
      entry,
    },
  })),
  byLink('Facebook', get('/v19.0/me/posts', { limit: 100 }), 'data', { at: 'after', size: 'limit' }, (data, link) => ({
    body: { data, paging: { cursors: { before: 'b', after: 'a' }, ...(link ? { next: link } : {}) } },
  })),
  byLink(
    'DigitalOcean',
    get('/v2/droplets', { per_page: 100 }),
    'droplets',
    { at: 'page', size: 'per_page' },
    (droplets, link) => ({
      body: { droplets, links: { pages: link ? { next: link } : {} }, meta: { total: 250 } },
    }),
  ),
  byLink('Asana', get('/api/1.0/tasks', { limit: 100 }), 'data', { at: 'offset', size: 'limit' }, (data, link) => ({
    body: { data, next_page: link ? { offset: 'x', path: '/tasks', uri: link } : null },
  })),
  byLink(
    'PayPal',
    get('/v1/billing/plans', { page_size: 100 }),
    'plans',
    { at: 'token', size: 'page_size' },
    (plans, link) => ({
      body: { plans, links: [{ rel: 'self', href: '/' }, ...(link ? [{ rel: 'next', href: link }] : [])] },
    }),
  ),

  byCursor(
    'Google',
    get('/drive/v3/files', { pageSize: 100 }),
    'files',
    ({ query }) => query.get('pageToken'),
    ({ query }) => query.get('pageSize'),
    (files, nextPageToken) => ({ kind: 'drive#fileList', nextPageToken, files }),
  ),
  byCursor(
    'Google without its kind',
    get('/calendar/v3/calendars/c/events'),
    'items',
    ({ query }) => query.get('pageToken'),
    ({ query }) => query.get('maxResults'),
    (items, nextPageToken) => ({ nextPageToken, items }),
  ),
  byCursor(
    'Jira',
    get('/rest/api/3/search/jql', { jql: 'project=AB', maxResults: 100 }),
    'issues',
    ({ query }) => query.get('nextPageToken'),
    ({ query }) => query.get('maxResults'),
    (issues, nextPageToken) => ({ issues, nextPageToken, isLast: nextPageToken === undefined }),
  ),
  byCursor(
    'Jira by POST',
    post('/rest/api/3/search/jql', { jql: 'project=AB', maxResults: 100 }),
    'issues',
    ({ json }) => json.nextPageToken,
    ({ json }) => json.maxResults,
    (issues, nextPageToken) => ({ issues, nextPageToken, isLast: nextPageToken === undefined }),
  ),
  byCursor(
    'Slack',
    get('/api/conversations.list', { limit: 100 }),
    'channels',
    ({ query }) => query.get('cursor'),
    ({ query }) => query.get('limit'),
    (channels, next_cursor = '') => ({ ok: true, channels, response_metadata: { next_cursor } }),
  ),
  byCursor(
    'Notion',
    post('/v1/databases/d/query', { filter: { property: 'Done' }, page_size: 100 }),
    'results',
    ({ json }) => json.start_cursor,
    ({ json }) => json.page_size,
    (results, next_cursor) => ({
      object: 'list',
      results,
      next_cursor: next_cursor ?? null,
      has_more: next_cursor !== undefined,
      type: 'page',
    }),
  ),
  byCursor(
    'Notion’s search without a body',
    post('/v1/search'),
    'results',
    ({ json }) => json.start_cursor,
    ({ json }) => json.page_size,
    (results, next_cursor) => ({
      object: 'list',
      results,
      next_cursor: next_cursor ?? null,
      has_more: next_cursor !== undefined,
    }),
  ),
  byCursor(
    'Notion by GET',
    get('/v1/users', { page_size: 100 }),
    'results',
    ({ query }) => query.get('start_cursor'),
    ({ query }) => query.get('page_size'),
    (results, next_cursor) => ({
      object: 'list',
      results,
      next_cursor: next_cursor ?? null,
      has_more: next_cursor !== undefined,
    }),
  ),
  byCursor(
    'HubSpot',
    get('/crm/v3/objects/contacts', { limit: 100, properties: 'email' }),
    'results',
    ({ query }) => query.get('after'),
    ({ query }) => query.get('limit'),
    (results, after) => ({ results, ...(after ? { paging: { next: { after, link: `?after=${after}` } } } : {}) }),
  ),
  byCursor(
    'HubSpot’s search',
    post('/crm/v3/objects/contacts/search', { limit: 100, filterGroups: [] }),
    'results',
    ({ json }) => json.after,
    ({ json }) => json.limit,
    (results, after) => ({ total: 250, results, ...(after ? { paging: { next: { after } } } : {}) }),
  ),
  byCursor(
    'X',
    get('/2/users/1/tweets', { max_results: 100 }),
    'data',
    ({ query }) => query.get('pagination_token'),
    ({ query }) => query.get('max_results'),
    (data, next_token) => ({ data, includes: { users: [] }, meta: { result_count: data.length, next_token } }),
  ),
  byCursor(
    'X’s search',
    get('/2/tweets/search/recent', { query: 'a', max_results: 100 }),
    'data',
    ({ query }) => query.get('next_token'),
    ({ query }) => query.get('max_results'),
    (data, next_token) => ({ data, meta: { result_count: data.length, next_token } }),
  ),
  byCursor(
    'Cloudinary',
    get('/v1_1/demo/resources/image', { max_results: 100 }),
    'resources',
    ({ query }) => query.get('next_cursor'),
    ({ query }) => query.get('max_results'),
    (resources, next_cursor) => ({ resources, next_cursor }),
  ),
  byCursor(
    'Airtable',
    get('/v0/app1/Table', { pageSize: 100 }),
    'records',
    ({ query }) => query.get('offset'),
    ({ query }) => query.get('pageSize'),
    (records, offset) => ({ records, offset }),
  ),
  byCursor(
    'Square',
    get('/v2/customers', { limit: 100 }),
    'customers',
    ({ query }) => query.get('cursor'),
    ({ query }) => query.get('limit'),
    (customers, cursor) => ({ customers, cursor }),
  ),
  byCursor(
    'Square’s search',
    post('/v2/orders/search', { limit: 100 }),
    'orders',
    ({ json }) => json.cursor,
    ({ json }) => json.limit,
    (orders, cursor) => ({ orders, cursor }),
  ),
  byCursor(
    'Intercom',
    get('/contacts', { per_page: 100 }),
    'data',
    ({ query }) => query.get('starting_after'),
    ({ query }) => query.get('per_page'),
    (data, starting_after) => ({
      type: 'list',
      data,
      pages: { type: 'pages', total_pages: 3, ...(starting_after ? { next: { page: 2, starting_after } } : {}) },
    }),
  ),
  byCursor(
    'Intercom’s search',
    post('/contacts/search', { query: {}, pagination: { per_page: 100 } }),
    'data',
    ({ json }) => (json.pagination as { starting_after?: string }).starting_after,
    () => 100,
    (data, starting_after) => ({ type: 'list', data, pages: starting_after ? { next: { starting_after } } : {} }),
  ),
  byCursor(
    'Zoom',
    get('/v2/users', { page_size: 100 }),
    'users',
    ({ query }) => query.get('next_page_token'),
    ({ query }) => query.get('page_size'),
    (users, next_page_token = '') => ({ page_size: 100, total_records: 250, next_page_token, users }),
  ),
  byCursor(
    'Kubernetes',
    get('/api/v1/pods', { limit: 100 }),
    'items',
    ({ query }) => query.get('continue'),
    ({ query }) => query.get('limit'),
    (items, next = '') => ({ kind: 'PodList', apiVersion: 'v1', metadata: { continue: next }, items }),
  ),
  byCursor(
    'Datadog’s search',
    post('/api/v2/logs/events/search', { filter: {}, page: { limit: 100 } }),
    'data',
    ({ json }) => (json.page as { cursor?: string }).cursor,
    ({ json }) => (json.page as { limit?: number }).limit,
    (data, after) => ({ data, meta: after ? { page: { after } } : {} }),
  ),
  byCursor(
    'DynamoDB',
    { ...post('/', { TableName: 't', Limit: 100 }), headers: { 'X-Amz-Target': 'DynamoDB_20120810.Query' } },
    'Items',
    ({ json }) => (json.ExclusiveStartKey as { at?: string } | undefined)?.at,
    ({ json }) => json.Limit,
    (Items, at) => ({ Items, Count: Items.length, ...(at ? { LastEvaluatedKey: { at } } : {}) }),
  ),
  byCursor(
    'Dropbox',
    post('/2/files/list_folder', { path: '' }),
    'entries',
    ({ path, json }) => (path.endsWith('/continue') && json.path === undefined ? json.cursor : ''),
    () => 100,
    (entries, cursor) => ({ entries, cursor: cursor ?? 'end', has_more: cursor !== undefined }),
  ),
  byCursor(
    'MediaWiki',
    get('/w/api.php', { action: 'query', list: 'allpages', aplimit: 100 }),
    'query.allpages',
    ({ query }) => query.get('apcontinue'),
    ({ query }) => query.get('aplimit'),
    (allpages, apcontinue) => ({
      ...(apcontinue ? { continue: { apcontinue, continue: '-||' } } : { batchcomplete: true }),
      query: { allpages },
    }),
  ),
  byCursor(
    'an API whose parameter the agent knows',
    get('/things', { cursor: '' }),
    'things',
    ({ query }) => query.get('cursor'),
    ({ query }) => query.get('limit'),
    (things, next_cursor) => ({ things, next_cursor }),
  ),
  byCursor(
    'an API that repeats its parameter',
    get('/things'),
    'things',
    ({ query }) => query.get('cursor'),
    ({ query }) => query.get('limit'),
    (things, next_cursor, { query }) => ({ things, cursor: query.get('cursor'), next_cursor }),
  ),

  // An API that is known by its host, and what its other lists take.
  {
    ...byCursor(
      'Stripe’s search',
      get('/v1/customers/search', { query: 'name:"x"', limit: 100 }),
      'data',
      ({ query }) => query.get('page'),
      ({ query }) => query.get('limit'),
      (data, next_page) => ({
        object: 'search_result',
        data,
        has_more: next_page !== undefined,
        next_page: next_page ?? null,
      }),
    ),
    origin: 'https://api.stripe.com',
  },
  {
    ...byCursor(
      'OpenAI’s usage',
      get('/v1/organization/usage/completions', { start_time: 1 }),
      'data',
      ({ query }) => query.get('page'),
      () => 100,
      (data, next_page) => ({ object: 'page', data, has_more: next_page !== undefined, next_page: next_page ?? null }),
    ),
    origin: 'https://api.openai.com',
  },
  {
    ...byCursor(
      'Anthropic’s usage',
      get('/v1/organizations/usage_report/messages', { starting_at: '2024-01-01' }),
      'data',
      ({ query }) => query.get('page'),
      () => 100,
      (data, next_page) => ({ data, has_more: next_page !== undefined, next_page: next_page ?? null }),
    ),
    origin: 'https://api.anthropic.com',
  },
  byCursor(
    'GoCardless',
    get('/payments', { limit: 100 }),
    'payments',
    ({ query }) => query.get('after'),
    ({ query }) => query.get('limit'),
    (payments, after = null as never) => ({ payments, meta: { cursors: { before: null, after }, limit: 100 } }),
  ),
  byCursor(
    'Crossref',
    get('/works', { rows: 100, cursor: '' }),
    'message.items',
    ({ query }) => query.get('cursor'),
    ({ query }) => query.get('rows'),
    (items, next) => ({
      message: { ...(next ? { 'next-cursor': next } : {}), 'total-results': 250, items, 'items-per-page': 100 },
    }),
  ),
  {
    ...byCursor(
      'Solr with its cursor',
      get('/solr/c/select', { q: '*:*', sort: 'id asc', rows: 100, cursorMark: '' }),
      'response.docs',
      ({ query }) => (query.has('start') ? 'cHA6MA==' : query.get('cursorMark')),
      ({ query }) => query.get('rows'),
      (docs, next) => ({ response: { numFound: 250, start: 0, docs }, ...(next ? { nextCursorMark: next } : {}) }),
    ),
  },
  {
    name: 'Azure DevOps',
    call: get('/o/p/_apis/build/builds', { $top: 100 }),
    select: ['/value/*/id'],
    answer: (all, { query }) => {
      const from = positionOf(query.get('continuationToken'));
      const to = from + 100;
      const value = all.slice(from, to);
      return {
        body: { count: value.length, value },
        headers: to < all.length ? { 'x-ms-continuationtoken': opaque(to) } : {},
      };
    },
    rowsOf: (body) => (body as { value: Row[] }).value,
  },
  // Links that are counted from another place than the host's root, that hold a credential, or stand beside the rows alone.
  byLink(
    'Confluence',
    get('/wiki/rest/api/content', { limit: 100 }),
    'results',
    { at: 'start', size: 'limit' },
    (results, link, { origin, path }) => ({
      body: path.startsWith('/wiki/')
        ? {
            results,
            _links: { base: `${origin}/wiki`, ...(link ? { next: link.slice(`${origin}/wiki`.length) } : {}) },
          }
        : { results: [], _links: {} },
    }),
  ),
  byLink(
    'Facebook',
    get('/v19.0/me/posts', { limit: 100 }),
    'data',
    { at: 'after', size: 'limit' },
    (data, link, { query }) => ({
      body: query.has('access_token')
        ? {}
        : { data, paging: { cursors: { after: 'a' }, ...(link ? { next: `${link}&access_token=of-the-call` } : {}) } },
    }),
  ),
  byLink(
    'Spotify’s search',
    get('/v1/search', { q: 'x', type: 'track', limit: 100 }),
    'tracks.items',
    { at: 'offset', size: 'limit' },
    (items, link) => ({
      body: { tracks: { items, limit: 100, next: link ?? null, previous: null } },
    }),
  ),
  byLink(
    'Zendesk’s changes',
    get('/api/v2/incremental/tickets/cursor.json', { per_page: 100 }),
    'tickets',
    { at: 'cursor', size: 'per_page' },
    (tickets, link, { origin, path }) => ({
      body: {
        tickets,
        after_url: link ?? `${origin}${path}?cursor=end`,
        after_cursor: 'x',
        end_of_stream: link === undefined,
      },
    }),
  ),
  byLink(
    'TeamCity',
    get('/app/rest/builds', { count: 100 }),
    'build',
    { at: 'start', size: 'count' },
    (build, link, asked) => ({
      body: { count: build.length, href: asked.path, ...(link ? { nextHref: relative(link, asked) } : {}), build },
    }),
  ),
  // Positions in brackets or within a body, where the size of a page is.
  byPage(
    'Strapi',
    get('/api/articles', { 'pagination[pageSize]': 50 }),
    'data',
    { page: 'pagination[page]', size: 'pagination[pageSize]' },
    (data, page, pageSize, total) => ({
      body: { data, meta: { pagination: { page, pageSize, pageCount: Math.ceil(total / pageSize), total } } },
    }),
  ),
  byOffset(
    'Strapi by position',
    get('/api/articles', { 'pagination[start]': 0, 'pagination[limit]': 100 }),
    'data',
    { at: 'pagination[start]', size: 'pagination[limit]' },
    (data, start, limit, total) => ({ data, meta: { pagination: { start, limit, total } } }),
  ),
  byPage(
    'pages in brackets',
    get('/articles', { 'page[size]': 50 }),
    'data',
    { page: 'page[number]', size: 'page[size]' },
    (data, page, size, total) => ({
      body: { data, meta: { page, pages: Math.ceil(total / size), total } },
    }),
  ),
  byPage(
    'GitLab without its links',
    get('/api/v4/projects', { per_page: 50 }),
    '',
    { page: 'page', size: 'per_page' },
    (body, page, size, total) => ({
      body,
      headers: {
        'x-page': String(page),
        'x-next-page': page * size < total ? String(page + 1) : '',
        'x-per-page': String(size),
      },
    }),
  ),
  {
    name: 'Wix',
    call: post('/contacts/v4/contacts/query', { query: { paging: { limit: 100 } } }),
    resumes: true,
    select: ['/contacts/*/id'],
    answer: (all, { json }) => {
      const { limit, offset = 0 } = (json.query as { paging: { limit: number; offset?: number } }).paging;
      const contacts = all.slice(offset, offset + limit);
      return { body: { contacts, pagingMetadata: { count: contacts.length, offset, total: all.length } } };
    },
    rowsOf: (body) => (body as { contacts: Row[] }).contacts,
  },
  {
    name: 'pages within a body',
    call: post('/things/search', { filter: { a: 1 }, pagination: { pageSize: 50 } }),
    select: ['/things/*/id'],
    answer: (all, { json }) => {
      const { pageSize, page = 1 } = json.pagination as { pageSize: number; page?: number };
      const things = all.slice((page - 1) * pageSize, page * pageSize);
      return { body: { things, pagination: { page, pageSize, totalPages: Math.ceil(all.length / pageSize) } } };
    },
    rowsOf: (body) => (body as { things: Row[] }).things,
  },

  byOffset(
    'Jira by position',
    get('/rest/api/2/search', { jql: 'project=AB', maxResults: 100 }),
    'issues',
    { at: 'startAt', size: 'maxResults' },
    (issues, startAt, maxResults, total) => ({ startAt, maxResults, total, issues }),
  ),
  byOffset(
    'Jira by position and POST',
    post('/rest/api/2/search', { jql: 'project=AB', maxResults: 100 }),
    'issues',
    { at: 'startAt', size: 'maxResults' },
    (issues, startAt, maxResults, total) => ({ startAt, maxResults, total, issues }),
  ),
  byOffset(
    'Contentful',
    get('/spaces/s/entries'),
    'items',
    { at: 'skip', size: 'limit' },
    (items, skip, limit, total) => ({ sys: { type: 'Array' }, total, skip, limit, items }),
  ),
  byOffset(
    'an offset and a limit',
    get('/items', { limit: 100 }),
    'items',
    { at: 'offset', size: 'limit' },
    (items, offset, limit, total) => ({ items, offset, limit, total }),
  ),
  byOffset(
    'an offset in a part of its own',
    get('/items', { limit: 100 }),
    'data',
    { at: 'offset', size: 'limit' },
    (data, offset, limit, total) => ({ data, pagination: { offset, limit, count: data.length, total } }),
  ),
  byOffset(
    'PagerDuty',
    get('/incidents?limit=100'),
    'incidents',
    { at: 'offset', size: 'limit' },
    (incidents, offset, limit, total) => ({ incidents, offset, limit, more: offset + limit < total, total: null }),
  ),
  byOffset(
    'an offset that the agent sends',
    get('/rows', { offset: 0, limit: 100 }),
    '',
    { at: 'offset', size: 'limit' },
    (rows) => rows,
  ),
  byOffset(
    'SCIM',
    get('/scim/v2/Users', { count: 100 }),
    'Resources',
    { at: 'startIndex', size: 'count', first: 1 },
    (Resources, startIndex, itemsPerPage, totalResults) => ({
      schemas: ['x'],
      Resources,
      startIndex,
      itemsPerPage,
      totalResults,
    }),
  ),
  byOffset(
    'CouchDB',
    get('/db/_all_docs', { limit: 100 }),
    'rows',
    { at: 'skip', size: 'limit' },
    (rows, offset, _, total_rows) => ({ total_rows, offset, rows }),
  ),
  byOffset(
    'Elasticsearch without a sort',
    post('/index/_search', { size: 100, query: {} }),
    'hits.hits',
    { at: 'from', size: 'size' },
    (hits, _, __, value) => ({ took: 1, hits: { total: { value, relation: 'eq' }, hits } }),
  ),

  byPage(
    'a page of so many',
    get('/things', { per_page: 100 }),
    'things',
    { page: 'page', size: 'per_page' },
    (things, page, per_page, total) => ({
      body: { things, page, per_page, total, total_pages: Math.ceil(total / per_page) },
    }),
  ),
  byPage(
    'a page that the agent sends',
    get('/things', { page: 1, per_page: 100 }),
    'data',
    { page: 'page', size: 'per_page' },
    (data, current_page, per_page, total) => ({
      body: { data, meta: { current_page, total_pages: Math.ceil(total / per_page) } },
    }),
  ),
  byPage(
    'a bare list by pages',
    get('/things?page=1&per_page=100'),
    '',
    { page: 'page', size: 'per_page' },
    (body) => ({ body }),
  ),
  byPage(
    'Linode',
    get('/v4/linode/instances', { page_size: 100 }),
    'data',
    { page: 'page', size: 'page_size' },
    (data, page, size, results) => ({ body: { data, page, pages: Math.ceil(results / size), results } }),
  ),
  byPage(
    'Cloudflare',
    get('/client/v4/zones', { per_page: 50 }),
    'result',
    { page: 'page', size: 'per_page' },
    (result, page, per_page, total_count) => ({
      body: {
        success: true,
        errors: [],
        messages: [],
        result,
        result_info: {
          page,
          per_page,
          count: result.length,
          total_count,
          total_pages: Math.ceil(total_count / per_page),
        },
      },
    }),
  ),
  byPage(
    'Algolia',
    get('/1/indexes/i', { hitsPerPage: 100 }),
    'hits',
    { page: 'page', size: 'hitsPerPage', first: 0 },
    (hits, page, hitsPerPage, nbHits) => ({
      body: { hits, page, nbHits, hitsPerPage, nbPages: Math.ceil(nbHits / hitsPerPage) },
    }),
  ),
  byPage(
    'Spring',
    get('/api/things', { size: 100 }),
    'content',
    { page: 'page', size: 'size', first: 0 },
    (content, number, size, totalElements) => ({
      body: {
        content,
        number,
        size,
        totalElements,
        totalPages: Math.ceil(totalElements / size),
        last: (number + 1) * size >= totalElements,
        first: number === 0,
      },
    }),
  ),
  byPage(
    'Kaminari',
    get('/things', { per_page: 100 }),
    'things',
    { page: 'page', size: 'per_page' },
    (things, current_page, size, total) => ({
      body: {
        things,
        meta: {
          current_page,
          next_page: current_page * size < total ? current_page + 1 : null,
          total_pages: Math.ceil(total / size),
          total_count: total,
        },
      },
    }),
  ),
  byPage(
    'WordPress',
    get('/wp-json/wp/v2/posts', { per_page: 100 }),
    '',
    { page: 'page', size: 'per_page' },
    (body, _, size, total) => ({
      body,
      headers: { 'x-wp-total': String(total), 'x-wp-totalpages': String(Math.ceil(total / size)) },
    }),
  ),

  {
    name: 'Elasticsearch behind a hit',
    call: post('/index/_search', { size: 100, sort: [{ at: 'asc' }, { _id: 'asc' }] }),
    resumes: true,
    select: ['/hits/hits/*/id'],
    answer: (all, { json }) => {
      const after = (json.search_after as [number, string] | undefined)?.[1];
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
      const hits = all
        .slice(from, from + number(json.size, 10))
        .map((row, i) => ({ ...row, sort: [from + i, row.id] }));
      return { body: { hits: { total: { value: all.length }, hits } } };
    },
    rowsOf: (body) => (body as { hits: { hits: Row[] } }).hits.hits,
  },
  {
    name: 'GraphQL with nodes',
    call: post('/graphql', { query: QUERY, variables: { first: 100 } }),
    select: ['/data/viewer/issues/nodes/*/id'],
    answer: (all, { json }) => {
      const { first, after } = json.variables as { first: number; after?: string };
      const from = positionOf(after);
      const nodes = all.slice(from, from + first);
      const pageInfo = { hasNextPage: from + first < all.length, endCursor: opaque(from + first) };
      return { body: { data: { viewer: { issues: { nodes, pageInfo } } } } };
    },
    rowsOf: (body) => (body as { data: { viewer: { issues: { nodes: Row[] } } } }).data.viewer.issues.nodes,
  },
  {
    name: 'GraphQL with edges and an alias',
    call: post('/graphql', {
      query:
        'query($n: Int, $c: String) { all: products(first: $n, after: $c) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }',
      variables: { n: 100 },
    }),
    resumes: true,
    select: ['/data/all/edges/*/id'],
    answer: (all, { json }) => {
      const { n, c } = json.variables as { n: number; c?: string };
      const from = positionOf(c);
      const edges = all.slice(from, from + n).map((row, i) => ({ ...row, cursor: opaque(from + i + 1) }));
      const pageInfo = { hasNextPage: from + n < all.length, endCursor: opaque(from + n) };
      return { body: { data: { all: { edges, pageInfo } } } };
    },
    rowsOf: (body) => (body as { data: { all: { edges: Row[] } } }).data.all.edges,
  },
];
