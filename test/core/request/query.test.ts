import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestInput } from '../../../src/core/request/parts/requestModel.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { refused, taken } from './support.ts';

function search(path: string, query?: RequestInput['query']): string {
  return taken({ path, query }).target.slice('/v1/items'.length);
}

describe('a query', () => {
  it('has one encoding, wherever it comes from', () => {
    expect(search('/v1/items?q=a+b%20c%2bd')).toBe('?q=a%20b%20c%2Bd');
    expect(search('/v1/items', { q: 'a b c+d' })).toBe('?q=a%20b%20c%2Bd');
    expect(search("/v1/items?created[gte]=1&x=a:b,c/d'(e)*")).toBe('?created%5Bgte%5D=1&x=a%3Ab%2Cc%2Fd%27%28e%29%2A');
    expect(search('/v1/items', { 'a=b&c': '#?%' })).toBe('?a%3Db%26c=%23%3F%25');
    expect(search('/v1/items?%61=%7e')).toBe('?a=~');
  });

  it('keeps order and duplicates, repeats the key of an array, and joins the object to the path', () => {
    const request = taken({
      path: '/v1/items?b=1&a=2&b=3',
      query: { a: [4, 'five', true], open: null, none: [], left: undefined } as unknown as RequestInput['query'],
    });
    expect(request.target).toBe('/v1/items?b=1&a=2&b=3&a=4&a=five&a=true');
    expect(request.query).toEqual([
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
      ['a', '4'],
      ['a', 'five'],
      ['a', 'true'],
    ]);
  });

  it('keeps a bare name bare', () => {
    const request = taken({ path: '/v1/items?acl&x=' });
    expect(request.target).toBe('/v1/items?acl&x=');
    expect(request.query).toEqual([
      ['acl', ''],
      ['x', ''],
    ]);
  });

  it('does not split at a semicolon', () => {
    expect(taken({ path: '/v1/items?a=1;_x=2' }).query).toEqual([['a', '1;_x=2']]);
    expect(search('/v1/items?a=1;_x=2')).toBe('?a=1%3B_x%3D2');
  });

  it.each([
    ['/v1/items?q=%', 'escape'],
    ['/v1/items?q=%zz', 'escape'],
    ['/v1/items?q=%ff', 'escape'],
    ['/v1/items?%c0%ae=1', 'escape'],
    ['/v1/items?q=%00', 'NUL'],
    ['/v1/items?q%0a=1', 'control character'],
    ['/v1/items?=1', 'without a name'],
    ['/v1/items?q=\r', 'control character'],
    ['/v1/items?q=#', 'fragment'],
  ])('%j is refused: %s', (path, why) => {
    expect(refused({ path }).message).toContain(why);
  });

  it('takes scalars only', () => {
    const nested = { filter: { a: 1 } } as unknown as RequestInput['query'];
    expect(refused({ query: nested }).nextStep).toContain('created[gte]');
    expect(refused({ query: { q: '\ud800' } }).message).toContain('surrogate');
    expect(refused({ query: { id: 2 ** 60 } }).nextStep).toContain('string');
    expect(refused({ query: { x: Number.NaN } }).message).toContain('number');
    expect(refused({ query: { '': 'x' } }).message).toContain('without a name');
  });

  it.each([
    '_method',
    '_METHOD',
    '%5fmethod',
    '%255Fmethod',
    '_method[]',
    '_method[x]',
    '.method',
    '+_method',
    '[method',
    '%EF%BC%BFmethod',
    '_met%C2%ADhod',
    'X-HTTP-Method-Override',
    'x_http_method_override',
    '_http_method',
  ])('may not override the method: %s', (name) => {
    expect(refused({ method: 'POST', path: `/v1/items?${name}=DELETE` }).message).toContain('override the method');
  });

  it.each(['key', 'KEY', '%6bey', '%256bey', 'key[]', 'key[x]', '+key', 'ke%C2%ADy', '%EF%BD%8Bey'])(
    'may not hold the auth parameter: %s',
    (name) => {
      const auth = { type: 'query', name: 'Key' } as const;
      expect(refused({ path: `/v1/items?a=1&${name}=x` }, { auth }).message).toContain('credential');
      expect(refused({ path: `/v1/items?${name}` }, { auth }).message).toContain('credential');
      expect(taken({ path: '/v1/items?keys=x&api_key=y' }, { auth }).query).toHaveLength(2);
    },
  );

  it('compares the auth parameter as PHP names it', () => {
    const auth = { type: 'query', name: 'api_key' } as const;
    for (const name of ['api.key', 'api-key', 'api key', 'API_KEY', '%61pi_key']) {
      expect(refused({ query: { [name]: 'x' } }, { auth }).message).toContain('credential');
    }
  });

  it('answers hostile names quickly', () => {
    const auth = { type: 'query', name: 'key' } as const;
    const ask = (): void => {
      expect(taken({ query: { [`%${'25'.repeat(2000)}`]: '1' } }, { auth }).query).toHaveLength(1);
      expect(refused({ query: { ['%25'.repeat(200_000)]: '1' } }, { auth }).code).toBe('request_too_large');
    };
    expect(cpuTime(ask)).toBeLessThan(1000);
  });

  it('gives every decoder what was meant', () => {
    const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => /^[\p{L}\p{N}_]+$/u.test(text));
    const value = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(name, fc.constantFrom('q', 'a b', 'x[]', 'z&', '=')), value)), (pairs) => {
        const object: Record<string, string[]> = Object.create(null);
        for (const [key, item] of pairs) object[key] = [...(object[key] ?? []), item];
        const request = taken({ query: object });
        const wanted = Object.entries(object).flatMap(([key, items]) => items.map((item) => [key, item]));
        expect(request.query).toEqual(wanted);
        const sent = request.target.split('?')[1] ?? '';
        expect([...new URLSearchParams(sent)]).toEqual(wanted);
        const byUri = sent.split('&').filter((piece) => piece !== '');
        expect(byUri.map((piece) => piece.split('=').map(decodeURIComponent))).toEqual(wanted);
      }),
    );
  });
});
