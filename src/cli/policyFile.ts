import type { Policy } from '../core/policy/model/policy.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { BoundedPolicyParser } from '../policyWorker/policyParser.ts';
import { readText, UsageError } from './usage.ts';

/** The policy in a file. One with errors cannot be asked anything: a usage error that names the first. */
export async function readPolicy(file: string): Promise<Policy> {
  const parser = new BoundedPolicyParser(__filename);
  const { policy, problems } = await parser.parse(readText(file)).finally(() => parser.dispose());
  if (policy !== undefined) return policy;
  const broken = problems.find(({ severity }) => severity === 'error');
  throw new UsageError(`${file}:${broken?.start.line}:${broken?.start.column}: ${broken && inEnglish(broken.message)}`);
}
