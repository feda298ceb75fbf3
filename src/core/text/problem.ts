import type { Phrase } from './phrase.ts';
import type { Position, Severity, Span } from './span.ts';

export interface RelatedPlace {
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
  readonly message: Phrase;
}

export interface ProblemData {
  /** Whose rule or setting it is. */
  readonly service?: string;
  /** Such as `stripe/policies/2`. */
  readonly rule?: string;
  /** For `wrong-type`: it stands where a text is wanted, and is none for want of quotes. */
  readonly unquoted?: true;
  /** For `missing-key`: what to add, to the map at the problem's place or to the value of the key there. */
  readonly add?: { readonly pair: string; readonly to: 'map' | 'value' };
}

/** One thing that is wrong, or unwise, in a policy text. */
export interface Problem {
  /** Stable, kebab-case; documented in docs/policy.md. */
  readonly code: string;
  readonly severity: Severity;
  /** Says what is wrong and what to write instead. Never quotes a literal credential. */
  readonly message: Phrase;
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
  /** Other places in the text that this is about, such as the rule that covers this one. */
  readonly related?: readonly RelatedPlace[];
  /** What a quick fix needs to know beyond the code and the place. */
  readonly data?: ProblemData;
  /** For `unknown-key` and the like: the spelling that was probably meant. */
  readonly suggestion?: string;
}
