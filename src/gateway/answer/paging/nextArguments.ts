import type { AskedCall } from './askedCall.ts';
import type { Parameter, Step } from './continuation.ts';
import { isObject, type Members } from './members.ts';
import { dividedPath, nameOf } from './writtenQuery.ts';

/** The arguments of the call that gets what is behind. */
export type NextArguments = Readonly<Record<string, unknown>>;

/** Longer arguments are not repeated: what stands in them is told instead. */
const MAX_CHARS = 4000;

/**
 * Of the first call alone: a condition on another page would leave it out, a range would cut it, and a key that makes a
 * call happen once would bring the first answer again.
 */
const OF_ONE_CALL = /^(if-.+|range|idempotency-key|x-request-id)$/i;

/** The asked call once more, one step further; undefined where it takes no such parameter, or is too long to repeat. */
export function nextArguments(asked: AskedCall, step: Step): NextArguments | undefined {
  const { service, method, select, maxChars, reason } = asked;
  const changed = 'path' in step ? atPath(asked, step) : withParameters(asked, step.set);
  if (changed === undefined) return undefined;
  const { path, query, ...body } = changed;
  const headers = Object.entries(asked.headers ?? {}).filter(([name]) => !OF_ONE_CALL.test(name));
  const next = {
    service,
    // `read` takes none by default, and `execute` needs one.
    ...(asked.tool === 'execute' || method !== 'GET' ? { method } : {}),
    path,
    ...(query === undefined || Object.keys(query).length === 0 ? {} : { query }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...body,
    ...(select === undefined ? {} : { select }),
    ...(maxChars === undefined ? {} : { maxChars }),
    ...(reason === undefined ? {} : { reason }),
  };
  return JSON.stringify(next).length > MAX_CHARS ? undefined : next;
}

interface Changed {
  readonly path: string;
  readonly query?: AskedCall['query'];
  readonly json?: unknown;
  readonly form?: AskedCall['form'];
  readonly text?: string;
}

function atPath(asked: AskedCall, { path, json }: Extract<Step, { readonly path: string }>): Changed {
  return { ...(json === undefined ? bodyOf(asked) : { json }), path };
}

function bodyOf({ json, form, text }: AskedCall): Omit<Changed, 'path'> {
  return {
    ...(json === undefined ? {} : { json }),
    ...(form === undefined ? {} : { form }),
    ...(text === undefined ? {} : { text }),
  };
}

function withParameters(asked: AskedCall, set: readonly Parameter[]): Changed | undefined {
  let changed: Changed | undefined = { path: asked.path, query: asked.query, ...bodyOf(asked) };
  for (const parameter of set) {
    for (const name of parameter.without ?? []) changed = changed && without(changed, name);
    changed = changed && withParameter(changed, asked.method, parameter);
  }
  return changed;
}

function withParameter(call: Changed, method: string, { name, value }: Parameter): Changed | undefined {
  const inQuery = typeof name === 'string' ? name : name.query;
  const [path, own] = dividedPath(call.path);
  if (own !== undefined && new URLSearchParams(own).has(inQuery)) {
    return isScalar(value) ? { ...call, path: `${path}?${replaced(own, inQuery, value)}` } : undefined;
  }
  const hasNoBody = call.json === undefined && call.form === undefined && call.text === undefined;
  if (method === 'GET' || (call.query !== undefined && inQuery in call.query)) {
    return isScalar(value) ? { ...call, query: { ...call.query, [inQuery]: value } } : undefined;
  }
  if (typeof call.form === 'string') {
    return isScalar(value) ? { ...call, form: replaced(call.form, inQuery, value) } : undefined;
  }
  if (call.form !== undefined) return { ...call, form: { ...call.form, [inQuery]: value } };
  if (!hasNoBody && !isObject(call.json)) return undefined;
  return { ...call, json: withMember(call.json ?? {}, typeof name === 'string' ? [name] : name.json, value) };
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function withMember(members: unknown, [name = '', ...inner]: readonly string[], value: unknown): Members {
  const before = isObject(members) ? members : {};
  return { ...before, [name]: inner.length === 0 ? value : withMember(before[name], inner, value) };
}

function without(call: Changed, name: string): Changed {
  const [path, own] = dividedPath(call.path);
  const pairsOf = (written: string): string[] => written.split('&').filter((pair) => nameOf(pair) !== name);
  const kept = own === undefined ? undefined : pairsOf(own);
  return {
    ...call,
    path: kept === undefined ? call.path : kept.length === 0 ? path : `${path}?${kept.join('&')}`,
    ...(call.query === undefined ? {} : { query: omit(call.query, name) }),
    ...(typeof call.form === 'string' ? { form: pairsOf(call.form).join('&') } : {}),
    ...(typeof call.form === 'object' ? { form: omit(call.form, name) } : {}),
    ...(isObject(call.json) ? { json: omit(call.json, name) } : {}),
  };
}

function omit<T extends object>(members: T, name: string): T {
  return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name)) as T;
}

/** The others stay as they are written. */
function replaced(query: string, name: string, value: string | number): string {
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  const others = query.split('&').filter((other) => other !== '' && nameOf(other) !== name);
  return [...others, pair].join('&');
}
