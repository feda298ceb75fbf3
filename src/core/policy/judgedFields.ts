import { type JsonValue, readJson } from '../request/jsonText.ts';
import type { CanonicalRequest } from '../request/model.ts';
import { sameParameter } from '../request/parameters.ts';
import { foldText } from './fold.ts';

/** A field's value as a condition sees it. A query and a form hold texts alone. */
export type JudgedValue =
  | { readonly kind: 'text'; readonly text: string }
  | Exclude<JsonValue, { readonly kind: 'array' | 'object' }>;

/** What a request has at a field. `unclear`: two servers may read two things, or nothing can be read. */
export type JudgedField = JudgedValue | 'absent' | 'container' | 'unclear';

/** What a condition reads of a request. */
export type JudgedParts = Pick<CanonicalRequest, 'query' | 'body'>;

/** A larger body is not read at every decision, and so it satisfies no condition. In UTF-16 code units. */
const MAX_JUDGED = 1024 * 1024;

/** A parameter or form field with its name taken apart: `a[b][]` is `['a', 'b', '']`. */
interface Field {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: string;
}

type Body =
  | { readonly kind: 'none' | 'unreadable' }
  | { readonly kind: 'fields'; readonly fields: readonly Field[] }
  | { readonly kind: 'json'; readonly value: JsonValue };

/**
 * The fields of one request, taken apart once, when a condition first asks. What is judged is the very text that is
 * sent. Wherever a lenient server could read another value than a strict one, a field is `unclear`.
 */
export class JudgedFields {
  readonly #parts: JudgedParts;
  #query: readonly Field[] | 'unreadable' | undefined;
  #body: Body | undefined;

  constructor(parts: JudgedParts) {
    this.#parts = parts;
  }

  get hasBody(): boolean {
    return this.#parts.body !== undefined;
  }

  find(source: 'query' | 'body', path: readonly string[]): JudgedField {
    // Many servers read one name from the query and the body alike.
    return source === 'query'
      ? this.#bodyHas(path)
        ? 'unclear'
        : inFields(this.#readQuery(), path)
      : this.#queryHas(path)
        ? 'unclear'
        : this.#inBody(path);
  }

  #inBody(path: readonly string[]): JudgedField {
    const body = this.#readBody();
    switch (body.kind) {
      case 'none':
        return 'absent';
      case 'unreadable':
        return 'unclear';
      case 'fields':
        return inFields(body.fields, path);
      case 'json':
        return inJson(body.value, path);
    }
  }

  #queryHas(path: readonly string[]): boolean {
    return this.#parts.query.some(([name]) => isNameOf(name, path));
  }

  #bodyHas(path: readonly string[]): boolean {
    const body = this.#readBody();
    if (body.kind === 'unreadable') return this.#parts.body?.kind !== 'text';
    if (body.kind === 'fields') return body.fields.some(({ name }) => isNameOf(name, path));
    if (body.kind !== 'json' || body.value.kind !== 'object') return false;
    return [...body.value.fields.keys()].some((name) => isNameOf(name, path));
  }

  #readQuery(): readonly Field[] | 'unreadable' {
    this.#query ??= readFields(this.#parts.query);
    return this.#query;
  }

  #readBody(): Body {
    this.#body ??= readBody(this.#parts.body);
    return this.#body;
  }
}

/** Whether a parameter of this name may hold what stands at the path. */
function isNameOf(name: string, path: readonly string[]): boolean {
  return sameParameter(name, path[0] ?? '') || sameParameter(name, path.join('.'));
}

/**
 * Whether a name with dots may be read as a path of names that leads to the wanted one, above or below it: Spring and
 * ASP.NET bind a form's `order.amount` so, Elasticsearch a JSON object's.
 */
function isDottedWay(names: readonly string[], wanted: readonly string[]): boolean {
  const steps = names.flatMap((name) => foldText(name).split('.'));
  return (
    steps.length > names.length && wanted.every((step, i) => steps[i] === undefined || steps[i] === foldText(step))
  );
}

function readBody(body: JudgedParts['body']): Body {
  if (body === undefined) return { kind: 'none' };
  if (body.text.length > MAX_JUDGED || body.kind === 'text') return { kind: 'unreadable' };
  if (body.kind === 'json') {
    const value = readJson(body.text);
    return value === undefined ? { kind: 'unreadable' } : { kind: 'json', value };
  }
  const pairs = formPairs(body.text);
  const fields = pairs === undefined ? 'unreadable' : readFields(pairs);
  return fields === 'unreadable' ? { kind: 'unreadable' } : { kind: 'fields', fields };
}

/** The decoded pairs of a form as it is sent. Undefined when it does not decode. */
export function formPairs(text: string): (readonly [string, string])[] | undefined {
  try {
    return text
      .split('&')
      .filter((piece) => piece !== '')
      .map((piece) => {
        const equals = piece.indexOf('=');
        const [name, value] = equals === -1 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
        return [decodeURIComponent(name.replaceAll('+', ' ')), decodeURIComponent(value.replaceAll('+', ' '))] as const;
      });
  } catch {
    return undefined;
  }
}

function readFields(pairs: readonly (readonly [string, string])[]): readonly Field[] | 'unreadable' {
  const fields: Field[] = [];
  for (const [name, value] of pairs) {
    const path = fieldPath(name);
    if (path === undefined) return 'unreadable';
    fields.push({ name, path, value });
  }
  return fields;
}

/** `a[b][]` as `['a', 'b', '']`. Undefined for an odd name: unbalanced brackets, white space, control characters. */
export function fieldPath(name: string): string[] | undefined {
  if (!/^[^[\]\s\p{C}]+(?:\[[^[\]\s\p{C}]*\])*$/u.test(name)) return undefined;
  const [root = '', ...rest] = name.split('[');
  return [root, ...rest.map((part) => part.slice(0, -1))];
}

function inFields(fields: readonly Field[] | 'unreadable', path: readonly string[]): JudgedField {
  if (fields === 'unreadable') return 'unclear';
  const [root = ''] = path;
  let found: JudgedField = 'absent';
  for (const field of fields) {
    if (field.path[0] !== root) {
      if (sameParameter(field.name, root) || isDottedWay(field.path, path)) return 'unclear';
      continue;
    }
    const meeting = meet(field.path, path);
    if (meeting === 'apart') {
      if (isDottedWay(field.path, path)) return 'unclear';
      continue;
    }
    if (meeting === 'unclear') return 'unclear';
    if (meeting === 'below') {
      if (found !== 'absent' && found !== 'container') return 'unclear';
      found = 'container';
    } else {
      if (found !== 'absent') return 'unclear';
      found = { kind: 'text', text: field.value };
    }
  }
  return found;
}

/** How a field's path stands to the one that is looked for. `a[]` may be any element of `a`. */
function meet(path: readonly string[], wanted: readonly string[]): 'same' | 'below' | 'apart' | 'unclear' {
  for (const [index, step] of wanted.entries()) {
    const own = path[index];
    // A value where others look for more below it: two ways to read the same name.
    if (own === undefined || (own === '' && step !== '')) return 'unclear';
    if (own !== step) return foldText(own) === foldText(step) ? 'unclear' : 'apart';
  }
  return path.length === wanted.length ? 'same' : 'below';
}

function inJson(json: JsonValue, path: readonly string[]): JudgedField {
  let value = json;
  for (const [index, step] of path.entries()) {
    const next = child(value, step, path.slice(index));
    if (typeof next === 'string') return next;
    value = next;
  }
  return value.kind === 'array' || value.kind === 'object' ? 'container' : value;
}

function child(value: JsonValue, step: string, ahead: readonly string[]): JsonValue | 'absent' | 'unclear' {
  if (value.kind === 'array') {
    if (!/^(?:0|[1-9]\d{0,8})$/.test(step)) return 'unclear';
    return value.items[Number(step)] ?? 'absent';
  }
  // What stands where an object is expected is no answer to the question.
  if (value.kind !== 'object') return 'unclear';
  const folded = foldText(step);
  for (const name of value.fields.keys()) {
    // Some servers take names without regard to case.
    if (name !== step && (foldText(name) === folded || isDottedWay([name], ahead))) return 'unclear';
  }
  return value.fields.get(step) ?? 'absent';
}
