/** The id of a JSON-RPC message, as far as it is one that people use. */
const ID = String.raw`(-?\d{1,16}|"[\w.:-]{1,200}")`;
/** What stands beside it: the version and the method, in any order. */
const OTHER = String.raw`"(?:jsonrpc|method)"\s{0,9}:\s{0,9}"[^"\\]{0,200}"`;

const AT_HEAD = new RegExp(
  String.raw`^\s{0,9}\{\s{0,9}(?:${OTHER}\s{0,9},\s{0,9}){0,2}"id"\s{0,9}:\s{0,9}${ID}\s{0,9}[,}]`,
);
const AT_TAIL = new RegExp(
  String.raw`,\s{0,9}"id"\s{0,9}:\s{0,9}${ID}\s{0,9}(?:,\s{0,9}${OTHER}\s{0,9}){0,2}\}\s{0,9}$`,
);

/**
 * The id of a message of which only the beginning and the end are known: most clients write it before `params`, MCP's own
 * SDK behind them. Null for one that cannot be told; its sender hears of the error without.
 */
export function idFromEnds({ head, tail }: { readonly head: string; readonly tail: string }): string | number | null {
  const found = AT_HEAD.exec(head)?.[1] ?? AT_TAIL.exec(tail)?.[1];
  return found === undefined ? null : (JSON.parse(found) as string | number);
}
