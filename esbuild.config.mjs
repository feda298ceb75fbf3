import { build } from 'esbuild';
import { BUNDLES, buildOptions } from './scripts/lib/bundles.mjs';

const only = process.argv.slice(2);

await Promise.all(
  BUNDLES.filter(({ name }) => only.length === 0 || only.includes(name)).map((bundle) => build(buildOptions(bundle))),
);
