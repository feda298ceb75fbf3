import { afterAll, describe, expect, it } from 'vitest';
import type { CheckNumber, Finding } from '../../src/core/checkup/model/checkupModel.ts';
import { findings, read, withServer } from '../core/checkup/support.ts';
import { type Labels, labelledFiles } from '../thirdParty/labelledFiles.ts';
import { type Deployment, separate, shared } from './environments.ts';
import { Fakes } from './fakes.ts';
import { negatives } from './negatives.ts';
import { examples, guessable } from './passwords.ts';
import { planted } from './planted.ts';
import { harmlessTexts, hiddenSecrets, protectedOnes, sharedNames, unprotected, unrelatedNames } from './siblings.ts';
import { safe, unsafe } from './transport.ts';

// Each seed gives other values for the same places.
const SEEDS = [11, 29, 47];

const lines: string[] = [];

/** Keeps what was measured, names what was wrong, and returns the share that was right. */
function measured(what: string, all: number, wrong: readonly string[]): number {
  const right = (all - wrong.length) / all;
  lines.push(
    `${what}: ${all - wrong.length} of ${all} (${(right * 100).toFixed(1)} %)`,
    ...wrong.map((one) => `    ${one}`),
  );
  return right;
}

afterAll(() => {
  process.stdout.write(`${lines.join('\n')}\n`);
});

function of(check: CheckNumber, entry: unknown): readonly Finding[] {
  return findings([withServer(entry)], check);
}

describe('check 1', () => {
  it('finds 98 % of the secrets that are planted', () => {
    const all = SEEDS.flatMap((seed) => planted(new Fakes(seed)));
    const missed = all.filter(({ entry, at }) => !of(1, entry).some(({ key }) => key === `/mcpServers/s${at}`));
    const found = measured(
      'check 1, planted secrets found',
      all.length,
      missed.map(({ label }) => label),
    );
    expect(found).toBeGreaterThanOrEqual(0.98);
  });

  it('lets 99 % of what only looks like one pass', () => {
    const all = SEEDS.flatMap((seed) => negatives(new Fakes(seed)));
    const wrong = all.filter(({ entry }) => of(1, entry).length > 0);
    const passed = measured(
      'check 1, placeholders and ids passed over',
      all.length,
      wrong.map(({ label }) => label),
    );
    expect(passed).toBeGreaterThanOrEqual(0.99);
  });

  it('finds 95 % of guessable passwords beside a host, and none of an example', () => {
    const missed = guessable.filter((entry) => of(1, entry).length === 0).map((entry) => JSON.stringify(entry));
    expect(measured('check 1, guessable passwords found', guessable.length, missed)).toBeGreaterThanOrEqual(0.95);
    const wrong = examples.filter((entry) => of(1, entry).length > 0).map((entry) => JSON.stringify(entry));
    expect(measured('check 1, passwords of examples passed over', examples.length, wrong)).toBe(1);
  });
});

describe('check 5', () => {
  it('finds 95 % of what goes unprotected', () => {
    const missed = unsafe.filter(({ entry }) => of(5, entry).length === 0).map(({ entry }) => JSON.stringify(entry));
    expect(measured('check 5, unprotected connections found', unsafe.length, missed)).toBeGreaterThanOrEqual(0.95);
  });

  it('lets 98 % of what is protected pass', () => {
    const wrong = safe.filter(({ entry }) => of(5, entry).length > 0).map(({ entry }) => JSON.stringify(entry));
    expect(measured('check 5, protected ones passed over', safe.length, wrong)).toBeGreaterThanOrEqual(0.98);
  });
});

describe('check 6', () => {
  const says = ({ files }: Deployment): boolean =>
    findings(
      Object.entries(files).map(([path, mcpServers]) => read(JSON.stringify({ mcpServers }), { path })),
      6,
    ).length > 0;

  it('finds 90 % of what environments share', () => {
    const all = shared(new Fakes(13));
    const missed = all.filter((one) => !says(one)).map(({ label }) => label);
    expect(measured('check 6, shared credentials found', all.length, missed)).toBeGreaterThanOrEqual(0.9);
  });

  it('is wrong in two cases at most', () => {
    const all = separate(new Fakes(13));
    const wrong = all.filter(says).map(({ label }) => label);
    measured('check 6, others passed over', all.length, wrong);
    expect(wrong.length).toBeLessThanOrEqual(2);
  });
});

describe('siblings, which were written before anything was measured by them', () => {
  const shown = (entry: unknown): string => JSON.stringify(entry);
  const says = ({ files }: Deployment): boolean =>
    findings(
      Object.entries(files).map(([path, mcpServers]) => read(JSON.stringify({ mcpServers }), { path })),
      6,
    ).length > 0;

  it('of check 1', () => {
    const all = SEEDS.flatMap((seed) => hiddenSecrets(new Fakes(seed)));
    const missed = all.filter(({ entry, at }) => !of(1, entry).some(({ key }) => key === `/mcpServers/s${at}`));
    const found = measured(
      'siblings, check 1, found',
      all.length,
      missed.map(({ label }) => label),
    );
    const none = SEEDS.flatMap((seed) => harmlessTexts(new Fakes(seed)));
    const wrong = none.filter(({ entry }) => of(1, entry).length > 0);
    const passed = measured(
      'siblings, check 1, passed over',
      none.length,
      wrong.map(({ label }) => label),
    );
    expect([found >= 0.9, passed >= 0.98]).toEqual([true, true]);
  });

  it('of check 5', () => {
    const missed = unprotected.filter((entry) => of(5, entry).length === 0);
    const found = measured('siblings, check 5, found', unprotected.length, missed.map(shown));
    const wrong = protectedOnes.filter((entry) => of(5, entry).length > 0);
    const passed = measured('siblings, check 5, passed over', protectedOnes.length, wrong.map(shown));
    expect([found >= 0.9, passed >= 0.98]).toEqual([true, true]);
  });

  it('of check 6', () => {
    const all = sharedNames(new Fakes(13));
    const missed = all.filter((one) => !says(one)).map(({ label }) => label);
    const found = measured('siblings, check 6, found', all.length, missed);
    const none = unrelatedNames(new Fakes(13));
    const wrong = none.filter(says).map(({ label }) => label);
    measured('siblings, check 6, passed over', none.length, wrong);
    expect([found >= 0.9, wrong.length <= 2]).toEqual([true, true]);
  });
});

describe('configurations of other projects', () => {
  const files = labelledFiles();
  const scored = new Set([1, 5, 6, 9]);
  const at = ({ check, server, pointer }: Labels['must'][number]): string => `${check} ${server} ${pointer}`;

  it('have 98 % of what is in them found, and little else', () => {
    expect(files.length).toBeGreaterThan(100);
    const missed: string[] = [];
    const wrong: string[] = [];
    let expected = 0;
    let servers = 0;
    for (const { name, text, must, may } of files) {
      const config = read(text);
      const found = findings([config]).filter(({ check }) => scored.has(check));
      const places = new Set(found.map(({ check, server, key }) => `${check} ${server} ${key}`));
      const wanted = must.filter(({ check }) => scored.has(check));
      expected += wanted.length;
      servers += config.servers.length;
      missed.push(
        ...wanted
          .map(at)
          .filter((one) => !places.has(one))
          .map((one) => `${name}: ${one}`),
      );
      const known = new Set([...must, ...may].map(({ check, server }) => `${check} ${server}`));
      wrong.push(
        ...found
          .filter(({ check, server }) => !known.has(`${check} ${server}`))
          .map(({ code, key }) => `${name}: ${code} ${key}`),
      );
    }
    expect(measured('real configurations, labelled places found', expected, missed)).toBeGreaterThanOrEqual(0.98);
    expect(measured('real configurations, servers with nothing else said', servers, wrong)).toBeGreaterThanOrEqual(
      0.98,
    );
  });
});
