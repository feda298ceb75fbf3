import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What `npm run package` makes. */
export const PRODUCT_VSIX = path.join(ROOT, 'valet-key.vsix');

/** Built files that are neither the product nor worth keeping; git ignores it. */
export const OUT = path.join(ROOT, 'out');

/** The Node that the project brings itself, for every child that runs project code. */
export const PROJECT_NODE = path.join(
  ROOT,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The tests' driver extension, packed. */
export const DRIVER_VSIX = path.join(OUT, 'e2e-driver.vsix');
