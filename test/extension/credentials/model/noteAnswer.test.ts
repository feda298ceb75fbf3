import { expect, test } from 'vitest';
import type { AuditEvent } from '../../../../src/core/audit/auditEvent.ts';
import type { CredentialId } from '../../../../src/extension/credentials/model/credentialId.ts';
import { noteAnswer } from '../../../../src/extension/credentials/model/noteAnswer.ts';

const STRIPE: CredentialId = { scope: 'user', service: 'stripe' };
const TOKEN: CredentialId = { scope: 'user', service: 'wiki-token' };
const ANSWERED: AuditEvent = {
  id: '1',
  kind: 'outcome',
  agent: { name: 'claude' },
  service: 'stripe',
  verdict: 'allow',
  status: 401,
  credential: { name: 'stripe', last4: 'aaaa' },
};

async function noted(event: AuditEvent): Promise<readonly unknown[]> {
  const calls: unknown[] = [];
  const ids = new Map([
    ['stripe', STRIPE],
    ['wiki-token', TOKEN],
  ]);
  await noteAnswer(event, () => ids, {
    noteAnswer: async (...call) => {
      calls.push(call);
    },
  });
  return calls;
}

test('an answer to a call is noted for the credential that it carried', async () => {
  expect(await noted(ANSWERED)).toEqual([[STRIPE, 'aaaa', 401]]);
});

test('so is one that the user allowed', async () => {
  expect(await noted({ ...ANSWERED, verdict: 'ask', status: 200 })).toEqual([[STRIPE, 'aaaa', 200]]);
});

test('an upstream MCP server used the credential that it names, and took it unless the call was refused for it', async () => {
  const { status: _none, ...called } = {
    ...ANSWERED,
    service: 'wiki',
    credential: { name: 'wiki-token', last4: 'bbbb' },
  };
  expect(await noted({ ...called, result: 'ok' })).toEqual([[TOKEN, 'bbbb', 200]]);
  expect(await noted({ ...called, result: 'error' })).toEqual([[TOKEN, 'bbbb', 200]]);
  expect(await noted({ ...called, code: 'credential_rejected' })).toEqual([[TOKEN, 'bbbb', 401]]);
});

const { status: _status, ...unanswered } = ANSWERED;
const { credential: _credential, ...uncertain } = ANSWERED;

test.each<[string, AuditEvent]>([
  ['a verification, which may have been of another value', { ...ANSWERED, verdict: 'verify' }],
  ['an intent', { ...ANSWERED, kind: 'intent' }],
  ['a call without an answer', { ...unanswered, code: 'upstream_timeout' }],
  ['a record that does not say which value it was', uncertain],
  ['a service without a credential here', { ...ANSWERED, service: 'other' }],
])('%s is not', async (_what, event) => {
  expect(await noted(event)).toEqual([]);
});
