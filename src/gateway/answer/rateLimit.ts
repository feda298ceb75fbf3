import type { Incoming } from '../http/message.ts';

/** A number above this is a moment in seconds since the epoch, and above the other one in milliseconds. */
const FIRST_MOMENT_S = 1_000_000_000;
const FIRST_MOMENT_MS = 1_000_000_000_000;

/** Where a limit is used up and nothing says when it ends. */
const DEFAULT_S = 60;

/** The same in milliseconds (Azure, OpenAI), which tells more exactly. */
const AFTER_MS: ReadonlySet<string> = new Set(['retry-after-ms', 'x-ms-retry-after-ms']);

/** What Go writes durations in: `6m0s`, `1.5s`, `20ms`. */
const UNITS_S: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
const DURATION_PART = /^([0-9.]{1,9})(h|ms|m|s)/;

/**
 * In how many seconds an API that limits its callers takes another call: `Retry-After` (RFC 9110 section 10.2.3), or what
 * usual headers say of a limit that is used up. Undefined where nothing says that there is a limit.
 */
export function waitSeconds(headers: Incoming['headers'], nowMs: number): number | undefined {
  const afterMs = headers.find(([name]) => AFTER_MS.has(name))?.[1].trim();
  if (afterMs !== undefined && /^\d{1,12}$/.test(afterMs)) return Math.ceil(Number(afterMs) / 1000);
  const after = headers.find(([name]) => name === 'retry-after' || name === 'x-ratelimit-reset-after')?.[1];
  const wait = after === undefined ? undefined : secondsUntil(after, nowMs);
  if (wait !== undefined) return wait;
  // `ratelimit: "default";r=0;t=30`, and in an earlier draft `limit=100, remaining=0, reset=50`.
  const written = headers.find(([name]) => name === 'ratelimit')?.[1] ?? '';
  const parameters = written.split(/[;,]/).map((part) => part.trim());
  if (parameters.includes('r=0') || parameters.includes('remaining=0')) {
    const reset = parameters.find((part) => /^(?:t|reset)=/.test(part))?.split('=')[1];
    return secondsUntil(reset ?? '', nowMs) ?? DEFAULT_S;
  }
  const usedUp = limitsSaid(headers, 'remaining').filter(({ value }) => value !== '' && Number(value) <= 0);
  if (usedUp.length === 0) return undefined;
  const resets = limitsSaid(headers, 'reset').flatMap(({ of, value }) => {
    const seconds = usedUp.some((limit) => limit.of === of) ? secondsUntil(value, nowMs) : undefined;
    return seconds === undefined ? [] : [seconds];
  });
  return resets.length === 0 ? DEFAULT_S : Math.max(...resets);
}

/**
 * `x-ratelimit-remaining`, `ratelimit-remaining`, `x-rate-limit-remaining`, `x-ratelimit-remaining-tokens` …: which limit of
 * an API they are `of` stands before or behind the word.
 */
function limitsSaid(headers: Incoming['headers'], word: 'remaining' | 'reset'): { of: string; value: string }[] {
  return headers.flatMap(([name, value]) => {
    const parts = name.split(`-${word}`);
    const [before = '', behind = ''] = parts;
    const isLimit = parts.length === 2 && before.replace('rate-limit', 'ratelimit').includes('ratelimit');
    return isLimit ? [{ of: `${before} ${behind}`, value: value.trim() }] : [];
  });
}

/** A number of seconds, a moment, a duration, or a date. */
function secondsUntil(text: string, nowMs: number): number | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) {
    if (number >= FIRST_MOMENT_MS) return untilMoment(number, nowMs);
    if (number >= FIRST_MOMENT_S) return untilMoment(number * 1000, nowMs);
    return number < 0 ? undefined : Math.ceil(number);
  }
  const moment = Date.parse(value);
  return durationSeconds(value) ?? (Number.isNaN(moment) ? undefined : untilMoment(moment, nowMs));
}

function durationSeconds(text: string): number | undefined {
  let seconds = 0;
  for (let rest = text; rest !== ''; ) {
    const [part, amount, unit] = DURATION_PART.exec(rest) ?? [];
    if (part === undefined || unit === undefined) return undefined;
    seconds += Number(amount) * (UNITS_S[unit] ?? 0);
    rest = rest.slice(part.length);
  }
  return Number.isFinite(seconds) ? Math.ceil(seconds) : undefined;
}

function untilMoment(moment: number, nowMs: number): number {
  return Math.max(1, Math.ceil((moment - nowMs) / 1000));
}
