import * as z from 'zod';
import type { MetadataPort } from '../ports.ts';
import { type CredentialId, credentialKey } from './credentialId.ts';

/** What may be known about a credential without its value. */
export interface CredentialMetadata {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly rotatedAt?: number;
  /** Empty for values shorter than 16 characters. */
  readonly last4: string;
}

const KEY = 'credentials';
const schema = z.record(
  z.string(),
  z.object({ createdAt: z.number(), rotatedAt: z.number().optional(), last4: z.string().max(4) }),
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

  get(id: CredentialId): { readonly createdAt: number; readonly last4: string } | undefined {
    return this.#read()[credentialKey(id)];
  }

  async set(id: CredentialId, entry: CredentialMetadata): Promise<void> {
    await this.#metadata.update(KEY, { ...this.#read(), [credentialKey(id)]: entry });
  }

  async remove(id: CredentialId): Promise<void> {
    const { [credentialKey(id)]: _removed, ...rest } = this.#read();
    await this.#metadata.update(KEY, rest);
  }

  #read(): z.infer<typeof schema> {
    const parsed = schema.safeParse(this.#metadata.get(KEY));
    return parsed.success ? parsed.data : {};
  }
}
