import { expect, test } from 'vitest';
import { ApprovalQueue } from '../../../../src/extension/approvals/model/approvalQueue.ts';
import { ApprovalToasts } from '../../../../src/extension/approvals/model/approvalToasts.ts';
import { carefulChoice } from '../../../../src/extension/ui/carefulChoice.ts';
import { question } from './question.ts';

test('questions wait in their order until they are gone, and each change is told once', () => {
  const queue = new ApprovalQueue();
  let changes = 0;
  queue.onDidChange(() => {
    changes += 1;
  });
  queue.add(question('a'));
  queue.add(question('b'));
  queue.gone('a');
  queue.gone('a');
  expect([queue.waiting.map(({ id }) => id), changes]).toEqual([['b'], 3]);
  expect(queue.find('a')).toBeUndefined();
  queue.clear();
  queue.clear();
  expect([queue.waiting, changes]).toEqual([[], 4]);
});

test('one review at a time: a second one while a dialog is open shows nothing', async () => {
  const queue = new ApprovalQueue();
  let finish: () => void = () => undefined;
  const reviews: string[] = [];
  const first = queue.review(async () => {
    reviews.push('first');
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  await queue.review(async () => void reviews.push('second'));
  expect([reviews, queue.reviewing]).toEqual([['first'], true]);
  finish();
  await first;
  await queue.review(async () => void reviews.push('third'));
  expect([reviews, queue.reviewing]).toEqual([['first', 'third'], false]);
});

test('a burst of questions makes one toast, which only opens the review', async () => {
  const queue = new ApprovalQueue();
  let now = 1000;
  const shown: string[] = [];
  let press: (review: boolean) => void = () => undefined;
  let reviews = 0;
  const toasts = new ApprovalToasts({
    queue,
    now: () => now,
    show: ({ id }) => {
      shown.push(id);
      return new Promise((resolve) => {
        press = resolve;
      });
    },
    review: async () => {
      reviews += 1;
    },
  });
  const told = toasts.notify(question('a'));
  await toasts.notify(question('b'));
  expect(shown).toEqual(['a']);
  press(true);
  await told;
  expect(reviews).toBe(1);
  // A toast that nobody touched is out of sight after a while.
  void toasts.notify(question('c'));
  now += 20_000;
  void toasts.notify(question('d'));
  expect(shown).toEqual(['a', 'c', 'd']);
  press(false);
  now += 20_000;
  await queue.review(async () => toasts.notify(question('e')));
  expect([shown.length, reviews]).toEqual([3, 1]);
});

test('an answer that widens does not count when nobody can have read the question', async () => {
  let now = 0;
  const script: readonly (readonly [ms: number, chosen: string])[] = [
    [10, 'allow'],
    [499, 'allow'],
    [500, 'allow'],
  ];
  let shown = 0;
  const show = async (): Promise<string | undefined> => {
    const [ms, chosen] = script[shown++] ?? [0, 'none'];
    now += ms;
    return chosen;
  };
  expect(
    await carefulChoice(
      show,
      (chosen) => chosen === 'allow',
      () => now,
    ),
  ).toBe('allow');
  expect(shown).toBe(3);
  shown = 0;
  expect(
    await carefulChoice(
      show,
      () => false,
      () => now,
    ),
  ).toBe('allow');
  expect(shown).toBe(1);
});
