import { ok, type Result } from '../../result.ts';
import { phrase } from '../../text/phrase.ts';
import { jsonIn } from '../jsonInText.ts';
import type { RequestInput, RequestProblem } from '../parts/requestModel.ts';
import type { GivenCall } from './call.ts';
import { isEmpty, isObject, meant, notMeant } from './meant.ts';

type Body = Pick<RequestInput, 'json' | 'form' | 'text'>;

/**
 * The body that a call means. An empty `form` and an empty `text` are none. An empty `json` is one, as APIs take `{}` and
 * `null`; but not from a client that fills in something empty for what it leaves out, where another argument shows that.
 */
export function readBody(given: GivenCall): Result<Body, RequestProblem> {
  const json = readJsonArgument(given.json);
  if (!json.ok) return json;
  const form = readForm(given.form);
  if (!form.ok) return form;
  const others: Body = {
    ...(form.value === undefined ? {} : { form: form.value }),
    // What is no text is refused with the body.
    ...(given.text === undefined || given.text === null || given.text === '' ? {} : { text: given.text as string }),
  };
  return ok(
    json.value && !isFilledIn(json.value.value, given, others) ? { json: json.value.value, ...others } : others,
  );
}

/** Whether a JSON value only stands there because its client leaves no argument out. */
function isFilledIn(json: unknown, given: GivenCall, others: Body): boolean {
  if (typeof json === 'string' || !isEmpty(json)) return false;
  const hasOther = Object.keys(others).length > 0;
  const takesBody = !/^\s*(?:get|head)\s*$/i.test(given.method ?? '');
  // A null beside a body, and anything empty where there can be none, say nothing.
  if (!takesBody || (json === null && hasOther)) return true;
  const { query, headers, form, text, select, maxChars, reason } = given;
  const fillsIn = [query, headers, form, text, select, maxChars, reason].some(
    (value) => value !== undefined && isEmpty(value),
  );
  // Few APIs take a body with these, and some refuse even an empty one.
  const seldomTakes = /^\s*(?:delete|options)\s*$/i.test(given.method ?? '');
  return fillsIn && (json === null || hasOther || seldomTakes);
}

function readJsonArgument(given: unknown): Result<{ readonly value: unknown } | undefined, RequestProblem> {
  if (given === null || (typeof given === 'string' && given.trim() === 'null')) return ok({ value: null });
  const found = meant(given, Number.POSITIVE_INFINITY);
  if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
  const unclear = 'text' in found.value ? found.value : textOfText(found.value.value);
  return unclear === undefined && 'value' in found.value
    ? ok(found.value)
    : notMeant('json', unclear ?? found.value, {
        what: phrase`one JSON value`,
        itself: phrase`the object`,
        example: '{"name": "Ada"}',
      });
}

/** A text of a text, which would go out as a string that holds the object which was meant. */
function textOfText(value: unknown): { readonly text: string } | undefined {
  return typeof value === 'string' && jsonIn(value) !== undefined ? { text: value } : undefined;
}

function readForm(given: unknown): Result<Body['form'], RequestProblem> {
  const found = meant(given, Number.POSITIVE_INFINITY);
  if (!found.ok) return found;
  if (found.value === undefined) return ok(undefined);
  // Whether it is a form is looked at where it is written.
  if ('text' in found.value) return ok(found.value.text);
  const { value } = found.value;
  if (isEmpty(value)) return ok(undefined);
  if (isObject(value)) return ok(value);
  return notMeant('form', found.value, {
    what: phrase`an object of fields`,
    itself: phrase`the object`,
    example: '{"amount": 500}',
  });
}
