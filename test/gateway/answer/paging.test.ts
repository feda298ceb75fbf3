import { describe, expect, it } from 'vitest';
import type { BaseUrl } from '../../../src/core/net/baseUrl.ts';
import { parseBaseUrl } from '../../../src/core/net/baseUrl.ts';
import type { Auth } from '../../../src/core/policy/auth/authTypes.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { askedCall } from '../../../src/gateway/answer/paging/askedCall.ts';
import { findContinuation } from '../../../src/gateway/answer/paging/findContinuation.ts';

function baseUrl(): BaseUrl {
  const parsed = parseBaseUrl('https://api.example.com/v1', 'public');
  if (!parsed.ok) throw new Error(inEnglish(parsed.error.message));
  return parsed.value;
}

const SERVICE = { baseUrl: baseUrl(), auth: { type: 'bearer' } as Auth };

/** Where a `Link` header leads, as a path of the service. */
function next(link: string): string | undefined {
  const asked = askedCall({ service: 'api', method: 'GET', path: '/things' });
  const whole = findContinuation(asked, SERVICE, [['link', link]], undefined)?.whole;
  return whole && 'path' in whole ? whole.path : undefined;
}

const TARGET = '<https://api.example.com/v1/things?page=2>';

describe('the next page', () => {
  it.each([
    `${TARGET}; rel="next"`,
    `${TARGET};rel=next`,
    `${TARGET}; REL = "Next"`,
    `${TARGET}; title="a"; rel="last next"`,
    `<https://api.example.com/v1/things>; rel="first", ${TARGET}; rel="next"`,
    `<https://api.example.com/v1/things>; rel="nextish", ${TARGET}; rel="next"`,
    `${TARGET}; rel="next", <https://api.example.com/v1/things>; rel="last"`,
  ])('is read from %s', (link) => {
    expect(next(link)).toBe('/things?page=2');
  });

  it.each([
    '',
    '<',
    TARGET,
    `${TARGET}; rel="prev"`,
    `${TARGET}; rel="nextish"`,
    `${TARGET}; title="rel=next"`,
    '<https://api.example.com/v1/things?page=2; rel="next"',
    '<https://other.example.com/v1/things?page=2>; rel="next"',
    '<https://api.example.com/v2/things?page=2>; rel="next"',
  ])('is none in %j', (link) => {
    expect(next(link)).toBeUndefined();
  });

  const MADE_TO_BE_SLOW: readonly (readonly [what: string, make: (length: number) => string])[] = [
    ['a quote that never ends', (length) => `${TARGET}; rel="${'next '.repeat(length / 5)}`],
    ['words that are nearly the one', (length) => `${TARGET}; rel="${'nex '.repeat(length / 4)}"`],
    ['many links', (length) => `${TARGET}; rel="prev",`.repeat(length / 56)],
    ['opening brackets', (length) => '<'.repeat(length)],
    ['empty links', (length) => '<>'.repeat(length / 2)],
    ['semicolons', (length) => `${TARGET}${';'.repeat(length)}rel`],
    ['equals signs', (length) => `${TARGET}; rel${'='.repeat(length)}next`],
    ['blanks', (length) => `${TARGET}; rel="${' '.repeat(length)}next`],
    ['many names', (length) => `${TARGET}${'; rel=x'.repeat(length / 7)}`],
  ];

  it.each(MADE_TO_BE_SLOW)('is looked for in one pass over 60 KB of %s', (_, make) => {
    const link = make(60_000);
    const cpu = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      next(link);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    expect(Math.min(...cpu)).toBeLessThan(20);
  });
});
