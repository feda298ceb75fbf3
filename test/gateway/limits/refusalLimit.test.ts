import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditEvent } from '../../../src/core/audit/auditEvent.ts';
import { auditRuns, verifyRun } from '../../../src/gateway/audit/auditFiles.ts';
import { type Caller, USER } from '../../../src/gateway/call/model/callContext.ts';
import { RefusalLimit } from '../../../src/gateway/limits/refusalLimit.ts';
import { freshKey, loopbackService, policyText, serve } from '../../support/serve.ts';
import { startUpstream } from '../../support/upstream.ts';

const DENIED: AuditEvent = { id: 'e', kind: 'denied', agent: { name: 'claude' }, code: 'policy_denied' };

function caller(connection: string): Caller {
  return { agent: { name: 'claude-code' }, scope: 'window', connection };
}

describe('refused calls', () => {
  const clock = { now: 1_000_000 };
  let records: AuditEvent[];
  let limit: RefusalLimit;

  beforeEach(() => {
    vi.useFakeTimers();
    records = [];
    limit = new RefusalLimit({ recorder: { recordOrLog: (event) => records.push(event) }, now: () => clock.now });
  });
  afterEach(() => {
    limit.close();
    vi.useRealTimers();
  });

  function refuse(who: Caller, times: number): void {
    for (let n = 0; n < times; n += 1) if (!limit.turnAway(who)) limit.refused(who, DENIED);
  }

  it('of one connection make it wait, and no other', () => {
    refuse(caller('a'), 600);
    expect(limit.turnAway(caller('a'))).toMatchObject({ code: 'rate_limited', sent: 'no', retryAfterMs: 100 });
    expect(limit.turnAway(caller('b'))).toBeUndefined();
    clock.now += 100;
    expect(limit.turnAway(caller('a'))).toBeUndefined();
  });

  it('that are turned away do not make the wait longer', () => {
    refuse(caller('a'), 600);
    for (let n = 0; n < 1000; n += 1) expect(limit.turnAway(caller('a'))?.retryAfterMs).toBe(100);
    clock.now += 100;
    expect(limit.turnAway(caller('a'))).toBeUndefined();
  });

  it('over ever new connections make each wait after its first, but not an agent without any', () => {
    // All that none of 64 has to share, and all that they share.
    for (let n = 0; n < 64 * 30 + 1200; n += 1) {
      refuse(caller(`one ${n}`), 1);
      limit.disconnect(`one ${n}`);
    }
    for (let n = 0; n < 50; n += 1) {
      refuse(caller(`more ${n}`), 1);
      expect(limit.turnAway(caller(`more ${n}`))).toMatchObject({ code: 'rate_limited' });
    }
    expect(limit.turnAway(caller('honest'))).toBeUndefined();
    clock.now += 60_000;
    expect(limit.turnAway(caller('more 1'))).toBeUndefined();
  });

  it('of others take nobody’s turn: an agent has 30 a minute that no flood counts against', () => {
    refuse(caller('honest'), 1);
    for (let minute = 0; minute < 3; minute += 1) {
      for (let n = 0; n < 63; n += 1) refuse(caller(`flood ${n}`), 700);
      for (let n = 0; n < 5000; n += 1) {
        refuse(caller(`anew ${n}`), 2);
        limit.disconnect(`anew ${n}`);
      }
      for (let n = 0; n < 28; n += 1) {
        expect(limit.turnAway(caller('honest'))).toBeUndefined();
        limit.refused(caller('honest'), DENIED);
      }
      clock.now += 60_000;
    }
  });

  it('are bounded in all, whoever they are of, and however often a connection is made anew', () => {
    let decided = 0;
    let connections = 0;
    const rounds = 240;
    for (let round = 0; round < rounds; round += 1) {
      for (let n = 0; n < 64; n += 1) {
        // Half of them stay, and the others are made anew with every round.
        const who = caller(n < 32 ? `${n}` : `${n} ${round}`);
        connections += n < 32 && round > 0 ? 0 : 1;
        for (let call = 0; call < 5; call += 1) {
          if (limit.turnAway(who)) continue;
          limit.refused(who, DENIED);
          decided += 1;
        }
        if (n >= 32) limit.disconnect(who.connection);
      }
      clock.now += 60_000 / rounds;
    }
    // Of one minute: what none shares and what all share, each at once and once more as it comes back; and the first of each.
    expect(decided).toBeGreaterThan(1200);
    expect(decided).toBeLessThan(2 * (64 * 30 + 1200) + connections);
  });

  it('do not come back with the time alone where all share too many: a steady trickle from each is a flood, too', () => {
    let decided = 0;
    // Ten a second of each of 64, none of them at once.
    for (let tick = 0; tick < 600; tick += 1) {
      for (let n = 0; n < 64; n += 1) {
        if (limit.turnAway(caller(`${n}`))) continue;
        limit.refused(caller(`${n}`), DENIED);
        decided += 1;
      }
      clock.now += 100;
    }
    expect(decided).toBeLessThan(2 * (64 * 30 + 1200));
  });

  it('that were under way before are made up for', () => {
    let decided = 0;
    for (let second = 0; second < 300; second += 1) {
      for (let n = 0; n < 3; n += 1) {
        const passed = Array.from({ length: 250 }, () => limit.turnAway(caller(`${n}`))).filter((away) => !away).length;
        for (let call = 0; call < passed; call += 1) limit.refused(caller(`${n}`), DENIED);
        decided += passed;
      }
      clock.now += 1000;
    }
    // Five minutes of it, after as much at once, and 250 of each connection for each minute of waiting.
    expect(decided).toBeLessThan(6 * 1200 + 6 * 3 * 250);
  });

  it('of the user in VS Code wait for nobody', () => {
    refuse(USER, 5000);
    expect(limit.turnAway(USER)).toBeUndefined();
    expect(records).toHaveLength(5000);
  });

  it('are counted in the trail once they are many, by agent, and every one of them', () => {
    for (let n = 0; n < 5000; n += 1) limit.refused(caller(`${n}`), DENIED);
    for (let n = 0; n < 30; n += 1) limit.refused(caller(`${n}`), { ...DENIED, agent: { name: `made-up-${n}` } });
    expect(records).toHaveLength(1000);
    vi.advanceTimersByTime(10_000);
    const sums = records.slice(1000);
    expect(sums.length).toBeLessThan(12);
    expect(sums[0]).toMatchObject({
      kind: 'denied',
      verdict: 'deny',
      code: 'rate_limited',
      agent: { name: 'claude' },
      subject: '4000 more refused calls',
    });
    const counted = sums.reduce((sum, { subject }) => sum + Number.parseInt(subject ?? '', 10), 0);
    expect(counted).toBe(4030);
  });

  it('that the trail was not told of yet are told when the gateway ends', () => {
    for (let n = 0; n < 1001; n += 1) limit.refused(caller('a'), DENIED);
    limit.close();
    expect(records.at(-1)).toMatchObject({ subject: '1 more refused calls' });
  });
});

it('a flood of refused calls is a few megabytes in the trail at most, and the chain holds', {
  timeout: 60_000,
}, async () => {
  const upstream = await startUpstream();
  const served = await serve({
    policy: policyText({ api: loopbackService(upstream.origin, { policies: [{ path: '/x', methods: ['GET'] }] }) }),
    credentials: { api: freshKey() },
  });
  try {
    const codes = new Map<string, number>();
    const agents = await Promise.all([served.agent(), served.agent(), served.agent()]);
    for (let round = 0; round < 16; round += 1) {
      const calls = agents.flatMap((agent) =>
        Array.from({ length: 50 }, (_, n) =>
          agent.refused('read', {
            service: 'api',
            path: `/${'%E2%80%AE'.repeat(280)}${round}-${n}`,
            reason: '\u202e'.repeat(500),
          }),
        ),
      );
      for (const { code } of await Promise.all(calls)) codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes.keys()].sort()).toEqual(['policy_denied', 'rate_limited']);
    expect(codes.get('policy_denied')).toBeLessThan(1200 + 600);
    // An honest agent beside them is not held up.
    const honest = await served.agent('codex');
    expect((await honest.ok('read', { service: 'api', path: '/x' })).status).toBe(200);
    await Promise.all([...agents, honest].map((agent) => agent.close()));
    served.process.stdin?.end();
    await new Promise((resolve) => served.process.once('exit', resolve));
    const bytes = fs
      .readdirSync(served.auditDir)
      .reduce((sum, name) => sum + fs.statSync(path.join(served.auditDir, name)).size, 0);
    expect(bytes).toBeLessThan(5_000_000);
    const denied = served.records().filter(({ kind }) => kind === 'denied');
    const summed = denied
      .map(({ subject }) => Number.parseInt(String(subject), 10))
      .filter((count) => !Number.isNaN(count));
    expect(denied.length - summed.length + summed.reduce((a, b) => a + b, 0)).toBe(2400);
    expect(served.lines().some((line) => /agent:claude \| - \| \d+ more refused calls \| BLOCKED/.test(line))).toBe(
      true,
    );
    for (const run of auditRuns(served.auditDir)) expect((await verifyRun(served.auditDir, run)).ok).toBe(true);
  } finally {
    await served.stop();
    await upstream.close();
  }
});
