import { createHash } from 'node:crypto';
import type { BaseUrl } from '../../core/net/baseUrl.ts';
import type { Auth } from '../../core/policy/auth/authTypes.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import { MAX_ANSWER_CHARS } from '../../core/request/arguments/call.ts';
import type { Answer } from '../../protocol/messages.ts';
import type { Incoming } from '../http/message.ts';
import { isCompressed, tellsOfAtMost } from './compressed.ts';
import { type Decompressor, isJsonType, parseMediaType, WithheldError } from './decode.ts';
import { parseExactJson, parseJson } from './json.ts';
import { askedCall, type RepeatableCall } from './paging/askedCall.ts';
import { findContinuation } from './paging/findContinuation.ts';
import { type CutPage, type NextPage, nextPage } from './paging/nextPage.ts';
import { below, withoutCredential } from './paging/withinService.ts';
import { type BuiltAnswer, isSignedUrl } from './redirect.ts';
import { select } from './select.ts';
import { statusHint } from './statusHint.ts';
import { decodeText, readingOf } from './text.ts';
import { type Truncation, truncateJson, truncateText } from './truncate.ts';
import { shortened, shownHeaders, usefulHeaders } from './usefulHeaders.ts';

const DEFAULT_MAX_CHARS = 20_000;
/** Binary bodies above this many bytes are described, not returned. */
const MAX_BINARY_BYTES = 16 * 1024;

/** What is wanted of an answer: plain data, which goes from thread to thread. */
export interface AnswerOrder {
  readonly call: RepeatableCall;
  readonly baseUrl: BaseUrl;
  readonly auth: Auth;
  /** Cap on decompressed bytes. */
  readonly maxBytes: number;
  /** Cap on what is compressed in it without saying so, in all; none where it is left out. */
  readonly maxInside?: number;
  readonly durationMs: number;
}

/**
 * Makes of what an API sent what an agent may see: decoded, then redacted, then selected and cut to size. In this
 * order, because a credential can only be found in the clear and a cut could leave half of one.
 * Throws {@link TooLargeError} for a body over its cap, and `TooMuchInsideError` for more inside of it.
 */
export async function buildAnswer(
  incoming: Incoming,
  order: AnswerOrder,
  redactor: Redactor,
  decompressor: Decompressor,
): Promise<BuiltAnswer> {
  const { call, baseUrl, auth } = order;
  const { status, headers } = incoming;
  let redactions = 0;
  const clean = (text: string): string => {
    const result = redactor.text(text);
    redactions += result.count;
    return result.text;
  };
  const inside = (location: string): string | undefined => {
    const path = below(baseUrl, location, call.path);
    return path === undefined ? undefined : withoutCredential(path, auth);
  };

  // All of them in one pass, as a pass costs more than a header is long; and after locations were resolved, since a URL
  // parser removes what may have stood inside a credential.
  const shown = redactor.json(usefulHeaders(incoming, call.method, inside));
  redactions += shown.count;
  const answer: Answer = {
    status,
    headers: shownHeaders(shown.value),
    durationMs: order.durationMs,
  };
  const header = (name: string): string | undefined => headers.find(([n]) => n === name)?.[1];
  const steps: string[] = [];
  const hints: string[] = [];
  let said = '';

  try {
    const encodings = allValues(headers, 'content-encoding');
    const bytes = await decompressor.decompress(incoming.body, encodings, order.maxBytes);
    const type = parseMediaType(header('content-type') ?? '');
    const tells = tellsOfAtMost(order.maxInside ?? Number.POSITIVE_INFINITY, redactor);
    if (isCompressed(bytes, tells)) throw new WithheldError('it is compressed in a way that was not declared,');
    const reading = readingOf(bytes, type);
    const text = reading && decodeText(bytes, reading);
    refuseDisguise(bytes, reading?.charset ?? type.charset, text, redactor);
    if (status === 206) refusePieces(incoming, call, isJsonType(type.essence) ? text : undefined);
    said = text ?? '';
    if (reading?.replaced) hints.push(REPLACED);
    const parsed = text !== undefined && isJsonType(type.essence) ? parseExactJson(text) : undefined;
    const maxChars = Math.min(call.maxChars ?? DEFAULT_MAX_CHARS, MAX_ANSWER_CHARS);
    const pointers = status < 400 ? (call.select ?? []) : [];
    const selects = pointers.length > 0;
    let page: CutPage | undefined;
    let truncated: Truncation[] = [];

    if (parsed !== undefined) {
      const redacted = redactor.json(parsed.value);
      redactions += redacted.count;
      const selected = selects ? select(redacted.value, pointers) : { value: redacted.value, missing: [] };
      if (selected.missing.length > 0) {
        steps.push(
          `Entry ${selected.missing.join(', ')} of select matches nothing: check it against the whole answer.`,
        );
      }
      const fitted = truncateJson(selected.value, maxChars);
      answer.json = fitted.value;
      truncated = fitted.truncated;
      page = { value: parsed.value, selected: selected.value, fitted: fitted.value, truncated };
    } else if (text !== undefined) {
      const fitted = truncateText(clean(text), maxChars);
      if (fitted.text !== '') answer.text = fitted.text;
      truncated = fitted.truncated;
      if (selects && text !== '') hints.push(parseJson(text) === undefined ? NOT_SELECTED : NOT_SELECTED_AS_TEXT);
      // A text that was cut has no rows to be counted.
      if (truncated.length === 0)
        page = pageOf(isJsonType(type.essence) ? parseJson(text, onlyExact)?.value : undefined);
    } else {
      describeBinary(bytes, type.essence, answer, redactor);
      if (selects && bytes.length > 0) hints.push(NOT_SELECTED);
    }

    const more = page === undefined || status < 200 || status >= 300 ? {} : pageBehind(incoming, order, page, redactor);
    if (more.next) answer.next = more.next;
    if (more.hint !== undefined) hints.push(more.hint);
    if (truncated.length > 0) answer.truncated = truncated;
    if (more.nextStep !== undefined) steps.push(more.nextStep);
    else if (truncated.length > 0) steps.push(CUT);
  } catch (error) {
    if (!(error instanceof WithheldError)) throw error;
    answer.hint = `The body was withheld, because ${error.message} and a credential in it could not be found.`;
  }

  const location = status >= 300 && status < 400 ? header('location') : undefined;
  const target = location === undefined ? undefined : clean(location);
  const redirectPath = target === undefined ? undefined : inside(target);
  if (target !== undefined) {
    answer.redirect = { location: shortened(redactor.text(redirectPath ?? target).text), allowed: false };
  }
  const isSigned = redirectPath === undefined && location !== undefined && target === location && isSignedUrl(location);
  const why = statusHint(incoming, said);
  if (why !== undefined) hints.unshift(clean(why));
  if (hints.length > 0) answer.hint ??= hints.join(' ');
  if (steps.length > 0) answer.nextStep = steps.join(' ');
  if (redactions > 0) answer.redactions = redactions;
  return {
    answer,
    ...(redirectPath === undefined ? {} : { redirectPath }),
    ...(isSigned ? { redirectIsSigned: true } : {}),
  };
}

function pageBehind({ headers }: Incoming, order: AnswerOrder, page: CutPage, redactor: Redactor): NextPage {
  const asked = askedCall(order.call);
  const found = findContinuation(asked, order, headers, page.value);
  return nextPage(asked, found, page, (words) => redactor.json(words).count === 0);
}

function pageOf(value: unknown): CutPage {
  return { value, selected: value, fitted: value, truncated: [] };
}

/** Nothing of a next call is made of a number that may not be the one that the API sent. */
function onlyExact(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? undefined : value;
}

const CUT = `The answer was cut. Use select to keep only what you need, the API's own page or limit parameter, or a larger maxChars (at most ${MAX_ANSWER_CHARS}).`;
const REPLACED =
  'The text declares no character set and is not UTF-8, so letters beyond ASCII were replaced: it is probably Latin-1 (Windows-1252). Ask the API for UTF-8 if you need them.';
const NOT_SELECTED = 'select was not applied: it works on JSON answers alone, and this answer is none.';
const NOT_SELECTED_AS_TEXT =
  'select was not applied: the answer comes as text, since it is not declared as JSON or holds numbers that JavaScript cannot represent.';

/** What is said of an answer that could not be looked through in time: its status alone. */
export function unreadAnswer({ status }: Incoming, { durationMs }: AnswerOrder): BuiltAnswer {
  const hint =
    'The answer was withheld, because it took too long to look for credentials in it. Ask the API for less at once.';
  return { answer: { status, headers: {}, hint, durationMs } };
}

/**
 * An agent chooses the range of a partial answer (206), and could have an echoed credential in pieces in which nobody
 * recognises it. So every one is withheld: a rule that looked for credentials in the content would tell of the content. What
 * is counted in rows is no piece in that sense: some APIs answer so with a whole list of JSON that has more pages.
 */
function refusePieces({ headers }: Incoming, call: RepeatableCall, json: string | undefined): void {
  const asked = Object.entries(call.headers ?? {}).filter(([name]) => name.toLowerCase() === 'range');
  const ranges = [...asked.map(([, value]) => value), allValues(headers, 'content-range')];
  const rows = json === undefined ? undefined : parseJson(json)?.value;
  const isCountedInRows = !ranges.some((range) => /bytes/i.test(range)) && ranges.at(-1) !== '';
  if (!(isCountedInRows && typeof rows === 'object' && rows !== null))
    throw new WithheldError('it is a piece of something larger, which could cut a credential in two,');
}

/**
 * A text in another character set than UTF-8 may not be in the one that it says, nor may one that does not decode: what is in
 * the bytes then would not be found in the characters, of which enough may be right.
 */
function refuseDisguise(
  bytes: Buffer,
  charset: string | undefined,
  text: string | undefined,
  redactor: Redactor,
): void {
  const plain = charset === undefined || /^(utf-?8|us-ascii|iso-8859-1|latin1)$/i.test(charset);
  const decoded = plain && text?.includes('\ufffd') !== true;
  if (!decoded && redactor.binary(bytes) > 0) throw new WithheldError('its character set is not the declared one,');
}

function describeBinary(bytes: Buffer, essence: string, answer: Answer, redactor: Redactor): void {
  if (bytes.length === 0) return;
  if (redactor.binary(bytes) > 0) {
    answer.hint = 'The body was withheld, because a credential is in it.';
  } else if (bytes.length > MAX_BINARY_BYTES) {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    answer.text = `[binary ${redactor.text(essence).text || 'data'}, ${bytes.length} bytes, sha256 ${sha256}]`;
  } else {
    answer.base64 = bytes.toString('base64');
  }
}

function allValues(headers: Incoming['headers'], name: string): string {
  return headers
    .filter(([n]) => n === name)
    .map(([, value]) => value)
    .join(',');
}
