import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { pack, unpack } from '../../../src/gateway/control/packed.ts';

/** Values as the port has them: what JSON can carry, credentials anywhere in it. */
const cargo = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.string({ minLength: 1 }).map((text) => new Secret(text)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** As it was, with each credential as a text that shows it. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return { credential: value.expose('pipe') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

describe('what goes over the pipe', () => {
  it('comes out at the other end as it went in, credentials as credentials', () => {
    fc.assert(
      fc.property(cargo, (value) => {
        const travelled = JSON.parse(JSON.stringify(pack(value, 'credentials')));
        expect(plain(unpack(travelled))).toEqual(plain(value));
      }),
    );
  });

  it('holds no credential where none belongs, however deep, and however much it looks like one', () => {
    const secret = new Secret(['hidden', 'deep'].join('-'));
    for (const value of [secret, [secret], { a: [{ b: secret }] }, [undefined, { error: { cause: secret } }]]) {
      expect(() => pack(value, 'plain')).toThrow('where none goes');
    }
    const lookalike = { value: 1, secrets: [[['value'], 'not one']], signals: [['value']] };
    expect(unpack(JSON.parse(JSON.stringify(pack(lookalike, 'plain'))))).toEqual(lookalike);
  });

  it('gives the signal of this end in the place of the other one', () => {
    const here = new AbortController().signal;
    const { signal, ...packed } = pack(['api', { signal: new AbortController().signal }], 'plain');
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(unpack(JSON.parse(JSON.stringify(packed)), here)).toEqual(['api', { signal: here }]);
  });
});
