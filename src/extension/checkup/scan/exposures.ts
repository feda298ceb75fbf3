import * as z from 'zod/mini';
import type { TextFolderPort } from '../../util/ports.ts';
import { ListFile } from './listFile.ts';

/**
 * A credential that stood in plain text and was taken out of its file. Whoever could read the file may have read it, so
 * it is a finding until it is rotated, or until the user says that it was. Nothing of the value is kept but its last
 * four characters.
 */
export interface Exposure {
  readonly id: string;
  /** What it is, such as `GitHub token`. */
  readonly kind: string;
  /** Where it stood: the file as it is shown, and its address. */
  readonly file: string;
  readonly uri: string;
  readonly server: string;
  /** Empty for values shorter than 16. */
  readonly last4: string;
  /** Where its provider makes and revokes credentials, if that is known. */
  readonly keyPage?: string | undefined;
  /** The credential that Valet Key has it as: {@link credentialKey} of it. */
  readonly credential?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly movedAt: number;
}

const schema = z.array(
  z.object({
    id: z.string(),
    kind: z.string(),
    file: z.string(),
    uri: z.string(),
    server: z.string(),
    last4: z.string(),
    keyPage: z.optional(z.string()),
    credential: z.optional(z.string()),
    movedAt: z.number(),
  }),
);

/** The exposures of this machine, in a file, so that every window sees the same. */
export class Exposures {
  readonly #file: ListFile<Exposure>;

  constructor(texts: TextFolderPort) {
    this.#file = new ListFile(texts, 'exposures.json', schema);
  }

  /** What is not known to be rotated. A file that is damaged says nothing. */
  all(): Promise<readonly Exposure[]> {
    return this.#file.read();
  }

  async add(more: readonly Exposure[]): Promise<void> {
    await this.#file.write([...(await this.all()), ...more]);
  }

  /** Forgets these: they were rotated, waived, or put back. */
  async remove(ids: ReadonlySet<string>): Promise<void> {
    if (ids.size > 0) await this.#file.write((await this.all()).filter(({ id }) => !ids.has(id)));
  }
}

/** Those whose credential was replaced or revoked in Valet Key after it was moved. */
export function settled(
  exposures: readonly Exposure[],
  changedAt: (credential: string) => number | undefined,
): ReadonlySet<string> {
  return new Set(
    exposures
      .filter(({ credential, movedAt }) => credential !== undefined && (changedAt(credential) ?? 0) > movedAt)
      .map(({ id }) => id),
  );
}
