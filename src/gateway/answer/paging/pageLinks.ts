import { at, isObject, textAt } from './members.ts';

/** Where APIs put the address of the next page into the body: as a text, or in an object as `href`, `url`, `uri` or `link`. */
const PLACES: readonly (readonly string[])[] = [
  ['next'],
  ['next_url'],
  ['nextUrl'],
  ['next_page_url'],
  ['nextPageUrl'],
  ['next_page_uri'],
  ['next_page'],
  ['nextPage'],
  ['nextLink'],
  ['next_link'],
  ['nextPageLink'],
  ['next_href'],
  ['nextHref'],
  ['after_url'],
  ['next_uri'],
  ['nextRecordsUrl'],
  ['@odata.nextLink'],
  ['@nextLink'],
  ['odata.nextLink'],
  ['d', '__next'],
  ['links', 'next'],
  ['_links', 'next'],
  ['links', 'pages', 'next'],
  ['pages', 'next'],
  ['info', 'next'],
  ['data', 'next'],
  ['search_metadata', 'next_results'],
  ...['pagination', 'paging', 'meta', 'page', 'page_info', 'pageInfo', 'metadata'].flatMap((name) => [
    [name, 'next'],
    [name, 'next_url'],
    [name, 'next_uri'],
    [name, 'next_link'],
    [name, 'next_page_url'],
    [name, 'nextUrl'],
    [name, 'nextLink'],
    [name, 'next_page'],
    [name, 'links', 'next'],
    [name, 'pagination', 'next'],
    [name, 'pagination', 'next_url'],
    [name, 'pagination', 'links', 'next'],
  ]),
];

/** Lists of links with what each is for: FHIR, LinkedIn, PayPal, Oracle. */
const LISTS: readonly (readonly string[])[] = [['link'], ['links'], ['paging', 'links'], ['meta', 'links']];

/** Where the API itself says that the next page is, or that there is none. */
export function linkInHeader(link: string): string | 'none' | undefined {
  const found = relNext(link);
  // Sentry names a next page always, and says here whether anything is on it.
  return found && (/;\s?results="?false\b/.test(found.parameters) ? 'none' : found.target);
}

/** `rows` says where the rows are: what goes on may be a list within the answer, and it says so itself. */
export function linkInBody(body: unknown, rows: string | undefined): string | undefined {
  const outer = (rows ?? '').split('/').slice(1, -1);
  return linkWithin(body) ?? (outer.length === 0 ? undefined : linkWithin(at(body, ...outer)));
}

function linkWithin(body: unknown): string | undefined {
  for (const place of PLACES) {
    const found = at(body, ...place);
    const target = isObject(found)
      ? ['href', 'url', 'uri', 'link', 'path'].map((n) => textAt(found, n)).find(isLink)
      : found;
    if (isLink(target)) return target;
  }
  for (const place of LISTS) {
    const links = at(body, ...place);
    const next = Array.isArray(links)
      ? links.find((one) => at(one, 'rel') === 'next' || at(one, 'relation') === 'next')
      : undefined;
    const target = textAt(next, 'href') ?? textAt(next, 'url');
    if (isLink(target)) return target;
  }
  return undefined;
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && /^(https?:\/\/|\/|\?)/i.test(value);
}

/** In one pass over the header, whatever stands in it: an API may send 64 KB that were made to be tried again and again. */
function relNext(link: string): { readonly target: string; readonly parameters: string } | undefined {
  for (let start = link.indexOf('<'); start !== -1; start = link.indexOf('<', start + 1)) {
    const end = link.indexOf('>', start);
    if (end === -1) return undefined;
    const following = link.indexOf('<', end);
    const parameters = link.slice(end + 1, following === -1 ? undefined : following);
    if (isNext(parameters)) return { target: link.slice(start + 1, end), parameters };
    start = end;
  }
  return undefined;
}

/** Whether the parameters of a link (RFC 8288 section 3) say that it leads to the next page. */
function isNext(parameters: string): boolean {
  return parameters.split(';').some((parameter) => {
    const [name = '', value = ''] = parameter.split('=', 2);
    if (name.trim().toLowerCase() !== 'rel') return false;
    const relations = value.trim();
    const words = relations.startsWith('"') ? relations.slice(1, Math.max(1, relations.indexOf('"', 1))) : relations;
    return words.toLowerCase().split(/[\s,]/).includes('next');
  });
}
