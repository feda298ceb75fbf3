import type { Auth } from '../policy/auth/authTypes.ts';
import { ok, type Result } from '../result.ts';
import { phrase } from '../text/phrase.ts';
import { refuseOverride } from './methodOverride.ts';
import { encodePair, isExact, sameParameter } from './parts/parameters.ts';
import type { Method, QueryScalar, RequestInput, RequestProblem } from './parts/requestModel.ts';
import { invalid, tooLarge } from './parts/requestProblem.ts';
import { isWellFormed } from './parts/wellFormed.ts';
import { type WrittenParameter, writtenParameters } from './parts/writtenParameters.ts';

const MAX_QUERY_CHARS = 64 * 1024;
const MAX_PARAMETERS = 2000;

export interface CanonicalQuery {
  /** Decoded, in order, duplicates kept. A bare name (`?flag`) has an empty value. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  /** What follows the `?` on the wire; empty for no query. */
  readonly text: string;
}

/**
 * The path's own query first, then the `query` object, both in one encoding ({@link encodePair}). In the path's query a
 * `+` is a space, as forms and nearly all servers have it; `;` separates nothing; a name without `=` stays without.
 * In the object an array repeats its key, and `null` (a parameter that an agent left open) leaves it out.
 */
export function canonicalQuery(
  raw: string | undefined,
  object: RequestInput['query'],
  auth: Auth,
  method: Method,
): Result<CanonicalQuery, RequestProblem> {
  // Before any work on them: a request target holds far fewer.
  if ((raw?.length ?? 0) > MAX_QUERY_CHARS || Object.keys(object ?? {}).length > MAX_PARAMETERS) {
    return tooLarge(
      phrase`The query is too large.`,
      phrase`Send fewer or shorter parameters, or put them into a body if the API accepts one.`,
    );
  }
  const written = parseRaw(raw ?? '');
  if (!written.ok) return written;
  const given = flatten(object ?? {});
  if (!given.ok) return given;
  const parameters = [...written.value, ...given.value];
  for (const [name, value] of parameters) {
    const problem = checkParameter(name, value ?? '', auth, method);
    if (problem !== undefined) return problem;
  }
  return ok({
    pairs: parameters.map(([name, value]) => [name, value ?? ''] as const),
    text: parameters.map(([name, value]) => encodePair(name, value)).join('&'),
  });
}

function parseRaw(raw: string): Result<readonly WrittenParameter[], RequestProblem> {
  const parameters = writtenParameters(raw);
  return parameters === undefined
    ? invalid(
        phrase`The query has an escape that is not valid UTF-8, or a % without two hexadecimal digits.`,
        phrase`Put the parameters into \`query\`, which is escaped for you.`,
      )
    : ok(parameters);
}

function flatten(object: NonNullable<RequestInput['query']>): Result<readonly WrittenParameter[], RequestProblem> {
  const parameters: WrittenParameter[] = [];
  for (const [name, value] of Object.entries<unknown>(object)) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value) && value.length > MAX_PARAMETERS) {
      return tooLarge(phrase`The query is too large.`, phrase`Send fewer values of one parameter.`);
    }
    for (const item of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (!isScalar(item)) {
        return invalid(
          phrase`A query parameter is not a string, a number or a boolean.`,
          phrase`Write nested parameters with the names that the API expects, such as "created[gte]".`,
        );
      }
      if (typeof item === 'number' && !isExact(item)) {
        return invalid(
          phrase`A query parameter is a number that cannot be represented exactly.`,
          phrase`Write it as a string.`,
        );
      }
      parameters.push([name, String(item)]);
    }
  }
  return ok(parameters);
}

function isScalar(value: unknown): value is QueryScalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function checkParameter(
  name: string,
  value: string,
  auth: Auth,
  method: Method,
): ReturnType<typeof invalid> | undefined {
  if (!isWellFormed(name) || !isWellFormed(value)) {
    return invalid(phrase`The query contains half of a surrogate pair.`, phrase`Send valid Unicode.`);
  }
  if (name === '')
    return invalid(phrase`The query has a parameter without a name.`, phrase`Give it a name or leave it out.`);
  if (/\p{Cc}/u.test(name) || value.includes('\0')) {
    return invalid(phrase`The query contains a control character in a name, or a NUL.`, phrase`Remove it.`);
  }
  const override = refuseOverride('query', name, value, method);
  if (override !== undefined) return override;
  if (auth.type === 'query' && sameParameter(name, auth.name)) {
    return invalid(
      phrase`The query has the parameter in which the credential is sent.`,
      phrase`Leave it out: the gateway adds the credential itself.`,
    );
  }
  return undefined;
}
