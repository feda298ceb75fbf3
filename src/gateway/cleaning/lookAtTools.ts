import { hash } from 'node:crypto';
import { ToolSchema } from '@modelcontextprotocol/sdk/types.js';
import { escapeUnshowable } from '../../core/audit/escape.ts';
import { isToolName } from '../../core/policy/patterns/namePattern.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import { hasHiddenText, withoutHiddenText } from '../../core/text/hiddenText.ts';
import { withoutNulls } from '../../protocol/withoutNulls.ts';

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

/** What a server offers, as it says it itself. */
export interface OfferedTools {
  /** JSON of each page of its list. */
  readonly lists: readonly string[];
  /** What it says of itself, for whoever uses its tools. */
  readonly instructions?: string;
}

/** A tool that is not passed on, and which part of it is why; in the server's words, redacted and cut. */
export interface LeftOutTool {
  readonly name: string;
  readonly part: string;
}

export interface LookedAtTools {
  /** {@link INSTRUCTIONS} is among them, where the server gives any. */
  readonly tools: readonly LookedAtTool[];
  readonly leftOut: readonly LeftOutTool[];
}

/**
 * What stands for a server's instructions among its tools. Agents follow them as they follow descriptions, so the user reviews
 * a change of them as one of a tool. No tool can have this name.
 */
export const INSTRUCTIONS = '(instructions)';
/** What an agent gets of them, in characters. */
const MAX_INSTRUCTIONS = 4000;

/** {@link lookAtTools}, of what a server offers as JSON. */
export function lookAtOffer({ lists, instructions }: OfferedTools, redactor: Redactor): LookedAtTools {
  const looked = lookAtTools(
    lists.flatMap((list) => JSON.parse(list) as unknown[]),
    redactor,
  );
  if (instructions === undefined || instructions.trim() === '') return looked;
  const clean = redactor.json({ name: INSTRUCTIONS, description: instructions }).value as Tool;
  const own = lookedAt(clean, redactor, MAX_DEFINITION);
  // Cut last: the beginning of a credential would not be recognised.
  const shown = { description: String(own.shown.description).slice(0, MAX_INSTRUCTIONS) };
  return { ...looked, tools: [{ ...own, shown }, ...looked.tools] };
}

type Tool = Readonly<Record<string, unknown>>;

/**
 * Looks through what a server offers; in a thread, as a server may make it take long. Of tools with one name the first
 * counts, and what MCP does not allow as a tool is left out, alone. Credentials are taken out first of all: a rotated one
 * changes no tool, and no hash is of one.
 */
export function lookAtTools(offered: readonly unknown[], redactor: Redactor): LookedAtTools {
  const found = new Map<string, LookedAtTool>();
  const leftOut: LeftOutTool[] = [];
  let room = MAX_DEFINITIONS;
  for (const given of offered) {
    const one = withoutNullParts(given);
    const parts = partsOf(one);
    const tool = ToolSchema.safeParse(parts);
    const clean = redactor.json(parts).value as Tool;
    const name = String(clean.name);
    const wrong = !tool.success
      ? partOf(tool.error.issues[0]?.path[0])
      : !isToolName(name)
        ? 'name'
        : found.has(name)
          ? 'name, which another tool has'
          : undefined;
    if (wrong !== undefined) {
      if (leftOut.length < MAX_LEFT_OUT) leftOut.push({ name: name.slice(0, MAX_NAME), part: wrong });
      continue;
    }
    const looked = lookedAt(clean, redactor, Math.min(MAX_DEFINITION, Math.max(MIN_DEFINITION, room)));
    room -= looked.definition.length;
    found.set(name, looked);
  }
  return { tools: [...found.values()], leftOut };
}

/** What is null in a tool, or in its annotations, is what its server left out. */
function withoutNullParts(given: unknown): unknown {
  const one = withoutNulls(given);
  return isWithAnnotations(one) ? { ...one, annotations: withoutNulls(one.annotations) } : one;
}

function isWithAnnotations(one: unknown): one is { readonly annotations: unknown } {
  return typeof one === 'object' && one !== null && 'annotations' in one;
}

/** Tools that are left out and named. */
const MAX_LEFT_OUT = 20;
const MAX_NAME = 128;

/** Only names of MCP's own are repeated. */
function partOf(part: PropertyKey | undefined): string {
  return PARTS.find((known) => known === part) ?? 'definition';
}

function lookedAt(clean: Tool, redactor: Redactor, most: number): LookedAtTool {
  const ownHash = toolHash(clean);
  return {
    name: String(clean.name),
    hash: ownHash,
    hidden: hidesText(clean),
    // What is not seen may have stood inside of a credential: once more without it.
    shown: redactor.json(shownParts(clean)).value as Tool,
    definition: definitionOf(clean, ownHash, most),
  };
}

/** With every field that a part has, whether this version of MCP knows it or not: agents read it, so it belongs to the hash. */
function partsOf(one: unknown): Tool {
  const tool: Tool = typeof one === 'object' && one !== null ? { ...one } : {};
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
