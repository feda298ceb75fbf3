import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide.ts';
import type { Service } from '../../../src/core/policy/model.ts';
import { parsePolicy } from '../../../src/core/policy/parse.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import {
  aService,
  inputOf,
  judge,
  naivelyAllowed,
  type PathCase,
  readCorpus,
  readLines,
  type Sent,
} from './support.ts';

const THIRD_PARTY = new URL('../../../../shared/data/third-party/path-lists-and-routes.jsonl', import.meta.url);

/** What the real policy sends. JSON is YAML, so that a case's policy needs no other spelling. */
function sentByPolicy(one: PathCase): Sent {
  const policies = one.policy.policies.map(({ path, methods }) => ({ path, methods }));
  const text = JSON.stringify({
    services: { api: { baseUrl: one.policy.baseUrl, auth: { type: 'bearer' }, policies } },
  });
  const service = parsePolicy(text).policy?.services.get('api');
  return service === undefined ? null : sentBy(one, service);
}

function sentBy(one: PathCase, service: Service): Sent {
  const request = canonicalise(inputOf(one), service);
  if (!request.ok) return null;
  return decide(compileService(service), request.value).verdict === 'allow' ? request.value : null;
}

/** What the plain evaluator of the test support sends. */
function sentNaively(one: PathCase): Sent {
  const request = canonicalise(inputOf(one), aService({ baseUrl: one.policy.baseUrl }));
  return request.ok && naivelyAllowed(one.policy.policies, request.value) ? request.value : null;
}

function failures(cases: readonly PathCase[], level: PathCase['level']): string[] {
  return cases
    .filter((one) => one.level === level)
    .flatMap((one) => {
      const problem = judge(one, sentByPolicy(one));
      return problem === undefined ? [] : [`${one.id} (${one.category}): ${problem}`];
    });
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

  it('holds for nine in ten of the cases that are a matter of choice', () => {
    const failed = failures(cases, 'should');
    expect(failed.length, failed.join('\n')).toBeLessThanOrEqual(should.length / 10);
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

describe('public path lists and API routes', () => {
  it('are held to the policy', () => {
    if (!existsSync(THIRD_PARTY)) {
      console.info('skipped: ../shared/data/third-party/path-lists-and-routes.jsonl is not there');
      return;
    }
    const cases = readLines<PathCase>(THIRD_PARTY);
    expect(cases.length).toBeGreaterThan(200);
    expect(failures(cases, 'must')).toEqual([]);
    const failed = failures(cases, 'should');
    const scored = cases.filter((one) => one.level === 'should').length;
    expect(failed.length, failed.join('\n')).toBeLessThanOrEqual(scored / 10);
  });
});
