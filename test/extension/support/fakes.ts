import { Emitter } from '../../../src/extension/util/emitter.ts';
import type { MetadataPort, SecretPort, TextFolderPort } from '../../../src/extension/util/ports.ts';

/** For what waits between two looks: the second look comes at once. */
export async function noPause(): Promise<void> {}

/** SecretStorage as the tests need it: in memory, slow on demand, and able to lose what it is given. */
export class FakeSecrets implements SecretPort {
  readonly entries = new Map<string, string>();
  /** Keys in the order in which they were stored. */
  readonly stored: string[] = [];
  /** Values of these keys are accepted and forgotten. */
  readonly losing = new Set<string>();
  /** Milliseconds that each call takes. */
  delay: () => number = () => 0;
  readonly #changed = new Emitter<{ readonly key: string }>();
  /** As VS Code has it: fires for what this very window stores, too. */
  readonly onDidChange = this.#changed.event;

  async get(key: string): Promise<string | undefined> {
    await this.#wait();
    return this.entries.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await this.#wait();
    this.stored.push(key);
    if (!this.losing.has(key)) this.entries.set(key, value);
    this.#changed.fire({ key });
  }

  async delete(key: string): Promise<void> {
    await this.#wait();
    if (this.entries.delete(key)) this.#changed.fire({ key });
  }

  async keys(): Promise<string[]> {
    await this.#wait();
    return [...this.entries.keys()];
  }

  async #wait(): Promise<void> {
    const ms = this.delay();
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** `globalState` in memory. Values go through JSON, as the real one's do. */
export class FakeMetadata implements MetadataPort {
  readonly entries = new Map<string, string>();

  get(key: string): unknown {
    const text = this.entries.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async update(key: string, value: unknown): Promise<void> {
    this.entries.set(key, JSON.stringify(value));
  }
}

export class FakeTexts implements TextFolderPort {
  readonly files = new Map<string, string>();

  async read(name: string): Promise<string | undefined> {
    return this.files.get(name);
  }

  async write(name: string, text: string): Promise<void> {
    this.files.set(name, text);
  }
}
