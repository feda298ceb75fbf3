import { appendTo } from '../../appendTo.ts';
import { dottedSteps } from '../../request/parts/parameters.ts';
import { writtenParameters } from '../../request/parts/writtenParameters.ts';
import { foldName, nameRoots } from './fieldNames.ts';
import type { JudgedField } from './judgedField.ts';
import { isIndex, leadsTo, type WantedField } from './wantedField.ts';

/** A decoded name and its value, of a query or a form. */
export type Pair = readonly [name: string, value: string];

/** No parameter of an API is called so, and each name is read in several ways. */
const MAX_NAME = 1000;

/** The names that qs reads below the first one (`a[b][c][d][e][f]`); what is in brackets behind them is one name to it. */
const MAX_NESTED = 5;

/** How many items qs takes for a list; of more it makes an object. */
const MAX_ITEMS = 20;

/** A parameter or form field with its name taken apart: `a[b][]` is `['a', 'b', '']`. */
interface Field {
  readonly path: readonly string[];
  readonly folded: readonly string[];
  readonly value: string;
}

/** The parameters of a query or the fields of a form. */
export class PairFields {
  /** By what servers may take for the first name. */
  readonly #byRoot = new Map<string, Field[]>();
  /** Those with dots in their names, by the first step. */
  readonly #byStep = new Map<string, { readonly field: Field; readonly steps: readonly string[] }[]>();

  /** Undefined for what cannot be read: an odd name makes all of them doubtful. */
  static of(pairs: readonly Pair[]): PairFields | undefined {
    const fields = new PairFields();
    for (const [name, value] of pairs) {
      const path = name.length > MAX_NAME ? undefined : fieldPath(name);
      if (path === undefined) return undefined;
      fields.#add(name, { path, folded: path.map(foldName), value });
    }
    return fields;
  }

  #add(name: string, field: Field): void {
    for (const root of nameRoots(name)) appendTo(this.#byRoot, root, field);
    const steps = field.folded.flatMap((step) => (step.includes('.') ? dottedSteps(step) : [step]));
    if (field.folded.some((step) => step.includes('.'))) appendTo(this.#byStep, steps[0] ?? '', { field, steps });
  }

  /** Whether one of them may hold what a condition on another part of the request asks about. */
  has({ roots }: WantedField): boolean {
    return roots.some((root) => this.#byRoot.has(root));
  }

  find(wanted: WantedField): JudgedField {
    const near = [...new Set(wanted.firstRoots.flatMap((root) => this.#byRoot.get(root) ?? []))];
    let found: JudgedField = 'absent';
    for (const field of near) {
      const meeting = meet(field, wanted);
      if (meeting === 'apart') continue;
      if (meeting === 'unclear' || wanted.path.length > MAX_NESTED + 1) return 'unclear';
      if (meeting === 'below') {
        if (found !== 'absent' && found !== 'container') return 'unclear';
        found = 'container';
      } else {
        if (found !== 'absent') return 'unclear';
        found = { kind: 'text', text: field.value };
      }
    }
    const dotted = this.#byStep.get(wanted.folded[0] ?? '') ?? [];
    if (dotted.some(({ field, steps }) => leadsTo(steps, wanted.folded) && isApart(field, wanted))) return 'unclear';
    return hasGaps(near, wanted.path) ? 'unclear' : found;
  }
}

function isApart(field: Field, wanted: WantedField): boolean {
  return field.path[0] !== wanted.path[0] || meet(field, wanted) === 'apart';
}

/** How a field's path stands to the one that is looked for. `a[]` may be any element of `a`. */
function meet({ path, folded }: Field, wanted: WantedField): 'same' | 'below' | 'apart' | 'unclear' {
  // Another first name that some server takes for this one.
  if (path[0] !== wanted.path[0]) return 'unclear';
  for (const [index, step] of wanted.path.entries()) {
    const own = path[index];
    // A value where others look for more below it: two ways to read the same name.
    if (own === undefined || (own === '' && step !== '')) return 'unclear';
    if (own !== step) return folded[index] === wanted.folded[index] ? 'unclear' : 'apart';
  }
  return path.length === wanted.path.length ? 'same' : 'below';
}

/**
 * Whether a list that the path goes through is not one from its first item on: qs closes the gaps in `a[0]` and `a[5]`,
 * so that its second item is one that is called otherwise.
 */
function hasGaps(fields: readonly Field[], path: readonly string[]): boolean {
  return path.some((step, place) => {
    if (place === 0 || !isIndex(step)) return false;
    const beside = fields.filter((field) => path.slice(0, place).every((own, i) => field.path[i] === own));
    const indices = new Set(beside.map((field) => field.path[place] ?? '').filter(isIndex));
    return indices.size > MAX_ITEMS || [...indices.keys()].some((index) => Number(index) >= indices.size);
  });
}

/** `a[b][]` as `['a', 'b', '']`. Undefined for an odd name: unbalanced brackets, white space, control characters. */
export function fieldPath(name: string): string[] | undefined {
  if (!/^[^[\]\s\p{C}]+(?:\[[^[\]\s\p{C}]*\])*$/u.test(name)) return undefined;
  const [root = '', ...rest] = name.split('[');
  return [root, ...rest.map((part) => part.slice(0, -1))];
}

/** The decoded pairs of a form as it is sent. Undefined when it does not decode. */
export function formPairs(text: string): Pair[] | undefined {
  return writtenParameters(text)?.map(([name, value]) => [name, value ?? ''] as const);
}
