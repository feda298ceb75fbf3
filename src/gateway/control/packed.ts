import { Secret } from '../../core/secret.ts';

type Path = readonly (string | number)[];

/** Arguments or a result on the pipe: as JSON, with what JSON has no word for beside it. */
export interface Packed {
  readonly value: unknown;
  /** Where in `value` credentials belong, as `[['current', 0, 'value'], 'text']`. */
  readonly secrets: readonly (readonly [Path, string])[];
  /** Where an abort signal belongs. It travels as the request's cancellation. */
  readonly signals: readonly Path[];
}

/** Whether what is packed may hold credentials. */
export type Cargo = 'plain' | 'credentials';

/** The one way of a credential onto the pipe, and the one form in which it is text there. Throws for one in plain cargo. */
export function pack(value: unknown, cargo: Cargo): Packed & { readonly signal?: AbortSignal } {
  const secrets: [Path, string][] = [];
  const signals: Path[] = [];
  let signal: AbortSignal | undefined;
  const packed = (part: unknown, path: Path): unknown => {
    if (part instanceof Secret) {
      if (cargo === 'plain') throw new Error(`a credential at ${path.join('.')}, where none goes over the pipe`);
      secrets.push([path, part.expose('pipe')]);
      return null;
    }
    if (part instanceof AbortSignal) {
      signal = part;
      signals.push(path);
      return null;
    }
    if (Array.isArray(part)) return part.map((item, at) => packed(item, [...path, at]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, packed(item, [...path, key])]));
  };
  return { value: packed(value, []), secrets, signals, ...(signal === undefined ? {} : { signal }) };
}

/** What was packed. `signal` stands for the one that stayed at the other end. */
export function unpack({ value, secrets, signals }: Packed, signal?: AbortSignal): unknown {
  const whole = { value };
  for (const [path, text] of secrets) place(whole, path, new Secret(text));
  for (const path of signals) place(whole, path, signal);
  return whole.value;
}

function place(whole: { value: unknown }, path: Path, thing: unknown): void {
  const keys = ['value', ...path];
  const last = keys.pop() ?? 'value';
  let at: unknown = whole;
  for (const key of keys) at = Reflect.get(Object(at), key);
  Reflect.set(Object(at), last, thing);
}
