// Opens a VS Code with Valet Key and the sample workspace to try things out: `npm run vscode`. It lives in a throw-away
// profile and is used in any browser; Ctrl+C ends it and removes the profile. Linux x64 only.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onProjectNode } from './lib/install.mjs';
import { PRODUCT_VSIX, ROOT } from './lib/repo.mjs';
import { main, run, step } from './lib/run.mjs';
import { requireLinux } from './lib/system.mjs';

/** What the sample policy names; the copy in the throw-away profile names the port that was free. */
const SAMPLE_ORIGIN = 'http://127.0.0.1:4010';

await main(async () => {
  requireLinux();
  if (await onProjectNode(fileURLToPath(import.meta.url))) await serve();
});

async function serve() {
  const node = process.execPath;
  await run(node, ['scripts/e2eSetup.mjs', 'newest'], { cwd: ROOT, what: 'installing the editor' });
  await step('package', () => run(node, ['scripts/package.mjs'], { cwd: ROOT, what: 'npm run package' }));

  // Loaded late, as it is TypeScript: only the project's own Node reads it.
  const { EditorServer } = await import('../test/e2e/support/server.ts');
  const { freePort } = await import('../test/e2e/support/freePort.ts');
  const port = await freePort();
  const api = await startApi(port);
  try {
    const server = await EditorServer.start({ version: 'newest', extensions: [PRODUCT_VSIX] });
    try {
      copySample(server.folders.workspace, `http://127.0.0.1:${port}`);
      console.log(`
  Open this in your browser:

    ${server.origin}/?folder=${server.folders.workspace}

  It is VS Code with Valet Key and a sample workspace; its README.md says what to try.
  The demo API listens on http://127.0.0.1:${port} and takes any credential of eight characters or more.
  The profile ${server.folders.root} is removed at the end.

  Press Ctrl+C to stop.`);
      await new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
      });
      console.log('\nStopping …');
    } finally {
      await server.stop();
    }
  } finally {
    await api.close();
  }
}

/**
 * @param {number} port
 * @returns {Promise<{ close(): Promise<void> }>}
 */
async function startApi(port) {
  const script = path.join(ROOT, 'examples/demo-api.mjs');
  if (!existsSync(script)) {
    const { startUpstream } = await import('../test/support/upstream.ts');
    return startUpstream({ port });
  }
  // Not in the terminal's process group: it ends after the editor, not at Ctrl+C.
  const child = spawn(process.execPath, [script, '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  return {
    async close() {
      child.kill();
      await gone;
    },
  };
}

/**
 * @param {string} folder
 * @param {string} origin
 */
function copySample(folder, origin) {
  cpSync(path.join(ROOT, 'examples/workspace'), folder, { recursive: true });
  const policy = path.join(folder, 'valetkey.yaml');
  writeFileSync(policy, readFileSync(policy, 'utf8').replaceAll(SAMPLE_ORIGIN, origin));
}
