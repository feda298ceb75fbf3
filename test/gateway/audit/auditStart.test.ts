import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditRuns, verifyRun } from '../../../src/gateway/audit/auditFiles.ts';
import { AuditLog } from '../../../src/gateway/audit/auditLog.ts';
import { recentRequests } from '../../../src/gateway/audit/recentRequests.ts';

const HOUR = 60 * 60 * 1000;
const NOW = Date.now();

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-audit-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function run(gatewayId: string, now: () => number): AuditLog {
  return new AuditLog({ directory, gatewayId, now, onSyncError: () => undefined });
}

function intent(log: AuditLog, service: string): void {
  log.record({ id: 'e', kind: 'intent', agent: { name: 'claude' }, service, method: 'GET', path: '/' });
}

describe('requests of earlier runs', () => {
  test('of the last day are found, by service and in their order', async () => {
    let now = NOW - 30 * HOUR;
    const first = run('aaaa', () => now);
    intent(first, 'stripe');
    now = NOW - 2 * HOUR;
    intent(first, 'stripe');
    first.record({ id: 'e', kind: 'denied', agent: { name: 'claude' }, service: 'stripe', path: '"kind":"intent"' });
    first.close();
    const second = run('bbbb', () => NOW - 3 * HOUR);
    intent(second, 'stripe');
    intent(second, 'github');
    second.close();
    expect(Object.fromEntries(await recentRequests(directory, NOW))).toEqual({
      stripe: [
        { at: NOW - 3 * HOUR, agent: 'claude' },
        { at: NOW - 2 * HOUR, agent: 'claude' },
      ],
      github: [{ at: NOW - 3 * HOUR, agent: 'claude' }],
    });
  });

  test('are none where there is no trail, and a link in a part’s place is not followed', async () => {
    expect(await recentRequests(path.join(directory, 'none'), NOW)).toEqual(new Map());
    fs.symlinkSync('/dev/zero', path.join(directory, '20260101T000000Z-cccc-0001.jsonl'));
    expect(await recentRequests(directory, NOW)).toEqual(new Map());
  });
});

describe('the head of the chain', () => {
  test('is what the files end with, and nothing before the first record', async () => {
    const log = run('aaaa', () => NOW);
    expect(await log.syncedHead()).toEqual({ seq: 0, hash: '0'.repeat(64) });
    intent(log, 'stripe');
    intent(log, 'stripe');
    const head = await log.syncedHead();
    log.close();
    expect(head.seq).toBe(2);
    const [only] = auditRuns(directory);
    expect(only && (await verifyRun(directory, only, head))).toMatchObject({ ok: true, tail: 'anchored', head });
  });
});
