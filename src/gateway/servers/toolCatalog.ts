import type { Redactor } from '../../core/redact/redactor.ts';
import { withoutHiddenText } from '../../core/servers/hiddenText.ts';
import type { ServerState, ToolsSeen } from '../parent.ts';
import type { ServerInForce } from './serverSet.ts';
import { type JudgedTool, partsOf, type RawTool, seenTool, type ToolPins } from './toolPins.ts';

/** What the gateway knows of one server's tools: what was offered last, and how each stands with the person's pins. */
export class ToolCatalog {
  readonly #server: string;
  readonly #pins: ToolPins;
  #offered: readonly RawTool[] | undefined;
  #judged: readonly JudgedTool[] = [];
  #told = '';

  constructor(server: string, pins: ToolPins) {
    this.#server = server;
    this.#pins = pins;
  }

  /**
   * Takes what the server offers now. Returns what is to be told when that, or how it stands, is new. Credentials are taken
   * out first of all: a rotated one changes no tool, and no hash is of one.
   */
  take(offered: readonly RawTool[], redactor: Redactor): ToolsSeen | undefined {
    return this.#judge(offered.map((tool) => redactor.json(partsOf(tool)).value as RawTool));
  }

  /** Judges what was offered last by the pins as they are now. */
  judgeAgain(): ToolsSeen | undefined {
    return this.#offered && this.#judge(this.#offered);
  }

  #judge(offered: readonly RawTool[]): ToolsSeen | undefined {
    const { first, tools } = this.#pins.judge(this.#server, offered);
    this.#offered = offered;
    this.#judged = tools;
    const now = JSON.stringify(tools.map(({ tool, hash, standing }) => [tool.name, hash, standing]));
    if (now === this.#told) return undefined;
    this.#told = now;
    return { server: this.#server, first, tools: tools.map(seenTool) };
  }

  find(tool: string): JudgedTool | undefined {
    return this.#judged.find((judged) => judged.tool.name === tool);
  }

  /** The tools that an agent is shown: accepted by a person, and not denied by policy. */
  usable({ decide }: Pick<ServerInForce, 'decide'>): readonly JudgedTool[] {
    return this.#judged.filter(({ tool, standing }) => standing === 'pinned' && decide(tool.name).verdict !== 'deny');
  }

  counts(inForce: Pick<ServerInForce, 'decide'> | undefined): ServerState['tools'] {
    return {
      offered: this.#judged.length,
      usable: inForce ? this.usable(inForce).length : 0,
      waiting: this.#judged.filter(({ standing }) => standing !== 'pinned').length,
    };
  }
}

/**
 * A tool as an agent may see it. Its output schema stays behind: clients check refusals against it, too, and would turn
 * them into protocol errors.
 */
export function shownTool({ tool }: JudgedTool): Record<string, unknown> {
  const { outputSchema, ...parts } = tool;
  return visible(parts) as Record<string, unknown>;
}

/** Without text that a person cannot see, in every string. */
function visible(value: unknown): unknown {
  if (typeof value === 'string') return withoutHiddenText(value);
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [withoutHiddenText(name), visible(member)]));
}
