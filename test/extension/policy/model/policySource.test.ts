import { expect, test } from 'vitest';
import { type PolicyRead, readSettled } from '../../../../src/extension/policy/model/policySource.ts';

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

test('tells of the whole texts that a file was in the meantime, and of none that may have been cut', async () => {
  const [wide, narrow] = ['a: 1\nb: 2\n', 'a: 1\n'];
  const passing = async (...reads: readonly PolicyRead[]): Promise<readonly string[] | undefined> => {
    const { read, pause } = looks(...reads);
    return (await readSettled(read, pause)).passing;
  };
  expect(await passing(text(narrow), text(wide), text(wide))).toEqual([narrow]);
  expect(await passing(text(narrow), { kind: 'missing' }, { kind: 'missing' })).toEqual([narrow]);
  expect(await passing(text(''), text('a: 1\nb'), text('\n'), text(wide), text(wide))).toBeUndefined();
  expect(await passing(text(wide), text(narrow), text(wide), text(wide))).toEqual([wide, narrow]);
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
