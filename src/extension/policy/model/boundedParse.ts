import type { PolicyAuthor, PolicyDocument } from '../../../core/policy/model/policy.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Problem } from '../../../core/text/problem.ts';
import { type BoundedPolicyParser, PolicyTimeoutError } from '../../../policyWorker/policyParser.ts';

const START = { line: 1, column: 1 };

/** What stands for all problems of a text that takes too long. */
export const TOO_SLOW: Problem = {
  code: 'too-slow',
  severity: 'error',
  message: phrase`The file takes too long to read. Make it shorter or simpler.`,
  span: { start: 0, end: 0 },
  start: START,
  end: START,
};

/** Parses within a second; a text that takes longer counts as one with an error, at its start. */
export async function boundedParse(
  parser: Pick<BoundedPolicyParser, 'parse'>,
  text: string,
  author: PolicyAuthor = 'user',
): Promise<PolicyDocument> {
  try {
    return await parser.parse(text, author);
  } catch (error) {
    if (!(error instanceof PolicyTimeoutError)) throw error;
    return { text, problems: [TOO_SLOW] };
  }
}
