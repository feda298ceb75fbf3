import { expect, test } from 'vitest';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { isTrouble, type PolicyStatus, policyStatusOf } from '../../../../src/extension/policy/model/policyStatus.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';

const FILE: PolicyEntry = {
  id: 'workspace:file:///shop',
  label: 'x',
  disk: 'valid',
  approval: { kind: 'none' },
  pending: [],
};
const WAITING = [{ kind: 'widens', service: 'demo', words: phrase`something` }] as const;

test.each<[PolicyStatus, boolean, Partial<PolicyEntry>]>([
  ['in-force', false, {}],
  ['waits', false, { pending: WAITING }],
  ['half-valid', true, { disk: 'invalid', written: 'services: {}\n' }],
  ['half-valid', true, { disk: 'invalid', written: 'services: {}\n', pending: WAITING }],
  ['never-valid', true, { disk: 'invalid' }],
  ['absent', false, { disk: 'missing' }],
  ['absent', false, { disk: 'missing', id: 'user' }],
  ['missing', true, { disk: 'missing', id: 'user', closed: ['demo'] }],
  // It may come back with its branch, and holds up nothing.
  ['missing', false, { disk: 'missing', closed: ['demo'] }],
  ['missing', true, { disk: 'missing', closed: ['demo'], pending: WAITING }],
])('%s, which is trouble: %s', (standing, trouble, part) => {
  const file = { ...FILE, ...part };
  expect(policyStatusOf(file)).toBe(standing);
  expect(isTrouble(file)).toBe(trouble);
});
