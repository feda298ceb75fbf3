import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { type CredentialId, folderScope } from '../../../../src/extension/credentials/model/credentialId.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';
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
  return credentialNeeds({ list: serviceList(inputs), servers: serverList(inputs) });
}

const WORKSPACE = `workspace:${FOLDER}`;
const idOf = (service: string, scope = folderScope(FOLDER)): CredentialId => ({ scope, service });
const present = (service: string, scope?: CredentialId['scope']): CredentialRecord => ({
  state: 'present',
  id: idOf(service, scope),
  value: new Secret('some-value-of-ours'),
  binding: { origin: `https://${service}.example`, placement: 'bearer' },
  createdAt: 1,
});

test('counts what the files name, and asks for what has no credential', () => {
  const lost: CredentialRecord = { state: 'missing', id: idOf('c'), last4: '', createdAt: 1 };
  const revoked: CredentialRecord = { state: 'revoked', id: idOf('d'), revokedAt: 1 };
  expect(needs([entry(WORKSPACE, 'a', 'b', 'c', 'd')], [present('a'), lost, revoked])).toEqual({
    total: 4,
    servicesOnly: true,
    missing: ['b', 'c'],
    policyIds: [WORKSPACE],
  });
});

test('asks for what the user’s own file names as for what a workspace’s does, each with its file', () => {
  const entries = [entry('user', 'mine', 'shared', 'other'), entry(WORKSPACE, 'a', 'b', 'shared')];
  const here = [present('a'), present('other', 'user')];
  expect(needs(entries, here)).toEqual({
    total: 5,
    servicesOnly: true,
    missing: ['b', 'mine', 'shared'],
    policyIds: [WORKSPACE, 'user'],
  });
  expect(needs(entries, [...here, present('b')]).policyIds).toEqual(['user']);
  expect(needs([entry('user', 'mine')], [])).toMatchObject({ total: 1, missing: ['mine'], policyIds: ['user'] });
});

test('asks for nothing without a file, or when everything is there', () => {
  expect(needs([], [])).toEqual({ total: 0, servicesOnly: true, missing: [], policyIds: [] });
  expect(needs([entry(WORKSPACE, 'a')], [present('a')])).toMatchObject({ missing: [], policyIds: [] });
  expect(needs([entry('user', 'mine')], [present('mine', 'user')])).toMatchObject({ missing: [], policyIds: [] });
});

test('counts what upstream MCP servers name, each credential by itself', () => {
  const text =
    'servers:\n  wiki:\n    command: node\n    args: [wiki.js]\n    env: { TOKEN: { credential: wiki-token }, KEY: { credential: wiki-key } }\n';
  const { policy } = parsePolicy(text);
  const approval = { kind: 'none' } as const;
  const wrapped = (id: string): PolicyEntry => ({
    id,
    label: id,
    disk: 'valid',
    ...(policy && { writtenPolicy: policy }),
    approval,
    pending: [],
  });
  const expected = { total: 2, servicesOnly: false, missing: ['wiki-token'] };
  expect(needs([wrapped(WORKSPACE)], [present('wiki-key')])).toEqual({ ...expected, policyIds: [WORKSPACE] });
  expect(needs([wrapped('user')], [present('wiki-key', 'user')])).toEqual({ ...expected, policyIds: ['user'] });
});
