import { isDeepStrictEqual } from 'node:util';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Reply } from './reply.ts';
import { resultJson } from './toolCalls.ts';

/** The JSON of a result as the server gave it, or of a refusal. */
export function wrappedResultJson(reply: Reply, takesStructured: boolean): string {
  if ('refusal' in reply) return resultJson(reply, takesStructured);
  return takesStructured ? reply.json : JSON.stringify(withoutDouble(reply.answer as CallToolResult));
}

/** For a client that does not know `structuredContent`: what it says stands in the texts, once. */
function withoutDouble(result: CallToolResult): CallToolResult {
  const { structuredContent, ...others } = result;
  if (structuredContent === undefined) return result;
  if (others.content.some((block) => block.type === 'text' && says(block.text, structuredContent))) return others;
  return { ...others, content: [...others.content, { type: 'text', text: JSON.stringify(structuredContent) }] };
}

function says(text: string, structured: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), structured);
  } catch {
    return false;
  }
}
