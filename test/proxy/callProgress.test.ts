import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callProgress, type ProgressNotices } from '../../src/proxy/callProgress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Told {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

function listening(unit?: number): { told: Told[]; notices: ProgressNotices } {
  const told: Told[] = [];
  const notify = ({ params }: ServerNotification): void => void told.push(params as unknown as Told);
  const notices = callProgress('token', notify, unit);
  if (!notices) throw new Error('no notices');
  return { told, notices };
}

describe('a call that came with a progress token', () => {
  it('is told of every ten seconds, whatever it waits for', () => {
    const { told, notices } = listening();
    vi.advanceTimersByTime(9_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(60_001);
    expect(told.map(({ progress }) => progress)).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(told[1]?.message).toBe('Waiting for an answer, 20 seconds so far.');
    notices.stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(7);
  });

  it('is told of at once when the user is asked, and goes on being told of', () => {
    const { told, notices } = listening();
    vi.advanceTimersByTime(4_000);
    notices.asking();
    notices.asking();
    expect(told).toMatchObject([{ progress: 4, message: 'Waiting for the user to approve this request in VS Code.' }]);
    vi.advanceTimersByTime(10_000);
    expect(told[1]).toMatchObject({ progress: 14, message: expect.stringContaining('14 seconds so far') });
    notices.stop();
  });

  it('to an upstream server passes on what that says, and goes on when it falls silent', () => {
    const { told, notices } = listening(0.001);
    vi.advanceTimersByTime(20_000);
    notices.passOn({ progress: 1, total: 4, message: 'one of four' });
    vi.advanceTimersByTime(10_000);
    expect(told.at(2)).toMatchObject({ progress: 1, total: 4, message: 'one of four' });
    expect(told).toHaveLength(4);
    notices.stop();
  });

  it('counts upwards, whoever counts', () => {
    const step = fc.oneof(
      fc.constant('asking' as const),
      fc.integer({ min: 1, max: 100_000 }),
      fc.record({ progress: fc.double({ min: -10, max: 1e6, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(1, 0.001), (steps, unit) => {
        const { told, notices } = listening(unit);
        for (const one of steps) {
          if (one === 'asking') notices.asking();
          else if (typeof one === 'number') vi.advanceTimersByTime(one);
          else notices.passOn(one);
        }
        notices.stop();
        for (const [index, { progress }] of told.entries()) {
          if (index > 0) expect(progress).toBeGreaterThan(told[index - 1]?.progress ?? Number.NaN);
        }
      }),
    );
  });
});

it('a call without one is told of to nobody', () => {
  expect(callProgress(undefined, () => undefined)).toBeUndefined();
});
