import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METHODS, type RequestInput } from '../../../src/core/request/parts/requestModel.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';
import { refused, type ServiceOptions, taken } from './support.ts';

function why(input: Partial<RequestInput>, options?: ServiceOptions): string {
  const { message, nextStep } = refused(input, options);
  return `${message} ${nextStep}`;
}

/** Names by which some server runs another method. */
const NAMES = [
  '_method',
  '_METHOD',
  '__method',
  '_method_',
  '_http_method',
  '_httpMethod',
  '_method_override',
  'method_override',
  'methodOverride',
  'method-override',
  'http_method_override',
  'X-HTTP-Method',
  'X-HTTP-Method-Override',
  'x_http_method_override',
  'X.HTTP.Method.Override',
  'X-Method-Override',
  'XHttpMethodOverride',
  '_requestMethod',
  '_verb',
  '$method',
  '$httpMethod',
  'x-tunneled-method',
  'X-Tunneled-Method',
  'tunneled_method',
  'tunnel-method',
  'X-Override-Method',
  'http_x_http_method_override',
  'HTTP_X_METHOD_OVERRIDE',
  'request_method_override',
];

/** Spellings that some server takes for the name. */
const SPELLINGS: readonly (readonly [string, (name: string) => string])[] = [
  ['as it is', (name) => name],
  ['[]', (name) => `${name}[]`],
  ['[0]', (name) => `${name}[0]`],
  ['[x]', (name) => `${name}[x]`],
  ['in brackets', (name) => `[${name}]`],
  ['in brackets, twice', (name) => `[[${name}]]`],
  ['bracket before', (name) => `[${name}`],
  ['two brackets before', (name) => `[[${name}`],
  ['closing bracket before', (name) => `]${name}`],
  ['closing brackets before', (name) => `]]${name}`],
  ['empty brackets before', (name) => `[]${name}`],
  ['closing bracket behind', (name) => `${name}]`],
  ['open bracket behind', (name) => `${name}[`],
  ['open and closing behind', (name) => `${name}]x[`],
  ['in a list', (name) => `[0][${name}]`],
  ['inside another', (name) => `a[${name}]`],
  ['behind another', (name) => `a[]${name}`],
  ['after a dot', (name) => `a.${name}`],
  // A name with dots of its own is no name before one.
  ['before a dot', (name) => (name.includes('.') ? name : `${name}.x`)],
  ['dot before', (name) => `.${name}`],
  ['dot before HTML’s ampersand', (name) => `.amp;${name}`],
  ['white space around', (name) => ` ${name} `],
  ['white space in brackets', (name) => `[ ${name} ]`],
  ['upper case', (name) => name.toUpperCase()],
  ['escaped again', (name) => name.replaceAll('e', '%65')],
  ['escaped twice', (name) => name.replaceAll('e', '%2565')],
  ['brackets escaped', (name) => `%5B${name}%5D`],
  ['brackets escaped twice', (name) => `%255B${name}%255D`],
  ['cut at an escaped NUL', (name) => `${name}%00x`],
  ['full width', (name) => name.replaceAll('m', '\uff4d').replaceAll('[', '\uff3b')],
  ['full-width brackets', (name) => `\uff3b${name}\uff3d`],
  ['zero-width inside', (name) => name.replaceAll('t', 't\u200b')],
  ['soft hyphen in brackets', (name) => `[\u00ad${name}]`],
  ['HTML’s ampersand', (name) => `amp;${name}`],
];

describe('a name that overrides the method', () => {
  it.each(SPELLINGS)('is refused: %s', (_, spell) => {
    for (const name of NAMES) {
      const spelled = spell(name);
      const input = { [spelled]: 'DELETE' };
      expect(why({ method: 'POST', query: input }), spelled).toContain('override the method');
      expect(why({ method: 'POST', form: input }), spelled).toContain('override the method');
      expect(why({ method: 'POST', json: input }), spelled).toContain('override the method');
      expect(why({ method: 'POST', text: JSON.stringify(input) }), spelled).toContain('override the method');
      const written = `${encodeURIComponent(spelled)}=DELETE`;
      expect(why({ method: 'POST', path: `/?a=1&${written}` }), spelled).toContain('override the method');
      expect(why({ method: 'POST', text: `a=1&${written}` }), spelled).toContain('override the method');
    }
  });

  it('is refused however its spellings are combined', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES),
        fc.array(fc.constantFrom(...SPELLINGS), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('query', 'form'),
        (name, spellings, part) => {
          const spelled = spellings.reduce((text, [, spell]) => spell(text), name);
          expect(why({ method: 'POST', [part]: { [spelled]: 'DELETE' } }), spelled).toContain('override the method');
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it('is refused where nesting makes it', () => {
    for (const form of [{ a: { ']_method': 'x' } }, { a: { b: ['x'], '[_method': 'x' } }, { '[': { _method: 'x' } }]) {
      expect(why({ method: 'POST', form })).toContain('override the method');
    }
  });

  it.each(['%3F', '%3Fa=1&', '%3Fa=1%26', '/b%3Fa/b&', ';', '/b;a=1;', '%EF%BC%9F', '%3F+'])(
    'is refused in what some server takes for a query in a path: %s',
    (before) => {
      const hidden = `/v1/a${before}`;
      expect(why({ method: 'POST', path: `${hidden}_method=DELETE` })).toContain('override the method');
      expect(why({ method: 'POST', path: `${hidden}%5B_method%5D=DELETE` })).toContain('override the method');
      expect(why({ method: 'POST', path: `${hidden}method=delete` })).toContain('the name of another method');
      expect(taken({ method: 'POST', path: `${hidden}payment=delete` }).target).toContain('payment=delete');
    },
  );

  it('is refused in a text that is a form or JSON, and looked for in no prose', () => {
    for (const text of [
      'x\r\n_method=DELETE',
      'a=1;_method=DELETE',
      // In qs, whose fields end at & alone, what stands behind a bracket is left out of a name.
      'a=1&[_method];b=DELETE',
      '[_method];b\nc;d=DELETE&e=1',
      'a=1&b[c][_method];=DELETE',
      ' [{"a":1},{"_method":"DELETE"}]',
      '\ufeff{"_method":"DELETE"}',
    ]) {
      expect(why({ method: 'POST', text })).toContain('override the method');
    }
    for (const text of ['the _method field & more', '{ "_method": ', `${'x'.repeat(300)}_method=1`, 'method=delete']) {
      expect(taken({ method: 'POST', text }).body?.text).toBe(text);
    }
  });

  it('is no other name', () => {
    for (const name of [
      'payment_method',
      'payment_method_override',
      'tunnel',
      'methods',
      'shipping[method]',
      'method_id',
      '_methods',
      'httpMethod',
      'verb',
    ]) {
      expect(taken({ method: 'POST', form: { [name]: 'card' } }).body?.kind).toBe('form');
      expect(taken({ method: 'GET', query: { [name]: 'card' } }).target).toContain('card');
      expect(taken({ method: 'POST', json: { [name]: 'card' } }).body?.kind).toBe('json');
    }
  });
});

describe('a parameter that stands for headers', () => {
  const names = [
    '$httpHeaders',
    '$HTTPHEADERS',
    '$httpHeaders[]',
    '[$httpHeaders]',
    '_ctype',
    '_CType',
    '_content_type',
  ];

  it.each([...names, '_content-type', '_content.type', '%24httpHeaders'])(
    'is refused in a query, in a form and behind an escaped question mark: %s',
    (name) => {
      const input = { [name]: 'X-HTTP-Method-Override:DELETE' };
      for (const part of [{ query: input }, { form: input }, { path: `/a%3F${encodeURIComponent(name)}=x` }]) {
        // What is escaped twice in a path is refused as that.
        expect(why({ method: 'POST', path: '/a', ...part })).toMatch(/for headers of the request|encoded twice/);
      }
    },
  );

  it.each(['httpHeaders', 'http_headers', 'content_type', 'ctype', '_content', 'x_content_type', 'a[_ctype]'])(
    'is no other name: %s',
    (name) => {
      expect(taken({ method: 'POST', query: { [name]: 'a' } }).target).toContain('=a');
    },
  );
});

describe('a parameter by which a server takes a request for one to another path', () => {
  const names = ['rest_route', 'REST_ROUTE', 'rest.route', 'rest route', ' rest_route', 'rest_route[]', 'rest%5froute'];

  it.each(names)('is refused in a query, a form and what some server takes for a query in a path: %s', (name) => {
    const input = { [name]: '/wp/v2/users' };
    for (const method of ['GET', 'POST'] as const) {
      expect(why({ method, path: '/wp-json/wp/v2/posts', query: input })).toContain('what another path stands for');
    }
    expect(why({ method: 'POST', form: input })).toContain('what another path stands for');
    const written = `${encodeURIComponent(name)}=/wp/v2/users`.replaceAll('/', '');
    expect(why({ method: 'GET', path: `/?${written}` })).toContain('what another path stands for');
    expect(why({ method: 'GET', path: `/a;rest_route=x` })).toContain('what another path stands for');
  });

  it.each(['_url', '_URL', '[url', '_url[]', '_%75rl', 'kohana_uri', 'kohana.uri'])('nor one of %s', (name) => {
    expect(why({ method: 'GET', query: { [name]: '/admin' } })).toContain('what another path stands for');
    expect(why({ method: 'POST', form: { [name]: '/admin' } })).toContain('what another path stands for');
    expect(taken({ method: 'GET', query: { url: '/admin', my_url: '/a', a_url: '/b' } }).target).toContain('url=');
  });

  it.each(['route', 'rest_routes', 'rest', 'a[rest_route]', 'my_rest_route'])('is no other name: %s', (name) => {
    expect(taken({ method: 'GET', query: { [name]: '/x' } }).target).toContain('%2Fx');
  });

  it('is data in JSON, which WordPress does not read it from', () => {
    expect(taken({ method: 'POST', json: { rest_route: '/x' } }).body?.kind).toBe('json');
  });
});

describe('a value that names another method', () => {
  const names = ['method', 'Method', 'METHOD', 'method[]', '[method]', 'method]', ' method', 'm%65thod', '\uff4dethod'];
  const unread = [
    'http_method',
    'httpMethod',
    'HTTP_METHOD',
    'http-method',
    'request_method',
    'verb',
    'http-verb',
    'http_verb',
  ];
  const values = [
    'delete',
    'DELETE',
    ' Delete ',
    'put',
    'patch',
    'options',
    'head',
    'trace',
    '%64elete',
    'de\u200blete',
  ];

  it.each([...names, ...unread])('is refused in: %s', (name) => {
    const setsUpNone = unread.includes(name) || name === 'Method';
    for (const value of setsUpNone ? values.filter((one) => one !== 'head') : [...values, 'get', 'GET']) {
      expect(why({ method: 'POST', query: { [name]: value } }), value).toContain('name of another method');
      expect(why({ method: 'POST', form: { [name]: value } }), value).toContain('name of another method');
    }
    for (const value of ['get', 'head', 'post']) {
      const input = { [name]: value };
      expect(why({ method: 'DELETE', form: input }), value).toContain('name of another method');
      expect(why({ method: 'DELETE', query: input }), value).toContain('name of another method');
    }
    // A read would run as a write.
    for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
      expect(why({ method, query: { [name]: 'POST' } })).toContain('name of another method');
    }
    expect(why({ method: 'GET', query: { [name]: ['get', 'post'] } })).toContain('name of another method');
    expect(why({ method: 'GET', path: `/?${encodeURIComponent(name)}=delete` })).toContain('leave the parameter out');
  });

  it('is taken where it changes nothing, or names no method', () => {
    for (const method of METHODS) expect(taken({ method, query: { method } }).method).toBe(method);
    for (const value of ['flickr.photos.search', 'card', 'tools/list', '', 'deleted', 'get-all']) {
      expect(taken({ method: 'GET', query: { method: value } }).query).toEqual([['method', value]]);
      expect(taken({ method: 'POST', form: { method: value } }).body?.kind).toBe('form');
    }
  });

  it.each([...unread, 'Method'])('is the method of a webhook or a monitor, which is set up with: %s', (name) => {
    for (const method of ['POST', 'PUT', 'PATCH'] as const) {
      for (const value of ['GET', 'get', 'HEAD', 'POST']) {
        expect(taken({ method, form: { [name]: value } }).body?.kind).toBe('form');
        expect(taken({ method, query: { [name]: value } }).query).toEqual([[name, value]]);
      }
    }
  });

  it.each([
    { Url: 'https://example.com/a.xml', Method: 'GET', StatusCallbackMethod: 'POST', FallbackMethod: 'GET' },
    { VoiceMethod: 'GET', SmsMethod: 'POST', RecordingStatusCallbackMethod: 'GET', 'StatusCallbackMethod[]': 'POST' },
    { answer_method: 'GET', hangup_method: 'DELETE', callbackMethod: 'PUT', fallback_http_method: 'GET' },
    { method: 'card', payment_method: 'card', payment_method_types: ['card'], 'shipping[method]': 'post' },
    { http_method: 2, httpMethod: 1, verb: 'GetRecord', requestMethod: 'get-or-head' },
    { payment: { method: 'put' }, monitor: { http_method: 'DELETE' }, webhook: { verb: 'PATCH', Method: 'DELETE' } },
  ])('is no concern in what honest APIs take: %j', (fields) => {
    for (const method of ['POST', 'PUT', 'PATCH'] as const) {
      expect(taken({ method, form: fields }).body?.kind).toBe('form');
      expect(taken({ method, json: fields }).body?.kind).toBe('json');
    }
  });

  it('is data in JSON, below another field, and in other parameters', () => {
    for (const json of [
      { method: 'DELETE' },
      { jsonrpc: '2.0', method: 'tools/list' },
      { webhook: { method: 'PUT' } },
    ]) {
      expect(taken({ method: 'POST', json }).body?.text).toBe(JSON.stringify(json));
    }
    expect(taken({ method: 'POST', form: { webhook: { method: 'PUT' } } }).body?.kind).toBe('form');
    expect(taken({ method: 'GET', query: { action: 'delete', shipping_method: 'post' } }).query).toHaveLength(2);
  });
});

describe('the parameter of the credential', () => {
  it.each([
    'key',
    'KEY',
    'key[]',
    'key[x]',
    '[key]',
    '[key',
    '[[key]]',
    ']key',
    'key]',
    ' key',
    'k%65y',
    '[]key',
    '%5Bkey%5D',
  ])('is refused: %s', (name) => {
    const options = { auth: { type: 'query', name: 'key' } } as const;
    expect(why({ method: 'GET', query: { [name]: 'x' } }, options)).toContain('credential');
    expect(why({ method: 'POST', form: { [name]: 'x' } }, options)).toContain('credential');
  });
});

describe('names that take long to fold', () => {
  // Each of these letters becomes eighteen others.
  const slow = '\ufdfa';

  it.each([
    ['one name', { [slow.repeat(300_000)]: 1 }],
    ['many names', Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`${n}${slow.repeat(9)}`, 1]))],
    ['names in a list', [{ [slow.repeat(20_000)]: 1 }, { [slow.repeat(20_001)]: 1 }]],
  ])('are not looked through: %s', (_what, json) => {
    const look = (): unknown => refused({ method: 'POST', json }, { requestBytes: 4_000_000 });
    expect(look()).toMatchObject({ code: 'request_too_large' });
    // It took 600 to 1,600.
    expect(cpuTime(look)).toBeLessThan(300);
  });

  it('are taken where there are as many as honest bodies have', () => {
    const json = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`項目の名前${n}`, n]));
    expect(taken({ method: 'POST', json }).body?.text).toBe(JSON.stringify(json));
  });

  it('count once, however many rows have them', () => {
    const row = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`項目の名前${n}`, n]));
    const json = Array.from({ length: 1000 }, () => row);
    expect(taken({ method: 'POST', json }).body?.text).toBe(JSON.stringify(json));
    expect(taken({ method: 'POST', text: JSON.stringify(json) }).body?.kind).toBe('text');
  });

  it('are bounded by their number, however short each is', () => {
    const json = Object.fromEntries(Array.from({ length: 8000 }, (_, n) => [String.fromCodePoint(0x4e00 + n), n]));
    expect(refused({ method: 'POST', json })).toMatchObject({ code: 'request_too_large' });
  });
});
