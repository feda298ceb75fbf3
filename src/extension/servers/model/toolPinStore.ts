import * as z from 'zod/mini';
import { parseJson } from '../../../core/parseJson.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import type { SeenTool, ServerPins, ToolsSeen } from '../../../gateway/control/controlPort.ts';
import type { SignedText } from '../../agents/model/agentStore.ts';
import type { CredentialScope } from '../../credentials/model/credentialId.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';
import { serverKey } from './serverScopes.ts';

const toolSchema = z.object({ name: z.string(), hash: z.string(), definition: z.string() });
const schema = z.record(z.string(), z.array(toolSchema));
type PinRecord = z.infer<typeof schema>;

/** A tool as the user accepted it. */
export type AcceptedTool = z.infer<typeof toolSchema>;

/** What a server offers now that it did not when the user last said yes. */
export interface WaitingTools {
  readonly server: string;
  /** All that it offers, as it would be accepted. */
  readonly offered: readonly SeenTool[];
  readonly accepted: readonly AcceptedTool[];
  /** Those of `offered` that are off until then. */
  readonly waiting: readonly SeenTool[];
}

/** The server changed its tools between the review and the click. */
export class ToolsChangedError extends Error {}

const ID = 'toolPins';
const NOTHING: PinRecord = {};

/**
 * What the user has accepted of the tools of upstream MCP servers. Signed as approvals are, so that no program that edits files
 * accepts a tool. In a record that was tampered with nothing is accepted, and no server it named counts as never seen:
 * all their tools wait.
 */
export class ToolPinStore {
  readonly #text: SignedText;
  readonly #now: Clock;
  readonly #scopes: () => ReadonlyMap<string, CredentialScope>;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<void>();
  /** What this window's gateway last saw. */
  readonly #seen = new Map<string, ToolsSeen>();
  #record = NOTHING;
  /** Fires when what is accepted, or what is seen, is another. */
  readonly onDidChange = this.#changed.event;
  readonly #pinsChanged = new Emitter<void>();
  /** Fires when what is accepted is another: the gateway is to be told. */
  readonly onDidChangePins = this.#pinsChanged.event;

  /** @param ports.scopes whose each server of this window is */
  constructor(ports: {
    readonly text: SignedText;
    readonly now: Clock;
    readonly scopes: () => ReadonlyMap<string, CredentialScope>;
  }) {
    this.#text = ports.text;
    this.#now = ports.now;
    this.#scopes = ports.scopes;
  }

  /** What the gateway of this window is told. A server that nobody saw yet is left out. */
  get pins(): readonly ServerPins[] {
    return [...this.#scopes()].flatMap(([server, scope]) => {
      const tools = this.#record[serverKey(scope, server)];
      return tools === undefined ? [] : [{ server, tools: tools.map(({ name, hash }) => ({ name, hash })) }];
    });
  }

  load(): Promise<void> {
    return this.#queue.run(async () => this.#become(await this.#read()));
  }

  /**
   * Takes what a server offers. What no window saw before is accepted with the policy that names the server, but for
   * what hides text. True when the gateway has to be told the pins.
   */
  note(seen: ToolsSeen): Promise<boolean> {
    this.#seen.set(seen.server, seen);
    return this.#queue.run(async () => {
      const key = this.#keyOf(seen.server);
      const kept = seen.first && key !== undefined && (await this.#keepFirst(key, seen));
      this.#changed.fire();
      return kept;
    });
  }

  /** Undefined when nothing of this server waits. */
  waitingOf(server: string): WaitingTools | undefined {
    const seen = this.#seen.get(server);
    const key = this.#keyOf(server);
    if (!seen || key === undefined) return undefined;
    const accepted = this.#record[key] ?? [];
    const waiting = seen.tools.filter(
      ({ name, hash }) => !accepted.some((tool) => tool.name === name && tool.hash === hash),
    );
    return waiting.length === 0 ? undefined : { server, offered: seen.tools, accepted, waiting };
  }

  /** Every server whose tools wait. */
  get waiting(): readonly WaitingTools[] {
    return [...this.#seen.keys()].flatMap((server) => this.waitingOf(server) ?? []);
  }

  /**
   * Accepts exactly what the user was shown. Ask in a modal first: this widens. Throws {@link ToolsChangedError} when the
   * server offers something else by now.
   */
  accept({ server, offered }: WaitingTools): Promise<void> {
    return this.#queue.run(async () => {
      const key = this.#keyOf(server);
      const now = this.#seen.get(server)?.tools ?? [];
      if (key === undefined || hashes(now) !== hashes(offered)) {
        throw new ToolsChangedError(`${server} changed its tools while they were being reviewed.`);
      }
      await this.#write({ ...(await this.#read()), [key]: offered.map(acceptedTool) });
    });
  }

  async #keepFirst(key: string, { tools }: ToolsSeen): Promise<boolean> {
    const record = await this.#read();
    // Another window may have seen the server before: then its pins count.
    if (record[key] === undefined) {
      const usable = tools.filter(({ status }) => status === 'pinned');
      await this.#write({ ...record, [key]: usable.map(acceptedTool) });
    } else {
      this.#become(record);
    }
    return true;
  }

  #keyOf(server: string): string | undefined {
    const scope = this.#scopes().get(server);
    return scope && serverKey(scope, server);
  }

  async #read(): Promise<PinRecord> {
    const read = await this.#text.read(ID);
    if (read.kind === 'none') return NOTHING;
    const parsed = read.kind === 'approved' ? schema.safeParse(parseJson(read.text)) : undefined;
    return parsed?.success ? parsed.data : Object.fromEntries(read.services.map((key) => [key, []]));
  }

  async #write(record: PinRecord): Promise<void> {
    await this.#text.write(ID, JSON.stringify(record), Object.keys(record), this.#now());
    this.#become(record);
  }

  #become(record: PinRecord): void {
    if (JSON.stringify(record) === JSON.stringify(this.#record)) return;
    this.#record = record;
    this.#pinsChanged.fire();
    this.#changed.fire();
  }
}

function acceptedTool({ name, hash, definition }: SeenTool): AcceptedTool {
  return { name, hash, definition };
}

function hashes(tools: readonly SeenTool[]): string {
  return JSON.stringify(tools.map(({ name, hash }) => [name, hash]).sort());
}
