import type { Redactor } from '../../core/redact/redactor.ts';
import { hides, TooMuchInsideError, tellsOfAtMost } from '../answer/compressed.ts';
import { isObject, type ShapedBlock, shapedResult } from './resultBlocks.ts';

/** What a call came to: a result as MCP has it. `_meta` is the server's and the gateway's own business. */
export type ToolResult = Record<string, unknown>;

/**
 * {@link cleanResult} from JSON to JSON; undefined for what is no result at all. Throws `TooMuchInsideError` where what is
 * compressed in it comes to more than `maxInside` bytes, or where there are many parts to look into.
 */
export function toolResultText(
  text: string,
  redactor: Redactor,
  maxInside = Number.POSITIVE_INFINITY,
): string | undefined {
  const result: unknown = JSON.parse(text);
  return isObject(result) ? JSON.stringify(cleanResult(result, redactor, maxInside)) : undefined;
}

/**
 * A result as an agent may see it, in the shape that MCP has for it: credentials taken out of texts, structured content and
 * links, and whole parts withheld where one stands in their bytes.
 */
function cleanResult(result: ToolResult, redactor: Redactor, maxInside: number): ToolResult {
  const { blocks, ...more } = shapedResult(result);
  const tellsInside = tellsOfAtMost(maxInside, redactor);
  let looked = 0;
  const holds = (base64: unknown): boolean => {
    if (typeof base64 !== 'string') return false;
    looked += 1;
    if (looked > MAX_AT_ONCE && maxInside < Number.POSITIVE_INFINITY) throw new TooMuchInsideError('too many parts');
    const bytes = Buffer.from(base64, 'base64');
    return redactor.binary(bytes) > 0 || hides(bytes, tellsInside);
  };
  const content = blocks.map((block) => withoutBytes(block, redactor, holds));
  return redactor.json({ content, ...more }).value as ToolResult;
}

/** In so many parts of a small result it is looked for what is compressed: several decoders are tried at several places of each. */
const MAX_AT_ONCE = 16;

/** Whether these are bytes that hold a credential, in whatever encoding is behind the base64. */
type Holds = (base64: unknown) => boolean;

const WITHHELD = {
  type: 'text',
  text: '[withheld by Valet Key: a part of this result that is not text holds a credential]',
};

function withoutBytes(block: ShapedBlock, redactor: Redactor, holds: Holds): unknown {
  if ('allowed' in block) {
    const { data, resource } = block.allowed;
    return [data, isObject(resource) ? resource.blob : undefined].some(holds) ? WITHHELD : block.allowed;
  }
  // Which of its texts are bytes is not known.
  if (textsIn(block.strange).some(holds)) return WITHHELD;
  return { type: 'text', text: JSON.stringify(redactor.json(block.strange).value) };
}

function textsIn(value: unknown): readonly string[] {
  const texts: string[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null) pending.push(...Object.values(next));
  }
  return texts;
}
