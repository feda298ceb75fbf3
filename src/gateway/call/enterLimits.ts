import type { Limits } from '../../core/limits/limitsModel.ts';
import type { Limiter, Place } from '../limiter.ts';
import type { Flight } from './callContext.ts';
import { refusals } from './refusals.ts';

/** A place for the call within the limits of its service or server. Throws `rate_limited`, or what interrupted the call. */
export async function enterLimits(limiter: Limiter, flight: Flight, name: string, limits: Limits): Promise<Place> {
  const entry = await limiter.enter(name, limits, flight.agentName, flight.signal);
  if (entry.entered) return entry.place;
  flight.throwIfInterrupted();
  if (entry.why === 'busy') throw refusals.tooBusy(name, limits.concurrent);
  const rate = limits.requests;
  const retryAfterMs = entry.why === 'rate' ? entry.retryAfterMs : 0;
  throw refusals.rateLimited(name, rate ? `${rate.count} a ${rate.per}` : 'requests', retryAfterMs);
}
