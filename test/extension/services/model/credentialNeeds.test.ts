import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { type CredentialId, folderScope } from '../../../../src/extension/credentials/model/credentialId.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyBook.ts';
import { credentialNeeds } from '../../../../src/extension/services/model/credentialNeeds.ts';
import { serverList } from '../../../../src/extension/services/model/serverList.ts';
import { serviceList } from '../../../../src/extension/services/model/serviceList.ts';

const FOLDER = 'file:///shop';

function entry(id: string, ...names: string[]): PolicyEntry {
  const lines = names.map((name) => `  ${name}: { baseUrl: 'https://${name}.example', auth: { type: bearer } }\n`);
  const { policy } = parsePolicy(`services:\n${lines.join('')}`);
  const approval = { kind: 'none' } as const;
  return { id, label: id, disk: 'valid', ...(policy ? { writtenPolicy: policy } : {}), approval, pending: [] };
}

function needs(entries: readonly PolicyEntry[], records: readonly CredentialRecord[]) {
  const freeze = { all: false, services: [] };
  const inputs = { entries, records, freeze, trusted: true, health: 'up', gateway: undefined } as const;
  const { total, missing, policyId } = credentialNeeds(entries, {
    list: serviceList(inputs),
    servers: serverList(inputs),
  });
  return { total, missing, policyId };
}

const idOf = (service: string): CredentialId => ({ scope: folderScope(FOLDER), service });
const present = (service: string): CredentialRecord => ({
  state: 'present',
  id: idOf(service),
  value: new Secret('some-value-of-ours'),
  binding: { origin: `https://${service}.example`, placement: 'bearer' },
  createdAt: 1,
});

test('counts what the workspace’s files name, and asks for what has no credential', () => {
  const entries = [entry('user', 'mine'), entry(`workspace:${FOLDER}`, 'a', 'b', 'c', 'd')];
  const lost: CredentialRecord = { state: 'missing', id: idOf('c'), last4: '', createdAt: 1 };
  const revoked: CredentialRecord = { state: 'revoked', id: idOf('d'), revokedAt: 1 };
  expect(needs(entries, [present('a'), lost, revoked])).toEqual({
    total: 4,
    missing: ['b', 'c'],
    policyId: `workspace:${FOLDER}`,
  });
});

test('asks for nothing without a workspace’s file, or when everything is there', () => {
  expect(needs([entry('user', 'mine')], [])).toEqual({ total: 0, missing: [], policyId: undefined });
  expect(needs([entry(`workspace:${FOLDER}`, 'a')], [present('a')]).missing).toEqual([]);
});

test('counts what wrapped servers name, each credential by itself', () => {
  const text =
    'servers:\n  wiki:\n    command: node\n    args: [wiki.js]\n    env: { TOKEN: { credential: wiki-token }, KEY: { credential: wiki-key } }\n';
  const { policy } = parsePolicy(text);
  const id = `workspace:${FOLDER}`;
  const approval = { kind: 'none' } as const;
  const wrapped: PolicyEntry = {
    id,
    label: id,
    disk: 'valid',
    ...(policy && { writtenPolicy: policy }),
    approval,
    pending: [],
  };
  expect(needs([wrapped], [present('wiki-key')])).toEqual({ total: 2, missing: ['wiki-token'], policyId: id });
});
