/** A secret in a text. */
export interface FoundSecret {
  /** Documented in docs/checkup.md. */
  readonly code:
    | 'secret-token'
    | 'secret-value'
    | 'secret-connection-string'
    | 'secret-authorization'
    | 'secret-in-url'
    | 'access-key-id'
    | 'capability-url'
    | 'guessable-password';
  readonly kind: string;
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly provider?: string;
}
