import { globCovers, globMatches, type PathUnit } from './pattern.ts';
import type { Readings } from './readings.ts';

/** Glob edges of a node, grouped by the lengths of their first and last part, then found by those two texts. */
interface GlobGroup<T> {
  readonly first: number;
  readonly last: number;
  /** By the two ends, then by the whole. */
  readonly byEnds: Map<string, Map<string, GlobEdge<T>>>;
}

interface GlobEdge<T> {
  readonly parts: readonly string[];
  readonly node: Node<T>;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  readonly globs: GlobGroup<T>[];
  any: Node<T> | undefined;
  /** Where `**` leads; that node also leads back to itself. */
  deep: Node<T> | undefined;
  readonly isDeep: boolean;
  readonly values: T[];
}

function newNode<T>(isDeep = false): Node<T> {
  return { literals: new Map(), globs: [], any: undefined, deep: undefined, isDeep, values: [] };
}

/**
 * Patterns as one tree, walked along a path's segments: the cost of a look-up depends on the path and on how many
 * branches fit it, not on how many patterns there are. All places that fit are walked at once, each at most once per
 * segment, so nothing backtracks.
 */
export class PathIndex<T> {
  readonly #root: Node<T> = newNode();
  readonly #escapes: boolean;

  /** `escapes`: whether segments are percent-encoded (strict forms) or decoded (folded forms). */
  constructor(escapes: boolean) {
    this.#escapes = escapes;
  }

  add(pattern: readonly PathUnit[], value: T): void {
    let node = this.#root;
    for (const unit of pattern) node = follow(node, unit);
    node.values.push(value);
  }

  /** The values of all patterns that match these segments. */
  match(segments: readonly string[]): T[] {
    return this.matchReadings(segments.map((segment) => [segment]));
  }

  /** The values of all patterns that match a path whose segments may each be read in one of several ways. */
  matchReadings(path: readonly Readings[]): T[] {
    let places = enter(new Set<Node<T>>(), this.#root);
    for (const readings of path) {
      const next = new Set<Node<T>>();
      for (const node of places) {
        if (node.isDeep) next.add(node);
        if (node.any !== undefined) enter(next, node.any);
        for (const segment of readings) this.#step(node, segment, next);
      }
      if (next.size === 0) return [];
      places = next;
    }
    return valuesOf(places);
  }

  #step(node: Node<T>, segment: string, next: Set<Node<T>>): void {
    const literal = node.literals.get(segment);
    if (literal !== undefined) enter(next, literal);
    for (const glob of globsFor(node, segment, segment)) {
      if (globMatches(glob.parts, segment, this.#escapes)) enter(next, glob.node);
    }
  }

  /**
   * The values of patterns that match every path which `inner` matches. Sound, not complete: it may miss one that
   * covers `inner` in a roundabout way, and never names one that does not.
   */
  covering(inner: readonly PathUnit[]): T[] {
    let places = enter(new Set<Node<T>>(), this.#root);
    for (const unit of inner) {
      const next = new Set<Node<T>>();
      for (const node of places) {
        if (node.isDeep) next.add(node);
        if (unit.kind === 'deep') continue;
        if (node.any !== undefined) enter(next, node.any);
        if (unit.kind === 'any') continue;
        if (unit.kind === 'literal') {
          const literal = node.literals.get(unit.text);
          if (literal !== undefined) enter(next, literal);
        }
        const parts = unit.kind === 'literal' ? [unit.text] : unit.parts;
        for (const glob of globsFor(node, parts[0] ?? '', parts.at(-1) ?? '')) {
          if (globCovers(glob.parts, parts, this.#escapes)) enter(next, glob.node);
        }
      }
      places = next;
    }
    return valuesOf(places);
  }
}

/** Adds a node, and the one that `**` leads to, since `**` may stand for nothing. */
function enter<T>(places: Set<Node<T>>, node: Node<T>): Set<Node<T>> {
  for (let at: Node<T> | undefined = node; at !== undefined && !places.has(at); at = at.deep) places.add(at);
  return places;
}

function valuesOf<T>(places: ReadonlySet<Node<T>>): T[] {
  const values: T[] = [];
  for (const node of places) for (const value of node.values) values.push(value);
  return values;
}

function follow<T>(node: Node<T>, unit: PathUnit): Node<T> {
  switch (unit.kind) {
    case 'literal': {
      const found = node.literals.get(unit.text) ?? newNode<T>();
      node.literals.set(unit.text, found);
      return found;
    }
    case 'any':
      node.any ??= newNode();
      return node.any;
    case 'deep':
      node.deep ??= newNode(true);
      return node.deep;
    case 'glob':
      return followGlob(node, unit.parts);
  }
}

function followGlob<T>(node: Node<T>, parts: readonly string[]): Node<T> {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  let group = node.globs.find((one) => one.first === first.length && one.last === last.length);
  if (group === undefined) {
    group = { first: first.length, last: last.length, byEnds: new Map() };
    node.globs.push(group);
  }
  const ends = `${first}/${last}`;
  const edges = group.byEnds.get(ends) ?? new Map<string, GlobEdge<T>>();
  group.byEnds.set(ends, edges);
  const whole = parts.join('/');
  const edge = edges.get(whole) ?? { parts, node: newNode<T>() };
  edges.set(whole, edge);
  return edge.node;
}

/** The glob edges whose first part begins `head` and whose last part ends `tail`. */
function* globsFor<T>(node: Node<T>, head: string, tail: string): Generator<GlobEdge<T>> {
  for (const group of node.globs) {
    if (group.first > head.length || group.last > tail.length) continue;
    const edges = group.byEnds.get(`${head.slice(0, group.first)}/${tail.slice(tail.length - group.last)}`);
    if (edges !== undefined) yield* edges.values();
  }
}
