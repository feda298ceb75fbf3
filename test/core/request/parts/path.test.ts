import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalPath,
  literalPattern,
  MAX_PATH_BYTES,
  MAX_SEGMENTS,
} from '../../../../src/core/request/parts/path.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { cpuTime } from '../../../support/cpuTime.ts';
import { english } from '../../../support/english.ts';
import { runs } from '../../../support/runs.ts';
import { rawPath } from '../arbitraries.ts';

function path(raw: string, pattern = false): string {
  const result = canonicalPath(raw, { pattern });
  return result.ok ? result.value.path : `refused: ${english(result.error).message}`;
}

function refusal(raw: string, pattern = false): string {
  const result = canonicalPath(raw, { pattern });
  if (result.ok) throw new Error(`taken as ${result.value.path}`);
  expect(result.error.nextStep).not.toBe('');
  return inEnglish(result.error.message);
}

describe('a request path', () => {
  it.each([
    ['/', '/'],
    ['/v1/items', '/v1/items'],
    ['/v1/items/', '/v1/items/'],
    ['/%76%31/%7Ea%2d', '/v1/~a-'],
    ['/caf%c3%a9', '/caf%C3%A9'],
    ["/a!$&'()*+,;=:@b", "/a!$&'()*+,;=:@b"],
    ['/a%2cb%3a', '/a%2Cb%3A'],
    ['/a*b%2a', '/a*b%2A'],
    ['/compare/main...feature', '/compare/main...feature'],
    ['/.well-known/..a/a../...', '/.well-known/..a/a../...'],
    ['/calendars/en.usa%23holiday@group.example/events', '/calendars/en.usa%23holiday@group.example/events'],
    ['/what%3F', '/what%3F'],
    ['/discount/100%25', '/discount/100%25'],
    ['/100%25%20off', '/100%25%20off'],
    ['/%E3%82%AB%E3%83%95%E3%82%A7', '/%E3%82%AB%E3%83%95%E3%82%A7'],
    ['/matrix;v=1.0/x', '/matrix;v=1.0/x'],
    ['/files/My Report.txt', '/files/My%20Report.txt'],
    ["/values/'My Sheet'!A1:B2", "/values/'My%20Sheet'!A1:B2"],
    ['/Straße/カフェ/😀', '/Stra%C3%9Fe/%E3%82%AB%E3%83%95%E3%82%A7/%F0%9F%98%80'],
    ['/100% sicher', 'refused: The path has a % that is not followed by two hexadecimal digits.'],
  ])('%s is sent as %s', (raw, canonical) => {
    expect(path(raw)).toBe(canonical);
  });

  it('gives its segments and its untouched query', () => {
    expect(canonicalPath('/a/b/?x=%41&y')).toEqual({
      ok: true,
      value: { path: '/a/b/', segments: ['a', 'b', ''], query: 'x=%41&y' },
    });
    expect(canonicalPath('/')).toEqual({ ok: true, value: { path: '/', segments: [''] } });
  });

  it.each([
    ['', 'empty'],
    ['v1/items', 'does not start with a slash'],
    ['https://api.example.com/v1', 'absolute URL'],
    ['HTTPS:v1', 'absolute URL'],
    ['//evil.example/v1', 'another host'],
    ['/v1//items', 'empty segment'],
    ['/v1/items//', 'empty segment'],
    ['/v1/;/items', 'read as empty'],
    ['/v1/;x=1/items', 'read as empty'],
    ['/v1/%20/items', 'read as empty'],
    ['/v1/ /items', 'read as empty'],
    ['/v1/\u200b/items', 'read as empty'],
    ['/v1/．．/items', 'dot segment'],
    ['/v1/a／b', 'hides a slash'],
    ['/v1/. ./items', 'dot segment'],
    ['/v1/%E2%80%8B/items', 'read as empty'],
    ['/v1\\items', 'backslash'],
    ['/v1/it\tems', 'control character'],
    ['/v1/items\n', 'control character'],
    ['/v1/items\u0085', 'control character'],
    ['/v1/items\u2028', 'control character'],
    ['/v1/\ud800', 'surrogate'],
    ['/v1/a[0]', 'U+005B'],
    ['/v1/a|b', 'U+007C'],
    ['/v1/"a"', 'U+0022'],
    ['/v1/a^b', 'U+005E'],
    ['/v1/items#x', 'fragment'],
    ['/v1/items?x#y', 'fragment'],
    ['/v1/items?x=\\', 'backslash'],
    ['/v1/%', 'two hexadecimal digits'],
    ['/v1/%4', 'two hexadecimal digits'],
    ['/v1/%zz', 'two hexadecimal digits'],
    ['/v1/%u002e%u002e', 'two hexadecimal digits'],
    ['/v1/%%32%65', 'two hexadecimal digits'],
    ['/v1/%c0%ae', 'valid UTF-8'],
    ['/v1/%e0%80%ae', 'valid UTF-8'],
    ['/v1/%f0%80%80%ae', 'valid UTF-8'],
    ['/v1/%ed%a0%80', 'valid UTF-8'],
    ['/v1/%f4%90%80%80', 'valid UTF-8'],
    ['/v1/%ff', 'valid UTF-8'],
    ['/v1/%c3', 'valid UTF-8'],
    ['/v1/%00', 'escaped control'],
    ['/v1/a%0d%0ab', 'escaped control'],
    ['/v1/%7f', 'escaped control'],
    ['/v1/%c2%85', 'escaped control'],
    ['/v1/%e2%80%a8', 'escaped control'],
    ['/v1/a%2fb', 'hides a slash'],
    ['/v1/a%5Cb', 'hides a slash'],
    ['/v1/..%ef%bc%8fadmin', 'hides a slash'],
    ['/v1/..%ef%bc%bcadmin', 'hides a slash'],
    ['/v1/%2e%2e/admin', 'escaped dot'],
    ['/v1/a%2Ejson', 'escaped dot'],
    ['/v1/%252e%252e/admin', 'encoded twice'],
    ['/v1/%25%32%65%25%32%65/admin', 'encoded twice'],
    ['/v1/%25252f', 'encoded twice'],
    ['/v1/%2561dmin', 'encoded twice'],
    ['/v1/%25u002e%25u002e/admin', 'encoded twice'],
    ['/v1/%ef%bc%852e', 'encoded twice'],
    ['/v1/./x', 'dot segment'],
    ['/v1/../x', 'dot segment'],
    ['/v1/..', 'dot segment'],
    ['/v1/.', 'dot segment'],
    ['/v1/..;/x', 'dot segment'],
    ['/v1/..;a=b/x', 'dot segment'],
    ['/v1/.;/x', 'dot segment'],
    ['/v1/a;../x', 'dot segment'],
    ['/v1/..%3b/x', 'dot segment'],
    ['/v1/..,/x', 'dot segment'],
    ['/v1/..%20/x', 'dot segment'],
    ['/v1/%20../x', 'dot segment'],
    ['/v1/..%20admin/x', 'dot segment'],
    ['/v1/...%20/x', 'dot segment'],
    ['/v1/.%20./x', 'dot segment'],
    ['/v1/..%23/x', 'dot segment'],
    ['/v1/..%3f/x', 'dot segment'],
    ['/v1/..%c2%a0/x', 'dot segment'],
    ['/v1/%ef%bb%bf../x', 'dot segment'],
    ['/v1/.%c2%ad./x', 'dot segment'],
    ['/v1/.%e2%80%8b./x', 'dot segment'],
    ['/v1/%ef%bc%8e%ef%bc%8e/x', 'dot segment'],
    ['/v1/%e2%80%a4%e2%80%a4/x', 'dot segment'],
    ['/v1/%e3%80%82%e3%80%82/x', 'dot segment'],
    ['/v1/%ef%bd%a1%ef%bd%a1/x', 'dot segment'],
    ['/v1/%e2%80%a5/x', 'dot segment'],
    ['/v1/..%e2%88%95admin', 'dot segment'],
    ['/v1/..%e2%a7%b8admin', 'dot segment'],
    ['/v1/..%cc%b8admin', 'dot segment'],
  ])('%j is refused: %s', (raw, why) => {
    expect(refusal(raw)).toContain(why);
  });

  it('is refused when it is too long, in either spelling, and quickly', () => {
    const ask = (): void => {
      const long = canonicalPath(`/${'a'.repeat(MAX_PATH_BYTES)}`);
      expect(long.ok ? '' : long.error.code).toBe('request_too_large');
      const huge = canonicalPath(`/${'%2e%2e/'.repeat(1_000_000)}`);
      expect(huge.ok ? '' : huge.error.code).toBe('request_too_large');
      expect(refusal(`/${'a/../'.repeat(100)}`)).toContain('dot segment');
      expect(canonicalPath(`/${'%61'.repeat(MAX_PATH_BYTES - 1)}`).ok).toBe(true);
    };
    expect(cpuTime(ask)).toBeLessThan(1000);
  });

  it('is refused with more segments than any API has', () => {
    expect(canonicalPath('/a'.repeat(MAX_SEGMENTS)).ok).toBe(true);
    const longer = canonicalPath('/a'.repeat(MAX_SEGMENTS + 1));
    expect(longer.ok ? '' : longer.error).toMatchObject({ code: 'request_too_large' });
  });

  it('never quotes the text in a refusal', () => {
    for (const raw of ['/v1/canary%zz', '/v1/canary\\', 'canary', '/v1/canary/../x', '/v1/canary%2fx']) {
      const result = canonicalPath(raw);
      expect(JSON.stringify(result)).not.toContain('canary');
    }
  });
});

describe('a pattern', () => {
  it.each([
    ['/v1/*/x/**', '/v1/*/x/**'],
    ['/a b/é', '/a%20b/%C3%A9'],
    ['/a%2a*', '/a%2A*'],
    ['/(a|b)/[c]/{id}', '/(a%7Cb)/%5Bc%5D/%7Bid%7D'],
    ['/%7Ex', '/~x'],
    ['/what%3f', '/what%3F'],
  ])('%s is %s', (raw, canonical) => {
    expect(path(raw, true)).toBe(canonical);
  });

  it.each([
    ['/v1/c?arges', 'question mark'],
    ['/v1/x#y', 'fragment'],
    ['/v1/../x', 'dot segment'],
    ['/v1//x', 'empty segment'],
    ['/v1/%2e', 'escaped dot'],
    ['/v1/%2f', 'hides a slash'],
    ['/v1\\x', 'backslash'],
    ['v1', 'does not start'],
    ['/v1/..*', 'dot segment'],
    ['/\udc00', 'surrogate'],
  ])('%j is refused: %s', (raw, why) => {
    const message = refusal(raw, true);
    expect(message).toContain(why);
    expect(message).toContain('pattern');
  });

  it('made from a request keeps no star and no other meaning', () => {
    expect(literalPattern('/a*b/%2A')).toBe('/a%2Ab/%2A');
    fc.assert(
      fc.property(rawPath, (raw) => {
        const request = canonicalPath(raw);
        if (!request.ok) return;
        const literal = literalPattern(request.value.path);
        expect(literal).not.toContain('*');
        expect(path(literal, true)).toBe(literal);
      }),
    );
  });
});

describe('canonical paths', () => {
  it('are their own canonical form, as requests and (without a query) as patterns', () => {
    let seen = 0;
    fc.assert(
      fc.property(rawPath, fc.boolean(), (raw, pattern) => {
        const once = canonicalPath(raw, { pattern });
        if (!once.ok) return;
        seen += 1;
        expect(path(once.value.path, pattern)).toBe(once.value.path);
        expect(`/${once.value.segments.join('/')}`).toBe(once.value.path);
      }),
      { numRuns: runs(3000) },
    );
    expect(seen).toBeGreaterThan(runs(3000) / 10);
  });
});
