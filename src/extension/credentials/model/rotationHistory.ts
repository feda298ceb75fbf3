import * as z from 'zod/mini';
import type { MetadataPort } from '../../util/ports.ts';
import { type CredentialId, credentialKey } from './credentialId.ts';

/** What happened to a credential, without its value. */
export interface CredentialEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly how: 'added' | 'rotated' | 'undone' | 'revoked' | 'command' | 'session';
  /** Of the value that counted from then on; empty for a short one, and for what is kept elsewhere. */
  readonly last4: string;
}

/** The oldest go first: enough for years of rotations, and little to write. */
const MAX_EVENTS = 30;

const KEY = 'rotations';
const schema = z.record(
  z.string(),
  z.array(
    z.object({
      at: z.number(),
      how: z.enum(['added', 'rotated', 'undone', 'revoked', 'command', 'session']),
      last4: z.string().check(z.maxLength(4)),
    }),
  ),
);

/** When and how each credential was changed by the user, in `globalState`. Renewals are no rotations. */
export class RotationHistory {
  readonly #metadata: MetadataPort;

  constructor(metadata: MetadataPort) {
    this.#metadata = metadata;
  }

  /** The latest comes last. */
  of(id: CredentialId): readonly CredentialEvent[] {
    return this.#read()[credentialKey(id)] ?? [];
  }

  async add(id: CredentialId, event: CredentialEvent): Promise<void> {
    const events = [...this.of(id), event].slice(-MAX_EVENTS);
    await this.#metadata.update(KEY, { ...this.#read(), [credentialKey(id)]: events });
  }

  async clear(): Promise<void> {
    await this.#metadata.update(KEY, undefined);
  }

  #read(): Readonly<Record<string, readonly CredentialEvent[]>> {
    const parsed = schema.safeParse(this.#metadata.get(KEY));
    return parsed.success ? parsed.data : {};
  }
}
