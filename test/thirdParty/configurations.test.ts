import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/checkup/model/checkupModel.ts';
import { findings, read } from '../core/checkup/support.ts';
import { publicData } from './publicData.ts';

// Configurations as real projects publish them, and mutants; what is to be found in each, and what is not, is labelled.

interface Place {
  readonly check: number;
  readonly server: string;
  readonly pointer: string;
}

interface Labels {
  readonly files: Readonly<
    Record<
      string,
      { readonly must: readonly Place[]; readonly may: readonly Place[]; readonly traps: readonly Place[] }
    >
  >;
}

type Fakes = Readonly<Record<string, { readonly parts: readonly string[] }>>;

const text = (name: string): string => publicData(`mcp-configs/${name}`);
const labels = JSON.parse(text('labels.json')) as Labels;
const fakes = JSON.parse(text('fakes.json')) as Fakes;

const SCORED = new Set([1, 5, 6, 9]);
const at = ({ check, server, key }: Finding): string => `${check} ${server} ${key}`;
const placed = ({ check, server, pointer }: Place): string => `${check} ${server} ${pointer}`;
const served = ({ check, server }: { check: number; server?: string }): string => `${check} ${server}`;

describe('configurations of other projects', () => {
  it('are there', () => {
    expect(Object.keys(labels.files).length).toBeGreaterThan(100);
  });

  it.each(Object.entries(labels.files))('%s', (name, { must, may, traps }) => {
    const expanded = text(name).replace(/@@FAKE:([^@]+)@@/g, (_, id: string) => fakes[id]?.parts.join('') ?? '');
    const found = findings([read(expanded)]).filter(({ check }) => SCORED.has(check));
    expect(found.map(at)).toEqual(expect.arrayContaining(must.filter(({ check }) => SCORED.has(check)).map(placed)));
    const known = new Set([...must, ...may].map(served));
    expect(found.filter((one) => !known.has(served(one))).map(at)).toEqual([]);
    expect(found.map(at).filter((one) => traps.map(placed).includes(one))).toEqual([]);
    // Nothing of a secret is in what a finding says.
    const said = JSON.stringify(found);
    for (const { parts } of Object.values(fakes)) expect(said).not.toContain(parts.join(''));
  });
});
