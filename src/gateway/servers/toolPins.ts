import { hash } from 'node:crypto';
import { escapeUnshowable } from '../../core/audit/escape.ts';
import { isToolName } from '../../core/policy/servers/namePattern.ts';
import { hasHiddenText } from '../../core/servers/hiddenText.ts';
import type { SeenTool, ServerPins, ToolStanding } from '../parent.ts';

/** A tool as its server gives it, or the parts of it that an agent goes by. */
export interface RawTool {
  readonly name: string;
  readonly [more: string]: unknown;
}

export interface JudgedTool {
  readonly tool: RawTool;
  readonly hash: string;
  readonly standing: ToolStanding;
}

/** The parts of a tool that an agent goes by; `_meta`, `icons` and `execution` are not passed on. */
const PARTS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;
const MAX_DEFINITION = 20_000;

/**
 * What a person has accepted of each server's tools, by the hash of everything that an agent reads of them. The tools of
 * a server that was never seen count as accepted with the policy that names it; later ones, and changed ones, wait.
 */
export class ToolPins {
  readonly #servers = new Map<string, ReadonlyMap<string, string>>();

  /** Takes what the parent has kept. What was seen first in this run stays, until the parent has kept it, too. */
  replace(pins: readonly ServerPins[]): void {
    for (const { server, tools } of pins) {
      this.#servers.set(server, new Map(tools.map((pin) => [pin.name, pin.hash])));
    }
  }

  /** How each tool stands. The first time, all that hide nothing are pinned: `first` is true then. */
  judge(server: string, tools: readonly RawTool[]): { readonly first: boolean; readonly tools: readonly JudgedTool[] } {
    const fitting = tools.filter(
      (tool, index) => isToolName(tool.name) && tools.findIndex(({ name }) => name === tool.name) === index,
    );
    const hashed = fitting.map((tool) => ({ tool, hash: toolHash(tool), hidden: hidesText(tool) }));
    const known = this.#servers.get(server);
    const pins =
      known ?? new Map(hashed.filter(({ hidden }) => !hidden).map(({ tool, hash: own }) => [tool.name, own]));
    if (known === undefined) this.#servers.set(server, pins);
    return {
      first: known === undefined,
      tools: hashed.map(({ tool, hash: own, hidden }) => ({
        tool,
        hash: own,
        standing: standingOf(pins.get(tool.name), own, hidden),
      })),
    };
  }
}

function standingOf(pinned: string | undefined, now: string, hidden: boolean): ToolStanding {
  if (pinned === now) return 'pinned';
  if (hidden) return 'hidden_text';
  return pinned === undefined ? 'new' : 'changed';
}

/** Hex SHA-256 over what an agent reads of a tool, whatever the order of its properties. */
function toolHash(tool: RawTool): string {
  return hash('sha256', JSON.stringify(inOrder(tool)), 'hex');
}

/** What of a tool is judged, pinned and passed on. */
export function partsOf(tool: RawTool): Record<string, unknown> {
  return Object.fromEntries(PARTS.filter((part) => tool[part] !== undefined).map((part) => [part, tool[part]]));
}

/** A tool for a person to look at: its definition as JSON, with everything that cannot be seen written as an escape. */
export function seenTool({ tool, hash: own, standing }: JudgedTool): SeenTool {
  const lines = JSON.stringify(tool, undefined, 2).split('\n');
  const text = lines.map(escapeUnshowable).join('\n');
  // What is cut off cannot be compared, so the end says whether it is the same as before.
  const more = text.length - MAX_DEFINITION;
  const rest = `…\n(${more} more characters, which are not shown; SHA-256 of the whole definition: ${own})`;
  return {
    name: tool.name,
    hash: own,
    standing,
    definition: more > 0 ? `${text.slice(0, MAX_DEFINITION)}${rest}` : text,
  };
}

function hidesText(tool: RawTool): boolean {
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

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([name, member]) => [name, inOrder(member)]) };
}
