import { rateWithin } from '../../limits/limits.ts';
import type { Limits } from '../../limits/limitsModel.ts';
import { formatBytes, formatDuration, formatRate } from '../../limits/units.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Service } from '../model/service.ts';
import { change, type PolicyChange } from './policyChange.ts';

/** Of a service or a server. */
type Limited = Pick<Service, 'name' | 'limits'>;

/** What changes in the limits; `once` is what the user approved before saves lowered it. */
export function limitChanges(approved: Limited, saved: Limited, once?: Limited): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const [from, to] = [approved.limits, saved.limits];
  const say = (
    raised: boolean,
    limit: string,
    before: string | Phrase,
    after: string | Phrase,
    within: boolean,
  ): void => {
    const one = change(raised ? 'widens' : 'narrows', saved, phrase`${limit} of ${saved.name}: ${before} → ${after}`);
    changes.push(raised && within ? { ...one, comesBack: true } : one);
  };
  const top = once?.limits;
  const rate = (limits: Limits): string | Phrase =>
    limits.requests === undefined ? phrase`no limit` : formatRate(limits.requests);
  const raised = !rateWithin(to.requests, from.requests);
  if (raised || !rateWithin(from.requests, to.requests)) {
    say(raised, 'requests', rate(from), rate(to), top !== undefined && rateWithin(to.requests, top.requests));
  }
  const number = (
    limit: string,
    key: 'concurrent' | 'responseBytes' | 'requestBytes' | 'timeoutMs',
    format: (value: number) => string,
  ): void => {
    const [before, after] = [from[key], to[key]];
    if (before !== after) {
      say(after > before, limit, format(before), format(after), top !== undefined && after <= top[key]);
    }
  };
  const [apart, together] = [phrase`counted for each agent`, phrase`counted for all agents together`];
  if (from.perAgent !== to.perAgent && to.requests !== undefined) {
    const [before, after] = to.perAgent ? [together, apart] : [apart, together];
    say(to.perAgent === true, 'requests', before, after, top?.perAgent === true);
  }
  number('concurrent', 'concurrent', String);
  number('responseBytes', 'responseBytes', formatBytes);
  number('requestBytes', 'requestBytes', formatBytes);
  number('timeout', 'timeoutMs', formatDuration);
  return changes;
}
