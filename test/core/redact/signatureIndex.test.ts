import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { SignatureIndex } from '../../../src/core/redact/signatureIndex.ts';
import { SignatureRoom } from '../../../src/core/redact/signatureRoom.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';

const digest = (text: string, hash = 'sha256'): Buffer => createHash(hash).update(text).digest();
const redactor = (index: SignatureIndex): Redactor =>
  new Redactor([{ name: 'key', value: new Secret(randomBytes(20).toString('hex')) }], index);

/** An index that holds so many signatures. */
function filled(count: number): SignatureIndex {
  const index = new SignatureIndex();
  for (let i = 0; i < count; i++) index.add('api', new Secret(digest(`one ${i}`).toString('hex')), 1);
  return index;
}

/** To the end. */
function sweep(index: SignatureIndex, now: number): void {
  while (!index.sweep(now));
}

describe('signatures', () => {
  it('are found wherever they stand, in every usual encoding, whichever was sent', () => {
    const hash = fc.constantFrom('sha1', 'sha256', 'sha512');
    const sent = fc.constantFrom('hex', 'base64', 'base64url');
    const shown = fc.constantFrom<(bytes: Buffer) => string>(
      (bytes) => bytes.toString('hex'),
      (bytes) => bytes.toString('hex').toUpperCase(),
      (bytes) => bytes.toString('base64').replace(/=+$/, ''),
      (bytes) => bytes.toString('base64url'),
      (bytes) => encodeURIComponent(bytes.toString('base64').replace(/=+$/, '')),
      (bytes) => bytes.toString('base64').replace(/=+$/, '').replaceAll('+', ' '),
      (bytes) => JSON.stringify({ a: bytes.toString('base64').replace(/=+$/, '').replaceAll('/', '\\/') }),
    );
    fc.assert(
      fc.property(fc.uuid(), hash, sent, shown, fc.string(), fc.string(), (text, how, as, form, before, after) => {
        const index = filled(50);
        const bytes = digest(text, how);
        index.add('other', new Secret(bytes.toString(as as 'hex')), 1);
        const written = form(bytes);
        const { text: result, count } = redactor(index).text(`${before}.${written}.${after}`);
        expect(count).toBeGreaterThan(0);
        expect(result).not.toContain(written);
        expect(result).toContain('[redacted:other]');
      }),
      { numRuns: runs(300) },
    );
  });

  it('are found in JSON, in numbers of them, and nothing else is taken for one', () => {
    const index = filled(2000);
    const known = Array.from({ length: 20 }, (_, i) =>
      digest(`one ${i * 90}`)
        .toString('base64')
        .replace(/=+$/, ''),
    );
    const unknown = Array.from({ length: 2000 }, (_, i) => digest(`another ${i}`).toString(i % 2 ? 'hex' : 'base64'));
    const { value, count } = redactor(index).json({ known, unknown });
    expect(value).toEqual({ known: known.map(() => '[redacted:api]'), unknown });
    expect(count).toBe(20);
  });

  it('are known by their first or last characters where a text ends or begins within one', () => {
    const index = filled(10);
    const signature = digest('one 3').toString('hex');
    for (let length = 8; length < 64; length++) {
      for (const piece of [signature.slice(0, length), signature.slice(-length)]) {
        const { value } = redactor(index).json([piece, `x ${signature}`]);
        expect(value, piece).toEqual(['[redacted:api]', 'x [redacted:api]']);
      }
    }
    const inside = `x ${signature.slice(0, 20)} y ${signature.slice(-20)} z`;
    expect(redactor(index).text(inside).text, 'a prefix that is quoted in a sentence').toBe(inside);
  });

  it('are found spelled out, as digests are shown', () => {
    const written: readonly ((bytes: Buffer) => string)[] = [
      (bytes) => (bytes.toString('hex').match(/../g) ?? []).join(':').toUpperCase(),
      (bytes) => (bytes.toString('hex').match(/.{8}/g) ?? []).join(' '),
      (bytes) => (bytes.toString('hex').match(/.{16}/g) ?? []).join('\n'),
      (bytes) => [...bytes.toString('hex')].join('\u200b'),
      (bytes) => JSON.stringify([...bytes.toString('hex')]),
    ];
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom(...written), (text, write) => {
        const index = filled(50);
        index.add('other', new Secret(digest(text).toString('hex')), 1);
        const spelled = write(digest(text));
        const shown = redactor(index).text(`x-sig (${spelled}) of`).text;
        expect(shown).not.toContain(spelled);
        expect(shown).toContain('[redacted:other]');
      }),
      { numRuns: runs(40) },
    );
  });

  it('are known anywhere where so few of their characters are missing that these could be guessed', () => {
    const index = filled(500);
    fc.assert(
      fc.property(fc.nat(499), fc.constantFrom('hex', 'base64'), fc.nat(16), (which, as, missing) => {
        const written = digest(`one ${which}`)
          .toString(as as 'hex')
          .replace(/=+$/, '');
        for (const piece of [written.slice(0, written.length - missing), written.slice(missing)]) {
          const { text } = redactor(index).text(`(${piece}… of a call`);
          // What follows may happen to be the next character.
          expect(text).not.toContain(piece);
          expect(text).toMatch(/^\(\[redacted:api\]/);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it('leave when they end, and those for good when their credential is replaced', () => {
    const index = new SignatureIndex();
    const all = Array.from({ length: 400 }, (_, i) => digest(`one ${i}`).toString('hex'));
    for (const [i, one] of all.entries()) {
      index.add(i % 2 ? 'a' : 'b', new Secret(one), i < 200 ? i : Number.POSITIVE_INFINITY);
    }
    const left = (): number => redactor(index).json(all).count;
    sweep(index, 99);
    expect(left()).toBe(300);
    sweep(index, 1e12);
    expect(left()).toBe(200);
    index.retire('a', 2e12);
    sweep(index, 2e12);
    expect(left()).toBe(100);
    index.add('b', new Secret(all[200] ?? ''), 5);
    sweep(index, 1e15);
    expect(left(), 'nothing is shortened by being made again').toBe(100);
  });

  it('are all there while they move, for as long as they are worth anything', () => {
    const texts = Array.from({ length: 700 }, (_, i) => digest(`one ${i}`).toString('hex'));
    const one = fc.record({
      at: fc.nat(699),
      many: fc.integer({ min: 1, max: 300 }),
      until: fc.integer({ min: 0, max: 9 }),
    });
    const step = fc.oneof(
      one.map((added) => ({ added })),
      fc.integer({ min: 0, max: 9 }).map((swept) => ({ swept })),
      fc.constant({ retired: 5 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const index = new SignatureIndex();
        const ends = new Map<string, number>();
        let swept = -1;
        for (const now of steps) {
          if ('added' in now) {
            const until = now.added.until || Number.POSITIVE_INFINITY;
            for (const text of texts.slice(now.added.at, now.added.at + now.added.many)) {
              index.add('api', new Secret(text), until);
              ends.set(text, Math.max(ends.get(text) ?? 0, until));
            }
          } else if ('swept' in now) {
            index.sweep(now.swept);
            swept = Math.max(swept, now.swept);
          } else {
            index.retire('api', now.retired);
            for (const [text, end] of ends) if (end === Number.POSITIVE_INFINITY) ends.set(text, now.retired);
          }
          const alive = [...ends].filter(([, end]) => end > swept).map(([text]) => text);
          for (const [text, end] of ends) if (end <= swept) ends.delete(text);
          expect(alive.filter((text) => !index.has(new Secret(text)))).toEqual([]);
        }
        sweep(index, swept);
        sweep(index, swept);
        expect(texts.filter((text) => index.has(new Secret(text))).sort()).toEqual([...ends.keys()].sort());
      }),
      { numRuns: runs(40) },
    );
  });

  it('are held anew where they are made again while they are left behind', () => {
    const index = new SignatureIndex();
    const made = Array.from({ length: 600 }, (_, i) => new Secret(digest(`one ${i}`).toString('hex')));
    for (const one of made) index.add('api', one, 5);
    const [first, second] = made;
    expect(index.sweep(6), 'most of them are done').toBe(false);
    index.add('api', first as Secret, 9);
    sweep(index, 6);
    expect([index.has(first as Secret), index.has(second as Secret)]).toEqual([true, false]);
  });

  it('move little by little, however many there are: with one more, and when they end', () => {
    const entered = vi.spyOn(SignatureRoom.prototype, 'enter');
    const most = (count: number, work: (i: number) => unknown): number => {
      const each = Array.from({ length: count }, (_, i) => {
        entered.mockClear();
        work(i);
        return entered.mock.calls.length;
      });
      return Math.max(...each);
    };
    try {
      const index = new SignatureIndex();
      const made = Array.from({ length: 20_000 }, (_, i) => new Secret(digest(`one ${i}`).toString('hex')));
      expect(most(made.length, (i) => index.add('api', made[i] as Secret, i % 2))).toBeLessThan(40);
      let done = false;
      expect(
        most(200, () => {
          done ||= index.sweep(0);
        }),
      ).toBeLessThan(1001);
      expect([done, index.has(made[0] as Secret), index.has(made[1] as Secret)]).toEqual([true, false, true]);
    } finally {
      entered.mockRestore();
    }
  });

  it('cost a call the same, ten or ten thousand', () => {
    const text = JSON.stringify(
      Array.from({ length: 1000 }, (_, i) => ({ id: i, name: `customer ${i}`, tag: 'abcdefgh' })),
    );
    let next = 0;
    const cpu = (index: SignatureIndex, enough?: number): number => {
      const made = redactor(index);
      const call = (): void => {
        index.add('api', new Secret(digest(`new ${next++}`).toString('hex')), 1);
        made.text(text);
      };
      call();
      return cpuTime(
        () => {
          for (let i = 0; i < 5; i++) call();
        },
        15,
        enough,
      );
    };
    const few = cpu(filled(10));
    // What costs more for each shows at a hundred, before ten thousand of them take hours.
    for (const count of [100, 1000, 10_000]) expect(cpu(filled(count), 4 * few) / few, `${count}`).toBeLessThan(4);
  });
});
