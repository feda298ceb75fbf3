import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { betweenFolders, circles, type Imports, importsBelow, importsOf } from './support/imports.ts';
import { MAY_IMPORT } from './support/importTable.ts';

// Where every line lives: which folder imports which, and how large and how tangled they may become.

const SOURCE = path.resolve(import.meta.dirname, '../src');
const MOST_FILES = 25;
/** Whoever takes the whole `App` can do anything with it. */
const MOST_IMPORTERS_OF_APP = 75;
const APP = 'extension/app/app.ts';

interface Offences {
  readonly unnamedFolders: readonly string[];
  readonly forbiddenImports: readonly string[];
  readonly needlessLines: readonly string[];
  readonly circles: readonly (readonly string[])[];
  readonly fullFolders: readonly string[];
  readonly sharedNames: readonly string[];
  readonly strayImportersOfApp: readonly string[];
  readonly tooManyImportersOfApp: boolean;
}

const NONE: Offences = {
  unnamedFolders: [],
  forbiddenImports: [],
  needlessLines: [],
  circles: [],
  fullFolders: [],
  sharedNames: [],
  strayImportersOfApp: [],
  tooManyImportersOfApp: false,
};

const imports = importsBelow(SOURCE);

describe('the house', () => {
  it('is as the table has it', () => {
    expect(offences(imports)).toEqual(NONE);
  });

  it('has no file that reaches itself, by types either', () => {
    expect(circles(imports)).toEqual([]);
  });
});

describe('an offence of each kind is seen', () => {
  const plant = (file: string, ...targets: string[]): Offences =>
    offences(new Map([...imports, [file, [...(imports.get(file) ?? []), ...targets]]]));

  it('a folder that the table does not name', () => {
    expect(plant('extension/attic/chest.ts').unnamedFolders).toEqual(['extension/attic']);
  });

  it('an import that the table does not allow', () => {
    expect(plant('extension/util/freeName.ts', 'extension/state/textFolder.ts').forbiddenImports).toEqual([
      'extension/util -> extension/state',
    ]);
    expect(plant('extension/util/freeName.ts', 'cli/main.ts').forbiddenImports).toEqual(['extension/util -> cli']);
  });

  it('a line of the table that nothing needs', () => {
    const fewer = new Map([...imports].filter(([file]) => !file.startsWith('extension/freeze/model/')));
    expect(offences(fewer).needlessLines).toContain('extension/freeze/model');
  });

  it('a circle of folders, and one of files', () => {
    const [circle] = plant('extension/util/freeName.ts', 'extension/state/textFolder.ts').circles;
    expect(circle).toEqual(expect.arrayContaining(['extension/state', 'extension/util']));
    expect(
      circles(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
          ['d', ['a']],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']]);
  });

  it('a folder with too many files', () => {
    const files = Array.from({ length: MOST_FILES + 1 }, (_, n) => [`extension/ui/box${n}.ts`, []] as const);
    expect(offences(new Map([...imports, ...files])).fullFolders).toEqual(['extension/ui']);
  });

  it('two files of one name', () => {
    expect(plant('extension/ui/freeName.ts').sharedNames).toEqual(['extension: freeName.ts']);
  });

  it('a model that takes the whole App', () => {
    expect(plant('extension/freeze/model/freezeStore.ts', APP).strayImportersOfApp).toEqual([
      'extension/freeze/model/freezeStore.ts',
    ]);
  });

  it('too many that take the whole App', () => {
    const files = Array.from(
      { length: MOST_IMPORTERS_OF_APP + 1 },
      (_, n) => [`extension/ui/views/view${n}.ts`, [APP]] as const,
    );
    expect(offences(new Map([...imports, ...files])).tooManyImportersOfApp).toBe(true);
  });

  it.each([
    `import { a } from './b.ts';`,
    `import type { A } from './b.ts';`,
    `export { a } from './b.ts';`,
    `export * from './b.ts';`,
    `const b = await import('./b.ts');`,
    `type A = import('./b.ts').A;`,
  ])('however it is imported: %s', (text) => {
    expect(importsOf('core/a.ts', text)).toEqual(['core/b.ts']);
  });
});

function offences(all: Imports): Offences {
  const folders = betweenFolders(all);
  const lines = new Map(
    [...folders].map(([folder, targets]) => [folder, new Set(targets.map((to) => asSeen(folder, to)))]),
  );
  const importersOfApp = [...all].filter(([, targets]) => targets.includes(APP)).map(([file]) => file);
  return {
    unnamedFolders: [...folders.keys()].filter((folder) => !(folder in MAY_IMPORT)),
    forbiddenImports: [...lines].flatMap(([folder, targets]) =>
      [...targets]
        .filter((to) => folder in MAY_IMPORT && !MAY_IMPORT[folder]?.includes(to))
        .map((to) => `${folder} -> ${to}`),
    ),
    needlessLines: Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) => {
      const targets = lines.get(folder);
      return targets ? allowed.filter((to) => !targets.has(to)).map((to) => `${folder} -> ${to}`) : [folder];
    }),
    circles: circles(folders),
    fullFolders: [...folders.keys()].filter((folder) => filesIn(all, folder) > MOST_FILES),
    sharedNames: sharedNames([...all.keys()]),
    strayImportersOfApp: importersOfApp.filter(
      (file) => !/\/(?:commands|views|editor|app|compose)\/|\/register\w+\.ts$/.test(file),
    ),
    tooManyImportersOfApp: importersOfApp.length > MOST_IMPORTERS_OF_APP,
  };
}

function topOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** Another top folder as a whole, a folder of the same one by its name. */
function asSeen(from: string, to: string): string {
  return topOf(from) === topOf(to) ? to : topOf(to);
}

function filesIn(all: Imports, folder: string): number {
  return [...all.keys()].filter((file) => path.posix.dirname(file) === folder).length;
}

function sharedNames(files: readonly string[]): string[] {
  const names = files.map((file) => `${topOf(file)}: ${path.posix.basename(file)}`);
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
