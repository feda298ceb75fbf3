import type fc from 'fast-check';

/** One door of the product, and what random input for it looks like. */
export interface Fuzzer<Input> {
  readonly name: string;
  /** Plain JSON values alone, so that a counterexample can be kept in a file. */
  readonly arbitrary: fc.Arbitrary<Input>;
  /** Starts what is attacked. */
  start(): Promise<Attack<Input>>;
}

export interface Attack<Input> {
  /** Throws what is wrong, in words. */
  attempt(input: Input): Promise<void>;
  /** Looks once more at the whole (logs, processes), ends what was started, and says what was seen, in a few words. */
  end(): Promise<string>;
}

/** Throws with `what` unless it holds. */
export function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
