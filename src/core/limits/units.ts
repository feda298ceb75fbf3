import type { Rate } from './limitsModel.ts';

const PERIODS = ['second', 'minute', 'hour', 'day'] as const;

/** Seconds in each period. */
export const PERIOD_SECONDS: Readonly<Record<Rate['per'], number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/** `60/minute`: a whole number from 1 to 1,000,000 per second, minute, hour or day. Undefined for anything else. */
export function parseRate(text: string): Rate | undefined {
  const [, count = '', period] = /^([1-9]\d{0,6})\/([a-z]+)$/.exec(text) ?? [];
  const per = PERIODS.find((one) => one === period);
  if (per === undefined || Number(count) > 1_000_000) return undefined;
  return { count: Number(count), per };
}

/** Decimal prefixes are powers of 1,000 and binary ones powers of 1,024 (IEC 80000-13). */
const BYTE_UNITS = new Map([
  ['B', 1],
  ['KB', 1000],
  ['MB', 1000 ** 2],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
]);

/** `1MB` is 1,000,000 bytes, `1MiB` 1,048,576; also B, KB and KiB. In bytes; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,8})([A-Za-z]+)$/.exec(text) ?? [];
  const factor = BYTE_UNITS.get(unit);
  return factor === undefined ? undefined : Number(count) * factor;
}

const TIME_UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
]);

/** `30s`, `500ms` or `2m`, in milliseconds. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,8})([a-z]+)$/.exec(text) ?? [];
  const factor = TIME_UNITS.get(unit);
  return factor === undefined ? undefined : Number(count) * factor;
}

/** A rate as a policy file spells it. */
export function formatRate(rate: Rate): string {
  return `${rate.count}/${rate.per}`;
}

/** Bytes in the largest unit that divides them. */
export function formatBytes(bytes: number): string {
  for (const [unit, factor] of [...BYTE_UNITS].sort((a, b) => b[1] - a[1])) {
    if (bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}B`;
}

/** Milliseconds in the largest unit that divides them. */
export function formatDuration(ms: number): string {
  for (const [unit, factor] of [...TIME_UNITS].reverse()) {
    if (ms % factor === 0) return `${ms / factor}${unit}`;
  }
  return `${ms}ms`;
}
