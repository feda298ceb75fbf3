import * as z from 'zod';
import { agentName } from '../core/audit/agentName.ts';
import { type CompiledService, compileService, decide } from '../core/policy/decide/decide.ts';
import { type ExplainedRule, explain } from '../core/policy/decide/explain.ts';
import { explainTool, toolRule } from '../core/policy/decide/explainTool.ts';
import type { Policy, ToolCallInput } from '../core/policy/model/policy.ts';
import { readCall } from '../core/request/arguments/readCall.ts';
import { canonicalise } from '../core/request/canonicalise.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { callSchema } from '../protocol/messages.ts';
import { inputLines, print } from './jsonLines.ts';
import { readPolicy } from './policyFile.ts';
import { parseOptions, required } from './usage.ts';

const requestSchema = callSchema.omit({ tool: true, select: true, maxChars: true, reason: true }).extend({
  method: z.string(),
  agent: z.string().optional(),
});

const toolCallSchema = z.strictObject({ server: z.string(), tool: z.string() });

interface Printed {
  readonly verdict: 'allow' | 'deny' | 'ask' | 'invalid';
  readonly code?: string;
  readonly rule?: string;
  readonly reason: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rules?: readonly object[];
}

export function decideCommand(args: string[]): Promise<number> {
  return answer(args, false);
}

/** As `decide`, with every rule of the service and why it did or did not apply. */
export function explainCommand(args: string[]): Promise<number> {
  return answer(args, true);
}

async function answer(args: string[], explains: boolean): Promise<number> {
  const { values } = parseOptions(args, { policy: { type: 'string' } });
  const judge = judgeOf(await readPolicy(required(values.policy, '--policy')), explains);
  let denied = false;
  for await (const line of inputLines()) {
    const printed = judge(line);
    denied ||= printed.verdict !== 'allow';
    print(printed);
  }
  return denied ? 1 : 0;
}

function judgeOf(policy: Policy, explains: boolean): (line: string) => Printed {
  const compiled = new Map([...policy.services].map(([name, service]) => [name, compileService(service)]));
  return (line) => judgeLine(line, compiled, policy.servers, explains);
}

function judgeLine(
  line: string,
  services: ReadonlyMap<string, CompiledService>,
  servers: Policy['servers'],
  explains: boolean,
): Printed {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { verdict: 'invalid', code: 'invalid_request', reason: 'The line is not JSON.' };
  }
  if (typeof json === 'object' && json !== null && 'server' in json) {
    const call = toolCallSchema.safeParse(json);
    return call.success ? judgeTool(call.data, servers, explains) : notValid(call.error);
  }
  const asked = requestSchema.safeParse(json);
  if (!asked.success) return notValid(asked.error);
  const { agent, ...input } = asked.data;
  const compiled = services.get(input.service);
  if (compiled === undefined) {
    return { verdict: 'deny', code: 'unknown_service', reason: `There is no service named ${input.service}.` };
  }
  const call = readCall({ ...input, tool: 'execute' });
  const request = call.ok ? canonicalise(call.value, compiled.service) : call;
  if (!request.ok) return { verdict: 'invalid', code: request.error.code, reason: inEnglish(request.error.message) };
  const name = agent === undefined ? undefined : agentName(agent);
  const { rules } = explains ? explain(compiled, request.value, name) : {};
  const { verdict, rule, reason } = decide(compiled, request.value, name);
  return {
    verdict,
    ...(verdict === 'deny' ? { code: 'policy_denied' } : {}),
    ...(rule === undefined ? {} : { rule: rule.id }),
    reason: inEnglish(reason),
    target: request.value.target,
    headers: Object.fromEntries(request.value.headers),
    ...(rules === undefined ? {} : { rules: rules.map(inWords) }),
  };
}

/** What the policy says of a tool, whatever its server offers and the user accepted of it. */
function judgeTool({ server, tool }: ToolCallInput, servers: Policy['servers'], explains: boolean): Printed {
  const definition = servers.get(server);
  if (!definition) return { verdict: 'deny', code: 'unknown_service', reason: `There is no server named ${server}.` };
  const { verdict, pattern, reason, rules } = explainTool(definition, tool);
  return {
    verdict,
    ...(verdict === 'deny' ? { code: 'policy_denied' } : {}),
    ...(pattern === undefined ? {} : { rule: toolRule(server, pattern) }),
    reason: inEnglish(reason),
    ...(explains ? { rules: rules.map(inWords) } : {}),
  };
}

function inWords({ why, ...rule }: ExplainedRule): object {
  return { ...rule, why: inEnglish(why) };
}

function notValid({ issues: [issue] }: z.ZodError): Printed {
  return {
    verdict: 'invalid',
    code: 'invalid_request',
    reason: `${issue?.path.join('.') || 'The request'}: ${issue?.message}.`,
  };
}
