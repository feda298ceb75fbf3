import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { SecretPort, TextFolderPort } from '../ports.ts';

/** What a person approved of one policy file. */
export type Approval =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'approved';
      /** What is left of it after later saves. */
      readonly text: string;
      /** The text as the person approved it, where it is more than what is left. Only for telling people of it. */
      readonly once?: string;
      readonly services: readonly string[];
      /** When the person approved it, in milliseconds since the epoch. */
      readonly at: number;
    }
  /** The text was changed or lost. Nothing is approved; the services that it named stay known. */
  | { readonly kind: 'broken'; readonly services: readonly string[] };

/** SecretStorage did not keep the hash, so the approval would not outlive this moment. */
export class ApprovalNotKeptError extends Error {}

const recordSchema = z.object({
  sha256: z.string(),
  once: z.optional(z.string()),
  at: z.number(),
  services: z.array(z.string()),
});

/**
 * Approved texts: the text in a folder of global storage, its hash in SecretStorage, which programs that can edit
 * files cannot write. The hash covers the file's id too, so that a text approved for one workspace is no approval for
 * another. Profiles share SecretStorage but not the folder: `installation` keeps them apart.
 */
export class ApprovalStore {
  readonly #texts: TextFolderPort;
  readonly #secrets: SecretPort;
  readonly #installation: string;

  constructor(ports: { readonly texts: TextFolderPort; readonly secrets: SecretPort; readonly installation: string }) {
    this.#texts = ports.texts;
    this.#secrets = ports.secrets;
    this.#installation = ports.installation;
  }

  async read(id: string): Promise<Approval> {
    const record = parseRecord(await this.#secrets.get(this.#key(id)));
    if (!record) return { kind: 'none' };
    const text = await this.#texts.read(fileName(id));
    if (text === undefined || digest(id, text) !== record.sha256) return { kind: 'broken', services: record.services };
    const once = record.once === undefined ? undefined : await this.#texts.read(onceName(id));
    return {
      kind: 'approved',
      text,
      ...(once !== undefined && digest(id, once) === record.once ? { once } : {}),
      services: record.services,
      at: record.at,
    };
  }

  /**
   * Replaces what is approved: `once` is the text as the person approved it, where `text` is what saves left of it.
   * Throws {@link ApprovalNotKeptError}; then nothing counts as approved.
   */
  async write(id: string, text: string, services: readonly string[], at: number, once = text): Promise<void> {
    if (once !== text) await this.#texts.write(onceName(id), once);
    await this.#texts.write(fileName(id), text);
    const hashes = { sha256: digest(id, text), ...(once === text ? {} : { once: digest(id, once) }) };
    const record = JSON.stringify({ ...hashes, at, services });
    await this.#secrets.store(this.#key(id), record);
    if ((await this.#secrets.get(this.#key(id))) !== record) {
      throw new ApprovalNotKeptError('The secret storage did not keep the approval.');
    }
  }

  #key(id: string): string {
    return `approval/${digest(this.#installation, id).slice(0, 32)}`;
  }
}

/** The name of a policy file's approved text, and of its last valid text. */
export function fileName(id: string): string {
  return id === 'user' ? 'user.yaml' : `${digest('file', id).slice(0, 32)}.yaml`;
}

function onceName(id: string): string {
  return `once-${fileName(id)}`;
}

function digest(context: string, text: string): string {
  return createHash('sha256').update(`${context}\0${text}`).digest('hex');
}

function parseRecord(text: string | undefined): z.infer<typeof recordSchema> | undefined {
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
