import * as z from 'zod/mini';
import type { Dismissal } from '../../../core/checkup/dismissed.ts';
import { installationKey } from '../../state/installationKey.ts';
import type { SecretPort, TextFolderPort } from '../../util/ports.ts';
import { ListFile } from './listFile.ts';

/**
 * What the user dismissed on this machine. The digests are made under a key that SecretStorage has, so that no value is kept, and no
 * program that writes the file silences anything. A repository has no say in it.
 */
export interface OwnDismissal extends Dismissal {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const schema = z.array(
  z.object({
    kind: z.enum(['not-a-secret', 'accepted-risk']),
    digest: z.string(),
    code: z.string(),
    reason: z.string(),
    at: z.number(),
  }),
);

/** The dismissals of this machine, in a file, so that every window sees the same. */
export class Dismissals {
  readonly #file: ListFile<OwnDismissal>;
  readonly #secrets: SecretPort;
  #key: Promise<string | undefined> | undefined;

  constructor(texts: TextFolderPort, secrets: SecretPort) {
    this.#file = new ListFile(texts, 'dismissals.json', schema);
    this.#secrets = secrets;
  }

  /** What findings are known by. Undefined without SecretStorage: then nothing can be dismissed, and everything is told. */
  key(): Promise<string | undefined> {
    this.#key ??= installationKey(this.#secrets, 'dismissal').catch(() => {
      this.#key = undefined;
      return undefined;
    });
    return this.#key;
  }

  /** A file that is damaged dismisses nothing. */
  all(): Promise<readonly OwnDismissal[]> {
    return this.#file.read();
  }

  async add(dismissal: OwnDismissal): Promise<void> {
    await this.#file.write([...(await this.all()).filter((one) => !isSame(one, dismissal)), dismissal]);
  }

  /** What it dismissed is a finding again. */
  async remove(dismissal: Dismissal): Promise<void> {
    await this.#file.write((await this.all()).filter((one) => !isSame(one, dismissal)));
  }
}

function isSame(one: Dismissal, other: Dismissal): boolean {
  return one.digest === other.digest && one.kind === other.kind && one.code === other.code;
}
