import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { BoundedCheckup } from '../../src/checkupWorker/boundedCheckup.ts';
import type { ConfigFile } from '../../src/core/checkup/model/checkupModel.ts';
import { GATEWAY } from '../support/forkedGateway.ts';

const checkup = new BoundedCheckup(GATEWAY, '00');
afterAll(() => checkup.dispose());

const NOW = Date.parse('2026-05-03T10:00:00Z');
const token = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');

function file(text: string): ConfigFile {
  return { path: '/w/.mcp.json', client: 'claude-code', format: 'jsonc', scope: 'workspace', text };
}

it('checks a file in a thread, and gives back no secret and no text', async () => {
  const text = JSON.stringify({ mcpServers: { s: { command: 'npx', args: ['server'], env: { TOKEN: token } } } });
  const { findings, secrets, covered } = await checkup.check({ file: file(text) }, NOW);
  expect(findings.map(({ code }) => code)).toEqual(['secret-token', 'version-missing']);
  expect(covered).toEqual({ path: '/w/.mcp.json', servers: 1, read: true });
  // One secret is told by its place, on both sides of the thread.
  expect(secrets.map(({ place }) => place)).toEqual([findings[0]?.secret]);
  expect(secrets[0]?.place).toBe(findings[0]?.secret);
  expect(JSON.stringify({ findings, secrets })).not.toContain(token);
});

it('says why a file has no text', async () => {
  const { text: _, ...named } = file('');
  const { findings, covered } = await checkup.check({ file: named, why: 'no-permission' }, NOW);
  expect(findings.map(({ code }) => code)).toEqual(['no-permission']);
  expect(covered.read).toBe(false);
});

/** A thread that never ends with one file, and says of any other only why it has no text. */
const SLOW = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ([, [{ file, why }]]) => {
  while (file.text === 'slow');
  const findings = why ? [{ code: why }] : [];
  parentPort.postMessage({ result: { findings, secrets: [], covered: { path: file.path, servers: 0, read: !why } } });
});
parentPort.postMessage('ready');
`;

it('gives up a file that takes too long, says so, and goes on with the next', { timeout: 90_000 }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  const script = path.join(folder, 'slow.cjs');
  fs.writeFileSync(script, SLOW);
  const slow = new BoundedCheckup(script, '00');
  const { findings, covered } = await slow.check({ file: file('slow') }, NOW);
  expect([findings.map(({ code }) => code), covered.read]).toEqual([['took-too-long'], false]);
  expect((await slow.check({ file: file('{}') }, NOW)).covered.read).toBe(true);
  slow.dispose();
  fs.rmSync(folder, { recursive: true });
});
