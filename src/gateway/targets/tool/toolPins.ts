import type { LookedAtTool } from '../../cleaning/lookAtTools.ts';
import type { ServerPins, ToolStatus } from '../../control/controlPort.ts';

export interface JudgedTool extends LookedAtTool {
  readonly status: ToolStatus;
}

/**
 * What the user has accepted of each server's tools, by the hash of everything that an agent reads of them. The tools of
 * a server that was never seen count as accepted with the policy that names it; later ones, and changed ones, wait.
 */
export class ToolPins {
  readonly #servers = new Map<string, ReadonlyMap<string, string>>();

  /** Takes what the host has kept. What was seen first in this run stays, until the host has kept it, too. */
  replace(pins: readonly ServerPins[]): void {
    for (const { server, tools } of pins) {
      this.#servers.set(server, new Map(tools.map((pin) => [pin.name, pin.hash])));
    }
  }

  /** How each tool stands. The first time, all that hide nothing are pinned: `first` is true then. */
  judge(
    server: string,
    tools: readonly LookedAtTool[],
  ): { readonly first: boolean; readonly tools: readonly JudgedTool[] } {
    const known = this.#servers.get(server);
    const pins = known ?? new Map(tools.filter(({ hidden }) => !hidden).map(({ name, hash }) => [name, hash]));
    if (known === undefined) this.#servers.set(server, pins);
    return {
      first: known === undefined,
      tools: tools.map((tool) => ({ ...tool, status: statusOf(pins.get(tool.name), tool) })),
    };
  }
}

function statusOf(pinned: string | undefined, { hash, hidden }: LookedAtTool): ToolStatus {
  if (pinned === hash) return 'pinned';
  if (hidden) return 'hidden_text';
  return pinned === undefined ? 'new' : 'changed';
}
