import { describe, expect, it } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import { foldText } from '../../../src/core/policy/patterns/fold.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { foldedName } from '../../../src/core/request/parts/parameters.ts';
import type { RequestInput } from '../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { serviceOf } from '../policy/fixtures.ts';

// Who compares by upper case, by lower case or by case folding reads letters as ASCII that are none: `ı`, `İ`, `ſ`, the sign of
// Kelvin, `ß`. The names and values that conditions judge count as what any of those readers sees. Of paths no server of
// `npm run servers` reads so (test/core/policy/serverPaths.test.ts), and docs/policy.md says which foldings there are.

/** Every letter that upper or lower case, as this machine has them, turns into ASCII alone. */
const TURNED = Array.from({ length: 0x10ffff - 0x80 }, (_, index) => index + 0x80)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .flatMap((letter) =>
    [letter.toUpperCase(), letter.toLowerCase().replace('\u0307', '')]
      .filter((turned) => /^[A-Za-z]+$/.test(turned))
      .map((turned) => [letter, turned.toLowerCase()] as const),
  );

it('are all letters that some reader takes for ASCII', () => {
  const letters = TURNED.map(([letter]) => letter);
  for (const one of ['ı', 'İ', 'ſ', '\u212a', 'ß', 'ﬁ']) expect(letters).toContain(one);
});

function verdict(input: Partial<RequestInput>): string {
  const service = serviceOf(
    `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n    policies:\n${[
      '{ path: /**, methods: [GET, POST] }',
      '{ path: /limited, methods: [GET, POST], effect: deny, query: { limit: { min: 11 } } }',
      '{ path: /limited, methods: [POST], effect: deny, body: { limit: { min: 11 } } }',
      '{ path: /roles, methods: [GET], effect: deny, query: { role: { equals: assistant } } }',
    ]
      .map((rule) => `      - ${rule}\n`)
      .join('')}`,
  );
  const request = canonicalise({ service: 'api', method: 'GET', path: '/x', ...input }, service);
  if (!request.ok) return inEnglish(request.error.message);
  return decide(compileService(service), request.value).verdict;
}

describe.each(TURNED)('%s is judged as %s', (letter, plain) => {
  const odd = (text: string): string => text.replace(plain, letter);

  it('in names and values', () => {
    expect(foldText(`x${letter}y`)).toBe(`x${plain}y`);
    expect(foldedName(`x${letter}y`)).toBe(`x${plain}y`);
  });

  it('by conditions', () => {
    expect(verdict({ path: '/limited', query: { [odd('limit')]: '90' } })).not.toBe('allow');
    expect(verdict({ path: '/limited', method: 'POST', json: { [odd('limit')]: 90 } })).not.toBe('allow');
    expect(verdict({ path: '/limited', method: 'POST', form: { [odd('limit')]: '90' } })).not.toBe('allow');
    expect(verdict({ path: '/roles', query: { role: odd('assistant') } })).toBe('deny');
    expect(verdict({ method: 'POST', form: { [odd('_method')]: 'DELETE' } })).not.toBe('allow');
  });
});
