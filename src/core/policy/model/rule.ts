import type { Method } from '../../request/parts/requestModel.ts';
import type { Span } from '../../text/span.ts';
import type { Pattern } from '../patterns/pattern.ts';
import type { Restrictions } from './restrictionModel.ts';

export type RuleEffect = 'allow' | 'deny';

/** How an allow rule asks the user: every time, or with ten minutes as a choice. */
export type Approval = 'always' | 'remember';

export interface Rule extends Restrictions {
  /** Stable within a document: `stripe/policies/2`. */
  readonly id: string;
  readonly effect: RuleEffect;
  /** An allow rule has a list; a deny rule without one denies every method. */
  readonly methods?: ReadonlySet<Method>;
  readonly pattern: Pattern;
  /** Only on an allow rule, which it makes an ask rule: it grants strictly, and asks generously. */
  readonly approval?: Approval;
  readonly span: Span;
  /** Line of the rule in its file, from 1. */
  readonly line: number;
}
