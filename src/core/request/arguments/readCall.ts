import { ok, type Result } from '../../result.ts';
import { phrase } from '../../text/phrase.ts';
import { isExact } from '../parts/parameters.ts';
import type { RequestInput, RequestProblem } from '../parts/requestModel.ts';
import { invalid } from '../parts/requestProblem.ts';
import { readBody } from './bodyArguments.ts';
import { type Call, type GivenCall, MAX_ANSWER_CHARS } from './call.ts';
import { isEmpty, isObject, MAX_TEXT_CHARS, meant, notMeant } from './meant.ts';

/**
 * What a client means by the arguments of a call, or why that cannot be said. Whatever is judged, asked about, hashed,
 * recorded and sent comes from here.
 */
export function readCall(given: GivenCall): Result<Call, RequestProblem> {
  const query = readQuery(given.query);
  if (!query.ok) return query;
  const headers = readHeaders(given.headers);
  if (!headers.ok) return headers;
  const body = readBody(given);
  if (!body.ok) return body;
  const select = readSelect(given.select);
  if (!select.ok) return select;
  const maxChars = readMaxChars(given.maxChars);
  if (!maxChars.ok) return maxChars;
  const { tool, service, path, method, reason } = given;
  const { text, object } = query.value;
  return ok({
    tool,
    service,
    method: method?.trim() || (tool === 'read' ? 'GET' : ''),
    path: text === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`,
    ...(object ? { query: object } : {}),
    ...(headers.value ? { headers: headers.value } : {}),
    ...body.value,
    ...(select.value ? { select: select.value } : {}),
    ...(maxChars.value === undefined ? {} : { maxChars: maxChars.value }),
    ...(reason ? { reason } : {}),
  });
}

interface Query {
  readonly object?: NonNullable<RequestInput['query']>;
  /** As it may stand behind the path. */
  readonly text?: string;
}

/** What may stand behind the question mark of a path: nothing that begins like JSON, and no sentence. */
const QUERY_TEXT = /^(?!["[{])[!"$-[\]-~]+$/;
const PARAMETER = /^(?:[^=]+=.*|[\w.~-]+|)$/;

function readQuery(given: unknown): Result<Query, RequestProblem> {
  const found = meant(given, MAX_TEXT_CHARS);
  if (!found.ok) return found;
  if (found.value === undefined) return ok({});
  if ('text' in found.value) {
    const text = found.value.text.replace(/^\?/, '');
    if (QUERY_TEXT.test(text) && text.split('&').every((piece) => PARAMETER.test(piece))) return ok({ text });
    // What is in it is looked at together with the path's own query.
  } else if (isEmpty(found.value.value)) {
    return ok({});
  } else if (isObject(found.value.value)) {
    return ok({ object: found.value.value as NonNullable<RequestInput['query']> });
  }
  return notMeant('query', found.value, {
    what: phrase`an object of parameters`,
    itself: phrase`the object`,
    example: '{"limit": 3}',
  });
}

function readHeaders(given: unknown): Result<RequestInput['headers'], RequestProblem> {
  const found = meant(given, MAX_TEXT_CHARS);
  if (!found.ok) return found;
  if (found.value === undefined) return ok(undefined);
  if ('value' in found.value && isEmpty(found.value.value)) return ok(undefined);
  if (!('value' in found.value && isObject(found.value.value))) {
    return notMeant('headers', found.value, {
      what: phrase`an object of strings`,
      itself: phrase`the object`,
      example: '{"Accept": "text/csv"}',
    });
  }
  const headers: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(found.value.value)) {
    if (value === null) continue;
    if (typeof value === 'number' && !isExact(value)) {
      return invalid(phrase`A header is a number that cannot be represented exactly.`, phrase`Write it as a string.`);
    }
    // Anything else than a plain value is refused where headers are checked, by its place.
    headers.push([name, (typeof value === 'object' ? value : String(value)) as string]);
  }
  return ok(headers.length === 0 ? undefined : Object.fromEntries(headers));
}

function readSelect(given: unknown): Result<Call['select'], RequestProblem> {
  const found = meant(given, MAX_TEXT_CHARS);
  if (!found.ok) return found;
  if (found.value === undefined) return ok(undefined);
  const one = 'text' in found.value ? found.value.text : found.value.value;
  if (typeof one === 'string' && one.startsWith('/')) return ok([one]);
  if (Array.isArray(one)) {
    const pointers = one.filter((pointer) => pointer !== null);
    if (pointers.every((pointer) => typeof pointer === 'string'))
      return ok(pointers.length === 0 ? undefined : pointers);
    return invalid(
      phrase`An entry of \`select\` is not a string.`,
      phrase`Send a list of JSON Pointers, such as ${'["/data/*/id"]'}.`,
    );
  }
  return notMeant('select', found.value, {
    what: phrase`a list of JSON Pointers`,
    itself: phrase`the list`,
    example: '["/data/*/id"]',
  });
}

function readMaxChars(given: unknown): Result<Call['maxChars'], RequestProblem> {
  const found = meant(given, MAX_TEXT_CHARS);
  if (!found.ok) return found;
  if (found.value === undefined) return ok(undefined);
  const value = 'value' in found.value ? found.value.value : undefined;
  // What a client fills in for a number that it may not leave out.
  if (value === 0) return ok(undefined);
  // More than the most is taken, and comes to the most: agents know a larger one from earlier versions.
  return typeof value === 'number' && Number.isInteger(value) && value >= 1
    ? ok(value)
    : invalid(
        phrase`\`maxChars\` is not a whole number from 1 to ${MAX_ANSWER_CHARS}.`,
        phrase`Send such a number, or leave it out.`,
      );
}
