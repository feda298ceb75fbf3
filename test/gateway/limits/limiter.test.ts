import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits, type Rate } from '../../../src/core/limits/limitsModel.ts';
import { PERIOD_SECONDS } from '../../../src/core/limits/units.ts';
import { type Entry, Limiter } from '../../../src/gateway/limits/limiter.ts';
import { TokenBucket } from '../../../src/gateway/util/tokenBucket.ts';

const NEVER = new AbortController().signal;

function limits(requests: Rate, more: Partial<Limits> = {}): Limits {
  return { ...DEFAULT_LIMITS, requests, ...more };
}

/** A limiter with a clock to set, and a request that is over at once. */
function limiter(): { clock: { now: number }; send(limits: Limits, agent?: string): Promise<Entry>; limiter: Limiter } {
  const clock = { now: 1_000_000 };
  const own = new Limiter(() => clock.now);
  return {
    clock,
    limiter: own,
    send: async (given, agent = 'claude') => {
      const entry = await own.enter('api', given, agent, NEVER);
      if (entry.entered) entry.place.leave();
      return entry;
    },
  };
}

const PER_MINUTE = { count: 3, per: 'minute' } as const;

describe('a rate', () => {
  it('lets its count through at once, and then one whenever a token is back', async () => {
    const { clock, send } = limiter();
    for (let n = 0; n < 3; n += 1) expect(await send(limits(PER_MINUTE))).toMatchObject({ entered: true });
    expect(await send(limits(PER_MINUTE))).toEqual({ entered: false, why: 'rate', retryAfterMs: 20_000 });
    clock.now += 20_000;
    expect(await send(limits(PER_MINUTE))).toMatchObject({ entered: true });
    expect(await send(limits(PER_MINUTE))).toMatchObject({ entered: false, why: 'rate' });
  });

  it('counts all agents together, and with perAgent each apart', async () => {
    const { send } = limiter();
    const one = { count: 1, per: 'minute' } as const;
    expect(await send(limits(one), 'claude')).toMatchObject({ entered: true });
    expect(await send(limits(one), 'cursor')).toMatchObject({ entered: false });
    const apart = limits(one, { perAgent: true });
    expect(await send(apart, 'claude')).toMatchObject({ entered: false });
    expect(await send(apart, 'cursor')).toMatchObject({ entered: true });
    expect(await send(apart, 'cursor')).toMatchObject({ entered: false });
  });

  it('that replaces another, or comes where none was, counts what was sent before', async () => {
    const { send } = limiter();
    for (let n = 0; n < 5; n += 1) await send(DEFAULT_LIMITS);
    expect(await send(limits({ count: 5, per: 'hour' }))).toMatchObject({ entered: false });
    expect(await send(limits({ count: 7, per: 'hour' }))).toMatchObject({ entered: true });
    expect(await send(limits({ count: 7, per: 'day' }))).toMatchObject({ entered: true });
    expect(await send(limits({ count: 7, per: 'day' }))).toMatchObject({ entered: false });
  });

  it('counts what an earlier run sent, for the agent that sent it', async () => {
    const { clock, limiter: own, send } = limiter();
    own.remember('api', [
      { at: clock.now - 2000, agent: 'claude' },
      { at: clock.now - 1000, agent: 'cursor' },
    ]);
    const apart = limits({ count: 1, per: 'hour' }, { perAgent: true });
    expect(await send(apart, 'claude')).toMatchObject({ entered: false, retryAfterMs: 3_598_000 });
    expect(await send(apart, 'codex')).toMatchObject({ entered: true });
    expect(await send(limits({ count: 3, per: 'hour' }))).toMatchObject({ entered: false });
  });

  it('does not count a place that was given back', async () => {
    const { limiter: own, send } = limiter();
    const one = limits({ count: 1, per: 'day' }, { concurrent: 1 });
    const entry = await own.enter('api', one, 'claude', NEVER);
    if (entry.entered) {
      entry.place.release();
      entry.place.leave();
    }
    expect(await send(one)).toMatchObject({ entered: true });
    expect(await send(one)).toMatchObject({ entered: false });
  });
});

it('a bucket never lets through more than its count and what came back since, whenever requests come', () => {
  const rate = fc.record({ count: fc.integer({ min: 1, max: 20 }), per: fc.constantFrom('second', 'minute') });
  fc.assert(
    fc.property(rate, fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 80 }), (given, pauses) => {
      const bucket = new TokenBucket(given as Rate);
      const taken: number[] = [];
      let now = 10_000;
      for (const pause of pauses) {
        now += pause;
        if (bucket.retryAfter(now) > 0) continue;
        bucket.take(now);
        taken.push(now);
      }
      const perMs = given.count / (PERIOD_SECONDS[given.per as Rate['per']] * 1000);
      for (const [index, start] of taken.entries()) {
        for (const [later, end] of taken.entries()) {
          if (later < index) continue;
          expect(later - index + 1).toBeLessThanOrEqual(given.count + (end - start) * perMs + 1e-6);
        }
      }
    }),
  );
});
