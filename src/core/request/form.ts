import type { Auth } from '../policy/auth/authTypes.ts';
import { ok, type Result } from '../result.ts';
import { phrase } from '../text/phrase.ts';
import { refuseOverride } from './methodOverride.ts';
import { encodePair, isExact, sameParameter } from './parts/parameters.ts';
import type { Method, RequestProblem } from './parts/requestModel.ts';
import { invalid, tooLarge } from './parts/requestProblem.ts';
import { isWellFormed } from './parts/wellFormed.ts';
import { type WrittenParameter, writtenParameters } from './parts/writtenParameters.ts';

/** Levels of objects and arrays in a form. */
const MAX_FORM_DEPTH = 16;
/** As many as a query may have. Servers drop what stands behind their maximum, a thousand for most. */
const MAX_FIELDS = 2000;

type Pair = readonly [name: string, value: string];

/**
 * Writes a form as `application/x-www-form-urlencoded`, nested as the Stripe API and Rack take it: `{ a: { b: 1 } }` is
 * `a[b]=1`, `{ a: ['x'] }` is `a[0]=x` (as Stripe's own libraries write it), with names and values escaped like query
 * parameters. A key that itself ends with `[]` repeats: `{ 'a[]': ['x', 'y'] }` is `a[]=x&a[]=y`. `null`, empty objects
 * and empty arrays have no spelling and are refused. A form that is written out (`a=x&a=y`, for APIs that repeat a name) goes
 * out in the same encoding.
 */
export function encodeForm(
  form: string | Readonly<Record<string, unknown>>,
  auth: Auth,
  method: Method,
): Result<string, RequestProblem> {
  if (typeof form === 'string' && form.split('&', MAX_FIELDS + 1).length > MAX_FIELDS) return tooMany();
  const fields = typeof form === 'string' ? writtenFields(form) : Object.entries(form);
  if (fields === undefined) {
    return invalid(
      phrase`The form is a text that is not a form as a whole, which is written as name=value&name=value.`,
      phrase`Send the object itself, such as ${'{"amount": 500}'}, and not a text of it.`,
    );
  }
  const pairs: Pair[] = [];
  for (const [name, value] of fields) {
    // Many servers read one parameter from the query and the form alike.
    if (auth.type === 'query' && sameParameter(name, auth.name)) {
      return invalid(
        phrase`The form has the field in which the credential is sent.`,
        phrase`Leave it out: the gateway adds the credential itself.`,
      );
    }
    const problem = append(pairs, name, value, 1);
    if (problem !== undefined) return problem;
  }
  for (const [name, value] of pairs) {
    const override = refuseOverride('form', name, value, method);
    if (override !== undefined) return override;
  }
  return ok(pairs.map(([name, value]) => encodePair(name, value)).join('&'));
}

/** The fields of a form that is written out, without its last line break; undefined for any other text. */
function writtenFields(text: string): readonly WrittenParameter[] | undefined {
  if (/^\s*["[{]/.test(text)) return undefined;
  const fields = writtenParameters(text.replace(/\r?\n$/, ''));
  return fields?.every(([, value]) => value !== undefined) && fields.length > 0 ? fields : undefined;
}

function tooMany(): ReturnType<typeof tooLarge> {
  return tooLarge(
    phrase`The form has over ${MAX_FIELDS} fields.`,
    phrase`Send them in several requests, or as \`json\` if the API accepts it.`,
  );
}

function append(pairs: Pair[], name: string, value: unknown, depth: number): ReturnType<typeof invalid> | undefined {
  if (depth > MAX_FORM_DEPTH)
    return invalid(phrase`The form is nested more than ${MAX_FORM_DEPTH} levels deep.`, phrase`Use fewer levels.`);
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null) {
    const children = Object.entries(value) as [string, unknown][];
    if (children.length === 0) {
      return invalid(
        phrase`The form has an empty list or object.`,
        phrase`Leave it out, or send an empty string to clear a field.`,
      );
    }
    const repeats = Array.isArray(value) && name.endsWith('[]');
    for (const [key, child] of children) {
      if (key === '') return nameless();
      const problem = append(pairs, repeats ? name : `${name}[${key}]`, child, depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  return leaf(pairs, name, value);
}

function leaf(pairs: Pair[], name: string, value: unknown): ReturnType<typeof invalid> | undefined {
  if (pairs.length >= MAX_FIELDS) return tooMany();
  if (value === null) {
    return invalid(phrase`The form has a null field.`, phrase`Leave it out, or send an empty string to clear it.`);
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return invalid(
      phrase`The form has a field that is not a string, a number or a boolean.`,
      phrase`Write it as a string.`,
    );
  }
  if (typeof value === 'number' && !isExact(value)) {
    return invalid(phrase`The form has a number that cannot be represented exactly.`, phrase`Write it as a string.`);
  }
  const text = String(value);
  if (!isWellFormed(name) || !isWellFormed(text)) {
    return invalid(phrase`The form contains half of a surrogate pair.`, phrase`Send valid Unicode.`);
  }
  if (name === '') return nameless();
  if (/\p{Cc}/u.test(name) || text.includes('\0')) {
    return invalid(phrase`The form contains a control character in a name, or a NUL.`, phrase`Remove it.`);
  }
  pairs.push([name, text]);
  return undefined;
}

function nameless(): ReturnType<typeof invalid> {
  return invalid(phrase`The form has a field without a name.`, phrase`Give it a name or leave it out.`);
}
