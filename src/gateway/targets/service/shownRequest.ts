import { agentName } from '../../../core/audit/agentName.ts';
import { agentWords } from '../../../core/audit/agentWords.ts';
import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import { describeRule } from '../../../core/policy/compare/describeRule.ts';
import type { CanonicalRequest } from '../../../core/request/parts/requestModel.ts';
import type { AgentInfo } from '../../../protocol/messages.ts';
import type { ApprovalAnswer, ApprovalQuestion } from '../../parent.ts';
import type { JointDecision, ServiceInForce } from '../../policySet.ts';

/** What a question shows of a request; the rest of it says how the question itself stands. */
export type ShownRequest = Omit<
  ApprovalQuestion,
  'id' | 'service' | 'requestHash' | 'mayRemember' | 'expiresAt' | 'credential'
>;

/** The longest texts of an agent's that a person is shown, in characters. */
const MOST_REASON_CHARS = 1000;
const MOST_NAME_CHARS = 100;

/** The request as it would be sent, who asks for it and why, and the rule that asks about it. */
export function shownRequest(
  { service }: ServiceInForce,
  request: CanonicalRequest,
  { asking, label }: JointDecision,
  agent: AgentInfo,
  reason: string | undefined,
): ShownRequest {
  // Rules of the written and the approved text are mostly the same one; the person finds the first.
  const [first] = asking;
  const contentType = request.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return {
    ...(service.environment === undefined ? {} : { environment: service.environment }),
    method: request.method,
    url: `${service.baseUrl.origin}${request.target}`,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: { contentType, text: request.body.text } }),
    agent: {
      name: agentName(agent.name),
      ...(agent.name === '' ? {} : { rawName: agentWords(agent.name, MOST_NAME_CHARS) }),
      ...(agent.version === undefined ? {} : { version: agentWords(agent.version, MOST_NAME_CHARS) }),
    },
    ...(reason === undefined ? {} : { reason: agentWords(reason, MOST_REASON_CHARS) }),
    rule: {
      file: first?.label ?? label,
      line: first?.rule.line ?? 1,
      text: first ? describeRule(first.rule) : '',
    },
  };
}

/** What a person said to a question, as a record: about which request, by its hash. */
export function answerEvent(question: ApprovalQuestion, path: string, answer: ApprovalAnswer): AuditEvent {
  const { id, service, environment, method, credential, requestHash, rule } = question;
  return {
    id,
    kind: 'control',
    agent: { name: 'person' },
    service,
    subject: `${rule.file}:${rule.line}`,
    ...(environment === undefined ? {} : { environment }),
    method,
    path,
    verdict: answer.allow ? `approve_${answer.for}` : 'deny',
    requestHash,
    ...(credential === undefined ? {} : { credential }),
  };
}
