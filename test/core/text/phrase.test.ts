import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inEnglish, phrase, withArgs, worded } from '../../../src/core/text/phrase.ts';
import { runs } from '../../support/runs.ts';

/** How VS Code’s `l10n.t` fills a template: https://github.com/microsoft/vscode/blob/main/src/vs/base/common/strings.ts */
function asVsCodeFills(template: string, args: readonly (string | number)[]): string {
  const values: Readonly<Record<string, unknown>> = { ...args };
  return template.replace(/{([^}]+)}/g, (gap, name: string) => (values[name] ?? gap) as string);
}

describe('a phrase', () => {
  it('has numbered gaps, as translators get it', () => {
    expect(phrase`${'stripe'} expired on ${'Monday'}, ${2} days ago.`).toEqual({
      template: '{0} expired on {1}, {2} days ago.',
      args: ['stripe', 'Monday', 2],
    });
  });

  it('holds other phrases, and lists of them', () => {
    const inner = phrase`line ${3}`;
    expect(inEnglish(phrase`See ${inner}; known: ${['a', phrase`line ${4}`]}.`)).toBe('See line 3; known: a, line 4.');
  });

  it('is worded from the inside', () => {
    const shout = (template: string, args: readonly (string | number)[]): string =>
      asVsCodeFills(template.toUpperCase(), args);
    expect(worded(phrase`See ${phrase`line ${'x'}`}.`, shout)).toBe('SEE LINE x.');
  });

  it('says in English what a plain template would, whatever is in the gaps; and VS Code fills it the same', () => {
    const odd = fc.oneof(fc.string(), fc.constantFrom('{0}', '{1}', '$&', '$1', '{args}', ''), fc.integer());
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const plain = `Keys: { operations: [query] }, ${one} and ${other}.`;
        const made = phrase`Keys: { operations: [query] }, ${one} and ${other}.`;
        expect(inEnglish(made)).toBe(plain);
        expect(worded(made, asVsCodeFills)).toBe(plain);
      }),
      { numRuns: runs(500) },
    );
  });

  it('survives a structured clone and JSON', () => {
    const made = phrase`A ${phrase`b ${['c']}`} ${1}`;
    expect(structuredClone(made)).toEqual(made);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('has each text in its gaps changed, and nothing else of it', () => {
    const inner = phrase`by ${'b'} in ${2}`;
    const shouted = withArgs(phrase`a ${'c'}, ${inner} and ${['d', inner]}`, (text) => text.toUpperCase());
    expect(inEnglish(shouted)).toBe('a C, by B in 2 and D, by B in 2');
  });
});
