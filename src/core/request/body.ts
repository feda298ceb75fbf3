import type { Auth } from '../policy/auth/authTypes.ts';
import { ok, type Result } from '../result.ts';
import { phrase } from '../text/phrase.ts';
import { encodeForm } from './form.ts';
import { jsonIn } from './jsonInText.ts';
import { refuseOverrideIn } from './methodOverride.ts';
import { type Finding, OverridingNames } from './overridingNames.ts';
import { isExact } from './parts/parameters.ts';
import type { CanonicalBody, Method, RequestInput, RequestProblem } from './parts/requestModel.ts';
import { invalid, tooLarge } from './parts/requestProblem.ts';
import { isWellFormed } from './parts/wellFormed.ts';
import { lookAtFields } from './textFields.ts';

/** Levels of objects and arrays in a JSON body. */
const MAX_JSON_DEPTH = 64;

type Problem = ReturnType<typeof invalid>;

/**
 * The one body of a request in the text that is sent as UTF-8, or undefined for none. At most one of `json`, `form` and
 * `text`; none on GET and HEAD; at most `maxBytes`.
 */
export function canonicalBody(
  input: Pick<RequestInput, 'json' | 'form' | 'text'>,
  method: Method,
  maxBytes: number,
  auth: Auth,
): Result<CanonicalBody | undefined, RequestProblem> {
  const kinds = (['json', 'form', 'text'] as const).filter((kind) => input[kind] !== undefined);
  const [kind, second] = kinds;
  if (kind === undefined) return ok(undefined);
  if (second !== undefined) {
    return invalid(
      phrase`The request has more than one body.`,
      phrase`Send exactly one of \`json\`, \`form\` and \`text\`.`,
    );
  }
  if (method === 'GET' || method === 'HEAD') {
    return invalid(
      phrase`The request has a body, but ${method} does not allow one.`,
      phrase`Put parameters into \`query\`.`,
    );
  }
  const text = write(kind, input, auth, method);
  if (!text.ok) return text;
  // A UTF-16 code unit is one byte at least, so that a hopeless text is not encoded at all.
  if (text.value.length > maxBytes || new TextEncoder().encode(text.value).length > maxBytes) {
    return tooLarge(
      phrase`The body is larger than the ${maxBytes} bytes that this service accepts.`,
      phrase`Send a smaller body, or ask the user to raise \`limits.requestBytes\`.`,
    );
  }
  return ok({ kind, text: text.value });
}

function write(
  kind: CanonicalBody['kind'],
  input: Pick<RequestInput, 'json' | 'form' | 'text'>,
  auth: Auth,
  method: Method,
): Result<string, RequestProblem> {
  switch (kind) {
    case 'json':
      return checkJson(input.json) ?? ok(JSON.stringify(input.json));
    case 'form':
      return isObject(input.form) || typeof input.form === 'string'
        ? encodeForm(input.form, auth, method)
        : invalid(phrase`\`form\` is not an object.`, phrase`Send an object of fields.`);
    case 'text':
      if (typeof input.text !== 'string')
        return invalid(phrase`\`text\` is not a string.`, phrase`Send a string, or use \`json\`.`);
      return checkText(input.text) ?? ok(input.text);
  }
}

/** A server that goes by the content and not by its type may take a text for JSON or a form. */
function checkText(text: string): Problem | undefined {
  if (!isWellFormed(text))
    return invalid(phrase`The text body contains half of a surrogate pair.`, phrase`Send valid Unicode.`);
  const json = jsonIn(text);
  return (
    problemOf(lookAtFields(text), 'text') ?? (json === 'too heavy' ? tooManyIn('text') : checkMembers(json, 'text'))
  );
}

/** No member of a JSON body, or of those in a list, overrides the method. Deeper ones are data. */
function checkMembers(json: unknown, what: 'JSON' | 'text'): Problem | undefined {
  const names = new OverridingNames();
  for (const one of Array.isArray(json) ? json : [json]) {
    for (const name of isObject(one) ? Object.keys(one) : []) {
      const problem = problemOf(names.look(name), what);
      if (problem) return problem;
    }
  }
  return undefined;
}

function problemOf(finding: Finding | undefined, what: 'JSON' | 'text'): Problem | undefined {
  if (finding === 'overrides') return refuseOverrideIn(what);
  return finding === undefined ? undefined : tooManyIn(what);
}

function tooManyIn(what: 'JSON' | 'text'): Problem {
  return tooLarge(
    what === 'JSON'
      ? phrase`The JSON body has too many names that are not plain ASCII to be checked.`
      : phrase`The text body has too many fields to be checked: some servers read text as JSON or a form.`,
    phrase`Send it in smaller parts, or use plain names.`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks that the value is JSON that every parser reads alike. The walk keeps its own stack, so that no nesting can
 * overflow ours, and it only reads: a key such as `__proto__` is data.
 */
function checkJson(json: unknown): Problem | undefined {
  const override = checkMembers(json, 'JSON');
  if (override) return override;
  const open: { readonly value: object; readonly depth: number }[] = [];
  const enter = (value: unknown, depth: number): Problem | undefined => {
    if (typeof value !== 'object' || value === null) return checkLeaf(value);
    if (depth > MAX_JSON_DEPTH)
      return invalid(
        phrase`The JSON body is nested more than ${MAX_JSON_DEPTH} levels deep.`,
        phrase`Use fewer levels.`,
      );
    open.push({ value, depth });
    return undefined;
  };
  const problem = enter(json, 1);
  if (problem) return problem;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (!isObject(value)) {
      for (const child of value as readonly unknown[]) {
        const found = enter(child, depth + 1);
        if (found) return found;
      }
      continue;
    }
    for (const key of Object.keys(value)) {
      const found = isWellFormed(key) ? enter(value[key], depth + 1) : halfPair();
      if (found) return found;
    }
  }
  return undefined;
}

function checkLeaf(value: unknown): ReturnType<typeof invalid> | undefined {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? undefined : halfPair();
    case 'number':
      return isExact(value)
        ? undefined
        : invalid(
            phrase`The JSON body has a number that cannot be represented exactly.`,
            phrase`Write it as a string.`,
          );
    case 'boolean':
    case 'object':
      return undefined;
    default:
      return invalid(phrase`The JSON body contains a value that JSON does not have.`, phrase`Send plain JSON.`);
  }
}

function halfPair(): ReturnType<typeof invalid> {
  return invalid(phrase`The JSON body contains half of a surrogate pair.`, phrase`Send valid Unicode.`);
}
