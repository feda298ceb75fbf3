import * as z from 'zod/mini';
import type { CredentialCondition } from '../../../gateway/control/controlPort.ts';
import type { MetadataPort } from '../../util/ports.ts';
import { type CredentialId, credentialKey } from './credentialId.ts';

/** What may be known about a credential without its value. Times are milliseconds since the epoch. */
export interface CredentialMetadata {
  readonly createdAt: number;
  readonly rotatedAt?: number;
  /** When the API last answered a call with it; at most a minute behind. */
  readonly lastUsedAt?: number;
  /** When the provider said that it ends; absent when it did not say. */
  readonly expiresAt?: number;
  /** Empty for values shorter than 16 characters. */
  readonly last4: string;
  /** See {@link fingerprintOf}; absent for entries that were made without one. */
  readonly fingerprint?: string;
  /** What the API last thought of it, where that was not well of it. */
  readonly condition?: CredentialCondition;
}

const KEY = 'credentials';
const date = z.optional(z.number());
/** As earlier builds wrote it, too: the condition is a `standing` there. */
const entry = z.object({
  createdAt: z.number(),
  rotatedAt: date,
  lastUsedAt: date,
  expiresAt: date,
  last4: z.string().check(z.maxLength(4)),
  fingerprint: z.optional(z.string().check(z.maxLength(64))),
  standing: z.optional(z.enum(['unverified', 'rejected'])),
});
const schema = z.record(
  z.string(),
  z.pipe(
    entry,
    z.transform(({ standing, ...other }: z.infer<typeof entry>) => ({ ...other, condition: standing })),
  ),
);

/** The index in `globalState` of the credentials that should be in SecretStorage. */
export class CredentialIndex {
  readonly #metadata: MetadataPort;

  constructor(metadata: MetadataPort) {
    this.#metadata = metadata;
  }

  keys(): readonly string[] {
    return Object.keys(this.#read());
  }

  get(id: CredentialId): CredentialMetadata | undefined {
    return this.#read()[credentialKey(id)];
  }

  async set(id: CredentialId, entry: CredentialMetadata): Promise<void> {
    await this.#write({ ...this.#read(), [credentialKey(id)]: entry });
  }

  async remove(id: CredentialId): Promise<void> {
    const { [credentialKey(id)]: _removed, ...rest } = this.#read();
    await this.#write(rest);
  }

  async clear(): Promise<void> {
    await this.#metadata.update(KEY, undefined);
  }

  async #write(entries: Readonly<Record<string, CredentialMetadata>>): Promise<void> {
    const stored = Object.entries(entries).map(([key, { condition, ...entry }]) => [
      key,
      condition === undefined ? entry : { ...entry, standing: condition },
    ]);
    await this.#metadata.update(KEY, Object.fromEntries(stored));
  }

  #read(): Readonly<Record<string, CredentialMetadata>> {
    const parsed = schema.safeParse(this.#metadata.get(KEY));
    // An absent field is an absent key: what is read is written back with one field changed.
    return parsed.success ? (JSON.parse(JSON.stringify(parsed.data)) as Record<string, CredentialMetadata>) : {};
  }
}
