import { describe, expect, it } from 'vitest';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import {
  aService,
  failures,
  inputOf,
  judge,
  naivelyAllowed,
  type PathCase,
  readCorpus,
  type Sent,
  sentByPolicy,
} from './support.ts';

/** What the plain evaluator of the test support sends. */
function sentNaively(one: PathCase): Sent {
  const request = canonicalise(inputOf(one), aService({ baseUrl: one.policy.baseUrl }));
  return request.ok && naivelyAllowed(one.policy.policies, request.value) ? request.value : null;
}

describe('the corpus of path bypasses', () => {
  const cases = readCorpus<PathCase>('path-bypass');
  const must = cases.filter((one) => one.level === 'must');
  const should = cases.filter((one) => one.level === 'should');

  it('is there', () => {
    expect(must.length).toBeGreaterThanOrEqual(94);
    expect(should.length).toBeGreaterThanOrEqual(26);
  });

  it.each(must.map((one) => [one.id, one] as const))('%s', (_, one) => {
    expect(judge(one, sentByPolicy(one)), one.category).toBeUndefined();
  });

  it('holds for the cases that are a matter of choice, too', () => {
    const failed = failures(cases, 'should');
    expect(failed).toEqual([]);
  });

  it('is judged alike by the policy and by the plainest evaluator', () => {
    for (const one of cases) expect(sentByPolicy(one)?.target, one.id).toBe(sentNaively(one)?.target);
  });

  it('is answered within the second, hostile lengths included', () => {
    const all = (): void => {
      for (const one of cases) sentNaively(one);
    };
    expect(cpuTime(all)).toBeLessThan(1000);
  });
});
