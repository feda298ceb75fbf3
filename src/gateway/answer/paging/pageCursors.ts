import { partsOf } from './answerParts.ts';
import { type AskedCall, askedFor, isAskedFor } from './askedCall.ts';
import type { Parameter } from './continuation.ts';
import { at, isObject, plainName, textAt } from './members.ts';
import { saysMore } from './moreFlags.ts';
import type { ServiceAddress } from './withinService.ts';
import { dividedPath } from './writtenQuery.ts';

/** What a page is known by. */
export interface Page {
  readonly asked: AskedCall;
  readonly service: ServiceAddress;
  readonly body: unknown;
}

interface CursorStyle {
  /** Where the answer has what stands for the next page. */
  readonly at: readonly string[];
  /** What the next call sends it as. */
  readonly as: Parameter['name'];
  /** Whether this is such an API: many answer in the same words, and take other ones. */
  readonly is: (page: Page) => boolean;
  readonly without?: readonly string[];
}

const host = ({ service }: Page): string => service.baseUrl.hostname;
const path = ({ service, asked }: Page): string => `${service.baseUrl.prefix}${dividedPath(asked.path)[0]}`;
const hosted =
  (...names: readonly string[]) =>
  (page: Page): boolean =>
    names.some((name) => host(page) === name || host(page).endsWith(`.${name}`));
const either =
  (...tests: readonly ((page: Page) => boolean)[]) =>
  (page: Page): boolean =>
    tests.some((test) => test(page));
const below =
  (pattern: RegExp) =>
  (page: Page): boolean =>
    pattern.test(path(page));
const has =
  (...names: readonly string[]) =>
  (page: Page): boolean =>
    at(page.body, ...names) !== undefined;
const always = (): boolean => true;

const isAws = (page: Page): boolean =>
  page.service.auth.type === 'aws-sigv4' ||
  Object.keys(page.asked.headers ?? {}).some((name) => name.toLowerCase() === 'x-amz-target');
const isJira = either(hosted('atlassian.net'), below(/\/rest\/(api|agile|servicedeskapi)\//));
const isGoogle = either(
  hosted('googleapis.com', 'google.com'),
  (page) => String(at(page.body, 'kind')).includes('#'),
  below(
    /\/(drive|gmail|calendar|youtube|storage|compute|bigquery|admin\/directory|admin\/reports|tasks|books|blogger|sqladmin|dns|webmasters|civicinfo|fitness|classroom|people)\/v\d/,
  ),
  below(/^\/v\d[a-z0-9]*\/(projects|folders|organizations|customers|people|courses|spaces|documents)\//),
);
const isOpenAi = either(
  hosted('openai.com', 'openai.azure.com'),
  below(
    /\/(fine_tuning|batches|files|vector_stores|assistants|threads|evals|responses|conversations|completions|containers|videos|organization)(\/|$)/,
  ),
);

/** The surest first: what only one API answers, then what is told apart by host, path or what else stands there. */
const STYLES: readonly CursorStyle[] = [
  { at: ['response_metadata', 'next_cursor'], as: 'cursor', is: always }, // Slack
  { at: ['paging', 'next', 'after'], as: 'after', is: always }, // HubSpot
  {
    at: ['pages', 'next', 'starting_after'], // Intercom
    as: { query: 'starting_after', json: ['pagination', 'starting_after'] },
    is: always,
  },
  {
    at: ['next_cursor'], // Notion
    as: 'start_cursor',
    is: (page) => at(page.body, 'object') === 'list' && has('results')(page),
  },
  {
    at: ['next_page'], // Stripe's search, and what OpenAI and Anthropic tell of usage and costs
    as: 'page',
    is: either(
      (page) => ['search_result', 'page'].includes(String(at(page.body, 'object'))),
      (page) => hosted('anthropic.com')(page) && has('data')(page),
    ),
  },
  { at: ['paging', 'cursors', 'after'], as: 'after', is: has('paging', 'next') }, // Facebook
  { at: ['meta', 'cursors', 'after'], as: 'after', is: has('meta', 'cursors', 'before') }, // GoCardless
  { at: ['meta', 'page', 'after'], as: { query: 'page[cursor]', json: ['page', 'cursor'] }, is: always }, // Datadog
  { at: ['meta', 'after_cursor'], as: 'page[after]', is: has('meta', 'has_more') }, // Zendesk
  { at: ['metadata', 'continue'], as: 'continue', is: has('apiVersion') }, // Kubernetes
  { at: ['result_info', 'cursors', 'after'], as: 'cursor', is: always }, // Cloudflare
  { at: ['result_info', 'cursor'], as: 'cursor', is: always },
  { at: ['additional_data', 'next_cursor'], as: 'cursor', is: always }, // Pipedrive
  { at: ['data', 'after'], as: 'after', is: (page) => at(page.body, 'kind') === 'Listing' }, // Reddit
  { at: ['next_marker'], as: 'marker', is: has('entries') }, // Box
  { at: ['offset'], as: 'offset', is: has('records') }, // Airtable
  { at: ['next_page', 'offset'], as: 'offset', is: always }, // Asana
  {
    at: ['meta', 'next_token'], // X
    as: 'next_token',
    is: below(/\/2\/(tweets\/(search|counts)|spaces\/search|users\/search)/),
  },
  {
    at: ['meta', 'next_token'],
    as: 'pagination_token',
    is: either(hosted('api.x.com', 'twitter.com'), has('meta', 'result_count'), below(/\/2\/(users|tweets|lists|dm_)/)),
  },
  {
    at: ['next_cursor_str'], // X 1.1
    as: 'cursor',
    is: (page) => has('previous_cursor_str')(page) && textAt(page.body, 'next_cursor_str') !== '0',
  },
  { at: ['LastEvaluatedKey'], as: 'ExclusiveStartKey', is: always }, // DynamoDB
  ...['NextToken', 'nextToken', 'NextMarker', 'nextPageToken', 'nextPageMarker'].map((name) => ({
    at: [name],
    as: name === 'NextMarker' ? 'Marker' : name === 'nextPageMarker' ? 'marker' : name,
    is: isAws,
  })),
  { at: ['Marker'], as: 'Marker', is: isAws },
  { at: ['nextPageToken'], as: 'nextPageToken', is: isJira },
  { at: ['nextPageToken'], as: 'pageToken', is: isGoogle },
  { at: ['next_page_token'], as: 'page_token', is: isGoogle },
  { at: ['pageToken'], as: 'pageToken', is: (page) => String(at(page.body, 'kind')).startsWith('bigquery#') },
  {
    at: ['nextPageToken'],
    as: 'nextPageToken',
    is: (page) => typeof at(page.body, 'isLast') === 'boolean' && has('issues')(page),
  },
  {
    at: ['next_page_token'], // Zoom
    as: 'next_page_token',
    is: either(hosted('zoom.us'), (page) => has('page_size')(page) && has('total_records')(page)),
  },
  {
    at: ['next_cursor'], // Cloudinary
    as: 'next_cursor',
    is: either(
      hosted('cloudinary.com'),
      below(/\/(resources|folders|transformations|upload_presets|tags)(\/|$)/),
      has('rate_limit_allowed'),
    ),
  },
  { at: ['next_cursor'], as: 'cursor', is: below(/\/(conversations|users|team|files|search|usergroups)\.[A-Za-z.]+$/) }, // Slack
  { at: ['next_cursor'], as: 'cursor', is: either(hosted('plaid.com'), below(/\/transactions\/sync$/)) },
  {
    at: ['cursor'], // Square
    as: 'cursor',
    is: either(
      hosted('squareup.com', 'squareupsandbox.com'),
      below(
        /\/v2\/(customers|payments|refunds|orders|catalog|inventory|invoices|locations|subscriptions|team-members|labor|bookings|cards|disputes|payouts|loyalty|gift-cards|vendors)(\/|$)/,
      ),
    ),
  },
  { at: ['pagination', 'cursor'], as: 'after', is: either(hosted('twitch.tv'), below(/\/helix\//)) },
  { at: ['pagination', 'next'], as: 'until', is: hosted('vercel.com') },
];

/** Lists whose rows are the cursors: the id of the last one that one has is where the next page begins. */
export function idCursor(page: Page): { readonly after: string; readonly before: string } | undefined {
  const { body, asked } = page;
  const data = at(body, 'data');
  if (!Array.isArray(data) || typeof at(body, 'has_more') !== 'boolean') return undefined;
  // With a cursor of its own, or rows without ids, it is no such list, whoever's it is.
  if (at(body, 'next_page') !== undefined || (data.length > 0 && at(data.at(-1), 'id') === undefined)) return undefined;
  const isList = at(body, 'object') === 'list';
  const namesLast = textAt(body, 'last_id') !== undefined && at(data.at(-1), 'id') === at(body, 'last_id');
  for (const [after, before] of [
    ['starting_after', 'ending_before'],
    ['after_id', 'before_id'],
    ['after', 'before'],
  ] as const) {
    if (isAskedFor(asked, after) || isAskedFor(asked, before)) return { after, before };
  }
  if ((isList && namesLast) || isOpenAi(page)) return { after: 'after', before: 'before' };
  if (namesLast) return { after: 'after_id', before: 'before_id' }; // Anthropic
  const isStripe =
    hosted('stripe.com')(page) ||
    (isList && at(body, 'last_id') === undefined && data.every((row) => /^[a-z]{2,}_/.test(String(at(row, 'id')))));
  return isStripe ? { after: 'starting_after', before: 'ending_before' } : undefined;
}

/** The parameters with which an API is asked for the next page whose answer has a cursor, where that is certain. */
export function cursorOf(page: Page, rows: string | undefined): readonly Parameter[] | undefined {
  const { body, asked } = page;
  // MediaWiki: all that stands there goes into the next call.
  const wiki = at(body, 'continue');
  if (isObject(wiki) && typeof wiki.continue === 'string') {
    return Object.entries(wiki).map(([name, value]) => ({ name, value }));
  }
  for (const { at: place, as, is, without } of STYLES) {
    const value = at(body, ...place);
    if (isCursor(value) && is(page)) return [{ name: as, value, ...(without ? { without } : {}) }];
  }
  // What the agent sent, or the answer repeats, is the parameter, whatever API it is.
  for (const { place, value, names } of likely(page, rows)) {
    const own = names.map((name) => asked.sentNames.get(name)).find((name) => name !== undefined);
    const repeated = Object.keys(at(body, ...place.slice(0, -1)) as object).find(
      (name) => name !== place.at(-1) && names.includes(plainName(name)),
    );
    if (own !== undefined || repeated !== undefined) return [{ name: own ?? (repeated as string), value }];
  }
  return undefined;
}

/** What looks like a cursor, in words for who has to find out which parameter takes it. */
export function likelyCursor(page: Page, rows: string | undefined): string | undefined {
  const [first] = likely(page, rows);
  if (first === undefined) return undefined;
  return `${JSON.stringify(first.place.join('.'))} is ${JSON.stringify(first.value)}`;
}

/** Each name that cursors have, with the names of the parameters that may take them: all of them plain. */
const LIKELY: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    nextcursor: ['cursor', 'nextcursor', 'startcursor', 'startingafter', 'after', 'pagecursor', 'page[cursor]'],
    nextcursormark: ['cursormark'],
    nextpagetoken: ['pagetoken', 'nextpagetoken'],
    nexttoken: ['nexttoken', 'paginationtoken', 'token'],
    continuationtoken: ['continuationtoken'],
    pagetoken: ['pagetoken'],
    nextpage: ['page', 'nextpage', 'cursor'],
    nextmarker: ['marker', 'nextmarker'],
    nextoffset: ['offset', 'nextoffset'],
    nextpageoffset: ['offset'],
    endcursor: ['after', 'cursor', 'endcursor'],
    aftercursor: ['after', 'aftercursor', 'cursor'],
    scrollid: ['scrollid'],
    cursor: ['cursor'],
    next: ['next', 'cursor', 'after', 'page', 'token', 'paginationtoken', 'offset', 'pagination[cursor]'],
  }),
);

function* likely(
  { asked, body }: Page,
  rows: string | undefined,
): Generator<{ readonly place: readonly string[]; readonly value: unknown; readonly names: readonly string[] }> {
  for (const { names: part, members } of partsOf(body, rows)) {
    if (saysMore(members) === false) continue;
    const plain = new Map(Object.keys(members).map((name) => [plainName(name), name]));
    for (const [likelyName, names] of LIKELY) {
      const name = plain.get(likelyName);
      if (name === undefined) continue;
      const value = members[name];
      const isPage = typeof value === 'number' && !/offset|page/.test(likelyName);
      // An API may repeat what it was sent.
      const isEcho = value === askedFor(asked, name);
      if (isCursor(value) && !isPage && !isObject(value) && !isEcho) yield { place: [...part, name], value, names };
    }
  }
}

function isCursor(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || isObject(value);
}
