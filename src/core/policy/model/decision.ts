import type { Phrase } from '../../text/phrase.ts';
import type { Rule } from './rule.ts';

export type Verdict = 'allow' | 'ask' | 'deny';

/** What one policy says about one request. */
export interface Decision {
  readonly verdict: Verdict;
  /** The rule that decided; absent when nothing matched (default deny). With `ask`, the strictest that asks. */
  readonly rule?: Rule;
  /** One sentence that the user understands. */
  readonly reason: Phrase;
}
