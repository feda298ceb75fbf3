import { describe, expect, it } from 'vitest';
import { readCorpus } from '../request/support.ts';
import { randomText } from './randomText.ts';
import { findings, read } from './support.ts';

interface ConfigCase {
  readonly id: string;
  readonly config: unknown;
  /** `check server pointer`. */
  readonly expect: readonly string[];
}

/** The checks that look at one file alone. */
const SCORED = new Set([1, 5, 6, 9]);

const KEY = randomText(40);
const PASSWORD = randomText(14);

describe('the corpus of configurations', () => {
  const cases = readCorpus<ConfigCase>('mcp-configs');

  it('is there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(17);
  });

  it.each(cases)('$id', ({ config, expect: expected }) => {
    const text = JSON.stringify(config, undefined, 2).replaceAll('@@KEY@@', KEY).replaceAll('@@PASSWORD@@', PASSWORD);
    const found = findings([read(text)]).filter(({ check }) => SCORED.has(check));
    expect(found.map(({ check, server, key }) => `${check} ${server} ${key}`)).toEqual(expected);
    for (const secret of [KEY, PASSWORD]) expect(JSON.stringify(found)).not.toContain(secret);
  });
});
