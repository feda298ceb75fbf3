import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';

function redactor(...values: string[]): Redactor {
  return new Redactor(values.map((value) => ({ name: 'api', value: new Secret(value) })));
}

const DIGITS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const key = fc.string({ unit: fc.constantFrom(...DIGITS), minLength: 24, maxLength: 48 });

/** Where an API lets a text end: in front of what it puts behind a cut. */
const ENDS = [
  '',
  '…',
  '...',
  '"',
  "'",
  '<',
  '&quot;',
  ',',
  '\n',
  '\r\n',
  '\t',
  '|',
  ' ',
  ')',
  '[cut]',
  '_1.png',
  '\\n',
  '%22',
];
/** And where it lets one begin. */
const STARTS = ['', '…', '...', '"', '>', ',', '\n', '\t', '|', ' ', '(', '[cut]', '=', ': ', '****', '&quot;'];

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (s) => s,
  'upper case': (s) => s.toUpperCase(),
  percent: (s) => [...Buffer.from(s)].map((byte) => `%${byte.toString(16)}`).join(''),
  'JSON, escaped': (s) => [...s].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  HTML: (s) => [...s].map((c) => `&#${c.charCodeAt(0)};`).join(''),
};

describe('a piece of a credential', () => {
  it.each(ENDS)('that is its beginning counts where it stands cut off before %j', (end) => {
    fc.assert(
      fc.property(key, fc.nat(), (value, at) => {
        const length = 8 + (at % (value.length - 8));
        for (const encode of Object.values(ENCODINGS)) {
          const piece = encode(value.slice(0, length));
          expect(redactor(value).text(`key=${piece}${end}`).text).not.toContain(piece);
        }
      }),
      { numRuns: runs(25) },
    );
  });

  it.each(STARTS)('that is its end counts where it stands cut off behind %j', (start) => {
    fc.assert(
      fc.property(key, fc.nat(), (value, at) => {
        const length = 8 + (at % (value.length - 8));
        for (const encode of Object.values(ENCODINGS)) {
          const piece = encode(value.slice(-length));
          expect(redactor(value).text(`${start}${piece} and so on`).text).not.toContain(piece);
          expect(redactor(value).text(`${start}${piece}`).text).not.toContain(piece);
        }
      }),
      { numRuns: runs(25) },
    );
  });

  it('is none where it is the id of the account, with which keys of Stripe’s begin', () => {
    const account = '1HxQz2eZvKYlo2Cd';
    const rest = 'q8Zr4Wm1Tn6Yb3Kd'.repeat(5);
    for (const kind of ['live', 'test']) {
      const known = redactor(['sk', kind, `5${account}${rest}`].join('_'));
      for (const text of [
        `acct_${account}`,
        `/v1/accounts/acct_${account}/x`,
        ['pk', kind, `5${account}Other`].join('_'),
      ]) {
        expect(known.text(text).text).toBe(text);
        expect(known.namesIn({ text })).toEqual([]);
      }
      const cut = ['sk', kind, `5${account}${rest.slice(0, 8)}`].join('_');
      expect(known.text(`key=${cut}…`).text).toBe('key=[redacted:api]…');
      expect(known.text(`…${rest}`).text).toBe('…[redacted:api]');
    }
  });

  const random = ['vT3mXw7L', 'p2RkB9nYc4Jh6Ds5Gf'].join('');
  it.each([
    ['a team’s and a user’s number', `${'xox'}b-2345678901234-3456789012345-`, ['2345678901234', '3456789012345-x']],
    ['a team’s number', `${'xox'}p-234567890123-345678901234-456789012345-`, ['234567890123', '456789012345']],
    ['an app’s id', `${'xa'}pp-1-A0123456789-2345678901234-`, ['A0123456789', 'app A0123456789, 2345678901234']],
    ['a version', `${'xox'}e.xoxp-1-`, ['xoxe.xoxp-1-']],
    ['the start of all API tokens', `${'AT'}ATT3xFfGF0`, ['ATATT3xFfGF0', 'they begin with ATATT3xFfGF0…']],
    ['the start of all access tokens', `${'AT'}CTT3xFfGN0`, ['ATCTT3xFfGN0=']],
    [
      'the name of the service in base64',
      `${'AB'}SKQmVkcm9ja0FQSUtleS`,
      ['QmVkcm9ja0FQSUtleS0=', 'ABSKQmVkcm9ja0FQSUtleS'],
    ],
    ['the start of all batch tokens', `${'hv'}s.CAES`, ['hvs.CAES']],
    ['the start of all API keys', `${'AI'}zaSy`, ['AIzaSy', 'AIzaSyvT']],
  ])('is none where it is %s, and what stands behind that is the secret', (_name, start, texts) => {
    const known = redactor(start + random);
    for (const text of [...texts, start, start + random.slice(0, 7)]) {
      expect(known.text(text).text).toBe(text);
      expect(known.namesIn({ text })).toEqual([]);
    }
    for (const secret of [random, random.slice(0, 8), start + random.slice(0, 8), random.slice(-8)]) {
      expect(known.text(`(${secret})`).count, secret).toBe(1);
    }
  });

  it.each([
    ['', ['Zq8vT3mXw7L', 'p2RkB9nYc'], ['4Jh6Ds5Gf1', 'KaVb7Lw3Mx']],
    ['proj-', ['Zq8vT3mXw7L-p2RkB9nY_c4Jh6', 'Ds5Gf1KaVb7Lw3MxQ'], ['tT6yU8iO0pA_s1D2fG', '3hJ4kL5zX6cV7bN8m']],
  ])('is none where all keys of a kind have it in the middle: sk-%s', (kind, before, behind) => {
    const middle = ['T3B', 'lbkFJ'].join('');
    const [left, right] = [before.join(''), behind.join('')];
    const value = `${['sk', kind].join('-')}${left}${middle}${right}`;
    const known = redactor(value);
    // Where one or a few more characters told a piece of it, they could be guessed one after another.
    for (let more = 0; more < 8; more++) {
      for (let own = 0; own <= more; own++) {
        const piece = `${left.slice(left.length - own)}${middle}${right.slice(0, more - own)}`;
        expect(known.text(`(${piece})`).text, piece).toBe(`(${piece})`);
        expect(known.namesIn({ piece })).toEqual([]);
      }
    }
    for (const own of [0, 3, 8]) {
      const piece = `${left.slice(left.length - own)}${middle}${right.slice(0, 8 - own)}`;
      expect(known.text(`(${piece})`).text, piece).toBe('([redacted:api])');
    }
    for (const piece of [value, left.slice(-10), right.slice(-8), `${left}${middle}`, `${middle}${right}`]) {
      expect(known.text(`(${piece})`).text, piece).toBe('([redacted:api])');
    }
  });

  it('counts in base64 and hexadecimal that were cut, at any place', () => {
    fc.assert(
      fc.property(key, fc.nat(), fc.constantFrom('base64', 'base64url', 'hex'), (value, at, encoding) => {
        const packed = Buffer.from(`id:${value}`).toString(encoding);
        const cut = packed.slice(0, 24 + (at % (packed.length - 24)));
        expect(redactor(value).json({ cut }).count).toBe(1);
        const tail = Buffer.from(value).toString(encoding).slice(-24);
        expect(redactor(value).json({ tail }).count).toBe(1);
      }),
      { numRuns: runs(100) },
    );
  });

  it.each(['-', '_', '/', '.', '+', '~'])(
    'counts where the text goes on behind its own %j, as in what is masked',
    (sign) => {
      const part = fc.string({ unit: fc.constantFrom(...'aB3xY7kM9'), minLength: 9, maxLength: 12 });
      const parts = fc.array(
        part.map((one) => `k7${one}`),
        { minLength: 3, maxLength: 5 },
      );
      fc.assert(
        fc.property(parts, (all) => {
          const known = redactor(all.join(sign));
          const [first = '', last = ''] = [all[0], all.at(-1)];
          expect(known.text(`${first}${sign}zzzz`).text).toBe(`[redacted:api]${sign}zzzz`);
          expect(known.text(`zzzz${sign}${last}`).text).toBe(`zzzz${sign}[redacted:api]`);
          // A letter beside the separator may be the same by chance.
          expect(known.text(`${first}${sign}kzzz`).text).toBe(`[redacted:api]${sign}kzzz`);
          const before = all.at(-2)?.at(-1) ?? '';
          expect(known.text(`zzzz${before}${sign}${last}`).text).toBe(`zzzz${before}${sign}[redacted:api]`);
          expect(known.text(`/zzzz${sign}${all[1]}${sign}zzzz`).text).toBe(`/zzzz${sign}[redacted:api]${sign}zzzz`);
        }),
        { numRuns: runs(50) },
      );
    },
  );

  it('is none where others have the same words, address or group in front of a separator', () => {
    const random = ['vT3mXw7L', 'p2RkB9nYc4'].join('');
    for (const [value, text] of [
      [`my-company-production-${random}`, 'my-company-production-other'],
      [
        `https://hooks.example.com/x/${random.slice(0, 9)}`,
        'https://hooks.example.org/x and https://hooks.example.com/y',
      ],
      ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-8000-8000-b302099a8058'],
      [`release-2026-${random}`, 'release-2026-other'],
    ] as const) {
      expect(redactor(value).text(text)).toEqual({ text, count: 0 });
    }
  });

  it('counts at the edges of JSON strings, and lines, and in its middle with both ends cut off', () => {
    const value = ['Zq8', 'vT3mXw7Lp2', 'RkB9nYc4Jh6', 'Ds5Gf'].join('');
    const known = redactor(value);
    expect(known.json({ log: [`GET /?k=${value.slice(0, 12)}`, value.slice(9)] }).value).toEqual({
      log: ['GET /?k=[redacted:api]', '[redacted:api]'],
    });
    expect(known.text(`near '${value.slice(6, 18)}'`).text).toBe("near '[redacted:api]'");
    expect(known.text(`|${value.slice(16)}|\n|${value.slice(0, 16)}|`).text).toBe('|[redacted:api]|\n|[redacted:api]|');
  });

  it('of a password in a pair counts, and of the pair none that ends with the user name', () => {
    const known = redactor('deployment-user:vT3mXw7Lp2RkB9nYc4');
    expect(known.text('deployment-user:vT3mXw7Lp2…').text).toBe('deployment-user:[redacted:api]…');
    expect(known.text('deployment-user').count).toBe(0);
  });

  it('is no prefix that everybody knows, no header of a JWT, and no word that a short value begins with', () => {
    const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
    const random = 'vT3mXw7Lp2RkB9nYc4';
    for (const [value, text] of [
      [`sk_live_${random}`, 'keys begin with sk_live_ or'],
      [`github_pat_${random}`, 'as github_pat_…'],
      [`${header}.${random}.${random}`, `the header ${header} is common`],
      ['production2024!', 'in production, too'],
      ['Administrator77', 'role: administrator'],
    ] as const) {
      expect(redactor(value).text(text)).toEqual({ text, count: 0 });
    }
    expect(redactor(`sk_live_${random}`).text(`sk_live_${random.slice(0, 8)}…`).text).toBe('[redacted:api]…');
  });

  it('holds eight characters of the secret, so that no list of the next character tells which one is right', () => {
    const random = ['vT3mXw7L', 'p2RkB9nYc4'].join('');
    const prefixes = [
      'sk_live_',
      'ghp_',
      'xoxb-',
      'tok_',
      'sk-ant-api03-',
      `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.`,
    ];
    for (const prefix of prefixes) {
      const known = redactor(prefix + random);
      for (let length = 0; length < 8; length++) {
        const text = `"${prefix}${random.slice(0, length)}"`;
        expect(known.text(text)).toEqual({ text, count: 0 });
      }
      expect(known.text(`"${prefix}${random.slice(0, 8)}"`).text).toBe('"[redacted:api]"');
    }
  });

  it('is none where letters or digits go on: another id with the same half', () => {
    fc.assert(
      fc.property(key, fc.nat(), (value, at) => {
        const length = 8 + (at % (value.length - 9));
        const other = value[length] === '0' ? '1' : '0';
        const text = `${value.slice(0, length)}${other}${value.slice(length + 1)}`;
        expect(redactor(value).text(text)).toEqual({ text, count: 0 });
      }),
      { numRuns: runs(200) },
    );
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    for (const text of ['01890a5d-ac96-774b-bcce-b302099a8058', '01890a5d-ac97-7000-8000-b302099a8057x']) {
      expect(redactor(id).text(text)).toEqual({ text, count: 0 });
    }
  });

  it('of a value that repeats itself is followed in linear time', () => {
    const known = redactor('a'.repeat(3000), `${'ab'.repeat(1500)}c`, `${'a'.repeat(1000)}b`.repeat(3));
    for (const unit of ['a', 'ab', 'aab', `${'a'.repeat(900)}c`]) {
      const text = unit.repeat(1_000_000 / unit.length);
      expect(cpuTime(() => known.text(text))).toBeLessThan(5_000);
    }
  });
});
