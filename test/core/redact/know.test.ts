import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KnownSecret, Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';

/** Values that have much in common: beginnings, ends, parts, spellings, each other; and of each kind that is looked for. */
const RANDOM = ['Zq8vT3mX', 'w7Lp2RkB', '9nYc4Jh6'].join('');
const VALUES = [
  RANDOM,
  RANDOM.toLowerCase(),
  RANDOM.slice(8),
  `${RANDOM.slice(0, 16)}Ds5Gf1Ka`,
  `${['sk', 'live', ''].join('_')}${RANDOM}`,
  `${['sk', 'live', ''].join('_')}${RANDOM.slice(8)}${RANDOM.slice(0, 8)}`,
  `deploy:${RANDOM}`,
  JSON.stringify({ password: RANDOM.slice(0, 12), key: `a\n${RANDOM}` }),
  'ab%41"c\\u0064e&amp;f',
  '!  \\<  !',
  'ab\\"cd%ef',
  'clé-secrète-München',
  '0fa4e000-c0de-4bad-8bad-c0ffee123456',
  '0fa4e000c0de4bad8badc0ffee123456',
  '4815162342',
  'k7Q2',
  'redacted',
  'ababababababababab',
  'abababababababababc',
  'q8Zr4Wm1Tn6Yb3Kd'.repeat(3),
];

const secret = fc
  .tuple(fc.constantFrom('one', 'two', 'three'), fc.constantFrom(...VALUES))
  .map(([name, value]): KnownSecret => ({ name, value: new Secret(value) }));

const form = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.slice(0, 12),
  (text) => text.slice(-10),
  (text) => encodeURIComponent(text),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('hex'),
  (text) => [...text].join(' '),
  (text) => JSON.stringify(text),
  (text) => text.replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
);
const piece = fc.oneof(
  fc.tuple(form, fc.constantFrom(...VALUES)).map(([write, value]) => write(value)),
  fc.constantFrom(' ', '"', '…', 'x', '%', '\\', 'ab'),
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

const same = (one: KnownSecret, other: KnownSecret): boolean =>
  one.name === other.name && one.value.equals(other.value);

function everything(redactor: Redactor, texts: readonly string[]): unknown {
  const json = { texts, numbers: [4815162342, 7] };
  return [
    ...texts.map((one) => [redactor.text(one), redactor.binary(Buffer.from(one))]),
    redactor.json(json),
    redactor.namesIn(json),
  ];
}

describe('what a redactor is told to know', () => {
  it('is taken out as if it had known that alone from the beginning, whatever came and went', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(secret, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
        fc.array(text, { minLength: 1, maxLength: 6 }),
        (steps, texts) => {
          const told = new Redactor([]);
          let known: KnownSecret[] = [];
          for (const step of steps) {
            told.know(step);
            everything(told, texts);
            // What stays keeps its place in front of what is new: of two that match alike the older one is named.
            const stays = known.filter((one) => step.some((other) => same(one, other)));
            known = [...stays, ...step.filter((one) => !stays.some((other) => same(one, other)))];
          }
          expect(everything(told, texts)).toEqual(everything(new Redactor(known), texts));
        },
      ),
      { numRuns: runs(150) },
    );
  });

  it('is forgotten without a trace', () => {
    const redactor = new Redactor([]);
    const all = VALUES.map((value) => ({ name: 'api', value: new Secret(value) }));
    for (let round = 0; round < 3; round++) {
      redactor.know(all);
      for (const value of VALUES) expect(redactor.text(` ${value} `).count, value).toBeGreaterThan(0);
      redactor.know([]);
      for (const value of VALUES) expect(redactor.text(` ${value} `)).toEqual({ text: ` ${value} `, count: 0 });
    }
  });

  it('is found in what its own escapes are lost in, for as long as one value has any, whichever came and went', () => {
    const escaped = ['!  \\<  !', 'ab\\"cd%ef', 'ab%41"c\\u0064e&amp;f'];
    const all = escaped.map((value) => ({ name: 'api', value: new Secret(value) }));
    const text = 'x !  \\&lt;  ! y';
    for (const gone of [[1], [2], [1, 2], [2, 1]]) {
      const redactor = new Redactor(all);
      for (const one of gone) redactor.know(all.filter((_, i) => i !== one));
      redactor.know(all.slice(0, 1));
      expect(redactor.text(text).count, String(gone)).toBe(1);
    }
    expect(new Redactor([]).text(text).count).toBe(0);
  });

  it('is found packed twice though it holds what nothing held that was known when such texts were looked through before', () => {
    const pack = (text: string): string => Buffer.from(text).toString('base64');
    const foreign = '密钥密钥口令口令';
    const packed = ` ${pack(pack(foreign))} `;
    const redactor = new Redactor([{ name: 'api', value: new Secret(RANDOM) }]);
    expect(redactor.text(packed).count).toBe(0);
    redactor.know([{ name: 'api', value: new Secret(foreign) }]);
    expect(redactor.text(packed).count).toBe(1);
    redactor.know([{ name: 'api', value: new Secret(RANDOM) }]);
    expect(redactor.text(packed).count).toBe(0);
  });

  it('takes time for what is new or gone, however much is known', () => {
    const fresh = (length: number): KnownSecret => ({
      name: 'api',
      value: new Secret(randomBytes(length).toString('base64url')),
    });
    const many = Array.from({ length: 300 }, () => fresh(48));
    const redactor = new Redactor([]);
    const whole = cpuTime(() => redactor.know(many));
    const known = [...many];
    const changes = cpuTime(() => {
      for (let i = 0; i < 20; i++) {
        known.push(fresh(48));
        redactor.know(known);
      }
      for (let i = 0; i < 20; i++) {
        known.pop();
        redactor.know(known);
      }
    });
    // Made anew each time, they would cost forty times as much.
    expect(changes).toBeLessThan(2 * whole);
  });
});
