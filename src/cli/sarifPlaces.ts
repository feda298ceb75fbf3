import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding } from '../core/checkup/model/checkupModel.ts';

interface Base {
  readonly id: string;
  readonly folder: string;
}

/**
 * Where files are, for a log that is read on another machine: below the folder that the command runs in, a workspace or the home
 * folder, each by a name of its own (SARIF 2.1.0, 3.4.4 and 3.14.14). Code scanning places an alert by such a relative URI alone.
 */
export class SarifPlaces {
  readonly #bases: readonly Base[];

  constructor(cwd: string, workspaces: readonly string[], home: string) {
    const all = [
      { id: '%SRCROOT%', folder: cwd },
      ...workspaces.map((folder, index) => ({ id: index === 0 ? 'WORKSPACE' : `WORKSPACE${index + 1}`, folder })),
      { id: 'HOME', folder: home },
    ];
    this.#bases = all
      .map(({ id, folder }) => ({ id, folder: path.resolve(folder) }))
      .filter(({ folder }) => folder !== path.parse(folder).root);
  }

  /** Of the run: what its base names stand for. */
  get bases(): Readonly<Record<string, object>> {
    return Object.fromEntries(this.#bases.map(({ id, folder }) => [id, { uri: `${pathToFileURL(folder).href}/` }]));
  }

  location(file: string): { readonly uri: string; readonly uriBaseId?: string } {
    const whole = path.resolve(file);
    for (const { id, folder } of this.#bases) {
      const relative = path.relative(folder, whole);
      if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) continue;
      return { uri: relative.split(path.sep).map(encodeURIComponent).join('/'), uriBaseId: id };
    }
    return { uri: pathToFileURL(whole).href };
  }

  /**
   * What tells one finding from another in every run (3.27.17): its rule, file and pointer. Lines move with each edit, and of a
   * secret not even a digest is given away. Findings that agree in all of it are counted.
   */
  fingerprinter(): (finding: Finding) => string {
    const seen = new Map<string, number>();
    return ({ code, file, key = '' }) => {
      const { uri } = this.location(file);
      const name = JSON.stringify([code, uri, key]);
      const before = seen.get(name) ?? 0;
      seen.set(name, before + 1);
      return createHash('sha256')
        .update(`${name}${before === 0 ? '' : before}`)
        .digest('hex')
        .slice(0, 32);
    };
  }
}
