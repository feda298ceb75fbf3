import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { AuditAnchor } from '../../../core/audit/verification.ts';
import { parseJson } from '../../../core/parseJson.ts';
import { KEEP_MS } from '../../../gateway/audit/retention.ts';
import type { AuditHead } from '../../../gateway/control/controlPort.ts';
import type { Clock, SecretPort } from '../../util/ports.ts';

/** What SecretStorage keys of anchors begin with: changes to them concern nobody but *Verify Audit Log*. */
export const ANCHOR_PREFIX = 'anchor/';

/** Retention removes old runs; their anchors are kept for 30 days more, to tell that from a theft. */
const FORGET_AFTER_MS = KEEP_MS + 30 * 24 * 60 * 60 * 1000;

const schema = z.object({ seq: z.number(), hash: z.string(), at: z.number() });

export interface StoredAnchor extends AuditAnchor {
  readonly gatewayId: string;
  /** When it was anchored, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * How far each gateway run's audit chain was seen to go, in SecretStorage, which whoever can edit files cannot write.
 * Profiles share SecretStorage but not the trail: `installation` keeps them apart.
 */
export class AnchorStore {
  readonly #secrets: SecretPort;
  readonly #prefix: string;
  readonly #now: Clock;

  constructor(ports: { readonly secrets: SecretPort; readonly installation: string; readonly now: Clock }) {
    this.#secrets = ports.secrets;
    this.#prefix = `${ANCHOR_PREFIX}${createHash('sha256').update(ports.installation).digest('hex').slice(0, 16)}/`;
    this.#now = ports.now;
  }

  async put({ gatewayId, seq, hash }: AuditHead): Promise<void> {
    await this.#secrets.store(this.#prefix + gatewayId, JSON.stringify({ seq, hash, at: this.#now() }));
  }

  async all(): Promise<readonly StoredAnchor[]> {
    const keys = (await this.#secrets.keys()).filter((key) => key.startsWith(this.#prefix));
    const anchors = await Promise.all(
      keys.map(async (key): Promise<StoredAnchor | undefined> => {
        const parsed = schema.safeParse(parseJson(await this.#secrets.get(key)));
        return parsed.success ? { gatewayId: key.slice(this.#prefix.length), ...parsed.data } : undefined;
      }),
    );
    return anchors.filter((anchor) => anchor !== undefined);
  }

  /** Forgets anchors of runs that are long gone, except those in `present`. */
  async forgetOld(present: ReadonlySet<string>): Promise<void> {
    const oldest = this.#now() - FORGET_AFTER_MS;
    for (const { gatewayId, at } of await this.all()) {
      if (at < oldest && !present.has(gatewayId)) await this.#secrets.delete(this.#prefix + gatewayId);
    }
  }
}
