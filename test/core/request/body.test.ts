import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestInput } from '../../../src/core/request/parts/requestModel.ts';
import { refused, taken } from './support.ts';

function sent(input: Partial<RequestInput>): string | undefined {
  return taken({ method: 'POST', ...input }).body?.text;
}

function why(input: Partial<RequestInput>): string {
  return refused({ method: 'POST', ...input }).message;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe('a body', () => {
  it('is one of three, or none', () => {
    expect(taken({ method: 'POST' }).body).toBeUndefined();
    expect(taken({ method: 'POST', json: null }).body).toEqual({ kind: 'json', text: 'null' });
    expect(taken({ method: 'DELETE', text: '' }).body).toEqual({ kind: 'text', text: '' });
    expect(taken({ method: 'PUT', form: { a: 1 } }).body).toEqual({ kind: 'form', text: 'a=1' });
    expect(why({ json: {}, form: {} })).toContain('more than one');
    expect(why({ form: {}, text: '' })).toContain('more than one');
  });

  it.each(['GET', 'HEAD', 'get'])('does not go with %s', (method) => {
    for (const body of [{ json: {} }, { form: {} }, { text: '' }]) {
      expect(refused({ method, ...body }).message).toContain('does not allow one');
    }
  });

  it('is at most requestBytes long, in UTF-8', () => {
    const options = { requestBytes: 10 };
    expect(taken({ method: 'POST', text: 'ééééé' }, options).body?.text).toBe('ééééé');
    expect(refused({ method: 'POST', text: 'éééééé' }, options).code).toBe('request_too_large');
    expect(refused({ method: 'POST', json: 'xxxxxxxxx' }, options).code).toBe('request_too_large');
    expect(refused({ method: 'POST', form: { a: 'é é' } }, options).code).toBe('request_too_large');
  });

  it('is never quoted in a refusal', () => {
    for (const body of [
      { json: { canary: 2 ** 60 } },
      { form: { canary: null } },
      { text: 'canary\ud800' },
      { json: { _method: 'canary' } },
    ]) {
      expect(JSON.stringify(refused({ method: 'POST', ...body }))).not.toContain('canary');
    }
  });
});

describe('a JSON body', () => {
  it('is what JSON.stringify makes of it', () => {
    const json = { a: [1, 'é\u2028', true, null, { b: -0.5 }], __x: {} };
    expect(sent({ json })).toBe(JSON.stringify(json));
    expect(sent({ json: JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') })).toBe(
      '{"__proto__":{"polluted":1},"constructor":2}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is nested at most 64 deep', () => {
    expect(sent({ json: nested(64) })).toBe(JSON.stringify(nested(64)));
    expect(why({ json: nested(65) })).toContain('deep');
    expect(why({ json: nested(200_000) })).toContain('deep');
  });

  it('holds only what every parser reads alike', () => {
    expect(why({ json: { a: '\udfff' } })).toContain('surrogate');
    expect(why({ json: { '\ud800': 1 } })).toContain('surrogate');
    expect(why({ json: [Number.POSITIVE_INFINITY] })).toContain('exactly');
    expect(why({ json: { id: 2 ** 53 } })).toContain('exactly');
    expect(why({ json: { a: 1n } })).toContain('JSON does not have');
    expect(sent({ json: [9_007_199_254_740_991, 1e-7, '9007199254740993'] })).toBe(
      '[9007199254740991,1e-7,"9007199254740993"]',
    );
  });

  it.each(['_method', '_Method', '_http_method', 'X-HTTP-Method-Override'])(
    'may not override the method: %s',
    (name) => {
      expect(why({ json: { a: 1, [name]: 'DELETE' } })).toContain('override the method');
      expect(why({ json: [{ a: 1 }, { [name]: 'DELETE' }] })).toContain('override the method');
      expect(sent({ json: { a: { [name]: 'DELETE' } } })).toContain(name);
    },
  );
});

describe('a form body', () => {
  it('is nested as Stripe takes it', () => {
    expect(
      decodeURIComponent(sent({ form: { amount: 100, live: false, metadata: { a: 'b', c: { d: 1 } } } }) ?? ''),
    ).toBe('amount=100&live=false&metadata[a]=b&metadata[c][d]=1');
    expect(
      decodeURIComponent(sent({ form: { items: [{ price: 'p1' }, { price: 'p2' }], expand: ['x', 'y'] } }) ?? ''),
    ).toBe('items[0][price]=p1&items[1][price]=p2&expand[0]=x&expand[1]=y');
    expect(decodeURIComponent(sent({ form: { 'expand[]': ['x', 'y'], 'metadata[order]': '6735' } }) ?? '')).toBe(
      'expand[]=x&expand[]=y&metadata[order]=6735',
    );
  });

  it('escapes names and values like a query', () => {
    expect(sent({ form: { 'a&b': "c d+e=f&g'é" } })).toBe('a%26b=c%20d%2Be%3Df%26g%27%C3%A9');
    expect(sent({ form: {} })).toBe('');
  });

  it('refuses what it cannot express', () => {
    expect(why({ form: { a: null } })).toContain('null');
    expect(why({ form: { a: [] } })).toContain('empty list');
    expect(why({ form: { a: {} } })).toContain('empty list');
    expect(why({ form: { '': 1 } })).toContain('without a name');
    expect(why({ form: { a: { '': 1 } } })).toContain('without a name');
    expect(why({ form: { a: '\ud800' } })).toContain('surrogate');
    expect(why({ form: { 'a\0': 1 } })).toContain('control character');
    expect(why({ form: { a: '\0' } })).toContain('NUL');
    expect(why({ form: { a: 2 ** 53 } })).toContain('exactly');
    expect(why({ form: { a: nested(20) } })).toContain('deep');
    expect(why({ form: [1] as unknown as Record<string, unknown> })).toContain('not an object');
    expect(why({ form: { _method: 'DELETE' } })).toContain('override the method');
    expect(why({ form: { '_method[]': 'DELETE' } })).toContain('override the method');
    expect(why({ form: { '.method': 'DELETE' } })).toContain('override the method');
  });

  it('has at most 2,000 fields, which servers would drop sooner than that', () => {
    const form = (count: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]));
    expect(sent({ form: form(2000) })).toContain('a1999=1999');
    expect(refused({ method: 'POST', form: form(2001) })).toMatchObject({
      code: 'request_too_large',
      message: 'The form has over 2000 fields.',
    });
  });

  it('says to every decoder what was meant', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
    const text = fc
      .string({ unit: 'binary' })
      .filter((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value));
    const scalar = fc.oneof(text, fc.integer(), fc.boolean());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
        fc.dictionary(name, tie('tree'), { minKeys: 1, maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, tree, { maxKeys: 5 }), (form) => {
        expect(decodeForm(sent({ form }) ?? '')).toEqual(asText(form));
      }),
    );
  });
});

/** Rebuilds the tree from bracketed names the plain way: numbers are list positions, everything else is a key. */
function decodeForm(body: string): unknown {
  const root = new Map<string, unknown>();
  for (const [name, value] of new URLSearchParams(body)) {
    const keys = name.replaceAll(']', '').split('[');
    let at = root;
    for (const key of keys.slice(0, -1)) {
      const next = at.get(key);
      const child = next instanceof Map ? next : new Map<string, unknown>();
      at.set(key, child);
      at = child;
    }
    at.set(keys.at(-1) ?? '', value);
  }
  return asTree(root);
}

function asTree(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const keys = [...value.keys()];
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return [...value.values()].map(asTree);
  return Object.fromEntries([...value].map(([key, child]) => [key, asTree(child)]));
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, asText(child)]));
  }
  return String(value);
}

describe('a text that a server may take for JSON', () => {
  it('is refused where it has too many names to look for one that overrides the method', () => {
    const text = `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":1`).join(',')},"_method":"DELETE"}`;
    expect(refused({ method: 'POST', text }).code).toBe('request_too_large');
  });
});
