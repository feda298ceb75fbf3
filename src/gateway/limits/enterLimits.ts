import type { Limits } from '../../core/limits/limitsModel.ts';
import { phrase } from '../../core/text/phrase.ts';
import type { CallContext } from '../call/model/callContext.ts';
import { refusals } from '../call/model/refusals.ts';
import type { Limiter, Place } from './limiter.ts';

/** A place for the call within the limits of its service or server. Throws `rate_limited`, or what interrupted the call. */
export async function enterLimits(limiter: Limiter, context: CallContext, limits: Limits): Promise<Place> {
  const { name, agent, signal } = context;
  const entry = await limiter.enter(name, limits, agent.name, signal);
  if (entry.entered) return entry.place;
  context.throwIfInterrupted();
  if (entry.why === 'busy') throw refusals.tooBusy(name, limits.concurrent);
  const rate = limits.requests;
  const retryAfterMs = entry.why === 'rate' ? entry.retryAfterMs : 0;
  throw refusals.rateLimited(name, rate ? phrase`${rate.count} a ${rate.per}` : phrase`requests`, retryAfterMs);
}
