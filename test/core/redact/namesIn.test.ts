import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';

const VALUES = { words: ['summer', '1950', '!'].join(''), digits: ['4815', '1623', '4210', '8154'].join('') };
const redactor = new Redactor(Object.entries(VALUES).map(([name, value]) => ({ name, value: new Secret(value) })));

const leaf = fc.oneof(
  fc.constantFrom(...Object.values(VALUES), Number(VALUES.digits), 'SUMMER1950!', 'summer1951!', 4815162342108155),
  fc.string(),
  fc.integer(),
  fc.constant(null),
);
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('node')),
    fc.dictionary(fc.oneof(fc.string(), fc.constant(VALUES.words)), tie('node')),
  ),
})).node;

describe('whose credentials stand in a JSON value', () => {
  it('is whose would be taken out of it', () => {
    fc.assert(
      fc.property(value, (json) => {
        const names = redactor.namesIn(json);
        const clean = JSON.stringify(redactor.json(json).value) ?? '';
        expect([...names].sort()).toEqual(
          Object.keys(VALUES)
            .filter((name) => clean.includes(`[redacted:${name}]`))
            .sort(),
        );
      }),
    );
  });

  it('is named once, by several values or places', () => {
    const twice = new Redactor([VALUES.words, VALUES.digits].map((text) => ({ name: 'api', value: new Secret(text) })));
    expect(twice.namesIn([VALUES.words, { [VALUES.words]: VALUES.digits }])).toEqual(['api']);
    expect(new Redactor([]).namesIn([VALUES.words])).toEqual([]);
  });

  it.each([
    'password',
    'test1234',
    'administrator',
    'aaaaaaaaaaaa',
    '12345678',
    'root:summer',
    'admin:test',
    'postgres://app:letmein@db',
  ])('is not told of one that is easy to guess: %s', (weak) => {
    const word = weak.split(/[:@/]/).findLast((part) => part !== 'db') ?? '';
    const guessable = new Redactor([{ name: 'api', value: new Secret(weak) }]);
    expect(guessable.namesIn([`Reset the ${word} of the user`, { [word]: weak }])).toEqual([]);
    // Becoming strong, it is looked for again.
    guessable.know([{ name: 'api', value: new Secret(VALUES.words) }]);
    expect(guessable.namesIn([VALUES.words])).toEqual(['api']);
    guessable.know([{ name: 'api', value: new Secret(weak) }]);
    expect(guessable.namesIn([word, weak])).toEqual([]);
  });
});
