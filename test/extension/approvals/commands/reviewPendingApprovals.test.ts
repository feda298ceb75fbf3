import { expect, test } from 'vitest';
import { reviewPendingApprovals } from '../../../../src/extension/approvals/commands/reviewPendingApprovals.ts';
import { type Act, CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';
import { question } from '../model/question.ts';

const editor = useEditor();

async function waiting(...ids: readonly string[]) {
  const details: string[] = [];
  const window = await fakeWindow();
  const { queue } = window.app.approvals;
  Object.assign(window.app.approvals.details, {
    show: async ({ id }: { readonly id: string }) => void details.push(id),
  });
  for (const id of ids) queue.add({ ...question(id), mayRemember: id.includes('remember') });
  const answers: (readonly unknown[])[] = [];
  window.run.control.answerApproval = async (id, hash, answer) => {
    answers.push([id, hash, answer]);
    return !id.includes('late');
  };
  return { ...window, queue, answers, details };
}

test.for<[act: Act, answer: unknown, left: readonly string[]]>([
  ['Allow Once', { allow: true, for: 'once' }, []],
  ['Allow for 10 Minutes', { allow: true, for: '10m' }, []],
  ['Deny', { allow: false }, []],
  // It goes on waiting.
  [CLOSE, undefined, ['remember']],
  ['Details', undefined, ['remember']],
])('%s', async ([act, answer, left]) => {
  const { app, queue, answers, details } = await waiting('remember');
  editor.will(act);
  await reviewPendingApprovals(app, undefined);
  expect(answers).toEqual(answer === undefined ? [] : [['remember', 'hash', answer]]);
  expect(queue.waiting.map(({ id }) => id)).toEqual(left);
  expect(details).toEqual(act === 'Details' ? ['remember'] : []);
});

test('ten minutes are offered only where the rule lets them', async () => {
  const { app } = await waiting('once');
  editor.will(CLOSE);
  await reviewPendingApprovals(app, undefined);
  expect(editor.shown[0]?.choices).toEqual(['Allow Once', 'Deny', 'Details']);
});

test('one after the other is asked, beginning with the one that was chosen, until a dialog is closed', async () => {
  const { app, queue, answers } = await waiting('a', 'b', 'c');
  editor.will('Deny', 'Allow Once', CLOSE);
  await reviewPendingApprovals(app, 'b');
  expect(answers.map(([id]) => id)).toEqual(['b', 'a']);
  expect(queue.waiting.map(({ id }) => id)).toEqual(['c']);
});

test('an answer that comes too late is not used, says so, and ends the review', async () => {
  const { app, queue } = await waiting('late', 'b');
  editor.will('Allow Once');
  await reviewPendingApprovals(app, undefined);
  expect(editor.shown.map(({ kind, text }) => [kind, text])).toEqual([
    ['warning', expect.stringContaining('stripe')],
    ['error', 'The request is no longer pending.'],
  ]);
  expect(queue.waiting.map(({ id }) => id)).toEqual(['b']);
});

test('a question that was withdrawn while it stood is not even answered', async () => {
  const { app, queue, answers } = await waiting('a');
  const { read } = editor;
  editor.read = () => {
    read();
    queue.gone('a');
  };
  editor.will('Allow Once');
  await reviewPendingApprovals(app, undefined);
  expect(answers).toEqual([]);
  expect(editor.shown.at(-1)?.text).toBe('The request is no longer pending.');
});

test('with nothing that waits nothing is asked', async () => {
  const { app } = await waiting();
  await reviewPendingApprovals(app, undefined);
  expect([editor.toasts, editor.shown]).toEqual([['No request waits for your approval.'], []]);
});

test('a second review while one is under way asks nothing', async () => {
  const { app, queue } = await waiting('a');
  await queue.review(async () => reviewPendingApprovals(app, undefined));
  expect(editor.shown).toEqual([]);
});
