import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { phrase } from '../../../../src/core/text/phrase.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';
import {
  type ServiceListInputs,
  type ShownStatus,
  serviceList,
} from '../../../../src/extension/services/model/serviceList.ts';
import type { ServiceStatus } from '../../../../src/gateway/control/controlPort.ts';

function entry(id: string, names: readonly string[], approval: PolicyEntry['approval']): PolicyEntry {
  const lines = names.map((name) => `  ${name}: { baseUrl: 'https://${name}.example', auth: { type: bearer } }\n`);
  const { policy } = parsePolicy(`services:\n${lines.join('')}`);
  return { id, label: id, disk: 'valid', ...(policy ? { writtenPolicy: policy } : {}), approval, pending: [] };
}

const APPROVED = { kind: 'approved', text: '', services: [], at: 0 } as const;
const PRESENT: CredentialRecord = {
  state: 'present',
  id: { scope: 'user', service: 'stripe' },
  value: new Secret('some-value-of-stripe'),
  binding: { origin: 'https://stripe.example', placement: 'bearer' },
  createdAt: 1,
};
const BASE: ServiceListInputs = {
  entries: [entry('user', ['stripe'], APPROVED)],
  records: [PRESENT],
  freeze: { all: false, services: [] },
  trusted: true,
  health: 'up',
  gateway: undefined,
};

function statuses(inputs: Partial<ServiceListInputs>): readonly (readonly [string, ShownStatus])[] {
  return serviceList({ ...BASE, ...inputs }).map(({ name, status }) => [name, status] as const);
}

function told(status: ServiceStatus): Partial<ServiceListInputs> {
  const services = [{ name: 'stripe', status, why: phrase`a reason` }];
  return { gateway: { gatewayId: 'g', runtimeDir: '/run', services, servers: [], proxies: 0, calls: 0 } };
}

test('each service once, by name, the user policy’s definition first', () => {
  const folder = entry('workspace:file:///shop', ['wiki', 'stripe', 'a'], APPROVED);
  const list = serviceList({ ...BASE, entries: [folder, ...BASE.entries] });
  expect(list.map(({ name, policyId }) => [name, policyId])).toEqual([
    ['a', 'workspace:file:///shop'],
    ['stripe', 'user'],
    ['wiki', 'workspace:file:///shop'],
  ]);
});

test('the gateway’s word counts, and its reason is kept', () => {
  const [stripe] = serviceList({ ...BASE, ...told('not_confirmed') });
  expect([stripe?.status, stripe?.why]).toEqual(['not_confirmed', phrase`a reason`]);
});

test('a freeze shows at once, whatever the gateway last said', () => {
  expect(statuses({ ...told('ready'), freeze: { all: true, services: [] } })).toEqual([['stripe', 'frozen']]);
  expect(statuses({ ...told('ready'), freeze: { all: false, services: ['stripe'] } })).toEqual([['stripe', 'frozen']]);
  expect(statuses({ ...told('ready'), freeze: { all: false, services: ['github'] } })).toEqual([['stripe', 'ready']]);
});

test.each<[ServiceStatus, Partial<ServiceListInputs>]>([
  ['ready', {}],
  ['missing_credential', { records: [] }],
  ['revoked', { records: [{ state: 'revoked', id: PRESENT.id, revokedAt: 1 }] }],
  ['not_approved', { entries: [entry('user', ['stripe'], { kind: 'none' })] }],
  ['not_approved', { entries: [entry('user', ['stripe'], { kind: 'broken', services: ['stripe'] })] }],
])('before the gateway was asked: %s', (status, inputs) => {
  expect(statuses(inputs)).toEqual([['stripe', status]]);
});

test('what concerns every service goes before what the gateway last said', () => {
  expect(statuses({ ...told('ready'), health: 'down' })).toEqual([['stripe', 'gateway_down']]);
  expect(statuses({ ...told('ready'), health: 'starting' })).toEqual([['stripe', 'starting']]);
  expect(statuses({ ...told('ready'), trusted: false, health: 'down' })).toEqual([['stripe', 'untrusted']]);
  const all = { freeze: { all: true, services: [] }, trusted: false, health: 'down' } as const;
  expect(statuses({ ...told('ready'), ...all })).toEqual([['stripe', 'frozen']]);
});

test('what mends a rejected credential besides another one is the gateway’s word', () => {
  const services = [{ name: 'stripe', status: 'rejected', why: phrase`invalid_scope`, remedy: 'policy' }] as const;
  const gateway = { gatewayId: 'g', runtimeDir: '/run', services, servers: [], proxies: 0, calls: 0 };
  expect(serviceList({ ...BASE, gateway })).toMatchObject([{ status: 'rejected', remedy: 'policy' }]);
});

test('what the administrator forbids is not for the user to approve', () => {
  const services = [{ name: 'stripe', status: 'not_approved', why: phrase`not listed`, by: 'administrator' }] as const;
  const gateway = { gatewayId: 'g', runtimeDir: '/run', services, servers: [], proxies: 0, calls: 0 };
  expect(serviceList({ ...BASE, gateway })).toMatchObject([{ status: 'forbidden', why: phrase`not listed` }]);
});

test('changes that wait are counted for the service that they concern', () => {
  const change = (service: string) => ({ kind: 'widens', service, words: phrase`something` }) as const;
  const user = { ...entry('user', ['stripe'], APPROVED), pending: [change('stripe'), change('other')] };
  const folder = { ...entry('workspace:file:///shop', ['stripe'], APPROVED), pending: [change('stripe')] };
  expect(serviceList({ ...BASE, entries: [user, folder] }).map(({ pending }) => pending)).toEqual([2]);
});

test('labels, the verifying request and the rotation are those that the user approved, whatever the file says now', () => {
  const text = (rest: string): string =>
    `services: { pay: { baseUrl: 'https://pay.example', auth: { type: bearer }, ${rest} } }\n`;
  const approved = parsePolicy(text('environment: live, description: Payments, rotateEvery: 90d')).policy;
  const written = parsePolicy(text('environment: test, description: A toy, verify: { path: /v1/tokens/new }')).policy;
  const base = entry('user', [], APPROVED);
  const listed = (now: Partial<PolicyEntry>) =>
    serviceList({ ...BASE, entries: [{ ...base, ...(written ? { writtenPolicy: written } : {}), ...now }] })[0]
      ?.service;
  expect(listed(approved ? { approvedPolicy: approved } : {})).toMatchObject({
    environment: 'live',
    description: 'Payments',
    rotateEveryDays: 90,
  });
  expect(listed(approved ? { approvedPolicy: approved } : {})).not.toHaveProperty('verify');
  // Of what nobody approved yet there is nothing else to show.
  expect(listed({ approval: { kind: 'none' } })).toMatchObject({ environment: 'test', description: 'A toy' });
});
