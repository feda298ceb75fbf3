import { isCollection, isMap, isNode, isPair, Pair, type ParsedNode, type Range, YAMLMap } from 'yaml';
import type { Problem } from '../../text/problem.ts';
import { ProblemList } from '../../text/problems.ts';
import type { AnyPair } from './yamlFind.ts';
import { MAX_LEXEMES, MAX_REPORTED, type ReadTree, readTree, type Tree } from './yamlTree.ts';

/** How nearly every policy is laid out: a section's key at the left edge, its services' or servers' at two blanks. */
const SECTION = /^[a-zA-Z]+:(?= |$)/;
const DIVIDED = /^(?:services|servers): *(?:#.*)?$/;
const MEMBER = /^ {2}[A-Za-z][\w-]*:(?= |$)/;
/** A line that says nothing. */
const IDLE = /^ *(?:#|$)/;
/** A line that belongs to what is above it. */
const INSIDE_SECTION = /^(?: |- |#|$)/;
const INSIDE_MEMBER = /^(?: {3}| *(?:#|$))/;

/** A stretch of a text that means the same wherever it stands, as all lines below its first are indented further. */
interface Piece {
  /** What it has to stand behind, such as `services:\n`; nothing for a section. */
  readonly before: string;
  readonly text: string;
  /** What ends it: another key of its level, a key of the level above, or the end of the text. */
  readonly after: '  x:\n' | 'x:\n' | '';
  readonly start: number;
}

interface Divided {
  /** What stands before the first section. It says nothing, and counts as any other stretch does. */
  readonly preamble: Piece;
  readonly sections: readonly Section[];
}

interface Section {
  /** The section's own line, or all of it. */
  readonly head: Piece;
  readonly members: readonly Piece[];
}

interface ReadPiece {
  readonly text: string;
  readonly root: ParsedNode | undefined;
  readonly problems: readonly Problem[];
  readonly lexemes: number;
  /** Where the offsets in `root` count from. */
  origin: number;
}

/**
 * Reads texts that differ little from one to the next, as they do while the user types: sections, services and servers
 * that stay the same are not read again. Finds the same as {@link readTree}, which reads whatever is laid out in
 * another way.
 */
export class TreeCache {
  #pieces = new Map<string, ReadPiece>();

  readonly read: ReadTree = (text, problems) => {
    const before = this.#pieces;
    this.#pieces = new Map();
    const divided = divide(text);
    const found = divided && this.#assemble(divided, before, problems);
    return found === undefined ? readTree(text, problems) : found.tree;
  };

  /** Undefined when the text has to be read whole. */
  #assemble(
    { preamble, sections }: Divided,
    before: ReadonlyMap<string, ReadPiece>,
    problems: ProblemList,
  ): { readonly tree: Tree | undefined } | undefined {
    const pieces = [preamble, ...sections.flatMap(({ head, members }) => [head, ...members])];
    const read = new Map<Piece, ReadPiece>();
    for (const piece of pieces) {
      const key = [piece.before, piece.text, piece.after].join('\0');
      // The same twice: its nodes can have one place only.
      if (this.#pieces.has(key)) return undefined;
      const one = before.get(key) ?? readPiece(piece);
      moveTo(one, piece.start - piece.before.length);
      this.#pieces.set(key, one);
      read.set(piece, one);
    }
    const all = [...read.values()];
    // Where a quote is missed depends on whether there is another one further down.
    if (all.some(({ problems, text }) => problems.length > 0 && /["']/.test(text))) return undefined;
    const found = problemsOf(all);
    const lexemes = all.reduce((sum, piece) => sum + piece.lexemes, 0);
    if (found.length >= MAX_REPORTED || lexemes > MAX_LEXEMES) return undefined;
    if (found.length > 0) {
      for (const { code, span, message } of found) problems.error(code, span, message);
      return { tree: undefined };
    }
    const root = join(sections, read);
    return root && { tree: { root, lexemes } };
  }
}

/** The text's sections in order; undefined when it is not laid out as {@link SECTION} and {@link MEMBER} say. */
function divide(text: string): Divided | undefined {
  const sections: { start: number; divided: boolean; members: number[] }[] = [];
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('\n', start) + 1 || text.length;
    const line = text.slice(start, next).replace(/\r?\n$/, '');
    const section = sections.at(-1);
    if (SECTION.test(line)) sections.push({ start, divided: DIVIDED.test(line), members: [] });
    else if (section === undefined) {
      if (!IDLE.test(line)) return undefined;
    } else if (!section.divided) {
      if (!INSIDE_SECTION.test(line)) return undefined;
    } else if (MEMBER.test(line)) section.members.push(start);
    else if (!(section.members.length === 0 ? IDLE : INSIDE_MEMBER).test(line)) return undefined;
    start = next;
  }
  const preamble = { before: '', text: text.slice(0, sections[0]?.start ?? 0), after: '', start: 0 } as const;
  const divided = sections.map(({ start, members }, index): Section => {
    const end = sections[index + 1]?.start ?? text.length;
    const after = end === text.length ? '' : 'x:\n';
    const headEnd = members[0] ?? end;
    const head = text.slice(start, headEnd);
    return {
      head: { before: '', text: head, after, start },
      members: members.map((from, at): Piece => {
        const to = members[at + 1];
        const before = `${head.slice(0, head.indexOf(':'))}:\n`;
        return { before, text: text.slice(from, to ?? end), after: to === undefined ? after : '  x:\n', start: from };
      }),
    };
  });
  return { preamble, sections: divided };
}

function readPiece({ before, text, after }: Piece): ReadPiece {
  const whole = before + text + after;
  const problems = new ProblemList(whole);
  const tree = readTree(whole, problems);
  return { text, root: tree?.root ?? undefined, problems: problems.items, lexemes: tree?.lexemes ?? 0, origin: 0 };
}

/** Makes the offsets count from another place. */
function moveTo(piece: ReadPiece, origin: number): void {
  if (piece.root !== undefined && piece.origin !== origin) shift(piece.root, origin - piece.origin);
  piece.origin = origin;
}

function shift(node: unknown, by: number): void {
  if (isPair(node)) {
    shift(node.key, by);
    shift(node.value, by);
  } else if (isNode(node)) {
    if (node.range) node.range = [node.range[0] + by, node.range[1] + by, node.range[2] + by];
    if (isCollection(node)) for (const item of node.items) shift(item, by);
  }
}

/** As {@link readTree} reports them: what is refused, or else what is wrong; one at each place. */
function problemsOf(pieces: readonly ReadPiece[]): readonly Pick<Problem, 'code' | 'span' | 'message'>[] {
  const places = new Map<number, Pick<Problem, 'code' | 'span' | 'message'>>();
  const all = pieces.flatMap(({ problems, origin }) =>
    problems.map(({ code, span, message }) => ({
      code,
      message,
      span: { start: span.start + origin, end: span.end + origin },
    })),
  );
  const refused = all.filter(({ code }) => code !== 'yaml-syntax');
  if (refused.length > 0) return refused;
  for (const one of all) if (!places.has(one.span.start)) places.set(one.span.start, one);
  return [...places.values()];
}

/** One pair of the tree, where it starts, and the range of the map that ends with it. */
interface Part {
  readonly pair: AnyPair;
  readonly start: number;
  readonly end: Range;
}

/** The pieces' pairs in one tree; undefined when a piece is not the one pair that it should be. */
function join(sections: readonly Section[], read: ReadonlyMap<Piece, ReadPiece>): YAMLMap.Parsed | undefined {
  const tops: Part[] = [];
  for (const { head, members } of sections) {
    const top = partOf(read.get(head)?.root, head.after !== '');
    if (top === undefined) return undefined;
    const parts: Part[] = [];
    let { end } = top;
    for (const member of members) {
      const section = partOf(read.get(member)?.root, member.after === 'x:\n');
      const part = partOf(section?.pair.value, member.after === '  x:\n');
      if (section === undefined || part === undefined) return undefined;
      parts.push(part);
      end = section.end;
    }
    const pair = parts.length === 0 ? top.pair : new Pair(top.pair.key, mapOf(parts) ?? null);
    tops.push({ pair, start: top.start, end });
  }
  return mapOf(tops);
}

/** A map's first pair; undefined when it has others than the key that ended the piece. */
function partOf(map: ParsedNode | null | undefined, ended: boolean): Part | undefined {
  if (!isMap(map) || map.items.length !== (ended ? 2 : 1)) return undefined;
  return { pair: map.items[0] as AnyPair, start: map.range[0], end: map.range };
}

function mapOf(parts: readonly Part[]): YAMLMap.Parsed | undefined {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const items = parts.map(({ pair }) => pair);
  return Object.assign(new YAMLMap() as YAMLMap.Parsed, { items, range: [first.start, last.end[1], last.end[2]] });
}
