import { describe, expect, test } from 'vitest';
import {
  LEARNING_MS,
  Learning,
  type LearningEnd,
  type LearningSession,
} from '../../../../src/extension/learn/model/learning.ts';
import type { PolicyFile } from '../../../../src/gateway/control/controlPort.ts';

const FILE: PolicyFile = { id: 'user', label: 'valetkey.yaml', approved: 'approved', written: 'written', grants: true };
const OTHER: PolicyFile = { ...FILE, id: 'workspace:file:///shop' };
const OPENED = { approved: 'approved, opened', written: 'written, opened' };

function setUp() {
  const clock = { now: 1000 };
  const learning = new Learning(() => clock.now);
  const ends: (LearningEnd | undefined)[] = [];
  learning.onDidChange(({ end }) => ends.push(end));
  const prepare = (): LearningSession =>
    learning.start({ policyId: 'user', service: 'shop' }, { approved: 'approved', written: 'written' }, OPENED);
  const start = (): boolean => learning.began(prepare());
  return { clock, learning, ends, prepare, start };
}

describe('learning', () => {
  test('opens one file for the gateway, and leaves the others as they are', () => {
    const { learning, start } = setUp();
    expect(learning.layer([FILE, OTHER])).toEqual([FILE, OTHER]);
    start();
    expect(learning.layer([FILE, OTHER])).toEqual([{ ...FILE, ...OPENED }, OTHER]);
    expect(learning.session).toMatchObject({ service: 'shop', since: 1000, until: 1000 + LEARNING_MS });
  });

  test('is said once the gateway has it, which is told the opened texts before', () => {
    const { learning, ends, prepare } = setUp();
    const session = prepare();
    expect(learning.layer([FILE])).toEqual([{ ...FILE, ...OPENED }]);
    expect([learning.activeSession, ends]).toEqual([undefined, []]);
    expect(learning.began(session)).toBe(true);
    expect([learning.activeSession, ends]).toEqual([session, [undefined]]);
  });

  test('that is stopped before the gateway has it never is said', () => {
    const { learning, ends, prepare } = setUp();
    const session = prepare();
    learning.stop();
    expect(learning.began(session)).toBe(false);
    expect([learning.activeSession, ends]).toEqual([undefined, ['stopped']]);
  });

  test('ends by itself after an hour, however late the machine wakes up', () => {
    const { clock, learning, ends, start } = setUp();
    start();
    clock.now += LEARNING_MS - 1;
    learning.check([FILE]);
    expect(learning.session).toBeDefined();
    clock.now += 1;
    // Nobody looked at the time: the gateway is not told the opened texts even so.
    expect(learning.layer([FILE])).toEqual([FILE]);
    expect([learning.session, ends]).toEqual([undefined, [undefined, 'over']]);
  });

  test.each([
    ['the approved text', { ...FILE, approved: 'narrowed' }],
    ['the written text', { ...FILE, written: 'saved' }],
    ['an approval that is gone', { id: 'user', label: 'valetkey.yaml', written: 'written', grants: true }],
    ['a file that is gone', OTHER],
  ] satisfies [string, PolicyFile][])('ends with a change of the file: %s', (_, changed) => {
    const { learning, ends, start } = setUp();
    start();
    expect(learning.layer([changed])).toEqual([changed]);
    expect([learning.session, ends]).toEqual([undefined, [undefined, 'changed']]);
    expect(learning.layer([FILE])).toEqual([FILE]);
  });

  test('ends when it is stopped, and when the clock is set back', () => {
    const { clock, learning, ends, start } = setUp();
    start();
    learning.stop();
    expect(learning.layer([FILE])).toEqual([FILE]);
    start();
    clock.now -= 1;
    learning.check([FILE]);
    expect(ends).toEqual([undefined, 'stopped', undefined, 'over']);
    learning.stop();
    expect(ends).toHaveLength(4);
  });
});
