import type { ConfigFormat } from '../model/checkupModel.ts';
import type { ConfigNode } from '../read/configNode.ts';
import type { ConfigChange, ConfigPath } from './configChange.ts';

/** A change, and what is left of the way to it. */
interface Ahead {
  readonly change: ConfigChange;
  readonly rest: ConfigPath;
}

/**
 * What a configuration says, with nothing of how it is written: two texts that mean the same have one meaning. With
 * changes, what it would say once they are made; they are applied to the tree, so that whoever edits the text can be held
 * to it.
 */
export function meaningOf(
  root: ConfigNode | undefined,
  { text, format }: { readonly text: string; readonly format: ConfigFormat },
  changes: readonly ConfigChange[] = [],
): string {
  const write = (node: ConfigNode, ahead: readonly Ahead[]): string => {
    const here = ahead.filter(({ rest }) => rest.length === 0).map(({ change }) => change);
    for (const change of here) {
      if (change.kind === 'text' || change.kind === 'replace') return meaningOfData(change.value, format);
    }
    switch (node.kind) {
      case 'map': {
        const kept = node.entries.flatMap(({ name, value }, at): Meant[] => {
          const below = next(ahead, at);
          return isRemoved(below) ? [] : [[name, write(value, below)]];
        });
        const added = here.flatMap((change): Meant[] =>
          change.kind === 'entry' ? [[change.name, meaningOfData(change.value, format)]] : [],
        );
        return mapOf([...kept, ...added], format);
      }
      case 'list': {
        const kept = node.items.flatMap((item, at) => {
          const below = next(ahead, at);
          return isRemoved(below) ? [] : [write(item, below)];
        });
        const added = here.flatMap((change) =>
          change.kind === 'items' ? change.values.map((value) => meaningOfData(value, format)) : [],
        );
        return `[${[...kept, ...added].join(',')}]`;
      }
      case 'text':
        return JSON.stringify(node.value);
      case 'other':
        // A date of TOML is none of these; it is what is written.
        return node.value === null && format === 'toml'
          ? text.slice(node.span.start, node.span.end)
          : String(node.value);
    }
  };
  return root
    ? write(
        root,
        changes.map((change) => ({ change, rest: change.path })),
      )
    : '';
}

type Meant = readonly [name: string, meaning: string];

function next(ahead: readonly Ahead[], at: number): readonly Ahead[] {
  if (ahead.length === 0) return ahead;
  return ahead.flatMap(({ change, rest }) => (rest[0] === at ? [{ change, rest: rest.slice(1) }] : []));
}

function isRemoved(ahead: readonly Ahead[]): boolean {
  return ahead.some(({ change, rest }) => rest.length === 0 && change.kind === 'remove');
}

/** The order of names means nothing to a client, but that of two which are the same. A TOML table without keys may go unsaid. */
function mapOf(entries: readonly Meant[], format: ConfigFormat): string {
  const said = entries.filter(([, meaning]) => format !== 'toml' || meaning !== '{}');
  const sorted = said.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return `{${sorted.map(([name, meaning]) => `${JSON.stringify(name)}:${meaning}`).join(',')}}`;
}

function meaningOfData(value: unknown, format: ConfigFormat): string {
  if (Array.isArray(value)) return `[${value.map((item) => meaningOfData(item, format)).join(',')}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  return mapOf(
    Object.entries(value).map(([name, item]): Meant => [name, meaningOfData(item, format)]),
    format,
  );
}
