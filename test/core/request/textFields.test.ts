import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overridesMethod } from '../../../src/core/request/methodOverride.ts';
import { lookAtFields } from '../../../src/core/request/textFields.ts';
import { runs } from '../../support/runs.ts';

/** Every piece taken apart, however plain. */
function overridesSlowly(text: string): boolean {
  if (!text.includes('=')) return false;
  return [...text.split(/[&;\r\n]/), ...text.split('&')].some((piece) => {
    const equals = piece.indexOf('=');
    const length = equals >= 0 && equals <= 256 ? equals : 257;
    return length <= piece.length && overridesMethod(piece.slice(0, length).replaceAll('+', ' '));
  });
}

const part = fc.constantFrom(
  ...[
    '_method',
    '_METHOD',
    'x-http-method-override',
    'method',
    'verb',
    '_verb',
    '_m.e-thod',
    'a[_method]',
    '.methodoverride',
  ],
  ...[
    '%5F',
    '%6dethod',
    '\uff4dethod',
    '\u200b',
    '\ufdfa',
    'm',
    'e',
    't',
    'h',
    'o',
    'd',
    'v',
    'r',
    'b',
    '_',
    '[',
    ']',
    'amp',
  ],
  ...['+', ' ', '.', '-', '\t', '\0', '%', '%00', 'é', 'a'.repeat(250), '\n', '\r', '&', ';', '=', '=', '=1', '&'],
);

describe('a text that a server may take for a form', () => {
  it('is found to override the method where one of its fields does, and never otherwise', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(lookAtFields(text)).toBe(overridesSlowly(text) ? 'overrides' : undefined);
      }),
      { numRuns: runs(5000) },
    );
  });

  it.each([
    ['plain fields', 'a=1&'.repeat(250_000), undefined],
    ['such a field behind many plain ones', `${'a=1&'.repeat(250_000)}_method=PUT`, 'overrides'],
    ['such a field by its other name', 'a=1&_verb=PUT', 'overrides'],
    ['the same odd field', 'é=1&'.repeat(15_000), undefined],
    ['such a field of a long name', `a=1&[_method];${'b'.repeat(1000)}=PUT`, 'overrides'],
    ['odd fields without end', 'é=1&'.repeat(200_000), 'too many'],
    ['fields that all have the letters', 'x_m+ethod.x=1&'.repeat(50_000), 'too many'],
    ['different odd names', Array.from({ length: 10_000 }, (_, i) => `é${i}=`).join('&'), 'too many'],
    ['a long text without fields', 'é&'.repeat(500_000), undefined],
  ])('may have %s', (_what, text, finding) => {
    expect(lookAtFields(text)).toBe(finding);
  });
});
