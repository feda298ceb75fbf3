import { agentWords } from '../../../core/audit/agentWords.ts';
import { describeRule } from '../../../core/policy/compare/describeRule.ts';
import type { Rule } from '../../../core/policy/model/rule.ts';
import type { CanonicalRequest } from '../../../core/request/parts/requestModel.ts';
import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import type { AgentInfo } from '../../../protocol/messages.ts';
import { shownAgent } from '../../call/model/shownAgent.ts';
import type { ShownCall } from '../../call/target.ts';
import type { JointDecision, ServiceInForce } from '../../policies/policySet.ts';

/** The longest reason of an agent's that the user is shown, in characters. */
const MAX_REASON_CHARS = 1000;

/** Conditions of the rule that the user is shown: there may be thousands, which nobody reads in a dialog. */
const MAX_CONDITIONS = 100;

/** The request as it would be sent, who asks for it and why, and the rule that asks about it. */
export function shownRequest(
  { service }: ServiceInForce,
  request: CanonicalRequest,
  { asking, label }: JointDecision,
  agent: AgentInfo,
  reason: string | undefined,
): ShownCall {
  // Rules of the written and the approved text are mostly the same one; the user finds the first.
  const [first] = asking;
  const contentType = request.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return {
    ...(service.environment === undefined ? {} : { environment: service.environment }),
    method: request.method,
    url: `${service.baseUrl.origin}${request.target}`,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: { contentType, text: request.body.text } }),
    agent: shownAgent(agent),
    ...(reason === undefined ? {} : { reason: agentWords(reason, MAX_REASON_CHARS) }),
    rule: {
      file: first?.label ?? label,
      line: first?.rule.line ?? 1,
      text: first ? shortRule(first.rule) : phrase``,
    },
  };
}

function shortRule(rule: Rule): Phrase {
  const { conditions = [] } = rule;
  const more = conditions.length - MAX_CONDITIONS;
  if (more <= 0) return describeRule(rule);
  return phrase`${describeRule({ ...rule, conditions: conditions.slice(0, MAX_CONDITIONS) })} and ${more} more conditions`;
}
