/** Where a credential's value may go. Each has one call site, but for `fingerprint`; a test knows them all. */
export type SecretExit =
  /** Onto the wire, in the request that the policy allowed. */
  | 'wire'
  /** Over the private pipe, from the extension to the gateway that it forked. */
  | 'pipe'
  /** To an upstream MCP server: into the environment of its process, or into headers of requests to it. */
  | 'server'
  /** Into VS Code's SecretStorage. */
  | 'store'
  /** Into the redactor, which looks for it in what goes back. */
  | 'redactor'
  /** To the thread of this very process that looks for it in what is large. */
  | 'thread'
  /** Into a signature, a JWT or a token request, which are made of it in memory. */
  | 'sign'
  /** Into a keyed hash or a weak-value check, neither of which keeps it. */
  | 'fingerprint';

const REDACTED = '[redacted]';

/**
 * A credential's value. It prints, serialises and inspects as `[redacted]`; the value leaves it only through
 * {@link Secret.expose}, which names where it goes.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place named by `exit`. */
  expose(_exit: SecretExit): string {
    return this.#value;
  }

  /** Length in UTF-16 code units: what the user may know about a value without seeing it. */
  get length(): number {
    return this.#value.length;
  }

  /**
   * The last four characters, or an empty string for a value shorter than 16 (contracts: nothing of it is shown) and
   * for a document (a key file), whose end says nothing.
   */
  get last4(): string {
    return this.#value.length < 16 || /^\s*(?:\{|-----BEGIN )/.test(this.#value) ? '' : this.#value.slice(-4);
  }

  /** Whether both are the same value. */
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
