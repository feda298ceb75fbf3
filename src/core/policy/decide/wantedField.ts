import type { Condition } from '../model/restrictionModel.ts';
import { foldName, nameRoots } from './fieldNames.ts';

/** A field that a condition asks about, with its names as lenient servers read them: worked out once, not per request. */
export interface WantedField {
  readonly source: Condition['source'];
  readonly path: readonly string[];
  readonly folded: readonly string[];
  /** What servers may take for its first name, see {@link nameRoots}. */
  readonly firstRoots: readonly string[];
  /** What a parameter of another part of the request may be called that holds this field. */
  readonly roots: readonly string[];
  /** The same for all conditions on one field. */
  readonly key: string;
}

export function wantedField({ source, path }: Pick<Condition, 'source' | 'path'>): WantedField {
  const firstRoots = nameRoots(path[0] ?? '');
  return {
    source,
    path,
    folded: path.map(foldName),
    firstRoots,
    roots: [...firstRoots, ...nameRoots(path.join('.'))],
    key: `${source} ${JSON.stringify(path)}`,
  };
}

/** Whether a step of a path is a place in a list. */
export function isIndex(step: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(step);
}

/**
 * Whether a name with dots may be read as a path of names that leads to the wanted one, above or below it: Spring and
 * ASP.NET bind a form's `order.amount` so, Elasticsearch a JSON object's. `steps` are the folded name's, split at dots.
 */
export function leadsTo(steps: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((step, i) => steps[i] === undefined || steps[i] === step);
}
