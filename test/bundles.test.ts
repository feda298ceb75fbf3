import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { type BuiltBundle, builtBundles } from '../scripts/lib/builtBundles.mjs';
import { BUNDLES } from '../scripts/lib/bundles.mjs';
import { NOTICES, thirdPartyNotices } from '../scripts/lib/notices.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const { dependencies, devDependencies } = manifest;

let built: readonly BuiltBundle[];
beforeAll(async () => {
  built = await builtBundles();
}, 60_000);

describe('the bundles', () => {
  test.each(BUNDLES)('$name measures at most $maxBytes bytes', ({ name, maxBytes }) => {
    const bytes = built.find((one) => one.name === name)?.bytes ?? 0;
    expect(bytes).toBeGreaterThan(0);
    // What grew is told by `npx esbuild --analyze`. What a library brings along and never runs is left out in bundles.mjs.
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  });

  test('have the licences of all that is in them (node scripts/notices.mjs writes them)', () => {
    const shipped = built.filter(({ name }) => BUNDLES.find((one) => one.name === name)?.shipped);
    expect(readFileSync(path.join(ROOT, NOTICES), 'utf8')).toBe(thirdPartyNotices(shipped));
  });
});

describe('the libraries in package.json', () => {
  test('are dependencies where a bundle holds them, and else devDependencies', () => {
    const imported = new Set(built.flatMap((bundle) => [...bundle.imported]));
    expect(Object.keys(dependencies)).toEqual([...imported].sort());
  });

  test.each(Object.entries({ dependencies, devDependencies }))('%s are in order, each of one version', (_, list) => {
    expect(Object.keys(list)).toEqual(Object.keys(list).sort());
    for (const [name, version] of Object.entries(list)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
