import { withoutNulls } from '../../../protocol/withoutNulls.ts';
import { isObject } from '../../cleaning/resultBlocks.ts';

/** Members of an answer to `initialize` that are objects of MCP's own. */
const OWN_PARTS = ['capabilities', 'serverInfo'];

/**
 * A message without what is null in it for something that its server left out: in the first version of JSON-RPC a result had
 * an error beside it, which was null, and libraries with a type for each message write all of its members. What a tool itself
 * answers stays as it is.
 */
export function leaveOutNulls(message: unknown): unknown {
  const outer = withoutNulls(message);
  if (!isObject(outer) || !isObject(outer.result)) return outer;
  const result = Object.entries(outer.result).filter(([, member]) => member !== null);
  const mended = result.map(([name, member]) => [name, OWN_PARTS.includes(name) ? withoutNulls(member) : member]);
  return { ...outer, result: Object.fromEntries(mended) };
}
