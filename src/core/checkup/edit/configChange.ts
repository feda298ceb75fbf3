import type { Span } from '../../text/span.ts';
import { type ConfigNode, step } from '../read/configNode.ts';

/** The way from the root to a value: which entry of a map, which item of a list, at each level. It holds no names. */
export type ConfigPath = readonly number[];

/** One thing that is to become different in a configuration; everything else in it stays what it is. */
export type ConfigChange =
  /** A text is another one. */
  | { readonly kind: 'text'; readonly path: ConfigPath; readonly value: string }
  /** An entry goes with its key, or an item of a list. */
  | { readonly kind: 'remove'; readonly path: ConfigPath }
  /** A value is another one, which `JSON.stringify` would write. */
  | { readonly kind: 'replace'; readonly path: ConfigPath; readonly value: unknown }
  /** A map gets one more entry. */
  | { readonly kind: 'entry'; readonly path: ConfigPath; readonly name: string; readonly value: unknown }
  /** A list gets more items at its end. */
  | { readonly kind: 'items'; readonly path: ConfigPath; readonly values: readonly unknown[] };

/** The value at a path. */
export function nodeAt(root: ConfigNode | undefined, path: ConfigPath): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>((node, at) => node && childrenOf(node)[at], root);
}

export function childrenOf(node: ConfigNode): readonly ConfigNode[] {
  if (node.kind === 'map') return node.entries.map(({ value }) => value);
  return node.kind === 'list' ? node.items : [];
}

/** The names that a path goes through; items of lists count from 0. */
export function namesOf(root: ConfigNode | undefined, path: ConfigPath): readonly string[] {
  const names: string[] = [];
  let node = root;
  for (const at of path) {
    names.push(node?.kind === 'map' ? (node.entries[at]?.name ?? '') : String(at));
    node = node && childrenOf(node)[at];
  }
  return names;
}

/** The path of what a JSON Pointer (RFC 6901) names; of duplicate keys the last, as parsers take it. */
export function pathOfPointer(root: ConfigNode | undefined, pointer: string): ConfigPath | undefined {
  const path: number[] = [];
  let node = root;
  for (const part of pointer.split('/').slice(1)) {
    const at =
      node?.kind === 'map'
        ? node.entries.findLastIndex(({ name }) => step(name) === `/${part}`)
        : node?.kind === 'list'
          ? Number(part)
          : -1;
    const next: ConfigNode | undefined = node && childrenOf(node)[at];
    if (!next) return undefined;
    path.push(at);
    node = next;
  }
  return path;
}

/** The paths of the values that begin at these offsets. Names may be masked where a finding is shown; places are not. */
export function pathsOfSpans(
  root: ConfigNode | undefined,
  spans: readonly Span[],
): ReadonlyMap<number, ConfigPath | undefined> {
  const wanted = new Set(spans.map(({ start }) => start));
  const found = new Map<number, ConfigPath | undefined>();
  const walk = (node: ConfigNode, path: number[]): void => {
    // Of a map and its first value, which may begin at one offset, the value is meant.
    if (node.kind !== 'map' && node.kind !== 'list' && wanted.has(node.span.start)) {
      found.set(node.span.start, [...path]);
    }
    for (const [at, child] of childrenOf(node).entries()) {
      path.push(at);
      walk(child, path);
      path.pop();
    }
  };
  if (root) walk(root, []);
  return found;
}

/** Whether a name on the way is there twice: then whoever wrote the file may mean the other one. */
export function isAmbiguous(root: ConfigNode | undefined, path: ConfigPath): boolean {
  let node = root;
  for (const at of path) {
    if (node?.kind === 'map') {
      const name = node.entries[at]?.name;
      if (node.entries.filter((entry) => entry.name === name).length > 1) return true;
    }
    node = node && childrenOf(node)[at];
  }
  return false;
}

/** Whether a path leads to a value or into it. */
export function isWithin(path: ConfigPath, outer: ConfigPath): boolean {
  return outer.length <= path.length && outer.every((at, index) => path[index] === at);
}

/** Changes by the map or list in which they remove something: which of its entries or items go. */
export function removedByContainer(
  changes: readonly ConfigChange[],
): readonly { readonly container: ConfigPath; readonly removed: ReadonlySet<number> }[] {
  const groups = new Map<string, { readonly container: ConfigPath; readonly removed: Set<number> }>();
  for (const { kind, path } of changes) {
    const last = path.at(-1);
    if (kind !== 'remove' || last === undefined) continue;
    const container = path.slice(0, -1);
    const group = groups.get(container.join('/')) ?? { container, removed: new Set() };
    groups.set(container.join('/'), group);
    group.removed.add(last);
  }
  return [...groups.values()];
}
