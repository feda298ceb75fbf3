import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChannelLines } from '../../../src/extension/audit/model/channelLines.ts';
import type { after } from '../../../src/extension/util/after.ts';
import { Pace } from '../../../src/extension/util/pace.ts';

/** A clock that stands until it is told to go on. */
class Hand {
  now = 0;
  #due: { readonly at: number; readonly callback: () => void }[] = [];

  readonly after: typeof after = (ms, callback) => {
    const due = { at: this.now + ms, callback };
    this.#due.push(due);
    return { dispose: () => (this.#due = this.#due.filter((other) => other !== due)) };
  };

  goOn(ms: number): void {
    for (const end = this.now + ms; ; ) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      this.now = next?.at ?? end;
      if (!next) return;
      this.#due = this.#due.filter((other) => other !== next);
      next.callback();
    }
  }
}

function paced(): { hand: Hand; times: number[]; pace: Pace } {
  const hand = new Hand();
  const times: number[] = [];
  return { hand, times, pace: new Pace(() => times.push(hand.now), hand.after) };
}

test('a single change is drawn at once, and so is the next after a rest', () => {
  const { hand, times, pace } = paced();
  pace.soon();
  hand.goOn(5000);
  pace.soon();
  hand.goOn(5000);
  expect(times).toEqual([0, 5000]);
});

test('a flood of changes is drawn at most every 300 milliseconds, and the last of them is not lost', () => {
  const { hand, times, pace } = paced();
  for (let n = 0; n < 5000; n += 1) {
    pace.soon();
    hand.goOn(1);
  }
  hand.goOn(5000);
  expect(times.length).toBeLessThanOrEqual(18);
  expect(times.at(-1)).toBeGreaterThanOrEqual(4999);
});

test('a freeze is drawn at once in the middle of a flood', () => {
  const { hand, times, pace } = paced();
  for (let n = 0; n < 50; n += 1) pace.soon();
  hand.goOn(10);
  pace.now();
  expect(times).toEqual([0, 10]);
  hand.goOn(5000);
  expect(times).toEqual([0, 10]); // it had all of them
});

test('whenever it is asked, it is done then or within 300 milliseconds, and never twice in less unless it must not wait', () => {
  const asks = fc.array(fc.record({ wait: fc.nat(700), now: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(asks, (all) => {
      const { hand, times, pace } = paced();
      const asked: { at: number; now: boolean }[] = [];
      for (const { wait, now } of all) {
        hand.goOn(wait);
        asked.push({ at: hand.now, now });
        if (now) pace.now();
        else pace.soon();
      }
      hand.goOn(1000);
      for (const { at, now } of asked) expect(times.some((t) => t >= at && t <= at + (now ? 0 : 300))).toBe(true);
      const urgent = new Set(asked.filter(({ now }) => now).map(({ at }) => at));
      const apart = times.slice(1).map((t, n) => ({ t, gap: t - (times[n] ?? 0) }));
      for (const { t, gap } of apart) expect(gap >= 300 || urgent.has(t)).toBe(true);
    }),
  );
});

test('what is disposed of does nothing more', () => {
  const { hand, times, pace } = paced();
  pace.soon();
  pace.soon();
  pace.dispose();
  hand.goOn(5000);
  expect(times).toEqual([0]);
});

test('the lines of a flood reach the audit channel in their order, in a few messages', () => {
  const hand = new Hand();
  const written: string[] = [];
  const lines = new ChannelLines({ appendLine: (text) => written.push(text) }, hand.after);
  const all = Array.from({ length: 5000 }, (_, n) => `line ${n}`);
  for (const line of all) lines.add(line);
  expect(written).toEqual(['line 0']);
  hand.goOn(300);
  expect(written).toHaveLength(2);
  expect(written.join('\n').split('\n')).toEqual(all);
});
