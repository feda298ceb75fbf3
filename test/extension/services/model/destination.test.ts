import { expect, it } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import { unconfirmed } from '../../../../src/extension/services/model/destination.ts';
import { serviceList } from '../../../../src/extension/services/model/serviceList.ts';
import { examples, whole } from '../../../core/policy/documentedExamples.ts';

/** The credential of the documented examples, as their section says. */
const ENTERED: CredentialRecord = {
  state: 'present',
  id: { scope: 'user', service: 'api' },
  value: new Secret('some-value-of-api'),
  binding: { origin: 'https://api.example.com', placement: 'bearer' },
  createdAt: 1,
};

/** Which origins a file says that nobody confirmed. */
function wanted(file: string): string[] {
  const { policy } = parsePolicy(file);
  if (policy === undefined) throw new Error('The example has an error.');
  const approval = { kind: 'approved', text: '', services: [], at: 0 } as const;
  const list = serviceList({
    entries: [{ id: 'user', label: 'user', disk: 'valid', writtenPolicy: policy, approval, pending: [] }],
    records: [ENTERED],
    freeze: { all: false, services: [] },
    trusted: true,
    health: 'up',
    gateway: undefined,
  });
  return unconfirmed({ list, servers: [] }).map((one) => one.wanted.origin);
}

it('is not confirmed where the file names another one, as docs/policy.md shows', () => {
  const [wrong = '', right = ''] = examples('destination-not-confirmed');
  expect(wanted(whole(wrong))).toEqual(['https://api.example.net']);
  expect(wanted(whole(right))).toEqual([]);
});
