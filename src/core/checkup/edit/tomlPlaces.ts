import type { AST } from 'toml-eslint-parser';
import type { Span } from '../../text/span.ts';

/** A table's header with its keys, or a key with its value. */
export interface KeyPlace {
  /** All names that lead to it. */
  readonly names: readonly string[];
  readonly span: Span;
  readonly isTable: boolean;
  /** Of a key: its value. */
  readonly valueSpan?: Span;
  /** Of a key of an inline table: that table's keys, and which of them it is. */
  readonly inline?: readonly Span[];
  readonly at: number;
  /** Whether it is a key whose value is an inline table. */
  readonly isInlineTable: boolean;
  /** The names of the table that a key stands in. */
  readonly ownerNames: readonly string[];
}

export type TomlPlaces = readonly KeyPlace[];

/** Every table and key of a text with its place, in the order of the text; keys of inline tables behind them. */
export function tomlPlaces({ body }: AST.TOMLTopLevelTable): TomlPlaces {
  return body.flatMap((node) => {
    if (node.type === 'TOMLKeyValue') return pair(node, []);
    const names = node.resolvedKey.map(String);
    return [
      { names, span: spanOf(node), isTable: true, isInlineTable: false, at: 0, ownerNames: names },
      ...node.body.flatMap((one) => pair(one, names)),
    ];
  });
}

function pair(
  { key, value, range }: AST.TOMLKeyValue,
  ownerNames: readonly string[],
  inline?: readonly Span[],
  at = 0,
): readonly KeyPlace[] {
  const names = [...ownerNames, ...key.keys.map((one) => (one.type === 'TOMLBare' ? one.name : one.value))];
  return [
    {
      names,
      span: { start: range[0], end: range[1] },
      isTable: false,
      valueSpan: spanOf(value),
      at,
      ownerNames,
      ...(inline && { inline }),
      isInlineTable: value.type === 'TOMLInlineTable',
    },
    ...inlinePairs(value, names),
  ];
}

/** The keys of inline tables, and of those in lists. */
function inlinePairs(value: AST.TOMLContentNode, names: readonly string[]): readonly KeyPlace[] {
  if (value.type === 'TOMLArray')
    return value.elements.flatMap((item, at) => inlinePairs(item, [...names, String(at)]));
  if (value.type !== 'TOMLInlineTable') return [];
  const inside = value.body.map(spanOf);
  return value.body.flatMap((one, at) => pair(one, names, inside, at));
}

function spanOf({ range }: AST.TOMLNode): Span {
  return { start: range[0], end: range[1] };
}

/** The places that write what these names lead to, or something in it; not those inside of one that is among them. */
export function placesBelow(places: TomlPlaces, names: readonly string[]): TomlPlaces {
  const below = places.filter((place) => names.every((name, at) => place.names[at] === name));
  return below.filter(({ span }) => !below.some((outer) => outer.span !== span && contains(outer.span, span)));
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
