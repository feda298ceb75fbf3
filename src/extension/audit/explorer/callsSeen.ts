import { METHODS } from '../../../core/request/parts/requestModel.ts';
import type { AuditIndex } from './auditIndex.ts';
import { CALL_RESULTS, RESULTS, type SeenCall, type SeenCalls, type SeenQuery } from './explorerMessages.ts';

const BLOCKED = RESULTS.indexOf('blocked');

/** The calls of a time, those with one service, method and path as one. */
export function callsSeen(index: AuditIndex, { since, recent, most }: SeenQuery): SeenCalls {
  const found = new Map<string, { -readonly [Key in keyof SeenCall]: SeenCall[Key] } & { last: number }>();
  for (let i = 0; i < index.count; i += 1) {
    const time = index.timeOf(i);
    const result = index.resultOf(i);
    if (time < since || result >= CALL_RESULTS.length) continue;
    const key = `${index.serviceOf(i)} ${index.requestOf(i)}`;
    const call = found.get(key) ?? { ...partsOf(index, i), ...NONE, last: 0 };
    found.set(key, call);
    call.last = Math.max(call.last, time);
    if (result === BLOCKED) call.blocked += 1;
    else call.allowed += 1;
    const bodyType = index.bodyTypeOf(i);
    if (result !== BLOCKED && bodyType !== undefined && !call.bodyTypes?.includes(bodyType)) {
      call.bodyTypes = [...(call.bodyTypes ?? []), bodyType];
    }
    if (time < recent) continue;
    if (result === BLOCKED) call.recentlyBlocked += 1;
    else call.recentlyAllowed += 1;
  }
  const calls = [...found.values()].filter(({ method }) => METHODS.some((known) => known === method));
  const { oldest } = index;
  return {
    calls: calls
      .sort((a, b) => b.last - a.last)
      .slice(0, most)
      .map(({ last: _last, ...call }) => call),
    complete: calls.length <= most,
    ...(oldest === undefined ? {} : { oldest }),
  };
}

const NONE = { allowed: 0, blocked: 0, recentlyAllowed: 0, recentlyBlocked: 0 };

function partsOf(index: AuditIndex, i: number): Pick<SeenCall, 'service' | 'method' | 'path'> {
  const [method = '', ...path] = index.requests.name(index.requestOf(i)).split(' ');
  return { service: index.services.name(index.serviceOf(i)), method, path: path.join(' ') };
}
