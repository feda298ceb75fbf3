import type { Pattern } from '../../policy/patterns/pattern.ts';
import type { Phrase } from '../../text/phrase.ts';
import type { Position, Severity, Span } from '../../text/span.ts';

/** Where a service stands in its policy file, for findings about Valet Key's own state. */
export interface StatePlace {
  readonly file: string;
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
}

/** A credential that Valet Key keeps. Times in milliseconds since 1970. */
export interface CredentialFact {
  readonly service: string;
  readonly environment?: string;
  readonly place: StatePlace;
  /** When it was stored or last rotated. */
  readonly rotatedAt: number;
  readonly expiresAt?: number;
  /** When the API last refused it with 401, if it did not accept it since. */
  readonly rejectedAt?: number;
  /** By the same function as the context's. */
  readonly fingerprint: string;
}

/** A rule of an active policy. */
export interface RuleFact {
  readonly service: string;
  readonly place: StatePlace;
  readonly pattern: Pick<Pattern, 'text'>;
  readonly methods: readonly string[];
}

/** What the checks of one file need to know beside it. */
export interface FileContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A keyed digest, by which equal values are found without comparing or keeping them. */
  readonly fingerprint: (value: string) => string;
  /** A digest of texts under a key that lasts; absent where nobody dismisses findings. */
  readonly digest?: (...texts: readonly string[]) => string;
  /** Whether anybody can make these digests, so that no secret goes into one: a short password could be tried out. */
  readonly publicDigests?: boolean;
}

/** What the checks of Valet Key's own state need to know. The command line knows no more than the time. */
export interface OwnContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly credentials?: readonly CredentialFact[];
  /** The allow rules of all active policies. */
  readonly rules?: readonly RuleFact[];
  /** Services whose self-test found the credential in an error that an agent would get. */
  readonly leaks?: readonly { readonly service: string; readonly place: StatePlace }[];
  /** The last kill-switch test: how long it took until no call went through, in milliseconds. */
  readonly killSwitchTest?: { readonly place: StatePlace; readonly tookMs: number };
  /** There when the audit log cannot be written. */
  readonly brokenAuditLog?: StatePlace;
}

export type CheckupContext = FileContext & OwnContext;

/** What a finding about Valet Key's own state says. */
export interface StateStatement {
  readonly severity: Severity;
  readonly code: string;
  readonly message: Phrase;
}
