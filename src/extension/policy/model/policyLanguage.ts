import type { PolicyChange } from '../../../core/policy/compare/policyChange.ts';
import type { PolicyDocument } from '../../../core/policy/model/policy.ts';

/**
 * The part of the policy language that approvals need; a port, so that the book is tested without the parser. All of it
 * works off the event loop. Comparing texts throws `PolicyTimeoutError` when it takes longer than ten seconds.
 */
export interface PolicyLanguage {
  /** Within a second: a text that takes longer is one with an error. */
  parse(text: string): Promise<PolicyDocument>;
  /** What stays of `approved` once a valid text `written` was saved. */
  narrow(approved: string, written: string): Promise<string>;
  /**
   * What `written` would change if it were approved now; empty when nothing of it waits for the user. `once` is the
   * approved text before saves struck parts of it.
   */
  changes(approved: string | undefined, written: string, once?: string): Promise<readonly PolicyChange[]>;
}
