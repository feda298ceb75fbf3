import { setTimeout as sleep } from 'node:timers/promises';
import type { PolicyAuthor, PolicyDocument } from '../../core/policy/model/policy.ts';
import { ADMIN_POLICY_ID, type PolicyFile } from '../control/controlPort.ts';

/** Gives a text's document; throws when it cannot in time. */
export type ParsePolicy = (text: string, author: PolicyAuthor) => Promise<PolicyDocument>;

/** How long to wait before a text that could not be read in time is tried again, each time; in milliseconds. */
const PAUSES_MS = [300, 1500, 5000];

/** The texts of policy files as they were read, each once: for services and servers alike. */
export interface ReadTexts {
  readonly documentOf: ParsePolicy;
  /** Labels of files of which a text could not be read. */
  readonly unread: readonly string[];
}

/**
 * Reads policy texts, and again where a busy machine gave no time for it. A text that was made to take long is not tried
 * forever; it grants nothing then.
 */
export class PolicyTexts {
  readonly #pausesMs: readonly number[];
  /** What is in force was usually read before. */
  #documents: ReadonlyMap<string, PolicyDocument> = new Map();

  constructor(pausesMs: readonly number[] = PAUSES_MS) {
    this.#pausesMs = pausesMs;
  }

  /**
   * Resolves with undefined when `superseded` says meanwhile that nobody needs it any more. `onUnread` is told once, when
   * a text is to be tried again.
   */
  async read(
    files: readonly PolicyFile[],
    parse: ParsePolicy,
    superseded: () => boolean,
    onUnread: (labels: readonly string[]) => void,
  ): Promise<ReadTexts | undefined> {
    const texts = textsOf(files);
    const documents = new Map<string, PolicyDocument>();
    const missing = new Map(texts.map((text) => [keyOf(text.text, text.author), text]));
    const labels = (): string[] => [...new Set([...missing.values()].map(({ label }) => label))];
    for (const pauseMs of [...this.#pausesMs, undefined]) {
      for (const [key, { text, author }] of missing) {
        const document = this.#documents.get(key) ?? (await parse(text, author).catch(() => undefined));
        if (superseded()) return undefined;
        if (document === undefined) continue;
        documents.set(key, document);
        missing.delete(key);
      }
      if (missing.size === 0 || pauseMs === undefined) break;
      onUnread(labels());
      await sleep(pauseMs);
      if (superseded()) return undefined;
    }
    this.#documents = documents;
    return {
      documentOf: async (text, author) => documents.get(keyOf(text, author)) ?? { text, problems: [] },
      unread: labels(),
    };
  }
}

function textsOf(
  files: readonly PolicyFile[],
): readonly { readonly text: string; readonly author: PolicyAuthor; readonly label: string }[] {
  return files.flatMap(({ id, label, approved, written }) => {
    const author = id === ADMIN_POLICY_ID ? ('administrator' as const) : ('user' as const);
    const wanted = author === 'administrator' ? [written] : [approved, written];
    return wanted.flatMap((text) => (text === undefined ? [] : [{ text, author, label }]));
  });
}

function keyOf(text: string, author: PolicyAuthor): string {
  return `${author} ${text}`;
}
