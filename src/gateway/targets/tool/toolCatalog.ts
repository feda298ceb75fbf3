import { INSTRUCTIONS, type LookedAtTool, type LookedAtTools, type OfferedTools } from '../../cleaning/lookAtTools.ts';
import type { ServerState, ToolsSeen } from '../../control/controlPort.ts';
import type { Vault } from '../../credentials/vault.ts';
import type { ServerInForce } from '../../policies/serverSet.ts';
import type { TurnBudget } from '../../util/turnBudget.ts';
import type { JudgedTool, ToolPins } from './toolPins.ts';

/** What the gateway knows of one server's tools: what was offered last, and how each stands with the user's pins. */
export class ToolCatalog {
  readonly #server: string;
  readonly #pins: ToolPins;
  #offered: readonly LookedAtTool[] | undefined;
  #judged: readonly JudgedTool[] = [];
  #byName = new Map<string, JudgedTool>();
  #reported = '';
  readonly #turnBudget: Pick<TurnBudget, 'turn'>;
  /** What was said last of the tools that an agent may use, and by which policy. */
  #usable:
    | {
        readonly judged: readonly JudgedTool[];
        readonly inForce: Pick<ServerInForce, 'decide'>;
        readonly tools: Promise<readonly JudgedTool[]>;
      }
    | undefined;
  /** What was offered last as it was looked through, and with which credentials known. */
  #lookedAt:
    | {
        readonly offered: OfferedTools;
        readonly known: Vault['known'];
        readonly tools: Promise<LookedAtTools>;
      }
    | undefined;

  constructor(server: string, pins: ToolPins, turnBudget: Pick<TurnBudget, 'turn'>) {
    this.#server = server;
    this.#pins = pins;
    this.#turnBudget = turnBudget;
  }

  /** What the server offers, looked through by `look` unless that was done, with the same credentials known. */
  lookedAt(offered: OfferedTools, known: Vault['known'], look: () => Promise<LookedAtTools>): Promise<LookedAtTools> {
    if (this.#lookedAt?.offered === offered && this.#lookedAt.known === known) return this.#lookedAt.tools;
    const tools = look();
    this.#lookedAt = { offered, known, tools };
    tools.catch(() => {
      this.#lookedAt = undefined; // the next call tries again
    });
    return tools;
  }

  /** Takes what the server offers now. Returns what is to be told when that, or how it stands, is new. */
  take(offered: readonly LookedAtTool[]): ToolsSeen | undefined {
    const { first, tools } = this.#pins.judge(this.#server, offered);
    this.#offered = offered;
    this.#judged = tools;
    this.#byName = new Map(tools.map((tool) => [tool.name, tool]));
    const now = JSON.stringify(tools.map(({ name, hash, status }) => [name, hash, status]));
    if (now === this.#reported) return undefined;
    this.#reported = now;
    const seen = tools.map(({ name, hash, status, definition }) => ({ name, hash, status, definition }));
    return { server: this.#server, first, tools: seen };
  }

  /** Judges what was offered last by the pins as they are now. */
  judgeAgain(): ToolsSeen | undefined {
    return this.#offered && this.take(this.#offered);
  }

  find(tool: string): JudgedTool | undefined {
    return this.#byName.get(tool);
  }

  /**
   * The tools that an agent is shown: accepted by the user, and not denied by policy. A thousand tools and as many patterns
   * take a while: once for each policy, and with a turn for others in between.
   */
  usable(inForce: Pick<ServerInForce, 'decide'>): Promise<readonly JudgedTool[]> {
    const judged = this.#judged;
    if (this.#usable?.judged !== judged || this.#usable.inForce !== inForce) {
      this.#usable = { judged, inForce, tools: this.#usableBy(inForce) };
    }
    return this.#usable.tools;
  }

  async #usableBy({ decide }: Pick<ServerInForce, 'decide'>): Promise<readonly JudgedTool[]> {
    const usable: JudgedTool[] = [];
    for (const tool of this.#tools) {
      await this.#turnBudget.turn();
      if (tool.status === 'pinned' && decide(tool.name).verdict !== 'deny') usable.push(tool);
    }
    return usable;
  }

  /** What the server says of itself, as the user accepted it; cut. */
  get instructions(): string | undefined {
    const own = this.#byName.get(INSTRUCTIONS);
    return own?.status === 'pinned' ? String(own.shown.description) : undefined;
  }

  async counts(inForce: Pick<ServerInForce, 'decide'> | undefined): Promise<ServerState['tools']> {
    const usable = inForce ? await this.usable(inForce) : [];
    return {
      offered: this.#tools.length,
      usable: usable.length,
      waiting: this.#judged.filter(({ status }) => status !== 'pinned').length,
    };
  }

  get #tools(): readonly JudgedTool[] {
    return this.#judged.filter(({ name }) => name !== INSTRUCTIONS);
  }
}
