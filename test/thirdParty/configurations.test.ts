import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/checkup/model/checkupModel.ts';
import { findings, read } from '../core/checkup/support.ts';
import { fakeSecrets, type Labels, labelledFiles } from './labelledFiles.ts';

// Configurations as real projects publish them, and mutants; what is to be found in each, and what is not, is labelled.

const files = labelledFiles();

const SCORED = new Set([1, 5, 6, 9]);
const at = ({ check, server, key }: Finding): string => `${check} ${server} ${key}`;
const placed = ({ check, server, pointer }: Labels['must'][number]): string => `${check} ${server} ${pointer}`;
const served = ({ check, server }: { check: number; server?: string }): string => `${check} ${server}`;

describe('configurations of other projects', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it.each(files)('$name', ({ text, must, may, traps }) => {
    const found = findings([read(text)]).filter(({ check }) => SCORED.has(check));
    expect(found.map(at)).toEqual(expect.arrayContaining(must.filter(({ check }) => SCORED.has(check)).map(placed)));
    const known = new Set([...must, ...may].map(served));
    expect(found.filter((one) => !known.has(served(one))).map(at)).toEqual([]);
    expect(found.map(at).filter((one) => traps.map(placed).includes(one))).toEqual([]);
    // Nothing of a secret is in what a finding says.
    const said = JSON.stringify(found);
    for (const fake of fakeSecrets().values()) expect(said).not.toContain(fake);
  });
});
