import { USER_AGENT } from '../../core/audit/agentName.ts';
import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { ApprovalAnswer, ApprovalQuestion } from '../control/controlPort.ts';

/** What the user said to a question, as a record: about which request, by its hash. */
export function answerEvent(question: ApprovalQuestion, path: string, answer: ApprovalAnswer): AuditEvent {
  const { id, service, environment, method, credential, requestHash, rule } = question;
  return {
    id,
    kind: 'control',
    agent: { name: USER_AGENT },
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
