import { isScalar } from 'yaml';
import type { Entry, Reader } from '../policy/text/reader.ts';
import { type Phrase, phrase } from '../text/phrase.ts';
import { DEFAULT_LIMITS, type Limits, type Rate } from './limitsModel.ts';
import { parseBytes, parseDuration, parseRate } from './units.ts';

const KEYS = ['requests', 'concurrent', 'responseBytes', 'requestBytes', 'timeout', 'perAgent'] as const;

const MAX_BYTES = 100 * 1024 * 1024;
const MAX_CONCURRENT = 256;
const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 10 * 60_000;

/** Reads a service's `limits`, defaults filled in. What is wrong is reported and counts as its default. */
export function readLimits(reader: Reader, entry: Entry | undefined): Limits {
  if (entry === undefined) return DEFAULT_LIMITS;
  const fields = reader.map(entry.value, reader.at(entry), '`limits`', '{ requests: 60/minute }');
  if (fields === undefined) return DEFAULT_LIMITS;
  reader.onlyKnown(fields, KEYS, '`limits`', { rate: 'requests', concurrency: 'concurrent', timeoutms: 'timeout' });

  const read = <T>(
    name: (typeof KEYS)[number],
    parse: (value: unknown) => T | undefined,
    help: Phrase,
  ): T | undefined => {
    const field = fields.get(name);
    if (field === undefined) return undefined;
    const parsed = isScalar(field.value) ? parse(field.value.value) : undefined;
    if (parsed === undefined)
      reader.problems.error('bad-limit', reader.at(field), phrase`\`limits.${name}\` must be ${help}.`);
    return parsed;
  };
  const bytes = phrase`a size from 1B to 100MiB, such as 500KB, 1MB (1,000,000 bytes) or 1MiB (1,048,576 bytes)`;
  const requests = read<Rate>(
    'requests',
    (value) => (typeof value === 'string' ? parseRate(value) : undefined),
    phrase`a number per second, minute, hour or day, such as 60/minute`,
  );
  const perAgent = read('perAgent', (value) => (typeof value === 'boolean' ? value : undefined), phrase`true or false`);
  return {
    ...(perAgent === true ? { perAgent } : {}),
    ...(requests === undefined ? {} : { requests }),
    concurrent:
      read('concurrent', wholeUpTo(MAX_CONCURRENT), phrase`a whole number from 1 to ${MAX_CONCURRENT}`) ??
      DEFAULT_LIMITS.concurrent,
    responseBytes: read('responseBytes', size, bytes) ?? DEFAULT_LIMITS.responseBytes,
    requestBytes: read('requestBytes', size, bytes) ?? DEFAULT_LIMITS.requestBytes,
    timeoutMs:
      read('timeout', duration, phrase`a time from 100ms to 10m with its unit, such as 500ms, 30s or 2m`) ??
      DEFAULT_LIMITS.timeoutMs,
  };
}

function wholeUpTo(most: number): (value: unknown) => number | undefined {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
}

/** A plain number counts bytes. */
function size(value: unknown): number | undefined {
  if (typeof value === 'number') return wholeUpTo(MAX_BYTES)(value);
  return wholeUpTo(MAX_BYTES)(typeof value === 'string' ? parseBytes(value) : undefined);
}

function duration(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  return ms !== undefined && ms >= MIN_TIMEOUT_MS && ms <= MAX_TIMEOUT_MS ? ms : undefined;
}
