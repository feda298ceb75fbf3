import * as z from 'zod/mini';
import type { MetadataPort } from '../../util/ports.ts';

/** How long it took to cut off every agent when it was last tried. */
export interface KillSwitchTest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
}

const KEY = 'checkup.drill';
const schema = z.object({ at: z.number(), ms: z.number() });

/** The last test of the kill switch. */
export class KillSwitchTests {
  readonly #metadata: MetadataPort;

  constructor(metadata: MetadataPort) {
    this.#metadata = metadata;
  }

  /** Undefined when there never was one. */
  get last(): KillSwitchTest | undefined {
    return schema.safeParse(this.#metadata.get(KEY)).data;
  }

  async note(killSwitchTest: KillSwitchTest): Promise<void> {
    await this.#metadata.update(KEY, killSwitchTest);
  }
}
