export interface Rate {
  readonly count: number;
  readonly per: 'second' | 'minute' | 'hour' | 'day';
}

/** A service's limits with the defaults filled in. Bytes and milliseconds. */
export interface Limits {
  readonly requests?: Rate;
  /** `requests` counts for each agent apart, by its short name. */
  readonly perAgent?: true;
  readonly concurrent: number;
  readonly responseBytes: number;
  readonly requestBytes: number;
  readonly timeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  concurrent: 16,
  // What is redacted at once must not hold up a freeze: some ten milliseconds of work.
  responseBytes: 1024 * 1024,
  requestBytes: 1024 * 1024,
  timeoutMs: 30_000,
};
