import type { Unsearched, UnsearchedReason } from './checkupCoverage.ts';

/** Collects what was not searched: one entry a reason, named by its first folder. Several places may lie in one folder. */
export class UnsearchedFolders {
  readonly #first = new Map<UnsearchedReason, Unsearched>();
  readonly #seen = new Set<string>();

  add(folder: string, why: UnsearchedReason): void {
    if (this.#seen.has(folder)) return;
    this.#seen.add(folder);
    const first = this.#first.get(why) ?? { path: folder, why, folders: 0 };
    this.#first.set(why, { ...first, folders: first.folders + 1 });
  }

  list(): readonly Unsearched[] {
    return [...this.#first.values()];
  }
}
