/** What the extension's logic needs of its surroundings: narrow enough to be faked in a few lines. */

/** The part of VS Code's SecretStorage that is used. */
export interface SecretPort {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  keys(): PromiseLike<string[]>;
}

/** The part of `globalState` that is used. Nothing secret goes there. */
export interface MetadataPort {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A folder of small text files that only this extension writes. Names are plain file names. */
export interface TextFolderPort {
  /** Undefined when there is no such file, or something in its place that cannot be read as a text. */
  read(name: string): Promise<string | undefined>;
  /** Replaces the file in one step: a reader sees the old text or the new one. */
  write(name: string, text: string): Promise<void>;
}

/** Milliseconds since the epoch. */
export type Clock = () => number;
