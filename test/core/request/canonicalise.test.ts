import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { METHODS } from '../../../src/core/request/model.ts';
import { rawPath, rawQuery } from './arbitraries.ts';
import { aService, ask, refused, taken } from './support.ts';

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
      { numRuns: 3000 },
    );
    expect(seen).toBeGreaterThan(300);
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
      { numRuns: 1000 },
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
