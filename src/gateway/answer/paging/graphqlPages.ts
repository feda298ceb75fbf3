import type { AskedCall } from './askedCall.ts';
import type { Continuation, Step } from './continuation.ts';
import { at, isObject, pointerOf, textAt } from './members.ts';

const MAX_DEPTH = 12;
/** So far in front of a field an alias is looked for, in characters. */
const MAX_ALIAS = 100;

/** Strings and comments, in which nothing is an argument. */
const NO_CODE = /"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*/g;
/** `alias: field(arguments)`. */
const FIELD = /(?<!\w)([_A-Za-z]\w*)\s*\(([^()]*)\)/g;
const AFTER = /\bafter\s*:\s*(?:\$([_A-Za-z]\w*))?/;

/**
 * How a connection goes on (https://relay.dev/graphql/connections.htm), where a variable of the query says behind what:
 * the only one that has more, outside of any list. Undefined where no connection has more.
 */
export function graphqlContinuation({ json }: AskedCall, body: unknown): Continuation | undefined {
  if (!isObject(json) || typeof json.query !== 'string') return undefined;
  const connections = connectionsIn(at(body, 'data'), ['data']);
  const open = connections.filter(({ value }) => at(value, 'pageInfo', 'hasNextPage') === true);
  const [connection] = open.length > 0 ? open : connections;
  if (connection === undefined) return undefined;
  const code = json.query.replace(NO_CODE, ' ');
  const variable = variableOf(code, connection.names.at(-1) ?? '');
  const cursor = textAt(connection.value, 'pageInfo', 'endCursor');
  const hasMore = open.length > 0;
  if (open.length > 1 || variable === undefined || cursor === undefined) {
    if (!hasMore) return undefined;
    const how = 'give it an argument `after` with a variable, and that variable the endCursor';
    return {
      uncertain: `${open.length > 1 ? 'several connections have' : `${pointerOf(connection.names)} has`} a next page: ${how}`,
    };
  }
  const step = (value: unknown): Step => ({
    set: [{ name: { query: 'variables', json: ['variables', variable] }, value }],
  });
  const list = ['edges', 'nodes'].filter((name) => Array.isArray(at(connection.value, name)));
  const [only] = list;
  const edges = at(connection.value, 'edges');
  return {
    ...(only === undefined || list.length > 1 ? {} : { rows: pointerOf([...connection.names, only]) }),
    ...(hasMore ? { whole: step(cursor) } : {}),
    ...(only === 'edges' && list.length === 1 && Array.isArray(edges)
      ? {
          behind: (kept) => {
            const last = textAt(edges[kept - 1], 'cursor');
            return last === undefined ? undefined : step(last);
          },
        }
      : {}),
  };
}

interface Connection {
  readonly names: readonly string[];
  readonly value: unknown;
}

function connectionsIn(value: unknown, names: readonly string[]): Connection[] {
  if (!isObject(value) || names.length > MAX_DEPTH) return [];
  const own = isObject(value.pageInfo) ? [{ names, value }] : [];
  return [...own, ...Object.entries(value).flatMap(([name, member]) => connectionsIn(member, [...names, name]))];
}

/** The variable that the field takes as `after`, by the name that it has in the answer. */
function variableOf(code: string, name: string): string | undefined {
  const found = [...code.matchAll(FIELD)].flatMap((match) => {
    const before = code.slice(Math.max(0, match.index - MAX_ALIAS), match.index).trimEnd();
    const alias = before.endsWith(':') ? before.slice(0, -1).trimEnd().split(/\W/).at(-1) : undefined;
    return (alias ?? match[1]) === name ? [AFTER.exec(match[2] ?? '')?.[1]] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}
