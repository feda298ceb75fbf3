import { describe, expect, it } from 'vitest';
import { failures, type PathCase } from '../core/request/support.ts';
import { publicLines } from './publicData.ts';

describe('public path lists and API routes', () => {
  const cases = publicLines('path-lists-and-routes.jsonl').map((line) => JSON.parse(line) as PathCase);

  it('are there', () => {
    expect(cases.length).toBeGreaterThan(200);
  });

  it.each(['must', 'should'] as const)('are held to the policy: what %s be', (level) => {
    expect(failures(cases, level)).toEqual([]);
  });
});
