import type { Auth } from '../policy/auth/authTypes.ts';
import { authHeaders, callerHeadersOf } from '../policy/auth/authTypes.ts';
import type { ServiceHeaders } from '../policy/model/service.ts';
import { ok, type Result } from '../result.ts';
import { phrase } from '../text/phrase.ts';
import { contentType, TOKEN } from './contentType.ts';
import { isReservedHeader, sameHeader } from './parts/headers.ts';
import type { CanonicalBody, RequestInput, RequestProblem } from './parts/requestModel.ts';
import { invalid, tooLarge } from './parts/requestProblem.ts';

type Header = readonly [name: string, value: string];

const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 16 * 1024;

/** What every caller may send, beside `if-*` and `*-version`. */
const STANDARD: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-type',
  'user-agent',
  'range',
  'prefer',
  'idempotency-key',
  'x-request-id',
]);

/** RFC 9110, 5.5, without obs-text: bytes above 0x7E mean one thing to us and another to the server. */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * What every JavaScript object inherits. A client that walks its prototype sends them by mistake and no API means
 * them, so they are left out instead of refused.
 */
const INHERITED: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(Object.prototype).map((name) => name.toLowerCase()),
);

/**
 * The caller's headers that go along, in order and in lower case, then the service's own, which win, and the body's
 * `content-type`. What is not on the allow-list is refused rather than dropped: a dropped `stripe-account` would send
 * the request to another account than the caller meant.
 */
export function canonicalHeaders(
  given: RequestInput['headers'],
  service: ServiceHeaders,
  auth: Auth,
  body: CanonicalBody | undefined,
): Result<readonly Header[], RequestProblem> {
  const caller = callerHeaders(given ?? {}, service, auth);
  if (!caller.ok) return caller;
  const asked = [...caller.value, ...service.set].find(([name]) => name === 'content-type')?.[1];
  const type = contentType(asked, body);
  if (!type.ok) return type;
  const others = [...caller.value, ...service.set].filter(([name]) => name !== 'content-type');
  return ok(type.value === undefined ? others : [...others, ['content-type', type.value]]);
}

function callerHeaders(
  given: NonNullable<RequestInput['headers']>,
  service: ServiceHeaders,
  auth: Auth,
): Result<readonly Header[], RequestProblem> {
  const entries = Object.entries<unknown>(given);
  let bytes = 0;
  const headers: Header[] = [];
  for (const [index, [original, raw]] of entries.entries()) {
    const which = shown(original.toLowerCase(), index, service);
    if (!TOKEN.test(original)) {
      return invalid(phrase`${which} has a name that is not valid.`, phrase`Write letters, digits and dashes only.`);
    }
    const name = original.toLowerCase();
    if (typeof raw !== 'string' || !FIELD_VALUE.test(raw)) {
      return invalid(
        phrase`${which} has a value that is not valid.`,
        phrase`Write printable ASCII, without line breaks or other control characters.`,
      );
    }
    if (INHERITED.has(name)) continue;
    const value = raw.trim();
    const problem = checkName(name, which, headers, service, auth);
    if (problem !== undefined) return problem;
    bytes += name.length + value.length;
    if (bytes > MAX_HEADER_BYTES || headers.length >= MAX_HEADERS) {
      return tooLarge(
        phrase`There are more than ${MAX_HEADERS} headers, or they are longer than ${MAX_HEADER_BYTES} bytes.`,
        phrase`Send fewer or shorter headers.`,
      );
    }
    headers.push([name, value]);
  }
  return ok(headers.filter(([name]) => !service.set.some(([fixed]) => sameHeader(fixed, name))));
}

function checkName(
  name: string,
  which: string,
  before: readonly Header[],
  service: ServiceHeaders,
  auth: Auth,
): ReturnType<typeof invalid> | undefined {
  if (isReservedHeader(name) || authHeaders(auth).some((own) => sameHeader(name, own))) {
    return invalid(
      phrase`${which} is set by the gateway, or is refused because of what servers do with it.`,
      phrase`Leave it out.`,
    );
  }
  if (before.some(([other]) => sameHeader(other, name))) {
    return invalid(phrase`${which} is given twice, in two spellings.`, phrase`Give it once.`);
  }
  if (!mayHaveHeader(name, service, auth)) {
    return invalid(
      phrase`${which} is not allowed in calls to this service.`,
      phrase`Leave it out, or ask the user to add it to \`headers.allow\` in the service's policy.`,
    );
  }
  return undefined;
}

/** Whether a request to the service can have this header, by its name in lower case. */
export function mayHaveHeader(name: string, service: ServiceHeaders, auth: Auth): boolean {
  const fixed = service.set.some(([other]) => sameHeader(other, name));
  return fixed || isStandard(name) || service.allow.includes(name) || callerHeadersOf(auth).includes(name);
}

function isStandard(name: string): boolean {
  return STANDARD.has(name) || /^if-./.test(name) || /.-version$/.test(name);
}

/** A name that we or the policy have, or else the header's place: a name of the caller's own may be a guess at a credential. */
function shown(name: string, index: number, service: ServiceHeaders): string {
  const known = STANDARD.has(name) || service.allow.includes(name) || service.set.some(([fixed]) => fixed === name);
  return known ? `The header ${name}` : `Header ${index + 1} of \`headers\``;
}
