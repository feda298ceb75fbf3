import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { checkupRules } from './checkupRules.mjs';
import { ROOT } from './repo.mjs';

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/**
 * The bundles. All but `cli` go into the VSIX; `explorer` runs in a web page and comes with a style sheet. `maxBytes` is what a
 * bundle may measure: what is larger is slower to load, in every window and for every agent.
 *
 * @type {readonly { readonly name: string, readonly entry: string, readonly external: readonly string[], readonly maxBytes: number, readonly shipped: boolean, readonly page?: true }[]}
 */
export const BUNDLES = [
  { name: 'extension', entry: 'src/extension/extension.ts', external: ['vscode'], maxBytes: 915_000, shipped: true },
  { name: 'gateway', entry: 'src/gateway/main.ts', external: [], maxBytes: 1_400_000, shipped: true },
  { name: 'proxy', entry: 'src/proxy/main.ts', external: [], maxBytes: 160_000, shipped: true },
  {
    name: 'auditWorker',
    entry: 'src/extension/audit/explorer/auditWorker.ts',
    external: [],
    maxBytes: 16_000,
    shipped: true,
  },
  {
    name: 'explorer',
    entry: 'src/extension/audit/explorer/webview/main.ts',
    external: [],
    maxBytes: 60_000,
    shipped: true,
    page: true,
  },
  { name: 'cli', entry: 'src/cli/main.ts', external: [], maxBytes: 1_350_000, shipped: false },
];

/**
 * Parts of libraries that nothing here uses and that bundling cannot tell, with what stands in for each: undici's mocks, caches,
 * web sockets, cookies, interceptors, pools, streams and retries, HTTP/2, its second parser of HTTP (behind a variable of the
 * environment), the compiler of JSON schemas that the MCP SDK brings for answers which we check ourselves, its tasks,
 * and its way to sign in, and the syntax of JavaScript in the parser of TOML. They would be a quarter of the gateway, to load
 * and to download.
 *
 * @type {readonly (readonly [RegExp, string])[]}
 */
const UNUSED = [
  [
    /[\\/]undici[\\/]lib[\\/](mock|cache|interceptor|web[\\/](websocket|eventsource|cookies))[\\/]/,
    'module.exports = {};',
  ],
  [
    /[\\/]undici[\\/]lib[\\/]dispatcher[\\/](balanced-pool|round-robin-pool|retry-agent|h2c-client)\.js$/,
    'module.exports = {};',
  ],
  [/[\\/]undici[\\/]lib[\\/]api[\\/]api-(pipeline|stream|upgrade)\.js$/, 'module.exports = {};'],
  [/[\\/]undici[\\/]lib[\\/]handler[\\/](retry|redirect)-handler\.js$/, 'module.exports = {};'],
  [/[\\/]undici[\\/]lib[\\/]web[\\/]cache[\\/]cachestorage\.js$/, 'exports.CacheStorage = class {};'],
  // Connections are HTTP/1.1 alone.
  [/[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/, 'module.exports = undefined;'],
  [/[\\/]undici[\\/]lib[\\/]dispatcher[\\/]parser-h1\.js$/, 'exports.getMiloEnabled = () => false;'],
  [
    /[\\/]validation[\\/]ajv-provider\.js$/,
    `export class AjvJsonSchemaValidator {
      getValidator() { return (data) => ({ valid: true, data, errorMessage: undefined }); }
    }`,
  ],
  // Only a client that signs in by itself comes there: ours sends the headers that the policy names.
  [
    /[\\/]sdk[\\/]dist[\\/]esm[\\/]client[\\/]auth\.js$/,
    `export class UnauthorizedError extends Error {}
    export const extractWWWAuthenticateParams = () => ({});
    export const auth = async () => { throw new UnauthorizedError('No auth provider'); };`,
  ],
  // The TOML parser adds its own kinds of nodes to those of JavaScript, of which a TOML file has none.
  [/[\\/]eslint-visitor-keys[\\/]/, 'export const unionWith = (keys) => keys;'],
  [/[\\/]experimental[\\/]tasks[\\/]server\.js$/, 'export class ExperimentalServerTasks {}'],
  [/[\\/]experimental[\\/]tasks[\\/]client\.js$/, 'export class ExperimentalClientTasks {}'],
];

/** zod's way to JSON schemas, which hangs on every schema. `npm run schema` goes it, and is in no bundle. */
const JSON_SCHEMAS = /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/;

/**
 * undici's parser of HTTP, which it has in base64 twice, for processors with and without SIMD. Compressed in front of that, both take
 * a quarter of the room in the bundle, and 12 KB less in the VSIX. Only one of them is ever read, with the first request.
 */
const PARSERS = /[\\/]undici[\\/]lib[\\/]llhttp[\\/]llhttp(_simd)?-wasm\.js$/;

/** @type {import('esbuild').Plugin} */
const compressParsers = {
  name: 'compress the parsers of HTTP',
  setup({ onLoad }) {
    onLoad({ filter: PARSERS }, ({ path: file }) => {
      const [, base64] = /^const wasmBase64 = '([A-Za-z0-9+/=]+)'$/m.exec(readFileSync(file, 'utf8')) ?? [];
      if (base64 === undefined) throw new Error(`${file} holds no parser where it did`);
      const packed = brotliCompressSync(Buffer.from(base64, 'base64')).toString('base64');
      return {
        contents: `module.exports = require('node:zlib').brotliDecompressSync(Buffer.from('${packed}', 'base64'));`,
      };
    });
  },
};

/** @type {import('esbuild').Plugin} */
const leaveOutUnused = {
  name: 'leave out what is unused',
  setup({ onLoad }) {
    for (const [filter, contents] of UNUSED) onLoad({ filter }, () => ({ contents }));
    onLoad({ filter: JSON_SCHEMAS }, ({ path: file }) => {
      const names = [...readFileSync(file, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)].map(
        ([, name]) => name,
      );
      return {
        contents: `const leftOut = () => () => { throw new Error('zod makes no JSON schemas here'); };
          export { ${names.map((name) => `leftOut as ${name}`).join(', ')} };`,
      };
    });
  },
};

/**
 * Texts that one call in a hundred reads, at half of their size.
 *
 * @param {unknown} value
 */
function packed(value) {
  return brotliCompressSync(JSON.stringify(value)).toString('base64');
}

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
    define: {
      VALETKEY_VERSION: JSON.stringify(version),
      ...(name === 'cli' ? { CHECKUP_RULES: JSON.stringify(packed(checkupRules())) } : {}),
    },
    // Their licences are in THIRD-PARTY-NOTICES.txt.
    legalComments: 'none',
    plugins: [leaveOutUnused, compressParsers],
    // undici 8 misses this one function on Node 20, which the command line runs on, too. VS Code's own Node has it.
    ...(name === 'cli'
      ? { banner: { js: 'require("node:worker_threads").markAsUncloneable ??= () => undefined;' } }
      : {}),
    logLevel: 'warning',
  };
}
