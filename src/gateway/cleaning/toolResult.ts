import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Redactor } from '../../core/redact/redactor.ts';
import { hides } from '../answer/compressed.ts';

/** What a call came to: a result as MCP has it. */
export type ToolResult = Record<string, unknown>;

/** The parts of a result that are passed on. `_meta` is the server's and the gateway's own business. */
const PARTS = ['content', 'structuredContent', 'isError'] as const;

/** {@link cleanResult} from JSON to JSON; undefined when MCP does not allow it as a result. */
export function toolResultText(text: string, redactor: Redactor): string | undefined {
  const result = CallToolResultSchema.safeParse(JSON.parse(text));
  return result.success ? JSON.stringify(cleanResult(result.data, redactor)) : undefined;
}

/**
 * A result as an agent may see it: credentials taken out of texts, structured content and links, and whole blobs
 * withheld where one stands in their bytes.
 */
function cleanResult(result: ToolResult, redactor: Redactor): ToolResult {
  const parts = Object.fromEntries(
    PARTS.filter((part) => result[part] !== undefined).map((part) => [part, result[part]]),
  );
  const { value } = redactor.json(withoutTellingBlobs(parts, redactor));
  return value as ToolResult;
}

function withoutTellingBlobs(parts: ToolResult, redactor: Redactor): ToolResult {
  const { content } = parts;
  if (!Array.isArray(content)) return parts;
  return { ...parts, content: content.map((block: unknown) => (tells(block, redactor) ? WITHHELD : block)) };
}

const WITHHELD = {
  type: 'text',
  text: '[withheld by Valet Key: a part of this result that is not text holds a credential]',
};

/** Whether a block carries bytes that hold a credential, in whatever encoding is behind the base64. */
function tells(block: unknown, redactor: Redactor): boolean {
  if (typeof block !== 'object' || block === null) return false;
  const { data, resource } = block as { data?: unknown; resource?: { blob?: unknown } };
  const holds = (bytes: Uint8Array): boolean => redactor.binary(bytes) > 0;
  return [data, resource?.blob].some((base64) => {
    if (typeof base64 !== 'string') return false;
    const bytes = Buffer.from(base64, 'base64');
    return holds(bytes) || hides(bytes, holds);
  });
}
