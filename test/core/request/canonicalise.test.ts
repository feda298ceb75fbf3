import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { METHODS } from '../../../src/core/request/parts/requestModel.ts';
import { runs } from '../../support/runs.ts';
import { rawPath, rawQuery } from './arbitraries.ts';
import { aService, ask, refused, type ServiceOptions, taken } from './support.ts';

describe('a method', () => {
  it('is one of the list, in upper case', () => {
    for (const method of METHODS) expect(taken({ method }).method).toBe(method);
    expect(taken({ method: 'get' }).method).toBe('GET');
    expect(taken({ method: 'Patch' }).method).toBe('PATCH');
  });

  it.each([
    '',
    'TRACE',
    'CONNECT',
    'TRACK',
    'GET ',
    ' GET',
    'G ET',
    'GET\0',
    'GET\r\nX: y',
    'PO\u017fT',
    'ＧＥＴ',
    'PURGE',
  ])('cannot be %j', (method) => {
    expect(refused({ method }).message).toContain('method');
  });
});

describe('a target', () => {
  it('is prefix, path and query', () => {
    const request = taken({ path: '/a?x=1', query: { y: 2 } }, { baseUrl: 'https://api.example.com/tenant-a/' });
    expect(request.target).toBe('/tenant-a/a?x=1&y=2');
    expect(request.path).toBe('/a');
    expect(request.segments).toEqual(['a']);
  });

  it('loses an empty query', () => {
    expect(taken({ path: '/a?' }).target).toBe('/a');
    expect(taken({ path: '/a?&&' }).target).toBe('/a');
  });

  it('is at most 16 KiB long', () => {
    expect(refused({ query: { q: 'x'.repeat(17_000) } }).code).toBe('request_too_large');
    expect(taken({ query: { q: 'x'.repeat(15_000) } }).target).toHaveLength(15_000 + '/v1/items?q='.length);
  });

  it('is ASCII, survives a URL parser unchanged, hides no dot segment at any depth, and is its own canonical form', () => {
    const origin = 'https://api.example.com';
    let seen = 0;
    fc.assert(
      fc.property(rawPath, fc.option(rawQuery), fc.dictionary(fc.string(), fc.string()), (path, query, object) => {
        const request = ask({ path: query === null ? path : `${path}?${query}`, query: object });
        if (!request.ok) return;
        seen += 1;
        const { target } = request.value;
        expect(target).toMatch(/^\/[\x21-\x7e]*$/);
        const url = new URL(target, origin);
        expect(url.origin).toBe(origin);
        expect(url.pathname + url.search).toBe(target);
        expect(climbsAnywhere(request.value.path)).toBe(false);
        expect(taken({ path: target }).target).toBe(target);
      }),
      { numRuns: runs(3000) },
    );
    expect(seen).toBeGreaterThan(runs(3000) / 10);
  });

  it('never leaves the prefix', () => {
    const service = aService({ baseUrl: 'https://api.example.com/tenant-a' });
    fc.assert(
      fc.property(rawPath, (path) => {
        const request = canonicalise({ service: 'api', method: 'GET', path }, service);
        if (!request.ok) return;
        const url = new URL(request.value.target, 'https://api.example.com');
        expect(url.pathname.startsWith('/tenant-a/')).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });
});

/** Whether some number of decodings, with parameters cut off, shows a dot segment or another separator. */
function climbsAnywhere(path: string): boolean {
  let text = path;
  const slashes = path.split('/').length;
  for (let depth = 0; depth < 4; depth += 1) {
    const segments = text.split(/[/\\]/);
    if (segments.length !== slashes) return true;
    if (segments.some((segment) => /^(?:\.{1,2}(?:[;,?#].*)?|\.\.\s.*)$/s.test(segment))) return true;
    text = text.replace(/%[0-9A-Fa-f]{2}/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
  return false;
}

describe('a plus in the path', () => {
  const signed = (service: string): ServiceOptions => ({
    auth: { type: 'aws-sigv4', region: 'eu-central-1', service },
  });

  it.each(['s3', 's3express', 's3-object-lambda', 's3-outposts'])(
    'is refused for S3, with both spellings: %s',
    (name) => {
      for (const path of ['/bucket/a+b', '/bucket/+1', '/a+b/c?d=e+f']) {
        expect(refused({ path }, signed(name)).nextStep).toBe('Write %20 for a space, or %2B for a plus.');
      }
      for (const path of ['/bucket/a%20b', '/bucket/a%2Bb', '/bucket?prefix=a+b']) {
        expect(taken({ path }, signed(name)).path).toBe(path.split('?')[0]);
      }
    },
  );

  it('goes along elsewhere, but not as a segment that form decoders read as empty or as dots', () => {
    expect(taken({ path: '/a+b' }, signed('dynamodb')).target).toBe('/a+b');
    expect(taken({ path: '/v1/+1415/a+' }).target).toBe('/v1/+1415/a+');
    expect(taken({ path: '/v1/%2B' }).target).toBe('/v1/%2B');
    for (const path of ['/a/+/b', '/a/++', '/a/+%20/b', '/a/+;x/b', '/a/%20;x/b', '/a/+./b', '/a/.+/b', '/a/+..+/b']) {
      expect(refused({ path }).code, path).toBe('invalid_request');
    }
  });
});

describe('parameters in a path', () => {
  it.each([';a', '%3Fa'])('are 256 at most: %s', (parameter) => {
    expect(taken({ path: `/v1/x${parameter.repeat(256)}` }).segments).toHaveLength(2);
    expect(refused({ path: `/v1/x${parameter.repeat(257)}` })).toMatchObject({ code: 'request_too_large' });
  });
});
