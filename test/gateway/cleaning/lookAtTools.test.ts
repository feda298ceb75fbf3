import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { lookAtTools } from '../../../src/gateway/cleaning/lookAtTools.ts';
import { freshKey } from '../../support/serve.ts';

/** One of each kind that nobody sees. */
const UNSEEN = ['\u0007', '\u0085', '\u061c', '\u115f', '\u17b4', '\u180e', '\u200b', '\u202e', '\u3164', '\ufe00'];
const MORE_UNSEEN = ['\ufeff', '\uffa0', '\ufff9', '\ud800', '\u{e0041}', '\u{e0100}'];
const CASES = [...UNSEEN, ...MORE_UNSEEN].map((character) => [JSON.stringify(character), character] as const);

describe('a tool with hidden text', () => {
  it.each(CASES)('has no credential put together by taking it out: %s', (_, unseen) => {
    for (const key of [freshKey(), ['correct', 'horse'].join('')]) {
      const spread = [...key].join(unseen);
      const tool = {
        name: 'a',
        title: spread,
        description: `It is ${spread}.`,
        inputSchema: { type: 'object' as const, properties: { [spread]: { description: spread } } },
      };
      const [looked] = lookAtTools([tool], new Redactor([{ name: 'api', value: new Secret(key) }])).tools;
      expect(JSON.stringify(looked?.shown)).toContain('[redacted:api]');
      expect(JSON.stringify(looked?.shown)).not.toContain(key);
    }
  });
});

const schema = { type: 'object' };
describe('a tool with null for what its server leaves out', () => {
  it.each([
    { title: null },
    { description: null },
    { outputSchema: null },
    { annotations: null },
    { icons: null, _meta: null, execution: null },
  ])('is the tool without it: %j', (nulls) => {
    const plain = { name: 'a', inputSchema: schema };
    const { tools, leftOut } = lookAtTools([{ ...plain, ...nulls }], new Redactor([]));
    expect(leftOut).toEqual([]);
    expect(tools).toEqual(lookAtTools([plain], new Redactor([])).tools);
  });

  it('keeps what it says', () => {
    const annotations = { readOnlyHint: true, title: null, category: 'input' };
    const [looked] = lookAtTools([{ name: 'a', inputSchema: schema, annotations }], new Redactor([])).tools;
    expect(looked?.shown.annotations).toEqual({ readOnlyHint: true, category: 'input' });
  });

  it.each([{ inputSchema: null }, { inputSchema: schema, name: null }, null, [null]])(
    'is none without what it must have: %j',
    (one) => {
      const { tools, leftOut } = lookAtTools(
        [Array.isArray(one) ? one : one && { name: 'a', ...one }],
        new Redactor([]),
      );
      expect(tools).toEqual([]);
      expect(leftOut).toHaveLength(1);
    },
  );
});
