import type { ServerPins, ToolsSeen } from '../gateway/control/controlPort.ts';

/** The tools of upstream MCP servers that were seen and accepted on the command line: kept in memory, for as long as it runs. */
export class ToolReview {
  readonly #seen = new Map<string, ToolsSeen>();
  readonly #pins = new Map<string, ServerPins>();

  /** Takes what a server offers. What was seen first counts as accepted, as in the gateway. */
  take(seen: ToolsSeen): void {
    this.#seen.set(seen.server, seen);
    if (seen.first) this.#accept(seen.server, ({ status }) => status === 'pinned');
  }

  /** Accepts everything that the server offers now. Returns all pins. Throws when it was never started. */
  accept(server: string): readonly ServerPins[] {
    if (!this.#seen.has(server)) throw new Error(`No tools of ${server} have been seen yet.`);
    this.#accept(server, () => true);
    return [...this.#pins.values()];
  }

  #accept(server: string, which: (tool: ToolsSeen['tools'][number]) => boolean): void {
    const tools = this.#seen.get(server)?.tools.filter(which) ?? [];
    this.#pins.set(server, { server, tools: tools.map(({ name, hash }) => ({ name, hash })) });
  }
}
