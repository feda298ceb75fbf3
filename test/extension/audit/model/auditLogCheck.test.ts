import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditEvent } from '../../../../src/core/audit/auditEvent.ts';
import type { StoredAnchor } from '../../../../src/extension/audit/model/anchorStore.ts';
import { checkAuditLog } from '../../../../src/extension/audit/model/auditLogCheck.ts';
import type { AuditLogCheck } from '../../../../src/extension/audit/model/auditLogCheckResult.ts';
import { AuditLog } from '../../../../src/gateway/audit/auditLog.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-audit-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const CALL: AuditEvent = { id: 'e', kind: 'denied', agent: { name: 'claude' }, service: 'stripe' };

/** Writes a run and gives its anchor. */
function run(gatewayId: string, events: readonly AuditEvent[]): StoredAnchor {
  const log = new AuditLog({ directory, gatewayId, now: Date.now, onSyncError: () => undefined });
  for (const event of events) log.record(event);
  const { head } = log;
  log.close();
  return { gatewayId, ...head, at: 1 };
}

function check(...anchors: StoredAnchor[]): Promise<AuditLogCheck> {
  return checkAuditLog(directory, anchors);
}

function fileOf(gatewayId: string): string {
  const name = fs.readdirSync(directory).find((file) => file.includes(gatewayId));
  return path.join(directory, name ?? '');
}

test('whole runs hold, anchored or not', async () => {
  const anchor = run('aaaa', [CALL, CALL]);
  run('bbbb', [CALL]);
  const result = await check(anchor);
  expect(result).toMatchObject({ ok: true, gone: [] });
  expect(result.runs.map(({ verification }) => verification.tail).sort()).toEqual(['anchored', 'not anchored']);
});

test('a cut tail shows against the anchor', async () => {
  const anchor = run('aaaa', [CALL, CALL, CALL]);
  const lines = fs.readFileSync(fileOf('aaaa'), 'utf8').split('\n');
  fs.writeFileSync(fileOf('aaaa'), `${lines[0]}\n`);
  const result = await check(anchor);
  expect(result.ok).toBe(false);
  expect(result.runs[0]?.verification.problems).toMatchObject([{ code: 'cut_tail' }]);
});

test('a run whose files are all gone shows, unless retention says that it removed them', async () => {
  const anchor = run('aaaa', [CALL, CALL]);
  fs.rmSync(fileOf('aaaa'));
  const removed = { gatewayId: 'aaaa', seq: anchor.seq, hash: anchor.hash };
  run('bbbb', [CALL]);
  expect(await check(anchor)).toMatchObject({ ok: false, gone: [{ gatewayId: 'aaaa', seq: 2 }] });
  run('cccc', [{ ...CALL, kind: 'pruned', removed: { ...removed, seq: 1 } }]);
  expect(await check(anchor)).toMatchObject({ ok: false });
  run('dddd', [{ ...CALL, kind: 'pruned', removed }]);
  expect(await check(anchor)).toMatchObject({ ok: true, gone: [] });
});

test('there may be no trail yet', async () => {
  fs.rmSync(directory, { recursive: true });
  expect(await check()).toEqual({ runs: [], gone: [], ok: true });
});
