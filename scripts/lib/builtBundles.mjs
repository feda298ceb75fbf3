import path from 'node:path';
import { BUNDLES, buildOptions } from './bundles.mjs';

/**
 * @typedef {object} BuiltBundle
 * @property {string} name
 * @property {number} bytes of the script
 * @property {readonly string[]} packages the folders of those of which at least one byte is in it, relative to the repository
 * @property {ReadonlySet<string>} imported names of the packages that our own files import
 */

/** Below the nearest of these a package's own folder begins. */
const MODULES = 'node_modules/';

/**
 * Builds bundles without writing them.
 *
 * @returns {Promise<BuiltBundle[]>}
 */
export async function builtBundles(bundles = BUNDLES) {
  // Loaded late: before the first `npm ci` there is no esbuild.
  const { build } = await import('esbuild');
  return Promise.all(
    bundles.map(async (bundle) => {
      const { metafile } = await build({ ...buildOptions(bundle), metafile: true, write: false });
      const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
      const libraries = used.filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && file.includes(MODULES));
      const imports = Object.entries(metafile.inputs)
        .filter(([file]) => !file.includes(MODULES))
        .flatMap(([, input]) => input.imports.map((one) => one.path));
      return {
        name: bundle.name,
        bytes: metafile.outputs[`dist/${bundle.name}.js`]?.bytes ?? 0,
        packages: [...new Set(libraries.map(([file]) => packageFolder(file)))],
        imported: new Set(imports.filter((file) => file.includes(MODULES)).map(packageName)),
      };
    }),
  );
}

/** @param {string} file with forward slashes, as esbuild names it */
function packageFolder(file) {
  return file.slice(0, file.lastIndexOf(MODULES) + MODULES.length) + packageName(file);
}

/** @param {string} file */
function packageName(file) {
  const [first = '', second = ''] = file.slice(file.lastIndexOf(MODULES) + MODULES.length).split('/');
  return first.startsWith('@') ? path.posix.join(first, second) : first;
}
