import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditEvent } from '../../../src/core/audit/auditEvent.ts';
import { auditRuns, verifyRun } from '../../../src/gateway/audit/auditFiles.ts';
import { AuditLog, AuditWriteError } from '../../../src/gateway/audit/auditLog.ts';
import { gatewayInProcess } from '../../support/gatewayInProcess.ts';
import { startUpstream } from '../../support/upstream.ts';

let directory: string;
let log: AuditLog;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-audit-'));
  log = new AuditLog({ directory, gatewayId: 'aaaa', now: Date.now, onSyncError: () => undefined });
});
afterEach(() => {
  vi.restoreAllMocks();
  log.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

const intent = (id: string): AuditEvent => ({ id, kind: 'intent', agent: { name: 'claude' }, service: 'stripe' });
const outcome = (id: string): AuditEvent => ({ ...intent(id), kind: 'outcome' });

/** The ids of what is in the files of a directory, as it stands there. */
function idsIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const lines = fs
    .readdirSync(folder)
    .flatMap((name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as AuditEvent).id);
}

async function verified(): Promise<boolean> {
  const [run] = auditRuns(directory);
  return run !== undefined && (await verifyRun(directory, run, log.head)).ok;
}

describe('records that need not be written at once', () => {
  test('are written with all others of the same turn by one system call, in their order', async () => {
    const write = vi.spyOn(fs, 'writeSync');
    const ids = Array.from({ length: 32 }, (_, i) => `e${i}`);
    const all = Promise.all(ids.map((id) => log.recordSoon(intent(id))));
    expect(log.head.seq).toBe(0);
    await all;
    expect(write).toHaveBeenCalledTimes(1);
    expect(idsIn(directory)).toEqual(ids);
    expect(log.head.seq).toBe(32);
    expect(await verified()).toBe(true);
  });

  test('are in the file as soon as the promise resolves, turn for turn', async () => {
    for (const id of ['one', 'two', 'three']) {
      await log.recordSoon(intent(id));
      expect(idsIn(directory)).toContain(id);
    }
  });

  test('are written in front of one that is, by the same system call', async () => {
    const write = vi.spyOn(fs, 'writeSync');
    const soon = log.recordSoon(intent('first'));
    log.record(outcome('second'));
    expect(idsIn(directory)).toEqual(['first', 'second']);
    await soon;
    await setImmediate();
    expect(write).toHaveBeenCalledTimes(1);
    expect(await verified()).toBe(true);
  });

  test('are written before the log is closed', async () => {
    const soon = log.recordSoon(intent('last'));
    log.close();
    await soon;
    expect(idsIn(directory)).toEqual(['last']);
  });

  test('are all rejected where they cannot be written, and the chain goes on in front of them', async () => {
    await log.recordSoon(intent('before'));
    vi.spyOn(fs, 'writeSync').mockImplementationOnce((fd, data) => {
      fs.writevSync(fd, [(data as unknown as Buffer).subarray(0, 700)]); // as much as a full disk takes
      throw new Error('ENOSPC');
    });
    const lost = await Promise.allSettled(['a', 'b', 'c'].map((id) => log.recordSoon(intent(id))));
    for (const one of lost) expect(one).toMatchObject({ status: 'rejected', reason: expect.any(AuditWriteError) });
    expect(log.head.seq).toBe(1);
    await log.recordSoon(intent('after'));
    expect(idsIn(directory)).toEqual(['before', 'after']);
    expect(await verified()).toBe(true);
  });
});

describe('many calls at once', () => {
  test('have their intents in the file before the API hears of them', async () => {
    const early: string[] = [];
    const upstream = await startUpstream({
      handle: () => {
        // Each request that has arrived, this one too, has its intent.
        const missing = upstream.requests.length - new Set(idsIn(directory)).size;
        if (missing > 0) early.push(`${missing} of ${upstream.requests.length}`);
        return false;
      },
    });
    const { read, close } = await gatewayInProcess({
      auditDir: directory,
      policy: `services:\n  api:\n    baseUrl: ${upstream.origin}\n    network: loopback\n    auth: { type: bearer }\n    policies:\n      - { path: /**, methods: [GET] }\n    limits: { concurrent: 64 }\n`,
      credentials: [['api', upstream.origin, ['k', crypto.randomUUID()].join('-')]],
    });
    const write = vi.spyOn(fs, 'writeSync');
    const replies = await Promise.all(Array.from({ length: 32 }, (_, i) => read('api', `/echo/${i}`)));
    expect(replies.filter((reply) => 'refusal' in reply)).toEqual([]);
    expect(upstream.requests).toHaveLength(32);
    expect(early).toEqual([]);
    // One for each outcome, and a few for all the intents.
    expect(write.mock.calls.length).toBeLessThan(32 + 16);
    close();
    await upstream.close();
  });
});
