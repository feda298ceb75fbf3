import { describe, expect, it } from 'vitest';
import type { Auth } from '../../../../src/core/policy/auth/authTypes.ts';
import { isReservedHeader, sameHeader } from '../../../../src/core/request/parts/headers.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { cpuTime } from '../../../support/cpuTime.ts';
import { ask, readCorpus, refused, type ServiceOptions, taken } from '../support.ts';

interface HeaderCase {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly auth: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly expect: 'pass' | 'reject' | 'drop-or-reject' | 'pass-or-drop';
  readonly wire_absent?: readonly string[];
  readonly wire_present?: readonly (readonly [string, string])[];
}

function authOf(text: string): Auth {
  const [type, name = ''] = text.split(':');
  return type === 'header' ? { type, name } : { type: 'bearer' };
}

/** What is wrong with what becomes of a case's headers, or undefined. Framing on the wire is the gateway's to test. */
function judge(one: HeaderCase): string | undefined {
  const auth = authOf(one.auth);
  const result = ask({ headers: Object.fromEntries(one.headers) }, { auth });
  if (!result.ok)
    return one.expect === 'pass' || one.expect === 'pass-or-drop' ? inEnglish(result.error.message) : undefined;
  if (one.expect === 'reject') return 'was taken';
  const sent = result.value.headers;
  const kept = sent.filter(([name]) => one.wire_absent?.includes(name));
  if (kept.length > 0) return `kept ${String(kept)}`;
  if (sent.some(([, value]) => value === 'attacker')) return 'kept the value';
  const lost = (one.wire_present ?? []).filter(([name, value]) => !sent.some(([n, v]) => n === name && v === value));
  return lost.length > 0 ? `lost ${String(lost)}` : undefined;
}

describe('the corpus of caller headers', () => {
  const cases = readCorpus<HeaderCase>('header-cases');

  it('is there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(30);
  });

  it.each(cases.filter((one) => one.level === 'must').map((one) => [one.id, one] as const))('%s', (_, one) => {
    expect(judge(one)).toBeUndefined();
  });

  it('holds for the cases that are a matter of choice, too', () => {
    const scored = cases.filter((one) => one.level === 'should');
    const failed = scored.filter((one) => judge(one) !== undefined).map((one) => one.id);
    expect(failed).toEqual([]);
  });
});

describe('reserved headers', () => {
  it.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'host',
    ':authority',
    'content-length',
    'content_length',
    'content-encoding',
    'accept-encoding',
    'transfer-encoding',
    'te',
    'trailer',
    'connection',
    'proxy-connection',
    'keep-alive',
    'upgrade',
    'http2-settings',
    'expect',
    'via',
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-path',
    'x_forwarded_for',
    'x-real-ip',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'cf-connecting-ipv6',
    'fastly-client-ip',
    'x-cluster-client-ip',
    'x-originating-ip',
    'x-remote-ip',
    'x-remote-addr',
    'x-host',
    'x-original-url',
    'x-original-host',
    'x-rewrite-url',
    'x-http-host-override',
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-middleware-subrequest',
    'sec-fetch-site',
    'proxy-anything',
  ])('%s is one', (name) => {
    expect(isReservedHeader(name)).toBe(true);
  });

  it.each([
    'accept',
    'content-type',
    'user-agent',
    'if-none-match',
    'stripe-account',
    'stripe-version',
    'x-github-api-version',
    'openai-organization',
    'x-amz-date',
    'x-goog-user-project',
    'anthropic-beta',
    'x-shopify-shop',
    'x-client-name',
    'x-session-token',
    'private-token',
    'traceparent',
    'depth',
  ])('%s is none', (name) => {
    expect(isReservedHeader(name)).toBe(false);
  });

  it('compares names as CGI does', () => {
    expect(sameHeader('X-Api-Key', 'x_api_KEY')).toBe(true);
    expect(sameHeader('x-api-key', 'x-apikey')).toBe(false);
  });
});

describe('caller headers', () => {
  it('go along by the standard list, in order, in lower case, trimmed', () => {
    const headers = {
      Accept: 'application/json',
      'Accept-Language': ' de\t',
      'User-Agent': 'agent/1',
      Range: 'bytes=0-9',
      Prefer: 'wait=5',
      'If-Match': '"a"',
      'Idempotency-Key': 'k1',
      'X-Request-Id': 'r1',
      'Stripe-Version': '2024-06-20',
      'anthropic-version': '2023-06-01',
    };
    expect(taken({ headers }).headers).toEqual(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
    );
  });

  it('are refused by their place when unknown, and taken when the policy allows them', () => {
    const problem = refused({ headers: { accept: 'text/plain', 'Stripe-Account': 'acct_canary' } });
    expect(problem.message).toContain('Header 2 of `headers`');
    expect(JSON.stringify(problem)).not.toMatch(/stripe-account/i);
    expect(problem.nextStep).toContain('headers.allow');
    expect(JSON.stringify(problem)).not.toContain('acct_canary');
    const options: ServiceOptions = { headers: { allow: ['stripe-account'] } };
    expect(taken({ headers: { 'Stripe-Account': 'acct_1' } }, options).headers).toEqual([['stripe-account', 'acct_1']]);
  });

  it('cannot be reserved ones or the auth header even when the policy allows them', () => {
    const options: ServiceOptions = {
      auth: { type: 'header', name: 'X-Api-Key' },
      headers: { allow: ['x-api-key', 'x_api_key', 'host', 'cookie'] },
    };
    for (const name of ['X-Api-Key', 'x_api_key', 'HOST', 'Cookie']) {
      expect(refused({ headers: { [name]: 'x' } }, options).message).toContain('is set by the gateway');
    }
    const version: ServiceOptions = { auth: { type: 'header', name: 'X-Key-Version' } };
    expect(refused({ headers: { 'x-key-version': 'x' } }, version).message).toContain('is set by the gateway');
  });

  it('lose against those that the policy sets', () => {
    const options: ServiceOptions = { headers: { set: [['notion-version', '2022-06-28']] } };
    const wanted = [['notion-version', '2022-06-28']];
    expect(taken({}, options).headers).toEqual(wanted);
    expect(taken({ headers: { 'Notion-Version': '1999-01-01' } }, options).headers).toEqual(wanted);
    expect(taken({ headers: { Notion_Version: '1999-01-01' } }, options).headers).toEqual(wanted);
  });

  it('cannot come twice in two spellings', () => {
    expect(refused({ headers: { Accept: 'a', accept: 'b' } }).message).toContain('twice');
    expect(refused({ headers: { 'idempotency-key': 'a', idempotency_key: 'b' } }).message).not.toBe('');
  });

  it.each(['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'é', '\u560a', '\ud800', 'a\x1b[2J'])(
    'cannot have the value %j, which is not quoted either',
    (value) => {
      const problem = refused({ headers: { Accept: `canary${value}` } });
      expect(problem.message).toContain('accept');
      expect(JSON.stringify(problem)).not.toContain('canary');
    },
  );

  it.each(['', ' ', 'a b', 'a:', 'a\r\nb', 'ä', 'a\0', 'a(b)', 'ſ', 'accept '])('cannot have the name %j', (name) => {
    expect(refused({ headers: { [name]: 'x' } }).message).toContain('name that is not valid');
  });

  it('leave prototypes alone', () => {
    const headers = JSON.parse('{"__proto__":"x","constructor":"y","toString":"z","Accept":"*/*"}');
    expect(taken({ headers }).headers).toEqual([['accept', '*/*']]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('are bounded in number and size', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}-version`, '1']));
    expect(refused({ headers: many }).code).toBe('request_too_large');
    expect(refused({ headers: { Accept: 'x'.repeat(20_000) } }).code).toBe('request_too_large');
  });
});

describe('content-type', () => {
  const post = { method: 'POST' };
  const type = (headers: readonly (readonly [string, string])[]) =>
    headers.find(([name]) => name === 'content-type')?.[1];

  it.each([
    [{ json: {} }, undefined, 'application/json'],
    [{ json: {} }, 'Application/JSON; Charset="UTF-8"', 'application/json; charset=UTF-8'],
    [{ json: {} }, 'application/vnd.api+json; ext="a;b"', 'application/vnd.api+json; ext="a;b"'],
    [{ json: [] }, 'application/json-patch+json', 'application/json-patch+json'],
    [{ form: { a: 1 } }, undefined, 'application/x-www-form-urlencoded'],
    [{ form: { a: '' } }, undefined, 'application/x-www-form-urlencoded'],
    [{ form: {} }, undefined, undefined],
    [{ form: {} }, 'application/x-www-form-urlencoded; charset=utf-8', 'application/x-www-form-urlencoded'],
    [{ text: '' }, undefined, 'text/plain; charset=utf-8'],
    [{ text: 'a,b' }, 'text/csv', 'text/csv; charset=utf-8'],
    [{ text: '<a/>' }, 'application/xml', 'application/xml'],
    [{ text: '{}\n' }, 'application/x-ndjson', 'application/x-ndjson'],
    [{ text: 'export {}' }, 'application/javascript', 'application/javascript'],
    [{}, 'application/json', 'application/json'],
  ])('of %j with %j is %j', (body, asked, wanted) => {
    const headers = asked === undefined ? {} : { 'Content-Type': asked };
    expect(type(taken({ ...post, ...body, headers }).headers)).toBe(wanted);
  });

  it.each([
    [{ json: {} }, 'text/plain', 'does not match'],
    [{ json: {} }, 'application/x-www-form-urlencoded', 'does not match'],
    [{ json: {} }, 'text/json', 'does not match'],
    [{ json: {} }, 'image/svg+json', 'does not match'],
    // What goes by a part of the name takes these for forms, in which a JSON text has other fields.
    [{ json: {} }, 'application/x-www-form-urlencoded+json', 'does not match'],
    [{ json: {} }, 'application/vnd.acme.urlencoded+json; charset=utf-8', 'does not match'],
    [{ json: {} }, 'application/multipart+json; boundary=x', 'does not match'],
    [{ json: {} }, 'application/x.form-data+json', 'does not match'],
    [{ text: 'a' }, 'application/form-data; boundary=x', 'multipart'],
    [{ json: {} }, 'application/json; charset=utf-16', 'charset'],
    [{ json: {} }, 'application/json; charset=utf-8; charset=utf-7', 'media type'],
    [{ json: {} }, 'application/json, text/plain', 'media type'],
    [{ json: {} }, 'application/json; a="', 'media type'],
    [{ form: {} }, 'application/json', 'does not match'],
    [{ form: {} }, 'multipart/form-data; boundary=x', 'does not match'],
    [{ text: '{}' }, 'application/json', 'says JSON'],
    [{ text: '{}' }, 'application/ld+json', 'says JSON'],
    [{ text: '{}' }, 'text/json', 'says JSON'],
    [{ text: '{}' }, 'application/x-json', 'says JSON'],
    [{ text: 'a=b' }, 'text/urlencoded', 'says form'],
    [{ text: 'a=b' }, 'application/vnd.acme.x-www-form-urlencoded+text', 'says form'],
    [{ text: 'a' }, 'multipart/mixed; boundary=a', 'multipart'],
    [{ text: 'a' }, 'application/x-multipart; boundary=a', 'multipart'],
    [{ text: 'a' }, 'text/Multipart; boundary=a', 'multipart'],
    [{ text: 'a' }, '*/*', 'media type'],
    [{ text: 'a' }, 'text', 'media type'],
    [{}, 'nonsense', 'media type'],
  ])('of %j cannot be %j', (body, asked, why) => {
    expect(refused({ ...post, ...body, headers: { 'content-type': asked } }).message).toContain(why);
  });

  it.each(['DELETE', 'PUT', 'PATCH', 'POST'])('of a form without a field is none with %s', (method) => {
    expect(type(taken({ method, form: {} }).headers)).toBeUndefined();
  });

  it('that the policy sets wins and still has to fit', () => {
    const options: ServiceOptions = { headers: { set: [['content-type', 'application/vnd.api+json']] } };
    const headers = { 'Content-Type': 'application/json' };
    expect(taken({ ...post, json: {}, headers }, options).headers).toEqual([
      ['content-type', 'application/vnd.api+json'],
    ]);
    expect(refused({ ...post, form: {} }, options).message).toContain('does not match');
  });
});

describe('headers that are made to be slow', () => {
  it.each<[string, string, string]>([
    ['blanks before a parameter', 'content-type', `a/b;${' '.repeat(16_000)}x=1`],
    ['blanks behind a parameter', 'content-type', `a/b;x=1${' '.repeat(16_000)};`],
    ['blanks inside of a value', 'accept', `a${' '.repeat(16_000)}b`],
    ['blanks in a long value', 'accept', `a${' '.repeat(30_000)}b`],
    ['backslashes in quotes', 'content-type', `a/b;x="${'\\'.repeat(16_000)}`],
    ['quotes', 'content-type', `a/b;x=${'"'.repeat(16_000)}`],
    ['semicolons', 'content-type', `a/b${'; '.repeat(8_000)}`],
    ['names without values', 'content-type', `a/b${';x'.repeat(8_000)}`],
  ])('are looked at once: %s', (_, name, value) => {
    expect(cpuTime(() => ask({ headers: { [name]: value } }), 3, 20)).toBeLessThan(20);
  });
});
