import type { Incoming } from '../../http/message.ts';
import { type AskedCall, isAskedFor } from './askedCall.ts';
import type { Continuation, Parameter, Step } from './continuation.ts';
import { graphqlContinuation } from './graphqlPages.ts';
import { at, atPointer, isObject, textAt } from './members.ts';
import { saysMore } from './moreFlags.ts';
import { cursorOf, idCursor, likelyCursor, type Page } from './pageCursors.ts';
import { linkInBody, linkInHeader } from './pageLinks.ts';
import { positionOf, tellsOfMore } from './pagePositions.ts';
import { rowsOf } from './pageRows.ts';
import { searchContinuation } from './searchPages.ts';
import { below, type ServiceAddress, samePlace, withoutCredential } from './withinService.ts';

/**
 * How a list goes on behind an API's answer, the way APIs usually tell it: with a link, a cursor, the id of the last row, or
 * a position. What is not certain is not given: a parameter that an API does not know brings the first page again.
 */
export function findContinuation(
  asked: AskedCall,
  service: ServiceAddress,
  headers: Incoming['headers'],
  body: unknown,
): Continuation | undefined {
  if (asked.method !== 'GET' && asked.method !== 'POST') return undefined;
  const page: Page = { asked, service, body };
  const links = headers.filter(([name]) => name === 'link').map(([, value]) => value);
  const inHeader = linkInHeader(links.join(', '));
  const rows = rowsOf(body);
  if (inHeader === 'none') return { rows };
  if (inHeader !== undefined) return { rows, ...linked(page, inHeader) };
  if (!isObject(body)) {
    if (rows === undefined) return undefined;
    const more = tellsOfMore({ asked, body, headers, rows });
    return positionOf({ asked, body, headers, rows }) ?? (more === undefined ? { rows } : { rows, uncertain: more });
  }
  return (
    graphqlContinuation(asked, body) ?? searchContinuation(asked, body) ?? folderOf(page) ?? byBody(page, headers, rows)
  );
}

function byBody(page: Page, headers: Incoming['headers'], rows: string | undefined): Continuation | undefined {
  const { asked, body } = page;
  const isOver = saysMore(body) === false;
  const isHubSpot = at(body, 'paging', 'next', 'after') !== undefined;
  const link = isHubSpot ? undefined : linkInBody(body, rows);
  // Mailgun names a next page always: an empty one is the last.
  const isEmpty =
    rows !== undefined && isEmptyList(atPointer(body, rows)) && textAt(body, 'paging', 'first') !== undefined;
  if (link !== undefined) return { rows, ...(isOver || isEmpty ? {} : linked(page, link)) };
  const byId = idCursor(page);
  if (byId) return behindRows(page, byId);
  const cursor = isOver ? undefined : (cursorInHeader(headers) ?? cursorOf(page, rows));
  if (cursor !== undefined) return { rows, whole: { set: cursor } };
  const position = rows === undefined ? undefined : positionOf({ asked, body, headers, rows });
  if (position !== undefined) return position;
  if (isOver || rows === undefined) return undefined;
  const likely = likelyCursor(page, rows);
  if (likely !== undefined) return { rows, uncertain: likely };
  if (saysMore(body) === true) return { rows, uncertain: 'it says that it has more' };
  const more = tellsOfMore({ asked, body, headers, rows });
  return more === undefined ? undefined : { rows, uncertain: more };
}

/** Azure DevOps. */
function cursorInHeader(headers: Incoming['headers']): readonly Parameter[] | undefined {
  const value = headers.find(([name]) => name === 'x-ms-continuationtoken')?.[1];
  return value === undefined || value === '' ? undefined : [{ name: 'continuationToken', value }];
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** What the API points to, or that it is not to be had through this service. */
function linked({ asked, service }: Page, link: string): Pick<Continuation, 'whole' | 'uncertain'> {
  const path = below(service.baseUrl, samePlace(service.baseUrl, link, asked.path), asked.path);
  if (path === undefined) return { uncertain: `the next page is outside this service: ${link}` };
  return { whole: { path: withoutCredential(path, service.auth) } };
}

/** The id of a row is the cursor: behind any row, and in front of the first one for who goes backwards. */
function behindRows({ asked, body }: Page, names: { readonly after: string; readonly before: string }): Continuation {
  const data = at(body, 'data') as readonly unknown[];
  const rows = '/data';
  const stepAt = (index: number, name: string, without: string): Step | undefined => {
    const id = at(data[index], 'id');
    if (typeof id !== 'string' && typeof id !== 'number') return undefined;
    return { set: [{ name, value: id, without: [without] }] };
  };
  const isOver = at(body, 'has_more') !== true || data.length === 0;
  if (isAskedFor(asked, names.before))
    return { rows, whole: isOver ? undefined : stepAt(0, names.before, names.after) };
  const behind = (kept: number): Step | undefined => stepAt(kept - 1, names.after, names.before);
  return { rows, behind, whole: isOver ? undefined : behind(data.length) };
}

/** Dropbox goes on at another path, with the cursor alone. */
function folderOf({ asked, body }: Page): Continuation | undefined {
  const [, path = '', rest] =
    /^((?:\/[\w.-]+)*\/list_(?:folder|folders|mountable_folders|file_members|folder_members))(\/continue)?$/.exec(
      asked.path,
    ) ?? [];
  const cursor = textAt(body, 'cursor');
  if (path === '' || cursor === undefined || asked.method !== 'POST') return undefined;
  const rows = rowsOf(body);
  if (at(body, 'has_more') !== true) return { rows };
  return rest === undefined
    ? { rows, whole: { path: `${path}/continue`, json: { cursor } } }
    : { rows, whole: { set: [{ name: 'cursor', value: cursor }] } };
}
