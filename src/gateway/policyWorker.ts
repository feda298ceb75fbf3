import { narrowApproved } from '../core/policy/compare/approval.ts';
import { policyChanges } from '../core/policy/compare/changes.ts';
import { lintPolicy } from '../core/policy/lint/lint.ts';
import { parsePolicy } from '../core/policy/read/parse.ts';
import { type Jobs, WORKER_ROLE } from './policyJobs.ts';
import { serveJobs } from './serveJobs.ts';

// Apart from policyParser.ts, so that the extension host does not load the YAML library just to ask.
const jobs: Jobs = {
  parse: parsePolicy,
  lint: (text, context) => lintPolicy(parsePolicy(text), context),
  narrow: narrowApproved,
  changes: policyChanges,
};

/**
 * True in a worker that `BoundedPolicyParser` started; it then serves jobs and the caller must do nothing else.
 */
export function servePolicyParser(): boolean {
  return serveJobs(WORKER_ROLE, jobs);
}
