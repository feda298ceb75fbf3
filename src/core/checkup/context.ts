/** What checks need to know beside the files. The command line knows no more than the time and a key. */
export interface CheckupContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A keyed digest, by which equal values are found without comparing or keeping them. */
  readonly fingerprint: (value: string) => string;
}
