import type { BaseUrl } from '../../core/net/baseUrl.ts';
import type { Auth } from '../../core/policy/auth/authTypes.ts';
import type { RequestInput } from '../../core/request/parts/requestModel.ts';
import { below, withoutCredential } from './withinService.ts';

/** The arguments of the call that gets the next page, or undefined where the API does not tell. */
export type NextPage = { readonly path: string; readonly query?: RequestInput['query'] };

/**
 * Finds the next page the way APIs usually tell it: a `Link: …; rel="next"` header (RFC 8288), Stripe's `has_more`,
 * or a cursor in the body. Only a target on the service's own origin and below its prefix counts.
 */
export function nextPage(
  asked: Pick<RequestInput, 'path' | 'query'>,
  { baseUrl, auth }: { readonly baseUrl: BaseUrl; readonly auth: Auth },
  link: string | undefined,
  body: unknown,
): NextPage | undefined {
  const fromLink = link === undefined ? undefined : relNext(link);
  const inside = (reference: string): NextPage | undefined => {
    const path = below(baseUrl, reference, asked.path);
    return path === undefined ? undefined : { path: withoutCredential(path, auth) };
  };
  if (fromLink !== undefined) return inside(fromLink);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const members = body as Record<string, unknown>;

  if (members.has_more === true && Array.isArray(members.data)) {
    const id = (members.data.at(-1) as { id?: unknown } | null | undefined)?.id;
    if (typeof id === 'string') return withQuery(asked, 'starting_after', id);
  }
  if (typeof members.next === 'string' && /^(https?:\/\/|\/)/.test(members.next)) {
    return inside(members.next);
  }
  const meta = members.response_metadata as Record<string, unknown> | undefined;
  const cursors: readonly (readonly [value: unknown, parameter: string])[] = [
    [meta?.next_cursor, 'cursor'],
    [members.next_cursor, members.object === 'list' && 'results' in members ? 'start_cursor' : 'cursor'],
    [members.nextPageToken, 'pageToken'],
    [members.next_page_token, 'page_token'],
  ];
  const found = cursors.find(([value]) => typeof value === 'string' && value !== '');
  return found === undefined ? undefined : withQuery(asked, found[1], String(found[0]));
}

/** In one pass over the header, whatever stands in it: an API may send 64 KB that were made to be tried again and again. */
function relNext(link: string): string | undefined {
  for (let at = link.indexOf('<'); at !== -1; at = link.indexOf('<', at + 1)) {
    const end = link.indexOf('>', at);
    if (end === -1) return undefined;
    const next = link.indexOf('<', end);
    if (isNext(link.slice(end + 1, next === -1 ? undefined : next))) return link.slice(at + 1, end);
    at = end;
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

/** The asked arguments with one query parameter set, in the path's own query if it is there already. */
function withQuery(asked: Pick<RequestInput, 'path' | 'query'>, name: string, value: string): NextPage {
  const [path = '', own] = asked.path.split('?', 2);
  if (own === undefined) return { path, query: { ...asked.query, [name]: value } };
  const parameters = new URLSearchParams(own);
  parameters.set(name, value);
  const { [name]: _replaced, ...rest } = asked.query ?? {};
  return { path: `${path}?${parameters.toString().replaceAll('+', '%20')}`, query: rest };
}
