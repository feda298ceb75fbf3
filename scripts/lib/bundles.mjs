import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repo.mjs';

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/**
 * The bundles. All but `cli` go into the VSIX; `explorer` runs in a web page and comes with a style sheet.
 *
 * @type {readonly { readonly name: string, readonly entry: string, readonly external: readonly string[], readonly shipped: boolean, readonly page?: true }[]}
 */
export const BUNDLES = [
  { name: 'extension', entry: 'src/extension/extension.ts', external: ['vscode'], shipped: true },
  { name: 'gateway', entry: 'src/gateway/main.ts', external: [], shipped: true },
  { name: 'proxy', entry: 'src/proxy/main.ts', external: [], shipped: true },
  { name: 'trailWorker', entry: 'src/extension/audit/explorer/trailWorker.ts', external: [], shipped: true },
  { name: 'explorer', entry: 'src/extension/audit/explorer/webview/main.ts', external: [], shipped: true, page: true },
  { name: 'cli', entry: 'src/cli/main.ts', external: [], shipped: false },
];

/**
 * Parts of libraries that nothing here uses and that bundling cannot tell: undici's mocks, caches, web sockets and
 * interceptors, the compiler of JSON schemas that the MCP SDK brings for answers which we check ourselves, and zod's messages
 * in other languages than English. Without them the gateway is a third smaller, to load and to download.
 *
 * @type {import('esbuild').Plugin}
 */
const leaveOutUnused = {
  name: 'leave out what is unused',
  setup({ onLoad }) {
    const unused = /[\\/]undici[\\/]lib[\\/](mock|cache|interceptor|web[\\/](websocket|eventsource))[\\/]/;
    onLoad({ filter: unused }, () => ({ contents: 'module.exports = {};' }));
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: path.dirname(file),
    }));
    onLoad({ filter: /[\\/]validation[\\/]ajv-provider\.js$/ }, () => ({
      contents: `export class AjvJsonSchemaValidator {
        getValidator() { return (data) => ({ valid: true, data, errorMessage: undefined }); }
      }`,
    }));
  },
};

/**
 * How esbuild makes one of them.
 *
 * @param {typeof BUNDLES[number]} bundle
 * @returns {import('esbuild').BuildOptions}
 */
export function buildOptions({ name, entry, external, page }) {
  return {
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    bundle: true,
    minify: true,
    platform: page ? 'browser' : 'node',
    // What the oldest supported VS Code runs, 1.105: Node 22.19 and Chromium 138.
    target: page ? 'chrome138' : 'node22.19',
    format: page ? 'iife' : 'cjs',
    external: [...external],
    // Prefer the ES modules of a package: they are split finer, so less of it is bundled.
    mainFields: ['module', 'main'],
    define: { VALETKEY_VERSION: JSON.stringify(version) },
    // Their licences are in THIRD-PARTY-NOTICES.txt.
    legalComments: 'none',
    plugins: [leaveOutUnused],
    // undici 8 misses this one function on Node 20, which the command line runs on, too. VS Code's own Node has it.
    ...(name === 'cli'
      ? { banner: { js: 'require("node:worker_threads").markAsUncloneable ??= () => undefined;' } }
      : {}),
    logLevel: 'warning',
  };
}
