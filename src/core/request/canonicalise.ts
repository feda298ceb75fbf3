import type { Service } from '../policy/model/service.ts';
import { ok, type Result } from '../result.ts';
import { phrase } from '../text/phrase.ts';
import { canonicalBody } from './body.ts';
import { canonicalHeaders } from './callerHeaders.ts';
import { isFormType } from './contentType.ts';
import { refuseOverride } from './methodOverride.ts';
import { hiddenQuery } from './parts/hiddenQuery.ts';
import { canonicalPath } from './parts/path.ts';
import {
  type CanonicalRequest,
  METHODS,
  type Method,
  type RequestInput,
  type RequestProblem,
} from './parts/requestModel.ts';
import { invalid, tooLarge } from './parts/requestProblem.ts';
import { canonicalQuery } from './query.ts';

/** Longest request target in bytes. Paths have a lower limit of their own, see {@link canonicalPath}. */
const MAX_TARGET_BYTES = 16 * 1024;

/** Most parameters in a path, where some servers begin a query. Each is read in several ways. */
const MAX_HIDDEN = 256;

/**
 * Brings a request into the only form that is judged and sent, or says why it has none. Everything that a URL parser
 * or an upstream might read as another request is refused here, before any of them sees it. Pure and deterministic;
 * time and memory are linear in the input.
 */
export function canonicalise(
  given: RequestInput,
  service: Pick<Service, 'name' | 'baseUrl' | 'auth' | 'headers' | 'limits' | 'encodedSlash'>,
): Result<CanonicalRequest, RequestProblem> {
  const input = withFormOfText(given, service.headers);
  const method = canonicalMethod(input.method);
  if (!method.ok) return method;

  const path = canonicalPath(input.path, { encodedSlash: service.encodedSlash === true });
  if (!path.ok) return path;
  if (service.auth.type === 'aws-sigv4' && readsPlusAsSpace(service.auth.service) && path.value.path.includes('+')) {
    return invalid(
      phrase`The path contains a plus, which S3 reads as a space.`,
      phrase`Write %20 for a space, or %2B for a plus.`,
    );
  }
  const hidden = hiddenQuery(path.value.segments);
  if (hidden.length > MAX_HIDDEN) {
    return tooLarge(
      phrase`The path has over ${MAX_HIDDEN} parameters behind a semicolon or an escaped question mark.`,
      phrase`Send fewer, or put them into \`query\`.`,
    );
  }
  for (const [name, value] of hidden) {
    const override = refuseOverride('path', name, value, method.value);
    if (override !== undefined) return override;
  }
  const query = canonicalQuery(path.value.query, input.query, service.auth, method.value);
  if (!query.ok) return query;
  const search = query.value.text === '' ? '' : `?${query.value.text}`;
  const target = `${service.baseUrl.prefix}${path.value.path}${search}`;
  if (target.length > MAX_TARGET_BYTES) {
    return tooLarge(
      phrase`The path and query together are longer than ${MAX_TARGET_BYTES} bytes.`,
      phrase`Send fewer or shorter parameters, or put them into a body if the API accepts one.`,
    );
  }

  const body = canonicalBody(input, method.value, service.limits.requestBytes, service.auth);
  if (!body.ok) return body;
  const headers = canonicalHeaders(input.headers, service.headers, service.auth, body.value);
  if (!headers.ok) return headers;

  return ok({
    service: service.name,
    method: method.value,
    path: path.value.path,
    segments: path.value.segments,
    query: query.value.pairs,
    target,
    headers: headers.value,
    ...(body.value === undefined ? {} : { body: body.value }),
  });
}

/** A text of the type of forms is a form: judged as one, and in the one spelling that every server reads alike. */
function withFormOfText(input: RequestInput, { set }: Service['headers']): RequestInput {
  if (typeof input.text !== 'string' || input.form !== undefined) return input;
  const asked = [...set, ...Object.entries(input.headers ?? {})].find(
    ([name]) => name.toLowerCase() === 'content-type',
  );
  return asked && isFormType(asked[1]) ? { ...input, text: undefined, form: input.text } : input;
}

/** S3's several endpoints, by the names that requests to them are signed for. */
function readsPlusAsSpace(signedFor: string): boolean {
  return signedFor === 's3' || signedFor.startsWith('s3-') || signedFor === 's3express';
}

/**
 * RFC 9110, 9.1: a method is a case-sensitive token. Agents write `get` for GET, which is taken; only ASCII letters are
 * folded, because `'poſt'.toUpperCase()` is `POST`.
 */
function canonicalMethod(text: string): Result<Method, RequestProblem> {
  const upper = /^[A-Za-z]{1,16}$/.test(text) ? text.toUpperCase() : '';
  const method = METHODS.find((known) => known === upper);
  return method === undefined
    ? invalid(phrase`The method cannot be sent.`, phrase`Use one of ${METHODS.join(', ')}.`)
    : ok(method);
}
