import type { PolicyAuthor, PolicyDocument } from '../../../core/policy/model/policy.ts';
import { type BoundedPolicyParser, PolicyTimeoutError } from '../../../policyWorker/policyParser.ts';

/** Parses within a second; a text that takes longer counts as one with an error, at its start. */
export async function boundedParse(
  parser: Pick<BoundedPolicyParser, 'parse'>,
  text: string,
  tooSlow: string,
  author: PolicyAuthor = 'person',
): Promise<PolicyDocument> {
  try {
    return await parser.parse(text, author);
  } catch (error) {
    if (!(error instanceof PolicyTimeoutError)) throw error;
    const start = { line: 1, column: 1 };
    const problem = { code: 'too-slow', severity: 'error', message: tooSlow, span: { start: 0, end: 0 } } as const;
    return { text, problems: [{ ...problem, start, end: start }] };
  }
}
