import { expect, test } from 'vitest';
import { phrase } from '../../../../src/core/text/phrase.ts';
import { reviewPolicyChanges } from '../../../../src/extension/policy/commands/reviewPolicyChanges.ts';
import { ChangedSinceReviewError, type PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';
import { type Act, CLOSE } from '../../support/fakeEditor.ts';
import { fakeWindow, policyEntry } from '../../support/fakeWindow.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();
const CHANGE = { kind: 'widens', service: 'stripe', words: phrase`GET /v1/refunds on stripe` } as const;
const WAITING = policyEntry({ pending: [CHANGE] });
const SHOP = policyEntry({ id: 'workspace:file:///shop', label: 'shop', pending: [CHANGE, CHANGE] });
const { text: _text, ...noText } = WAITING;
const MISSING: PolicyEntry = { ...noText, disk: 'missing', closed: ['stripe'] };

async function window(...entries: readonly PolicyEntry[]) {
  const done: string[] = [];
  const changed = { by: '' };
  const shown: string[] = [];
  const one = await fakeWindow();
  one.entries.splice(0, 1, ...entries);
  const act =
    (what: string) =>
    async (id: string): Promise<void> => {
      if (changed.by === id) throw new ChangedSinceReviewError('changed');
      done.push(`${what} ${id}`);
    };
  Object.assign(one.app.policies, {
    approve: act('approve'),
    discardApprovals: act('forget'),
  });
  Object.assign(one.app.texts, { show: async (_title: string, text: string) => void shown.push(text) });
  return { ...one, done, changed, shown };
}

test.for<
  [what: string, entries: readonly PolicyEntry[], acts: readonly Act[], done: readonly string[], recorded: boolean]
>([
  ['applied', [WAITING], ['Apply'], ['approve user'], true],
  ['closed', [WAITING], [CLOSE], [], false],
  ['missing, and to be forgotten', [MISSING], ['Apply'], ['forget user'], true],
  ['one of two, picked', [WAITING, SHOP], ['shop', 'Apply'], ['approve workspace:file:///shop'], true],
  ['one of two, none picked', [WAITING, SHOP], [CLOSE], [], false],
])('a file that is %s', async ([, entries, acts, done, recorded]) => {
  const one = await window(...entries);
  editor.will(...acts);
  await reviewPolicyChanges(one.app, undefined);
  expect([one.done, one.run.told.some((what) => what.startsWith('record '))]).toEqual([done, recorded]);
});

test('the changes are shown in words, and as a difference behind the dialog', async () => {
  const { app } = await window(WAITING);
  editor.will(CLOSE);
  await reviewPolicyChanges(app, undefined);
  expect(editor.shown[0]?.detail).toContain('+ GET /v1/refunds on stripe');
  expect(editor.commands.map(([command, , , title]) => [command, title])).toEqual([
    ['vscode.diff', 'user policy: approved ↔ written'],
  ]);
});

test('more than a dialog holds can be read in full, which applies nothing', async () => {
  const many = Array.from({ length: 60 }, (_one, at) => ({ ...CHANGE, words: phrase`GET /v1/${at} on stripe` }));
  const { app, done, shown } = await window(policyEntry({ pending: many }));
  editor.will('Details');
  await reviewPolicyChanges(app, undefined);
  expect(editor.shown[0]?.detail).toMatch(/… and \d+ more\. “Details” lists them all, and applies nothing\./);
  expect(shown[0]).toContain('+ GET /v1/59 on stripe');
  expect(done).toEqual([]);
});

test('what changed while it was reviewed is not applied, and not recorded', async () => {
  const { app, changed, run } = await window(WAITING);
  changed.by = 'user';
  editor.will('Apply');
  await reviewPolicyChanges(app, undefined);
  expect(editor.shown.at(-1)).toMatchObject({ kind: 'error', text: 'Nothing was applied.' });
  expect(run.told).toEqual([]);
});

test('with nothing that waits nothing is asked', async () => {
  const { app } = await window(policyEntry());
  await reviewPolicyChanges(app, undefined);
  expect([editor.toasts, editor.shown]).toEqual([['No policy changes wait for your review.'], []]);
});
