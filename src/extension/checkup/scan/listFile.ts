import type { ZodMiniType } from 'zod/mini';
import type { TextFolderPort } from '../../util/ports.ts';

/** A list of this machine, in a file, so that every window sees the same. */
export class ListFile<T> {
  readonly #texts: TextFolderPort;
  readonly #name: string;
  readonly #schema: ZodMiniType<T[]>;

  constructor(texts: TextFolderPort, name: string, schema: ZodMiniType<T[]>) {
    this.#texts = texts;
    this.#name = name;
    this.#schema = schema;
  }

  /** A file that is damaged has nothing in it. */
  async read(): Promise<readonly T[]> {
    const text = await this.#texts.read(this.#name);
    if (text === undefined) return [];
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch {
      return [];
    }
  }

  async write(list: readonly T[]): Promise<void> {
    await this.#texts.write(this.#name, `${JSON.stringify(list, undefined, 2)}\n`);
  }
}
