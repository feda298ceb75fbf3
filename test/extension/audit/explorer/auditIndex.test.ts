import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../../src/core/audit/auditEvent.ts';
import { GENESIS, sealRecord } from '../../../../src/core/audit/record.ts';
import { AuditIndex } from '../../../../src/extension/audit/explorer/auditIndex.ts';
import { callsSeen } from '../../../../src/extension/audit/explorer/callsSeen.ts';
import type { ExplorerFilter, ExplorerView } from '../../../../src/extension/audit/explorer/explorerMessages.ts';
import { matches, piece, viewOf } from '../../../../src/extension/audit/explorer/indexQuery.ts';
import { markdownReport } from '../../../../src/extension/audit/explorer/markdownReport.ts';
import { sha256 } from '../../../../src/gateway/audit/auditFiles.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 60 * 60 * 1000;
const RUN = '20261121T000000Z-0123456789abcdef-0001.jsonl';
const OTHER_RUN = '20261121T010000Z-fedcba9876543210-0001.jsonl';

let directory: string;
let seq = 0;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-trail-'));
  seq = 0;
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

/** One line of a trail, so many hours ago. */
function line(hoursAgo: number, event: Partial<AuditEvent> = {}): string {
  seq += 1;
  const whole: AuditEvent = {
    id: `c${seq}`,
    kind: 'outcome',
    agent: { name: 'claude' },
    service: 'shop',
    method: 'GET',
    path: '/v1/orders',
    verdict: 'allow',
    status: 200,
    durationMs: 5,
    ...event,
  };
  const time = new Date(NOW - hoursAgo * HOUR_MS).toISOString();
  return `${sealRecord(whole, { gatewayId: '0123456789abcdef', seq, time, prev: GENESIS }, sha256).line}\n`;
}

function write(name: string, ...lines: readonly string[]): void {
  fs.writeFileSync(path.join(directory, name), lines.join(''));
}

function indexed(since = 0, index = new AuditIndex(directory)): AuditIndex {
  for (const name of index.unread(since)) index.read(name);
  return index;
}

function view(filter: ExplorerFilter, page = 0): ExplorerView {
  return viewOf(indexed(), { filter, page, now: NOW }, true);
}

describe('the index of a trail', () => {
  test('holds the records of all runs, and gives each back as it was written', () => {
    const [a, b, c] = [line(3), line(2, { service: 'wiki' }), line(1, { agent: { name: 'codex' } })];
    write(RUN, a, c);
    write(OTHER_RUN, b);
    expect(view({}).rows.map((row) => `${JSON.stringify(row)}\n`)).toEqual([c, b, a]);
  });

  test('reads on where it stopped, also after half a line', () => {
    const [a, b] = [line(2), line(1)];
    write(RUN, a, b.slice(0, 40));
    const index = indexed();
    expect(index.count).toBe(1);
    write(RUN, a, b);
    expect(indexed(0, index).count).toBe(2);
    expect(index.unread(0)).toEqual([]);
  });

  test('passes over broken lines, follows no link, and finds nothing where there is no trail', () => {
    write(RUN, 'not json\n', line(1), '{}\n');
    fs.symlinkSync('/etc/hostname', path.join(directory, OTHER_RUN));
    expect(view({}).total).toBe(1);
    expect(new AuditIndex(path.join(directory, 'none')).unread(0)).toEqual([]);
  });

  test('leaves out parts that ended before the wanted time', () => {
    write(RUN, line(30));
    fs.utimesSync(path.join(directory, RUN), 0, (NOW - 30 * HOUR_MS) / 1000);
    write(OTHER_RUN, line(1));
    expect(new AuditIndex(directory).unread(NOW - 24 * HOUR_MS)).toEqual([OTHER_RUN]);
  });
});

describe('a query', () => {
  beforeEach(() => {
    write(
      RUN,
      line(30),
      line(5, { kind: 'intent' }),
      line(5, { status: 500 }),
      line(4, { kind: 'denied', service: 'wiki', method: 'POST', path: '/pages', code: 'policy_denied' }),
      line(3, { kind: 'control', agent: { name: 'person' }, verdict: 'freeze' }),
      line(2, { agent: { name: 'codex' } }),
    );
  });

  test.each<[string, ExplorerFilter, number]>([
    ['calls that came to an end', {}, 4],
    ['the last day', { since: NOW - 24 * HOUR_MS }, 3],
    ['a service', { service: 'wiki' }, 1],
    ['an agent', { agent: 'codex' }, 1],
    ['what was answered', { result: 'answered' }, 2],
    ['what failed', { result: 'failed' }, 1],
    ['what was blocked', { result: 'blocked' }, 1],
    ['what the user did', { result: 'person' }, 1],
    ['everything', { result: 'all' }, 6],
    ['a method and path, in any case', { text: 'post /pa' }, 1],
    ['something that is not there', { service: 'nope' }, 0],
    ['several at once', { service: 'shop', agent: 'claude', result: 'failed' }, 1],
  ])('for %s', (_what, filter, total) => {
    expect(view(filter).total).toBe(total);
  });

  test('counts every call in exactly one bar, and in one row of each list', () => {
    const { series, times, step, services, agents } = view({ since: NOW - 24 * HOUR_MS });
    expect(series.map((counts) => counts.reduce((sum, one) => sum + one, 0))).toEqual([1, 1, 1]);
    expect([step, times.length]).toEqual([900, 97]);
    expect(times[series[2]?.indexOf(1) ?? -1]).toBe((NOW - 4 * HOUR_MS) / 1000);
    expect(services).toEqual([
      { name: 'shop', counts: [1, 1, 0] },
      { name: 'wiki', counts: [0, 0, 1] },
    ]);
    expect(agents.map(({ name }) => name)).toEqual(['claude', 'codex']);
  });

  test('goes by pages, and a page that is not there is the last one', () => {
    write(OTHER_RUN, ...Array.from({ length: 250 }, (_, i) => line(1, { path: `/${i}` })));
    expect([view({}).pages, view({}).rows[0]?.path]).toEqual([3, '/249']);
    expect(view({}, 2).rows).toHaveLength(54);
    expect(view({}, 99).page).toBe(2);
  });

  test('gathers what is used little', () => {
    write(OTHER_RUN, ...Array.from({ length: 30 }, (_, i) => line(1, { service: `s${i}` })));
    const { services, serviceNames } = view({});
    expect(services).toHaveLength(9);
    expect(services.at(-1)?.name).toBe('');
    expect(serviceNames).toHaveLength(32);
  });

  test('gives an export all that matches, oldest first, in pieces', () => {
    const index = indexed();
    const places = matches(index, { result: 'all' });
    const parts = [0, 2, 4].map((from) => piece(index, places, from, 2));
    expect(parts.map((records) => records.length)).toEqual([2, 2, 2]);
    expect(parts.flat().map(({ seq: number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

test('a report in Markdown takes what agents wrote as text', () => {
  write(RUN, line(1, { agent: { name: '[x](http://evil)|<img src=x>' }, path: '/a|b`c' }));
  const shown = view({});
  const text = markdownReport(shown, shown.rows, {
    t: (message, ...values) => message.replaceAll(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)])),
  });
  expect(text).toContain('1 answered, 0 failed, 0 blocked.');
  expect(text).not.toMatch(/(?<!\\)(?:\[x|<img|`c)/);
  expect(
    text
      .split('\n')
      .filter((row) => row.includes('2026-11-21'))
      .every((row) => row.split(/(?<!\\)\|/).length === 7),
  ).toBe(true);
});

describe('what was called', () => {
  test('is counted by service, method and path, for the whole time and its last part', () => {
    write(
      RUN,
      line(50),
      line(30),
      line(2),
      line(1, { kind: 'denied', verdict: 'deny', code: 'policy_denied' }),
      line(1, { kind: 'intent' }),
      line(1, { kind: 'control' }),
      line(3, { path: '/v1/two words' }),
      line(2, { method: 'BREW' }),
    );
    const seen = callsSeen(indexed(), { since: NOW - 40 * HOUR_MS, recent: NOW - 24 * HOUR_MS, most: 10 });
    expect(seen).toEqual({
      calls: [
        {
          service: 'shop',
          method: 'GET',
          path: '/v1/orders',
          allowed: 2,
          blocked: 1,
          recentlyAllowed: 1,
          recentlyBlocked: 1,
        },
        {
          service: 'shop',
          method: 'GET',
          path: '/v1/two words',
          allowed: 1,
          blocked: 0,
          recentlyAllowed: 1,
          recentlyBlocked: 0,
        },
      ],
      complete: true,
      oldest: Date.UTC(2026, 10, 21),
    });
    expect(callsSeen(indexed(), { since: 0, recent: 0, most: 1 })).toMatchObject({
      complete: false,
      calls: [{ path: '/v1/orders' }],
    });
  });

  test('has the kinds of body of what was let through', () => {
    const post = { method: 'POST', path: '/v1/refunds' } as const;
    write(
      RUN,
      line(6, { ...post, bodyType: 'json' }),
      line(5, { ...post, bodyType: 'json' }),
      line(4, { ...post, bodyType: 'other', kind: 'denied' }),
      line(3, { ...post, bodyType: 'form' }),
      line(2, { ...post, path: '/v1/none' }),
    );
    const { calls } = callsSeen(indexed(), { since: 0, recent: 0, most: 10 });
    expect(calls.map(({ path: at, bodyTypes }) => [at, bodyTypes])).toEqual([
      ['/v1/none', undefined],
      ['/v1/refunds', ['json', 'form']],
    ]);
  });

  test('is nothing, and says so, where there is no trail', () => {
    expect(callsSeen(indexed(), { since: 0, recent: 0, most: 10 })).toEqual({ calls: [], complete: true });
  });
});
