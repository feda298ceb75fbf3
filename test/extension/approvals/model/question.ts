import { phrase } from '../../../../src/core/text/phrase.ts';
import type { ApprovalQuestion } from '../../../../src/gateway/control/controlPort.ts';

/** A question with this id; everything else does not matter. */
export function question(id: string): ApprovalQuestion {
  return {
    id,
    service: 'stripe',
    method: 'POST',
    url: 'https://api.stripe.com/v1/refunds',
    headers: [],
    agent: { name: 'claude' },
    rule: { file: 'valetkey.yaml', line: 7, text: phrase`ask POST /v1/refunds` },
    mayRemember: false,
    expiresAt: 0,
    requestHash: 'hash',
  };
}
