import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEvent } from '../../src/core/audit/auditEvent.ts';
import { GENESIS, sealRecord } from '../../src/core/audit/record.ts';
import { sha256 } from '../../src/gateway/audit/auditFiles.ts';
import { type Editor, EXTENSION_ID, startEditor } from './support/editor.ts';
import { until } from './support/wait.ts';
import type { EditorWindow } from './support/window.ts';

// The Audit Explorer over a trail of a day, with what a hostile agent would write into it.

const RUN = '0123456789abcdef';
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const CALLS = 400;

let editor: Editor;
let window: EditorWindow;

beforeAll(async () => {
  editor = await startEditor();
  writeTrail();
  window = await editor.openWindow();
});
afterAll(() => editor?.stop());

/** A run of yesterday and today: most calls were answered, some failed, some were blocked. */
function writeTrail(): void {
  const folder = join(editor.folders.data, 'User/globalStorage', EXTENSION_ID, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const begin = Date.now() - 20 * 60 * 60 * 1000;
  let prev = GENESIS;
  const lines = Array.from({ length: CALLS }, (_, i) => {
    const event: AuditEvent = {
      id: `c${i}`,
      agent: { name: i % 3 === 0 ? 'codex' : 'claude' },
      service: i % 4 === 0 ? 'wiki' : 'shop',
      method: 'GET',
      path: `/v1/orders/${i}`,
      durationMs: 20 + (i % 90),
      ...(i % 10 === 0
        ? { kind: 'denied', verdict: 'deny', code: 'policy_denied' }
        : { kind: 'outcome', verdict: 'allow', status: i % 7 === 0 ? 503 : 200 }),
      ...(i === CALLS - 2 ? { agent: { name: HOSTILE }, path: `/${HOSTILE}`, service: HOSTILE } : {}),
    };
    const time = new Date(begin + Math.floor((i / CALLS) ** 1.3 * 19 * 60) * 60 * 1000).toISOString();
    const { record, line } = sealRecord(event, { gatewayId: RUN, seq: i + 1, time, prev }, sha256);
    prev = record.hash;
    return `${line}\n`;
  });
  const stamp = new Date(begin).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  writeFileSync(join(folder, `${stamp}-${RUN}-0001.jsonl`), lines.join(''), { mode: 0o600 });
}

function explorer(): FrameLocator {
  return window.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}

async function summary(): Promise<string> {
  return (await explorer().locator('#summary').textContent()) ?? '';
}

test('opens at the last 24 hours, with the calls in words, in a chart and in a table', async () => {
  await window.palette('Valet Key: Open Audit Explorer');
  await explorer().locator('#records tbody tr').first().waitFor();
  expect(await summary()).toMatch(/^\d+ answered, \d+ failed, 40 blocked\.$/);
  expect(await explorer().locator('#records tbody tr').count()).toBe(100);
  expect(await explorer().locator('#rows').textContent()).toBe(`1 to 100 of ${CALLS}`);
  expect(await explorer().locator('#chart').getAttribute('aria-label')).toContain('40 blocked');
  await window.screenshotThemes('explorer');
});

test('what agents wrote is text and nothing else, under a policy that runs no other script', async () => {
  const page = explorer();
  const row = page.locator('#records tbody tr').nth(1);
  expect(await row.locator('td').nth(1).textContent()).toBe(HOSTILE);
  expect(await row.locator('td').nth(3).textContent()).toBe(`GET /${HOSTILE}`);
  expect(await page.locator('body img, body script:not([nonce]), td script, option img').count()).toBe(0);
  const policy = (await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')) ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  await page.locator('#service').selectOption(HOSTILE);
  await until('one call', async () => (await page.locator('#records tbody tr').count()) === 1);
  await page.locator('#service').selectOption('');
  await until('all calls', async () => (await page.locator('#records tbody tr').count()) === 100);
});

test('filters by keyboard, pages, and tells the chart in numbers', async () => {
  const page = explorer();
  await page.locator('#result').focus();
  await window.page.keyboard.type('Blo');
  await until('the blocked calls', async () => (await summary()) === '0 answered, 0 failed, 40 blocked.');
  expect(await page.locator('#records tbody tr').first().locator('td').nth(4).textContent()).toBe(
    'Blocked: policy_denied',
  );
  await page.locator('#result').selectOption('');
  await page.locator('#text').fill('orders/39');
  await until('the few that match', async () => (await page.locator('#records tbody tr').count()) < 20);
  await page.locator('#text').fill('');
  await until('all again', async () => (await page.locator('#records tbody tr').count()) === 100);
  await page.locator('#next').focus();
  await window.page.keyboard.press('Enter');
  await until('the second page', async () => (await page.locator('#rows').textContent()) === `101 to 200 of ${CALLS}`);
  await page.locator('details summary').focus();
  await window.page.keyboard.press('Enter');
  await page.locator('#numbers tbody tr').first().waitFor();
  await page.getByRole('button', { name: 'wiki', exact: true }).click();
  await until('the service alone', async () => (await page.locator('#service').inputValue()) === 'wiki');
  await window.screenshotThemes('explorer-filtered');
});

test('says whether the chain holds', async () => {
  await explorer().locator('#verify').click();
  await until('the verification', async () =>
    /^✓ The audit log is intact/.test((await explorer().locator('#chain').textContent()) ?? ''),
  );
});

test('exports what it shows', async () => {
  for (const ending of ['md', 'csv', 'jsonl']) {
    const target = join(editor.workspace, `export.${ending}`);
    await explorer().locator('#export').click();
    await window.waitForInput('Export Audit Log');
    await window.type('Export Audit Log', target);
    await window.waitForNotification('The records were exported');
    await window.clearNotifications();
    const text = readFileSync(target, 'utf8');
    expect(text).toContain('wiki');
    expect(text).not.toContain('"service":"shop"');
    if (ending !== 'md') expect(text.trim().split('\n')).toHaveLength(ending === 'csv' ? 101 : 100);
  }
});

test('the evidence pack is one document with the chain, the checkup, the policies and the drill', async () => {
  writeFileSync(join(editor.workspace, 'valetkey.yaml'), 'services: {}\n');
  const target = join(editor.workspace, 'evidence.md');
  await window.palette('Valet Key: Export Evidence Pack');
  await window.pick('Test the kill switch now');
  await window.waitForDialog('Test the kill switch?');
  await window.answerDialog('Freeze and Unfreeze');
  await window.type('Export Evidence Pack', target);
  await window.waitForNotification('The evidence pack was exported');
  const text = readFileSync(target, 'utf8');
  expect(text).toMatch(/Is the audit log intact?\? \| Yes: 40\d records, none altered/);
  expect(text).toMatch(/How fast is every agent cut off\? \| Within \d+ ms/);
  expect(text.match(/^## .*$/gm)).toEqual(
    expect.arrayContaining(['## Audit log check', '## Audit log', '## MCP checkup', '## Policies']),
  );
  expect(text).not.toContain('<script>');
});
