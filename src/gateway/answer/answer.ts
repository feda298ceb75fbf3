import { createHash } from 'node:crypto';
import type { BaseUrl } from '../../core/net/baseUrl.ts';
import type { Auth } from '../../core/policy/auth/authTypes.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import type { Answer, Call } from '../../protocol/messages.ts';
import type { Incoming } from '../http/message.ts';
import { isCompressed, tellsOfAtMost } from './compressed.ts';
import { type Decompressor, decodeText, isJsonType, parseMediaType, WithheldError } from './decode.ts';
import { parseExactJson } from './json.ts';
import { below, nextPage } from './paging.ts';
import { select } from './select.ts';
import { type Truncation, truncateJson, truncateText } from './truncate.ts';

export const DEFAULT_MAX_CHARS = 20_000;
export const MAX_ANSWER_CHARS = 100_000;
/** Binary bodies above this many bytes are described, not returned. */
const MAX_BINARY_BYTES = 16 * 1024;

/** What is wanted of an answer: plain data, which goes from thread to thread. */
export interface AnswerOrder {
  readonly call: Pick<Call, 'service' | 'method' | 'path' | 'query' | 'select' | 'maxChars'>;
  readonly baseUrl: BaseUrl;
  readonly auth: Auth;
  /** Cap on decompressed bytes. */
  readonly maxBytes: number;
  /** Cap on what is compressed in it without saying so, in all; none where it is left out. */
  readonly maxInside?: number;
  readonly durationMs: number;
}

/** An answer, but for what only policy can say of it: see {@link judgeRedirect}. */
export interface BuiltAnswer {
  readonly answer: Answer;
  /** Where the API points within the service: path and query, relative to the base URL. */
  readonly redirectPath?: string;
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
  const { call } = order;
  let redactions = 0;
  const clean = (text: string): string => {
    const result = redactor.text(text);
    redactions += result.count;
    return result.text;
  };

  // All of them in one pass, as a pass costs more than a header is long.
  const headers = redactor.json(usefulHeaders(incoming.headers));
  redactions += headers.count;
  const answer: Answer = {
    status: incoming.status,
    headers: Object.fromEntries((headers.value as Headers).map(([name, value]) => [cut(name), cut(value)])),
    durationMs: order.durationMs,
  };
  const header = (name: string): string | undefined => incoming.headers.find(([n]) => n === name)?.[1];
  const steps: string[] = [];

  try {
    const encodings = allValues(incoming.headers, 'content-encoding');
    const bytes = await decompressor.decompress(incoming.body, encodings, order.maxBytes);
    const type = parseMediaType(header('content-type') ?? '');
    refusePieces(incoming.status);
    const tells = tellsOfAtMost(order.maxInside ?? Number.POSITIVE_INFINITY, redactor);
    if (isCompressed(bytes, tells)) throw new WithheldError('it is compressed in a way that was not declared,');
    const text = decodeText(bytes, type);
    refuseDisguise(bytes, type.charset, text, redactor);
    const parsed = text !== undefined && isJsonType(type.essence) ? parseExactJson(text) : undefined;
    const maxChars = Math.min(call.maxChars ?? DEFAULT_MAX_CHARS, MAX_ANSWER_CHARS);
    let truncated: Truncation[] = [];

    if (parsed !== undefined) {
      const redacted = redactor.json(parsed.value);
      redactions += redacted.count;
      const next = nextPage(call, order, header('link'), redacted.value);
      // Taken from the header as it came: a marker in a link would be no link any more.
      if (next) answer.next = redactor.json({ service: call.service, ...next }).value as Record<string, unknown>;
      let value = redacted.value;
      if (call.select && call.select.length > 0 && incoming.status < 400) {
        const selected = select(value, call.select);
        value = selected.value;
        if (selected.missing.length > 0) {
          steps.push(
            `Entry ${selected.missing.join(', ')} of select matches nothing: check it against the whole answer.`,
          );
        }
      }
      const fitted = truncateJson(value, maxChars);
      answer.json = fitted.value;
      truncated = fitted.truncated;
    } else if (text !== undefined) {
      const fitted = truncateText(clean(text), maxChars);
      if (fitted.text !== '') answer.text = fitted.text;
      truncated = fitted.truncated;
    } else {
      describeBinary(bytes, type.essence, answer, redactor);
    }

    if (truncated.length > 0) {
      answer.truncated = truncated;
      steps.push(
        answer.next
          ? 'The answer was cut. Use select to keep only what you need (such as ["/data/*/id"]), or a smaller page and the arguments in next.'
          : "The answer was cut. Use select to keep only what you need, the API's own page or limit parameter, or a larger maxChars (at most 100000).",
      );
    }
  } catch (error) {
    if (!(error instanceof WithheldError)) throw error;
    answer.hint = `The body was withheld, because ${error.message} and a credential in it could not be found.`;
  }

  const target = incoming.status >= 300 && incoming.status < 400 ? header('location') : undefined;
  const location = target === undefined ? undefined : clean(target);
  const inside = location === undefined ? undefined : below(order.baseUrl, location, call.path);
  if (location !== undefined) {
    // Once more after it was resolved: a URL parser removes what may have stood inside a credential.
    answer.redirect = { location: cut(redactor.text(inside?.path ?? location).text), allowed: false };
  }
  if (incoming.status === 401) {
    answer.hint ??=
      'The API rejected the credential. Tell the user: it may have expired, or the provider may have revoked it ("Valet Key: Rotate Credential").';
  } else if (incoming.status === 403) {
    answer.hint ??=
      'The API accepts the credential but does not let it do this. The credential may lack a scope; another call will not help.';
  }
  if (steps.length > 0) answer.nextStep = steps.join(' ');
  if (redactions > 0) answer.redactions = redactions;
  return { answer, ...(inside === undefined ? {} : { redirectPath: inside.path }) };
}

/** The answer with what policy says of where it points; `wouldAllow`: whether a GET of that path and query would pass. */
export function judgeRedirect({ answer, redirectPath }: BuiltAnswer, wouldAllow: (path: string) => boolean): Answer {
  if (!answer.redirect) return answer;
  const allowed = redirectPath !== undefined && wouldAllow(redirectPath);
  const step = allowed
    ? 'Redirects are not followed. The policy allows reading the location: call read with its path.'
    : 'Redirects are not followed, and the policy does not allow the location.';
  return {
    ...answer,
    redirect: { ...answer.redirect, allowed },
    nextStep: answer.nextStep === undefined ? step : `${answer.nextStep} ${step}`,
  };
}

/** What is said of an answer that could not be looked through in time: its status alone. */
export function unreadAnswer({ status }: Incoming, { durationMs }: AnswerOrder): BuiltAnswer {
  const hint =
    'The answer was withheld, because it took too long to look for credentials in it. Ask the API for less at once.';
  return { answer: { status, headers: {}, hint, durationMs } };
}

/**
 * An agent chooses the range of a partial answer (206), and could have an echoed credential in pieces in which nobody
 * recognises it. So every one is withheld: a rule that looked at the content would tell of the content.
 */
function refusePieces(status: number): void {
  if (status === 206)
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
    answer.text = `[binary ${essence || 'data'}, ${bytes.length} bytes, sha256 ${sha256}]`;
  } else {
    answer.base64 = bytes.toString('base64');
  }
}

const USEFUL = new Set([
  'content-type',
  'content-language',
  'content-disposition',
  'link',
  'retry-after',
  'etag',
  'last-modified',
  'date',
  'content-range',
  'accept-ranges',
  'allow',
  'deprecation',
  'sunset',
  'idempotent-replayed',
  'cf-ray',
  'server',
]);
const USEFUL_PATTERN =
  /^((x-)?rate-?limit(-.+)?|.*-rate-?limit-.*|(.+-)?request-id|(.+-)?correlation-id|(.+-)?trace-id|.+-version|x-total(-count)?|x-(next-)?page|x-per-page|x-oauth-scopes|x-accepted-oauth-scopes)$/;

type Headers = readonly (readonly [name: string, value: string])[];

function usefulHeaders(headers: Incoming['headers']): Headers {
  const kept = new Map<string, string>();
  for (const [name, value] of headers) {
    if (!USEFUL.has(name) && !USEFUL_PATTERN.test(name)) continue;
    const before = kept.get(name);
    kept.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return [...kept];
}

function allValues(headers: Incoming['headers'], name: string): string {
  return headers
    .filter(([n]) => n === name)
    .map(([, value]) => value)
    .join(',');
}

const MAX_HEADER_CHARS = 4096;

/** After redaction: a cut could leave half of a credential. */
function cut(value: string): string {
  return value.length > MAX_HEADER_CHARS ? `${value.slice(0, MAX_HEADER_CHARS)}…` : value;
}
