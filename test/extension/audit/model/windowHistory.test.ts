import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../../src/core/audit/auditEvent.ts';
import { ActivityLog } from '../../../../src/extension/audit/model/activity.ts';
import { recallHistory } from '../../../../src/extension/audit/model/recallHistory.ts';
import { WindowHistory } from '../../../../src/extension/audit/model/windowHistory.ts';
import { AuditLog } from '../../../../src/gateway/audit/auditLog.ts';
import { FakeMetadata } from '../../support/fakes.ts';

const HOUR_MS = 60 * 60 * 1000;
const NOON = Date.parse('2024-03-15T12:00:00.000Z');

let directory: string;
let now: number;
let state: FakeMetadata;
let history: WindowHistory;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-history-'));
  now = NOON;
  state = new FakeMetadata();
  history = new WindowHistory({ state, directory, now: () => now });
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function call(id: string, kind: AuditEvent['kind'] = 'outcome', more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id,
    kind,
    agent: { name: 'claude' },
    service: 'stripe',
    method: 'GET',
    path: `/v1/${id}`,
    ...(kind === 'outcome' ? { status: 200, durationMs: 142 } : {}),
    ...more,
  };
}

/** Writes one run of this window, or of another. */
async function run(gatewayId: string, events: readonly AuditEvent[], whose: 'ours' | 'theirs' = 'ours'): Promise<void> {
  const log = new AuditLog({ directory, gatewayId, now: () => now, onSyncError: () => undefined });
  for (const event of events) log.record(event);
  log.close();
  if (whose === 'ours') await history.remember(gatewayId);
}

async function recalled(): Promise<string[]> {
  return (await history.recall()).map(({ id }) => id);
}

describe('what a window finds of its earlier gateways', () => {
  test('nothing at first, where there is no folder either', async () => {
    expect(await recalled()).toEqual([]);
    await history.remember('gone');
    fs.rmSync(directory, { recursive: true });
    expect(await recalled()).toEqual([]);
  });

  test('its own runs in order, and no other window’s', async () => {
    await run('bbbb', [call('one'), call('two')]);
    now += 1000;
    await run('cccc', [call('elsewhere')], 'theirs');
    now += 1000;
    await run('aaaa', [call('three')]);
    expect(await recalled()).toEqual(['one', 'two', 'three']);
  });

  test('the last 24 hours', async () => {
    await run('aaaa', [call('old')]);
    now += 2 * HOUR_MS;
    await run('bbbb', [call('new')]);
    now += 23 * HOUR_MS;
    expect(await recalled()).toEqual(['new']);
  });

  test('a bounded end of a long trail, whole lines only', async () => {
    await run(
      'aaaa',
      Array.from({ length: 4000 }, (_, n) => call(`n${n}`)),
    );
    const ids = await recalled();
    expect(ids.at(-1)).toBe('n3999');
    expect(ids.length).toBeGreaterThan(400);
    expect(ids.length).toBeLessThan(4000);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => `n${4000 - ids.length + i}`));
  });

  test('lines that are no records, or whose fields are of no kind that can be shown, are passed over', async () => {
    await run('aaaa', [call('one'), call('two'), call('three')]);
    const [name = ''] = fs.readdirSync(directory);
    const [first = '', second = '', third = ''] = fs.readFileSync(path.join(directory, name), 'utf8').split('\n');
    const lines = [first, second.replace('"/v1/two"', '{"toString":1}'), 'nonsense', third, third.slice(0, 40)];
    fs.writeFileSync(path.join(directory, name), lines.join('\n'));
    expect(await recalled()).toEqual(['one', 'three']);
  });

  test('a link in the place of a part is not followed, and the rest is there', async () => {
    await run('aaaa', [call('one')]);
    const [name = ''] = fs.readdirSync(directory);
    const outside = path.join(directory, 'outside');
    fs.renameSync(path.join(directory, name), outside);
    fs.symlinkSync(outside, path.join(directory, name));
    await run('bbbb', [call('two')]);
    expect(await recalled()).toEqual(['two']);
  });
});

describe('filling the view and the channel', () => {
  async function filled(): Promise<{ activity: ActivityLog; text: string; fired: number }> {
    const activity = new ActivityLog();
    let text = '';
    let fired = 0;
    activity.onDidChange(() => fired++);
    await recallHistory(history, activity, { append: (more) => (text += more) });
    return { activity, text, fired };
  }

  test('calls newest first, one line for each, and what people did in the channel alone', async () => {
    await run('aaaa', [
      call('one', 'intent'),
      call('one'),
      call('two', 'denied', { code: 'policy_denied' }),
      call('freeze', 'control', { verdict: 'freeze' }),
    ]);
    const { activity, text, fired } = await filled();
    expect(activity.calls.map(({ id, result }) => [id, result.kind])).toEqual([
      ['two', 'blocked'],
      ['one', 'answered'],
    ]);
    expect(text).toBe(
      '2024-03-15T12:00:00Z | agent:claude | stripe | GET /v1/one | 200 | 142ms\n' +
        '2024-03-15T12:00:00Z | agent:claude | stripe | GET /v1/two | BLOCKED | policy violation\n' +
        '2024-03-15T12:00:00Z | control | stripe | freeze\n',
    );
    expect(fired).toBe(1);
  });

  test('a call whose end nobody recorded is not under way for ever', async () => {
    await run('aaaa', [call('one', 'intent')]);
    expect((await filled()).activity.calls.map(({ result }) => result.kind)).toEqual(['unknown']);
  });

  test('at most 200 of each', async () => {
    await run(
      'aaaa',
      Array.from({ length: 250 }, (_, n) => call(`n${n}`)),
    );
    const { activity, text } = await filled();
    expect(activity.calls).toHaveLength(200);
    expect(text.trimEnd().split('\n')).toHaveLength(200);
  });

  test('an empty trail disturbs nobody', async () => {
    expect(await filled()).toMatchObject({ text: '', fired: 0 });
  });
});
