import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import { compareRecords } from '../../../core/audit/auditQuery.ts';
import { groupParts } from '../../../core/audit/partName.ts';
import { parseRecord } from '../../../core/audit/verify.ts';
import { NotAPartError, partTail } from '../../../gateway/audit/auditFiles.ts';
import type { Clock, MetadataPort } from '../../util/ports.ts';

const STATE_KEY = 'gatewayRuns';
/** A window that is reloaded once an hour finds its whole day. */
const MAX_RUNS = 24;
/** How far back is looked: a day, in milliseconds. */
const RECALLED_MS = 24 * 60 * 60 * 1000;
/** A call takes some 1200 bytes of the trail, intent and outcome: enough for 200 of them, read in a few milliseconds. */
const MAX_BYTES = 512 * 1024;

const runIds = z.array(z.string());
/** What is shown of a record; the trail's own form asks for less. Files of the trail can be edited by anyone. */
const shownFields = z.looseObject({
  service: z.optional(z.string()),
  subject: z.optional(z.string()),
  method: z.optional(z.string()),
  path: z.optional(z.string()),
  verdict: z.optional(z.string()),
  code: z.optional(z.string()),
  status: z.optional(z.number()),
  durationMs: z.optional(z.number()),
  credential: z.optional(z.object({ name: z.string(), last4: z.string() })),
  removed: z.optional(z.object({ gatewayId: z.string(), seq: z.number() })),
});

/**
 * What this window's earlier gateways recorded, so that a reload does not empty its views. The workspace's state says
 * which runs of the common trail are this window's: other windows' calls are shown there.
 */
export class WindowHistory {
  readonly #state: MetadataPort;
  readonly #directory: string;
  readonly #now: Clock;

  /** @param ports.directory the folder of the trail, of all windows */
  constructor(ports: { readonly state: MetadataPort; readonly directory: string; readonly now: Clock }) {
    this.#state = ports.state;
    this.#directory = ports.directory;
    this.#now = ports.now;
  }

  /** A gateway of this window writes under this id from now on. */
  async remember(gatewayId: string): Promise<void> {
    const known = this.#runs();
    if (known[0] === gatewayId) return;
    await this.#state.update(STATE_KEY, [gatewayId, ...known.filter((id) => id !== gatewayId)].slice(0, MAX_RUNS));
  }

  /**
   * The records of the last 24 hours of this window's runs, oldest first: what stands in the last 512 KiB of them. A
   * missing folder is an empty trail; lines that are no records are left to *Verify Audit Log*.
   */
  async recall(): Promise<readonly AuditRecord[]> {
    const found: AuditRecord[] = [];
    let left = MAX_BYTES;
    for (const name of await this.#newestParts()) {
      if (left <= 0) break;
      const { bytes, lines } = await this.#tail(name, left);
      left -= bytes;
      found.push(...lines.flatMap((line) => showable(line) ?? []));
    }
    const since = this.#now() - RECALLED_MS;
    return found.filter(({ time }) => Date.parse(time) >= since).sort(compareRecords);
  }

  /** Something else in a part's place is a finding of *Verify Audit Log*; here it is nothing. */
  async #tail(name: string, most: number): ReturnType<typeof partTail> {
    try {
      return await partTail(path.join(this.#directory, name), most);
    } catch (error) {
      if (!(error instanceof NotAPartError)) throw error;
      return { bytes: 0, lines: [] };
    }
  }

  async #newestParts(): Promise<readonly string[]> {
    const runs = new Set(this.#runs());
    if (runs.size === 0) return [];
    const ours = groupParts(await namesIn(this.#directory)).filter(({ gatewayId }) => runs.has(gatewayId));
    return ours.flatMap(({ parts }) => parts).reverse();
  }

  #runs(): readonly string[] {
    const parsed = runIds.safeParse(this.#state.get(STATE_KEY));
    return parsed.success ? parsed.data : [];
  }
}

function showable(line: string): AuditRecord | undefined {
  const record = parseRecord(line);
  return record && shownFields.safeParse(record).success ? record : undefined;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await fs.readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
