import { cannotOverride, overridesMethod } from './methodOverride.ts';

/** How many characters in names of one body are folded: each may become eighteen, and nothing else happens meanwhile. */
const MAX_ODD_NAMES = 32 * 1024;

/** What it takes to fold a name, however short it is, in characters. */
const EACH = 6;

export type Finding = 'overrides' | 'too many';

/** Looks for names that override the method among those of one body, most of which are plain or come again and again. */
export class OverridingNames {
  readonly #seen = new Set<string>();
  #odd = 0;

  /** What is to be said of one more name; undefined where it does no harm. */
  look(name: string): Finding | undefined {
    if (cannotOverride(name) || this.#seen.has(name)) return undefined;
    this.#odd += name.length + EACH;
    if (this.#odd > MAX_ODD_NAMES) return 'too many';
    this.#seen.add(name);
    return overridesMethod(name) ? 'overrides' : undefined;
  }
}
