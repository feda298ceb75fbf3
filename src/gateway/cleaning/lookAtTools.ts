import { hash } from 'node:crypto';
import { ToolSchema } from '@modelcontextprotocol/sdk/types.js';
import { escapeUnshowable } from '../../core/audit/escape.ts';
import { isToolName } from '../../core/policy/patterns/namePattern.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import { hasHiddenText, withoutHiddenText } from '../../core/text/hiddenText.ts';

/** A tool that was looked through: what there is to know of it without going through its texts again. */
export interface LookedAtTool {
  readonly name: string;
  /** Hex SHA-256 over what an agent reads of it, whatever the order of its properties. */
  readonly hash: string;
  /** Whether it holds text that the user does not see. */
  readonly hidden: boolean;
  /** As an agent may see it. */
  readonly shown: Record<string, unknown>;
  /** As the user may look at it: JSON, with everything that cannot be seen written as an escape; cut. */
  readonly definition: string;
}

/** The parts of a tool that an agent goes by; `_meta`, `icons` and `execution` are not passed on. */
const PARTS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;
/** Longest definition of a tool that the user is shown, and of all together until only a beginning is left of each; in characters. */
const MAX_DEFINITION = 20_000;
const MAX_DEFINITIONS = 400_000;
const MIN_DEFINITION = 1000;

/** {@link lookAtTools}, of the pages of a list as JSON. */
export function lookAtLists(lists: readonly string[], redactor: Redactor): LookedAtTool[] {
  return lookAtTools(
    lists.flatMap((list) => JSON.parse(list) as unknown[]),
    redactor,
  );
}

type Tool = Readonly<Record<string, unknown>>;

/**
 * Looks through what a server offers; in a thread, as a server may make it take long. Of tools with one name the first
 * counts, and what MCP does not allow as a tool is left out. Credentials are taken out first of all: a rotated one changes
 * no tool, and no hash is of one.
 */
export function lookAtTools(offered: readonly unknown[], redactor: Redactor): LookedAtTool[] {
  const found = new Map<string, LookedAtTool>();
  let room = MAX_DEFINITIONS;
  for (const one of offered) {
    const tool = ToolSchema.safeParse(one);
    if (!tool.success) continue;
    const clean = redactor.json(partsOf(tool.data)).value as Tool;
    const name = String(clean.name);
    if (!isToolName(name) || found.has(name)) continue;
    const ownHash = toolHash(clean);
    const definition = definitionOf(clean, ownHash, Math.min(MAX_DEFINITION, Math.max(MIN_DEFINITION, room)));
    room -= definition.length;
    // What is not seen may have stood inside of a credential: once more without it.
    found.set(name, {
      name,
      hash: ownHash,
      hidden: hidesText(clean),
      shown: redactor.json(shownParts(clean)).value as Tool,
      definition,
    });
  }
  return [...found.values()];
}

function partsOf(tool: Tool): Tool {
  return Object.fromEntries(PARTS.filter((part) => tool[part] !== undefined).map((part) => [part, tool[part]]));
}

function toolHash(tool: Tool): string {
  return hash('sha256', JSON.stringify(inOrder(tool)), 'hex');
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([name, member]) => [name, inOrder(member)]) };
}

/** What is cut off cannot be compared, so the end says whether it is the same as before. */
function definitionOf(tool: Tool, ownHash: string, most: number): string {
  const whole = JSON.stringify(tool, undefined, 2);
  // An escape is longer than what it stands for: nothing behind as many characters could be shown.
  const lines = whole.slice(0, most + 1).split('\n');
  const text = lines.map(escapeUnshowable).join('\n');
  if (text.length <= most) return text;
  const rest = `(more, which is not shown: ${whole.length} characters in all; SHA-256 of the whole definition: ${ownHash})`;
  return `${text.slice(0, most)}…\n${rest}`;
}

/**
 * A tool's output schema stays behind: clients check refusals against it, too, and would turn them into protocol errors.
 */
function shownParts({ outputSchema, ...parts }: Tool): Record<string, unknown> {
  return visible(parts) as Record<string, unknown>;
}

/** Without text that the user cannot see, in every string. */
function visible(value: unknown): unknown {
  if (typeof value === 'string') return withoutHiddenText(value);
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [withoutHiddenText(name), visible(member)]));
}

function hidesText(tool: Tool): boolean {
  // JSON writes some of what is looked for as escapes, so each text is looked at by itself.
  const pending: unknown[] = [tool];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') {
      if (hasHiddenText(next)) return true;
    } else if (typeof next === 'object' && next !== null) {
      for (const [name, value] of Object.entries(next)) pending.push(name, value);
    }
  }
  return false;
}
