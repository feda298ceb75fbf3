import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { parseJson } from '../../core/parseJson.ts';
import type { SecretPort, TextFolderPort } from '../util/ports.ts';
import { installationKey } from './installationKey.ts';

/** What the user approved of one policy file. */
export type Approval =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'approved';
      /** What is left of it after later saves. */
      readonly text: string;
      /** The text as the user approved it, where it is more than what is left. Only for telling people of it. */
      readonly once?: string;
      readonly services: readonly string[];
      /** When the user approved it, in milliseconds since the epoch. */
      readonly at: number;
    }
  /** The text was changed or lost. Nothing is approved; the services that it named stay known. */
  | { readonly kind: 'broken'; readonly services: readonly string[] };

/** SecretStorage did not keep the hash, so the approval would not outlive this moment. */
export class ApprovalNotSavedError extends Error {}

const recordSchema = z.object({
  sha256: z.string(),
  once: z.optional(z.string()),
  at: z.number(),
  services: z.array(z.string()),
  /** Counts up with each write, in whatever window. */
  revision: z.optional(z.number()),
});
type ApprovalRecord = z.infer<typeof recordSchema>;
const signedSchema = z.object({ record: z.string(), mac: z.string() });

/** Another window may be between writing the text and its record: looked at again, three times. */
const LOOKS = 4;
const PAUSE_MS = 100;

/**
 * Approved texts: the text in a folder of global storage, its hash in SecretStorage, which programs that can edit
 * files cannot write. The hash covers the file's id too, so that a text approved for one workspace is no approval for
 * another. Profiles share SecretStorage but not the folder: `installation` keeps them apart.
 *
 * Where windows do not see each other's SecretStorage (code-server), the record also lies beside the text, signed with a
 * key from SecretStorage and with a revision that counts up: only one that is newer than any that this window knows goes
 * before SecretStorage, and an old one that is put back says nothing.
 */
export class ApprovalStore {
  readonly #texts: TextFolderPort;
  readonly #secrets: SecretPort;
  readonly #installation: string;
  readonly #pause: (ms: number) => Promise<unknown>;
  /** The newest revision of each file that this window has seen. */
  readonly #known = new Map<string, number>();
  #signingKey: Promise<string> | undefined;

  constructor(ports: {
    readonly texts: TextFolderPort;
    readonly secrets: SecretPort;
    readonly installation: string;
    readonly pause?: (ms: number) => Promise<unknown>;
  }) {
    this.#texts = ports.texts;
    this.#secrets = ports.secrets;
    this.#installation = ports.installation;
    this.#pause = ports.pause ?? sleep;
  }

  async read(id: string): Promise<Approval> {
    let approval = await this.#look(id);
    for (let look = 1; approval.kind === 'broken' && look < LOOKS; look += 1) {
      await this.#pause(PAUSE_MS);
      approval = await this.#look(id);
    }
    return approval;
  }

  async #look(id: string): Promise<Approval> {
    const records = await this.#records(id);
    const [first] = records;
    if (!first) return { kind: 'none' };
    const newest = Math.max(this.#known.get(id) ?? 0, ...records.map(revisionOf));
    this.#known.set(id, newest);
    const text = await this.#texts.read(fileName(id));
    const record =
      text === undefined
        ? undefined
        : records.find((one) => revisionOf(one) === newest && one.sha256 === digest(id, text));
    if (text === undefined || !record) return { kind: 'broken', services: first.services };
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
   * Replaces what is approved: `once` is the text as the user approved it, where `text` is what saves left of it.
   * Throws {@link ApprovalNotSavedError}; then nothing counts as approved.
   */
  async write(id: string, text: string, services: readonly string[], at: number, once = text): Promise<void> {
    const revision = 1 + Math.max(this.#known.get(id) ?? 0, ...(await this.#records(id)).map(revisionOf));
    if (once !== text) await this.#texts.write(onceName(id), once);
    await this.#texts.write(fileName(id), text);
    const hashes = { sha256: digest(id, text), ...(once === text ? {} : { once: digest(id, once) }) };
    const record = JSON.stringify({ ...hashes, at, services, revision });
    await this.#secrets.store(this.#key(id), record);
    if ((await this.#secrets.get(this.#key(id))) !== record) {
      throw new ApprovalNotSavedError('The secret storage did not save the approval.');
    }
    // Last, so that other windows never meet a record that SecretStorage did not keep.
    await this.#texts.write(recordName(id), JSON.stringify({ record, mac: await this.#macOf(id, record) }));
    this.#known.set(id, revision);
  }

  /** The record in SecretStorage, and the signed one of another window. */
  async #records(id: string): Promise<readonly ApprovalRecord[]> {
    const kept = parseRecord(await this.#secrets.get(this.#key(id)));
    const signed = await this.#signedRecord(id);
    return [...(kept ? [kept] : []), ...(signed ? [signed] : [])];
  }

  async #signedRecord(id: string): Promise<ApprovalRecord | undefined> {
    const parsed = signedSchema.safeParse(parseJson(await this.#texts.read(recordName(id))));
    if (!parsed.success) return undefined;
    const { record, mac } = parsed.data;
    const [given, expected] = [Buffer.from(mac), Buffer.from(await this.#macOf(id, record))];
    return given.length === expected.length && timingSafeEqual(given, expected) ? parseRecord(record) : undefined;
  }

  async #macOf(id: string, record: string): Promise<string> {
    this.#signingKey ??= installationKey(this.#secrets, 'approval');
    return createHmac('sha256', Buffer.from(await this.#signingKey, 'hex'))
      .update(`${this.#key(id)}\0${record}`)
      .digest('hex');
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

function recordName(id: string): string {
  return `${fileName(id)}.json`;
}

function revisionOf({ revision }: ApprovalRecord): number {
  return revision ?? 0;
}

function parseRecord(text: string | undefined): ApprovalRecord | undefined {
  const parsed = recordSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}
