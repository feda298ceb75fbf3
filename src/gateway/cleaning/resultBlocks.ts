import { ContentBlockSchema } from '@modelcontextprotocol/sdk/types.js';

/** A result of a tool in the shape that MCP has for it. */
export interface ShapedResult {
  readonly blocks: readonly ShapedBlock[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

/** One part of a result. `strange`: what no version of MCP that clients know allows, as the server gave it. */
export type ShapedBlock = { readonly allowed: Readonly<Record<string, unknown>> } | { readonly strange: unknown };

/**
 * Puts a result into MCP's shape. Servers get it wrong in ways whose meaning is plain: a text in place of the list, one part
 * without the list around it, a number as a text. None of them costs the agent the rest; a client would throw away the whole.
 */
export function shapedResult(result: Readonly<Record<string, unknown>>): ShapedResult {
  const { content, structuredContent, isError, toolResult } = result;
  const blocks = listOf(content).map(shapedBlock);
  // `toolResult` is what 2024-10-07 had in place of `content`.
  const loose = isObject(structuredContent) ? undefined : (structuredContent ?? toolResult);
  return {
    blocks: blocks.length === 0 && isThere(loose) ? [textBlock(textOf(loose))] : blocks,
    ...(isObject(structuredContent) ? { structuredContent } : {}),
    ...(isThere(isError) ? { isError: isError === true || isError === 'true' } : {}),
  };
}

function textBlock(text: string): ShapedBlock {
  return { allowed: { type: 'text', text } };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return isThere(content) ? [content] : [];
}

function shapedBlock(block: unknown): ShapedBlock {
  if (!isObject(block)) return textBlock(textOf(block));
  // What is only about a part does not take it away.
  const { annotations: _annotations, _meta, ...bare } = block;
  for (const one of [block, bare]) {
    const known = ContentBlockSchema.safeParse(one);
    if (known.success) return { allowed: known.data };
  }
  return block.type === 'text' && 'text' in block ? textBlock(textOf(block.text)) : { strange: block };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
