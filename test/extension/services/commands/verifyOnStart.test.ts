import { beforeEach, expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import { verifyOnStart } from '../../../../src/extension/services/commands/verifyOnStart.ts';
import { dueForRotation } from '../../../../src/extension/services/model/dueForRotation.ts';
import type { ServiceSummary } from '../../../../src/extension/services/model/serviceList.ts';

const DAY_MS = 24 * 60 * 60_000;
const BINDING = { origin: 'https://a.example', placement: 'bearer' };

function service(name: string, more = '', changes: Partial<ServiceSummary> = {}): ServiceSummary {
  const text = `services:\n  ${name}:\n    baseUrl: https://a.example\n    auth: { type: bearer }\n    policies: []\n${more}`;
  const definition = parsePolicy(text).policy?.services.get(name);
  if (!definition) throw new Error('not valid');
  const credentialId = { scope: 'user' as const, service: name };
  return {
    name,
    status: 'ready',
    pending: 0,
    service: definition,
    policyId: 'user',
    credentialId,
    credential: {
      state: 'present',
      id: credentialId,
      value: new Secret('a value of the test'),
      binding: BINDING,
      createdAt: 0,
    },
    ...changes,
  };
}

const VERIFY = '    verify: { path: /me }\n';
const BY_COMMAND: CredentialRecord = {
  state: 'command',
  id: { scope: 'user', service: 'd' },
  command: { program: '/usr/bin/pass', args: [], keepMs: 1 },
  binding: BINDING,
  createdAt: 0,
};

let list: ServiceSummary[];
let claimed: Set<string>;
let verified: string[];
let noted: string[];

beforeEach(() => {
  claimed = new Set();
  verified = [];
  noted = [];
});

const run = (): Promise<void> =>
  verifyOnStart({
    services: () => list,
    claim: async (what) => !claimed.has(what) && Boolean(claimed.add(what)),
    verify: async ({ name }) => {
      verified.push(name);
      return { outcome: 'rejected' };
    },
    note: async ({ name }, { outcome }) => void noted.push(`${name} ${outcome}`),
  });

test('a window that opens verifies what its policy asks for, and nothing else', async () => {
  list = [
    service('a', VERIFY),
    service('b'),
    service('c', VERIFY, { status: 'frozen' }),
    service('d', VERIFY, { credential: BY_COMMAND }),
    service('e', VERIFY, { status: 'untrusted' }),
    service('f', VERIFY, { status: 'unverified' }),
    service('g', VERIFY, { status: 'not_approved' }),
  ];
  await run();
  expect(verified).toEqual(['a', 'f']);
  expect(noted).toEqual(['a rejected', 'f rejected']);
});

test('of several windows one does it, and what changed meanwhile counts', async () => {
  list = [service('a', VERIFY), service('b', VERIFY)];
  claimed.add('verify user/a');
  await run();
  expect(verified).toEqual(['b']);
});

test('a credential is due when it is older than its policy wants, and is not frozen', () => {
  const now = 90 * DAY_MS;
  const every = '    rotateEvery: 90d\n';
  const due = dueForRotation(
    [
      service('a', every),
      service('b'),
      service('c', '    rotateEvery: 91d\n'),
      service('d', every, { status: 'frozen' }),
      service('e', every, { credential: BY_COMMAND }),
    ],
    now,
  );
  expect(due.map(({ name }) => name)).toEqual(['a']);
});
