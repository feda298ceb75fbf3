import { appendTo } from '../../appendTo.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../request/parts/jsonText.ts';
import { dottedSteps } from '../../request/parts/parameters.ts';
import { foldName, nameRoots } from './fieldNames.ts';
import type { JudgedField } from './judgedField.ts';
import { isIndex, leadsTo, type WantedField } from './wantedField.ts';

/** An object with more names, or with more characters in them, is not looked into: each name is read in several ways. */
const MAX_NAMES = 1000;
const MAX_CHARACTERS = 32 * 1024;

/** The names of one object, as servers may read them. */
interface Names {
  /** In folded form, with those that fold so. */
  readonly byFolded: ReadonlyMap<string, readonly string[]>;
  /** Those with dots, in folded form and split there, by the first step. */
  readonly byStep: ReadonlyMap<string, readonly { readonly name: string; readonly steps: readonly string[] }[]>;
}

/** The fields of a JSON body. Each object's names are read once, when a condition first looks into it. */
export class JsonFields {
  readonly #root: JsonValue;
  readonly #names = new Map<JsonObject, Names | undefined>();
  #roots: ReadonlySet<string> | 'many' | undefined;

  constructor(root: JsonValue) {
    this.#root = root;
  }

  /** Whether a field at the top may hold what a condition on a query parameter asks about. */
  has({ roots }: WantedField): boolean {
    this.#roots ??= rootsOf(this.#root);
    const own = this.#roots;
    return own === 'many' || roots.some((root) => own.has(root));
  }

  find({ path, folded }: WantedField): JudgedField {
    let value = this.#root;
    for (const [index, step] of path.entries()) {
      const next =
        value.kind === 'array'
          ? item(value, step)
          : value.kind === 'object'
            ? this.#member(value, step, folded.slice(index))
            : // What stands where an object is expected is no answer to the question.
              'unclear';
      if (typeof next === 'string') return next;
      value = next;
    }
    if (value.kind === 'array' || value.kind === 'object') return 'container';
    // Where it has a NUL, a text ends for some servers. A query and a form hold none.
    return value.kind === 'string' && value.text.includes('\0') ? 'unclear' : value;
  }

  /** `ahead`: this step and those below it, in folded form. */
  #member(object: JsonObject, step: string, ahead: readonly string[]): JsonValue | 'absent' | 'unclear' {
    if (!this.#names.has(object)) this.#names.set(object, namesOf(object));
    const names = this.#names.get(object);
    if (names === undefined) return 'unclear';
    const [folded = ''] = ahead;
    // Some servers take names without regard to case.
    if (names.byFolded.get(folded)?.some((name) => name !== step)) return 'unclear';
    const dotted = names.byStep.get(folded) ?? [];
    if (dotted.some(({ name, steps }) => name !== step && leadsTo(steps, ahead))) return 'unclear';
    return object.fields.get(step) ?? 'absent';
  }
}

function item({ items, length }: JsonArray, step: string): JsonValue | 'absent' | 'unclear' {
  if (!isIndex(step)) return 'unclear';
  return items[Number(step)] ?? (Number(step) < length ? 'unclear' : 'absent');
}

function isWide({ fields }: JsonObject): boolean {
  if (fields.size > MAX_NAMES) return true;
  let characters = 0;
  for (const name of fields.keys()) characters += name.length;
  return characters > MAX_CHARACTERS;
}

/** Undefined for what nobody can tell: what an object inherits is copied with it where servers go by prototypes, as in JavaScript. */
function namesOf(object: JsonObject): Names | undefined {
  if (isWide(object) || object.fields.has('__proto__')) return undefined;
  const byFolded = new Map<string, string[]>();
  const byStep = new Map<string, { name: string; steps: readonly string[] }[]>();
  for (const name of object.fields.keys()) {
    const folded = foldName(name);
    appendTo(byFolded, folded, name);
    if (!folded.includes('.')) continue;
    const steps = dottedSteps(folded);
    appendTo(byStep, steps[0] ?? '', { name, steps });
  }
  return { byFolded, byStep };
}

/** What servers may take for names of fields at the top; `many`: more than are worth reading. */
export function rootsOf(value: JsonValue): ReadonlySet<string> | 'many' {
  if (value.kind !== 'object') return new Set();
  return isWide(value) || value.fields.has('__proto__') ? 'many' : new Set([...value.fields.keys()].flatMap(nameRoots));
}
