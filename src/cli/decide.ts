import * as z from 'zod';
import { canonicalise } from '../core/request/canonicalise.ts';
import { BoundedPolicyParser } from '../gateway/policyParser.ts';
import { PolicySet } from '../gateway/policySet.ts';
import { callSchema } from '../protocol/messages.ts';
import { inputLines, print } from './jsonLines.ts';
import { parseOptions, readText, required, UsageError } from './usage.ts';

const requestSchema = callSchema.omit({ tool: true, select: true, maxChars: true, reason: true }).extend({
  agent: z.string().optional(),
});

interface Printed {
  readonly verdict: 'allow' | 'deny' | 'ask' | 'invalid';
  readonly code?: string;
  readonly rule?: string;
  readonly reason: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function decideCommand(args: string[]): Promise<number> {
  const { values } = parseOptions(args, { policy: { type: 'string' } });
  const file = required(values.policy, '--policy');
  const parser = new BoundedPolicyParser(__filename);
  const document = await parser.parse(readText(file));
  parser.dispose();
  const broken = document.problems.find(({ severity }) => severity === 'error');
  if (broken) throw new UsageError(`${file}:${broken.start.line}:${broken.start.column}: ${broken.message}`);
  const policies = await PolicySet.from(
    [{ id: 'user', label: file, approved: document.text, written: document.text, grants: true }],
    async () => document,
  );

  let denied = false;
  for await (const line of inputLines()) {
    const printed = decideLine(line, policies);
    denied ||= printed.verdict !== 'allow';
    print(printed);
  }
  return denied ? 1 : 0;
}

function decideLine(line: string, policies: PolicySet): Printed {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { verdict: 'invalid', code: 'invalid_request', reason: 'The line is not JSON.' };
  }
  const asked = requestSchema.safeParse(json);
  if (!asked.success) {
    const [issue] = asked.error.issues;
    return {
      verdict: 'invalid',
      code: 'invalid_request',
      reason: `${issue?.path.join('.') || 'The request'}: ${issue?.message}.`,
    };
  }
  const lookup = policies.find(asked.data.service);
  if (lookup.found !== 'service') {
    return { verdict: 'deny', code: 'unknown_service', reason: `There is no service named ${asked.data.service}.` };
  }
  const { service, limits, decide } = lookup.inForce;
  const request = canonicalise(asked.data, { ...service, limits });
  if (!request.ok) return { verdict: 'invalid', code: request.error.code, reason: request.error.message };
  const { verdict, rule, reason } = decide(request.value);
  return {
    verdict,
    ...(verdict === 'deny' ? { code: 'policy_denied' } : {}),
    ...(rule === undefined ? {} : { rule: rule.id }),
    reason,
    target: request.value.target,
    headers: Object.fromEntries(request.value.headers),
  };
}
