import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Redactor } from '../../core/redact/redactor.ts';
import { hides, tellsOfAtMost } from '../answer/compressed.ts';

/** What a call came to: a result as MCP has it. */
export type ToolResult = Record<string, unknown>;

/** The parts of a result that are passed on. `_meta` is the server's and the gateway's own business. */
const PARTS = ['content', 'structuredContent', 'isError'] as const;

/**
 * {@link cleanResult} from JSON to JSON; undefined when MCP does not allow it as a result. Throws `TooMuchInsideError` where what
 * is compressed in it comes to more than `maxInside` bytes.
 */
export function toolResultText(
  text: string,
  redactor: Redactor,
  maxInside = Number.POSITIVE_INFINITY,
): string | undefined {
  const result = CallToolResultSchema.safeParse(JSON.parse(text));
  return result.success ? JSON.stringify(cleanResult(result.data, redactor, maxInside)) : undefined;
}

/**
 * A result as an agent may see it: credentials taken out of texts, structured content and links, and whole blobs
 * withheld where one stands in their bytes.
 */
function cleanResult(result: ToolResult, redactor: Redactor, maxInside: number): ToolResult {
  const parts = Object.fromEntries(
    PARTS.filter((part) => result[part] !== undefined).map((part) => [part, result[part]]),
  );
  const { value } = redactor.json(withoutTellingBlobs(parts, redactor, tellsOfAtMost(maxInside, redactor)));
  return value as ToolResult;
}

type Tells = (bytes: Uint8Array) => boolean;

function withoutTellingBlobs(parts: ToolResult, redactor: Redactor, tellsInside: Tells): ToolResult {
  const { content } = parts;
  if (!Array.isArray(content)) return parts;
  return {
    ...parts,
    content: content.map((block: unknown) => (tells(block, redactor, tellsInside) ? WITHHELD : block)),
  };
}

const WITHHELD = {
  type: 'text',
  text: '[withheld by Valet Key: a part of this result that is not text holds a credential]',
};

/** Whether a block carries bytes that hold a credential, in whatever encoding is behind the base64. */
function tells(block: unknown, redactor: Redactor, tellsInside: Tells): boolean {
  if (typeof block !== 'object' || block === null) return false;
  const { data, resource } = block as { data?: unknown; resource?: { blob?: unknown } };
  return [data, resource?.blob].some((base64) => {
    if (typeof base64 !== 'string') return false;
    const bytes = Buffer.from(base64, 'base64');
    return redactor.binary(bytes) > 0 || hides(bytes, tellsInside);
  });
}
