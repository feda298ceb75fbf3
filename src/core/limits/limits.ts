import type { Limits, Rate } from './limitsModel.ts';
import { PERIOD_SECONDS } from './units.ts';

/** Whether everything that the rate `low` lets through, `high` lets through too. No rate lets through everything. */
export function rateWithin(low: Rate | undefined, high: Rate | undefined): boolean {
  if (high === undefined) return true;
  if (low === undefined) return false;
  return low.count <= high.count && perSecond(low) <= perSecond(high);
}

/**
 * A rate within both. Where neither is within the other (10/second and 300/minute), the smaller count per longer
 * period: less than needed, because a limit that was lowered must not come back by itself.
 */
export function lowerRate(one: Rate | undefined, other: Rate | undefined): Rate | undefined {
  if (rateWithin(one, other)) return one;
  if (rateWithin(other, one)) return other;
  if (one === undefined || other === undefined) return one ?? other;
  const per = PERIOD_SECONDS[one.per] >= PERIOD_SECONDS[other.per] ? one.per : other.per;
  return { count: Math.min(one.count, other.count), per };
}

/** Limits within both. */
export function lowerLimits(one: Limits, other: Limits): Limits {
  const requests = lowerRate(one.requests, other.requests);
  return {
    ...(requests === undefined ? {} : { requests }),
    concurrent: Math.min(one.concurrent, other.concurrent),
    responseBytes: Math.min(one.responseBytes, other.responseBytes),
    requestBytes: Math.min(one.requestBytes, other.requestBytes),
    timeoutMs: Math.min(one.timeoutMs, other.timeoutMs),
    // Counting for all agents together is the stricter way; without a rate there is nothing to count.
    ...(countsApart(one) && countsApart(other) && (one.perAgent || other.perAgent) ? { perAgent: true as const } : {}),
  };
}

function countsApart(limits: Limits): boolean {
  return limits.requests === undefined || limits.perAgent === true;
}

export function sameLimits(one: Limits, other: Limits): boolean {
  return (
    rateWithin(one.requests, other.requests) &&
    rateWithin(other.requests, one.requests) &&
    one.concurrent === other.concurrent &&
    one.responseBytes === other.responseBytes &&
    one.requestBytes === other.requestBytes &&
    one.timeoutMs === other.timeoutMs &&
    one.perAgent === other.perAgent
  );
}

function perSecond(rate: Rate): number {
  return rate.count / PERIOD_SECONDS[rate.per];
}
