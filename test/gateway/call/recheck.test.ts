import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APPROVAL_TIMES, type ApprovalSubject, Approvals } from '../../../src/gateway/call/approvals.ts';

/** Approvals whose turns come when the test gives them. */
function approvalsInTurns(): {
  readonly approvals: Approvals;
  readonly gone: string[];
  readonly asked: string[];
  giveTurn(): Promise<void>;
} {
  const waiting: (() => void)[] = [];
  const gone: string[] = [];
  const asked: string[] = [];
  let ids = 0;
  const approvals = new Approvals({
    times: APPROVAL_TIMES,
    now: () => 1000,
    freshId: () => `q${ids++}`,
    ask: ({ id }) => void asked.push(id),
    gone: (id, why) => void gone.push(`${id} ${why}`),
    record: () => undefined,
    turn: () => new Promise((resolve) => void waiting.push(resolve)),
  });
  return {
    approvals,
    gone,
    asked,
    giveTurn: async () => {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A call about which the user is asked, of a connection of its own; `judged` counts how often it was judged anew. */
function subjectOf(name: string, judged: string[], stands: () => boolean): ApprovalSubject {
  return {
    connection: name,
    service: 'api',
    credentialGeneration: 0,
    requestHash: name,
    policyVersion: 0,
    rules: ['r'],
    mayRemember: false,
    frozen: () => false,
    stands: () => {
      judged.push(name);
      return stands();
    },
    path: '/x',
    question: () => ({
      method: 'POST',
      url: 'https://api.example/x',
      headers: [],
      agent: { name },
      rule: { file: 'policy', line: 1, text: { template: 'ask', args: [] } },
    }),
  };
}

let over: AbortController;

beforeEach(() => {
  over = new AbortController();
});
afterEach(() => {
  over.abort();
});

/** What becomes of the call is not what is tested. */
function ask(approvals: Approvals, subject: ApprovalSubject): void {
  approvals.wait(subject, 60_000, over.signal).catch(() => undefined);
}

/** The user is asked about the call, and allows it once. */
function allowOnce(approvals: Approvals, asked: readonly string[], subject: ApprovalSubject): void {
  ask(approvals, subject);
  expect(approvals.answer(asked.at(-1) ?? '', subject.requestHash, { allow: true, for: 'once' })).toBe(true);
}

it('judges dozens of questions anew with a turn for others between any two', async () => {
  const { approvals, gone, asked, giveTurn } = approvalsInTurns();
  const judged: string[] = [];
  for (let i = 0; i < 20; i++)
    ask(
      approvals,
      subjectOf(`c${i}`, judged, () => i % 2 === 0),
    );
  expect(asked).toHaveLength(20);
  approvals.interrupt({ by: 'tools' });
  expect(judged).toEqual([]);
  for (let i = 1; i <= 20; i++) {
    await giveTurn();
    expect(judged).toHaveLength(i);
  }
  expect(gone).toHaveLength(10);
  expect(gone.every((one) => one.endsWith(' changed'))).toBe(true);
});

describe('an Allow Once', () => {
  it('that does not stand any more is no use from then on, whenever its turn comes', () => {
    const { approvals, asked } = approvalsInTurns();
    let stands = true;
    const one = subjectOf('a', [], () => stands);
    allowOnce(approvals, asked, one);
    expect(approvals.allows(one)).toBe(true);
    stands = false;
    approvals.interrupt({ by: 'policies' });
    expect(approvals.take(one)).toBe(false);
    stands = true;
    expect(approvals.allows(one)).toBe(false);
  });

  it('that stands still passes one call after a change, and no second one', () => {
    const { approvals, asked } = approvalsInTurns();
    const one = subjectOf('a', [], () => true);
    allowOnce(approvals, asked, one);
    approvals.interrupt({ by: 'policies' });
    expect(approvals.take(one)).toBe(true);
    expect(approvals.take(one)).toBe(false);
  });

  it('is judged anew with a turn for others between any two, once for each change', async () => {
    const { approvals, asked, giveTurn } = approvalsInTurns();
    const judged: string[] = [];
    let changed = false;
    const subjects = Array.from({ length: 20 }, (_, i) => subjectOf(`c${i}`, judged, () => !changed || i % 2 === 0));
    for (const subject of subjects) allowOnce(approvals, asked, subject);
    judged.length = 0;
    changed = true;
    approvals.interrupt({ by: 'tools' });
    for (let i = 0; i <= 20; i++) {
      expect(judged).toHaveLength(i);
      await giveTurn();
    }
    expect(subjects.map((subject) => approvals.allows(subject))).toEqual(subjects.map((_, i) => i % 2 === 0));
    expect(judged).toHaveLength(20);
  });
});

it('a freeze is told to all of them at once', () => {
  const { approvals, gone } = approvalsInTurns();
  const judged: string[] = [];
  const subjects = Array.from({ length: 20 }, (_, i) => subjectOf(`c${i}`, judged, () => true));
  for (const subject of subjects) ask(approvals, { ...subject, frozen: () => true });
  approvals.interrupt({ by: 'freeze' });
  expect(gone).toHaveLength(20);
  expect(judged).toEqual([]);
});
