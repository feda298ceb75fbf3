import { expect, test } from 'vitest';
import { rotationAge } from '../../../src/core/credentials/rotationDue.ts';

const DAY = 24 * 60 * 60 * 1000;

test.each([
  ['new', { createdAt: 0 }, 90, 0, { days: 0, dueInDays: 90 }],
  ['by its last rotation', { createdAt: 0, rotatedAt: 10 * DAY }, 90, 40 * DAY, { days: 30, dueInDays: 60 }],
  ['due within the day', { createdAt: 0 }, 90, 90 * DAY - 1, { days: 89, dueInDays: 1 }],
  ['due now', { createdAt: 0 }, 90, 90 * DAY, { days: 90, dueInDays: 0 }],
  ['overdue', { createdAt: 0 }, 90, 93 * DAY, { days: 93, dueInDays: -3 }],
  ['of a policy that says nothing', { createdAt: 0 }, undefined, 400 * DAY, { days: 400 }],
  ['from a clock that was ahead', { createdAt: 5 * DAY }, undefined, 0, { days: 0 }],
] as const)('a credential that is %s', (_what, credential, every, now, age) => {
  expect(rotationAge(credential, every, now)).toEqual(age);
});
