import { expect, test } from 'vitest';
import { SerialQueue } from '../../src/core/serialQueue.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tasks run one after another, and one that fails does not stop the next', async () => {
  const queue = new SerialQueue();
  const seen: string[] = [];
  const task = (name: string) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await turn();
    seen.push(`${name} ends`);
    return name;
  };
  const failing = queue.run(() => Promise.reject(new Error('no')));
  const both = Promise.all([queue.run(task('a')), queue.run(task('b'))]);
  await expect(failing).rejects.toThrow('no');
  expect(await both).toEqual(['a', 'b']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a task of a name waits once, however often it is asked for, and runs again for whoever asks after it began', async () => {
  const queue = new SerialQueue();
  const seen: string[] = [];
  const look = async (): Promise<void> => {
    seen.push('look');
    await turn();
  };
  const asked = Array.from({ length: 100 }, () => queue.runOnce('look', look));
  const done = queue.run(async () => void seen.push('done'));
  await Promise.all([...asked, done]);
  expect(seen).toEqual(['look', 'done']);

  let again: Promise<void> | undefined;
  await queue.runOnce('look', async () => {
    seen.push('first');
    again = queue.runOnce('look', look);
  });
  await again;
  expect(seen.slice(2)).toEqual(['first', 'look']);
});

test('a task of a name that failed is run again when it is asked for again', async () => {
  const queue = new SerialQueue();
  await expect(queue.runOnce('look', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await queue.runOnce('look', async () => undefined);
});
