import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { Document, isCollection, isScalar, Scalar, visit } from 'yaml';
import { changedText } from '../../../../src/core/checkup/edit/changedText.ts';
import type { ConfigChange, ConfigPath } from '../../../../src/core/checkup/edit/configChange.ts';
import type { ConfigFormat } from '../../../../src/core/checkup/model/checkupModel.ts';
import type { ConfigNode } from '../../../../src/core/checkup/read/configNode.ts';
import { parseConfig } from '../../../../src/core/checkup/read/readConfig.ts';
import { runs } from '../../../support/runs.ts';
import { saidBy } from './support.ts';

// Random documents, written at random: whatever is changed in them, a library that is not ours reads exactly what was meant.

type Data = string | boolean | Data[] | { [name: string]: Data };

const word = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcAZ09_-./:@$ {}[],#"\'\\&*!|>%?=ü\t'), maxLength: 12 }),
  fc.constantFrom(
    '',
    'null',
    'true',
    '12',
    '- a',
    'a: b',
    'a #b',
    '# x',
    'Bearer x',
    '// no comment',
    '/* none */',
    'x\ny\n',
  ),
);
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcXYZ_-'), minLength: 1, maxLength: 6 }),
  fc.constantFrom('a b', 'x.y', 'ü', '0', 'a/b', 'a~b', '"q"'),
);
const { root: documents } = fc.letrec<{ root: Data; map: Data; node: Data }>((tie) => ({
  root: tie('map'),
  map: fc
    .uniqueArray(fc.tuple(name, tie('node')), { selector: ([key]) => key, minLength: 1, maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.boolean(),
    fc.array(tie('node'), { maxLength: 3 }),
    tie('map'),
  ),
}));

/** Something that is to happen to one of a document's places, chosen by a number. */
const wishes = fc.array(
  fc.record({ at: fc.nat(), kind: fc.constantFrom('remove', 'text', 'replace', 'more'), value: word }),
  { minLength: 1, maxLength: 3 },
);
type Wish = { readonly at: number; readonly kind: string; readonly value: string };

interface Place {
  readonly path: ConfigPath;
  readonly node: ConfigNode;
}

function placesIn(node: ConfigNode, path: ConfigPath = []): Place[] {
  const children =
    node.kind === 'map' ? node.entries.map(({ value }) => value) : node.kind === 'list' ? node.items : [];
  return [{ path, node }, ...children.flatMap((child, at) => placesIn(child, [...path, at]))];
}

/** Changes that do not touch one another, for the places that there are. */
function changesOf(root: ConfigNode, list: readonly Wish[], format: ConfigFormat): readonly ConfigChange[] {
  const places = placesIn(root);
  const changes: ConfigChange[] = [];
  for (const { at, kind, value } of list) {
    const place = places[at % places.length];
    if (!place) continue;
    const { path, node } = place;
    const near = (one: ConfigPath, other: ConfigPath): boolean =>
      one.every((step, index) => other[index] === step) || other.every((step, index) => one[index] === step);
    const change = ((): ConfigChange | undefined => {
      if (kind === 'more' && format !== 'yaml' && node.kind === 'map') {
        return { kind: 'entry', path, name: 'added', value: [{ one: value }, value] };
      }
      if (kind === 'more' && format !== 'yaml' && node.kind === 'list')
        return { kind: 'items', path, values: [value, 'z'] };
      if (path.length === 0) return undefined;
      if (kind === 'text' && node.kind === 'text') return { kind: 'text', path, value };
      if (kind === 'replace' && format === 'jsonc')
        return { kind: 'replace', path, value: { command: value, args: [] } };
      return kind === 'remove' ? { kind: 'remove', path } : undefined;
    })();
    if (change && !changes.some((other) => near(other.path, path))) changes.push(change);
  }
  return changes;
}

/** The same on plain data; the last change first, so that those before keep their places. */
function meant(data: Data, root: ConfigNode, changes: readonly ConfigChange[]): Data {
  const apply = (value: Data, node: ConfigNode, ahead: readonly { rest: ConfigPath; change: ConfigChange }[]): Data => {
    const here = ahead.find(({ rest }) => rest.length === 0)?.change;
    if (here?.kind === 'text') return here.value;
    if (here?.kind === 'replace') return here.value as Data;
    const below = (at: number) =>
      ahead.flatMap(({ rest, change }) => (rest[0] === at ? [{ rest: rest.slice(1), change }] : []));
    const gone = (at: number): boolean =>
      below(at).some(({ rest, change }) => rest.length === 0 && change.kind === 'remove');
    if (Array.isArray(value) && node.kind === 'list') {
      const kept = value.flatMap((item, at) => {
        const inner = node.items[at];
        return gone(at) || !inner ? [] : [apply(item, inner, below(at))];
      });
      return here?.kind === 'items' ? [...kept, ...(here.values as Data[])] : kept;
    }
    if (typeof value === 'object' && !Array.isArray(value) && node.kind === 'map') {
      const kept = node.entries.flatMap(({ name: key, value: inner }, at): [string, Data][] =>
        gone(at) ? [] : [[key, apply(value[key] ?? '', inner, below(at))]],
      );
      return Object.fromEntries(here?.kind === 'entry' ? [...kept, [here.name, here.value as Data]] : kept);
    }
    return value;
  };
  return apply(
    data,
    root,
    changes.map((change) => ({ rest: change.path, change })),
  );
}

/** JSON with blanks, line breaks and comments wherever they may be. */
function asJson(data: Data, next: () => number): string {
  const gap = (): string => ['', '', ' ', '\n', '\n\t', ' // c\n', '/* c */', '\r\n  '][next() % 8] ?? '';
  const write = (value: Data): string => {
    if (typeof value !== 'object') return JSON.stringify(value);
    const parts = Array.isArray(value)
      ? value.map((item) => gap() + write(item) + gap())
      : Object.entries(value).map(
          ([key, item]) => `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${write(item)}${gap()}`,
        );
    const trailing = parts.length > 0 && next() % 4 === 0 ? `,${gap()}` : '';
    return Array.isArray(value) ? `[${parts.join(',')}${trailing}]` : `{${parts.join(',')}${trailing}}`;
  };
  return gap() + write(data) + gap();
}

/** YAML in its block and flow forms, in all quotes, with comments. */
function asYaml(data: Data, next: () => number): string {
  const document = new Document(data);
  const types = [
    Scalar.PLAIN,
    Scalar.QUOTE_DOUBLE,
    Scalar.QUOTE_SINGLE,
    Scalar.BLOCK_LITERAL,
    Scalar.BLOCK_FOLDED,
  ] as const;
  visit(document, (key, node) => {
    if (isCollection(node)) node.flow = next() % 4 === 0;
    if (isScalar(node) && typeof node.value === 'string' && key !== 'key') {
      const type = types[next() % 5];
      if (type) node.type = type;
      if (next() % 5 === 0) node.comment = ' c';
      if (next() % 7 === 0) node.commentBefore = ' before';
    }
  });
  const text = document.toString({
    indent: 2 + (next() % 3),
    lineWidth: next() % 2 ? 0 : 30,
    indentSeq: next() % 2 === 0,
  });
  return next() % 4 === 0 ? text.replaceAll('\n', '\r\n') : text;
}

function asToml(data: Data, next: () => number): string {
  const text = stringify(data as Record<string, unknown>);
  const lines = text.split('\n').map((line) => (next() % 5 === 0 && !line.includes('"""') ? `${line} # c` : line));
  return lines.join(next() % 4 === 0 ? '\r\n' : '\n');
}

const WRITERS = { jsonc: asJson, yaml: asYaml, toml: asToml } as const;

test.each(['jsonc', 'yaml', 'toml'] as const)('%s says what was meant after every change', (format) => {
  let possible = 0;
  let tried = 0;
  fc.assert(
    fc.property(documents, wishes, fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }), (data, list, numbers) => {
      let at = 0;
      const next = (): number => numbers[at++ % numbers.length] ?? 0;
      const text = WRITERS[format](data, next);
      const file = { text, format };
      // A writer may be at a loss, and lists of tables are no part of any client's file.
      fc.pre(isSound(file) && !(format === 'toml' && text.includes('[[')));
      const said = saidBy(file);
      const parsed = parseConfig(file);
      fc.pre('root' in parsed && parsed.root !== undefined && parsed.note === undefined);
      if (!('root' in parsed) || !parsed.root) return;
      const changes = changesOf(parsed.root, list, format);
      fc.pre(changes.length > 0);
      tried += 1;
      let after: string;
      try {
        after = changedText(file, changes);
      } catch {
        return;
      }
      possible += 1;
      const expected = meant(said as Data, parsed.root, changes);
      const found = saidBy({ text: after, format });
      if (format === 'toml') expect(tidy(found)).toEqual(tidy(expected));
      else expect(found).toEqual(expected);
    }),
    { numRuns: runs(400, 50) },
  );
  // What is refused is safe, but of no use.
  expect(possible / tried).toBeGreaterThan(0.9);
});

function isSound(file: Parameters<typeof saidBy>[0]): boolean {
  try {
    saidBy(file);
    return true;
  } catch {
    return false;
  }
}

/** TOML may leave tables without keys unsaid. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, tidy(item)]);
  return Object.fromEntries(entries.filter(([, item]) => JSON.stringify(item) !== '{}'));
}
