import { expect, test } from 'vitest';
import { type PolicyRead, readSettled } from '../../../src/extension/policy/policySource.ts';

function looks(...reads: readonly PolicyRead[]) {
  let at = 0;
  const pauses: number[] = [];
  const read = async (): Promise<PolicyRead> => {
    const now = reads[Math.min(at, reads.length - 1)] ?? { kind: 'missing' as const };
    at += 1;
    return now;
  };
  return { read, pauses, pause: async (ms: number) => void pauses.push(ms) };
}

const text = (content: string): PolicyRead => ({ kind: 'text', text: content });

test('takes what two looks agree on', async () => {
  const { read, pause } = looks(text(''), text('services:'), text('services: {}'), text('services: {}'));
  expect(await readSettled(read, pause)).toEqual(text('services: {}'));
});

test('waits longer before it believes that a file is empty', async () => {
  const { read, pause, pauses } = looks(text(''), text(''));
  expect(await readSettled(read, pause)).toEqual(text(''));
  expect(pauses[0]).toBeGreaterThanOrEqual(400);
});

test('does not wait for ever on a file that never rests', async () => {
  let n = 0;
  const read = async (): Promise<PolicyRead> => {
    n += 1;
    return text(String(n));
  };
  await readSettled(read, async () => undefined);
  expect(n).toBeLessThanOrEqual(10);
});
