import { describe, expect, test } from 'vitest';
import { confirmInModal } from '../../../src/extension/ui/confirm.ts';
import {
  type Answer,
  askChoice,
  askChoices,
  askText,
  runSteps,
  type Step,
  separator,
  single,
  type TextProblem,
} from '../../../src/extension/ui/steps.ts';
import { type Act, BACK, CLOSE } from '../support/fakeEditor.ts';
import { useEditor } from '../support/useEditor.ts';

const editor = useEditor();
const SECOND = { title: 'Add Service', step: 2, totalSteps: 3 };
/** Looks like a key: built here, so that no scanner trips over it. */
const KEY = `sk_live_${'a1B2c3D4'.repeat(4)}`;

describe('a text box', () => {
  const problem = (text: string): TextProblem | undefined =>
    text === '' ? 'Enter a name.' : text === 'odd' ? { warning: 'That is odd.' } : undefined;

  test.each<[what: string, acts: readonly Act[], answer: Answer<string>, faults: readonly (string | undefined)[]]>([
    ['takes a text', ['shop'], { kind: 'value', value: 'shop' }, [undefined]],
    ['is closed', [CLOSE], { kind: 'cancel' }, [undefined]],
    ['leads back', [BACK], { kind: 'back' }, [undefined]],
    ['says what is wrong', ['', 'shop'], { kind: 'value', value: 'shop' }, [undefined, 'Enter a name.']],
    ['warns once', ['odd', 'odd'], { kind: 'value', value: 'odd' }, [undefined, 'That is odd.']],
    [
      'warns again of another text',
      ['odd', '', 'odd', CLOSE],
      { kind: 'cancel' },
      [undefined, 'That is odd.', 'Enter a name.', 'That is odd.'],
    ],
  ])('%s', async (_what, acts, answer, faults) => {
    editor.will(...acts);
    expect(await askText(SECOND, { prompt: 'Name', problem })).toEqual(answer);
    expect(editor.shown.map(({ detail }) => detail)).toEqual(faults);
  });

  test('hides a credential that belongs elsewhere, and takes it when it is entered a second time', async () => {
    editor.will(KEY, KEY);
    expect(await askText(single('Add Service'), { prompt: 'Name', problem })).toEqual({ kind: 'value', value: KEY });
    expect(editor.shown.map(({ text }) => text)).toEqual(['Name', 'Name (hidden)']);
    expect(editor.shown[1]?.detail).toMatch(
      /^That looks like a credential.* Press Enter again to use it here anyway\.$/,
    );
  });

  test('does not take it at all where it is no good text either', async () => {
    editor.will(KEY, KEY, CLOSE);
    const wrong = { prompt: 'Name', problem: () => 'No name has digits.' };
    expect(await askText(single('Add Service'), wrong)).toEqual({ kind: 'cancel' });
    expect(editor.shown.map(({ detail }) => detail?.includes('Press Enter'))).toEqual([undefined, false, false]);
  });

  test.each([
    ['leave', { kind: 'cancel' }],
    [undefined, { kind: 'value', value: 'shop' }],
  ] as const)('has buttons: one that returns %s', async (outcome, answer) => {
    editor.will('Open Key Page', ...(outcome === 'leave' ? [] : ['shop']));
    let pressed = 0;
    const press = (): 'leave' | undefined => {
      pressed += 1;
      return outcome;
    };
    const buttons = [{ icon: 'link', tooltip: 'Open Key Page', press }];
    expect(await askText(single('Rotate'), { prompt: 'Credential', problem, buttons })).toEqual(answer);
    expect(pressed).toBe(1);
  });
});

describe('a list', () => {
  const CHOICES = [
    { label: 'one', value: 1 },
    separator('more'),
    { label: 'two', description: 'the second', value: 2 },
  ];

  test.each<[acts: readonly Act[], answer: Answer<number>]>([
    [['two'], { kind: 'value', value: 2 }],
    [['more', 'one'], { kind: 'value', value: 1 }],
    [[CLOSE], { kind: 'cancel' }],
    [[BACK], { kind: 'back' }],
  ])('%j', async (acts, answer) => {
    editor.will(...acts);
    expect(await askChoice(SECOND, 'Which?', CHOICES)).toEqual(answer);
  });

  test('a credential in the filter is taken out, and the list says why', async () => {
    editor.will(KEY, CLOSE);
    await askChoice(single('Which?'), 'Which?', CHOICES);
    expect(editor.shown.map(({ text }) => text.slice(0, 30))).toEqual(['Which?', 'That looks like a credential. ']);
  });

  test('what a row says may be searched for', async () => {
    editor.will(KEY, CLOSE);
    await askChoice(single('Which?'), 'Which?', [{ label: 'one', description: `id ${KEY}`, value: 1 }]);
    expect(editor.shown.map(({ text }) => text)).toEqual(['Which?', 'Which?']);
  });

  test('of any number gives those that are picked', async () => {
    const choices = ['a', 'b', 'c'].map((label) => ({ label, value: label }));
    editor.will('a|c');
    expect(await askChoices(single('Which?'), 'Which?', choices)).toEqual({ kind: 'value', value: ['a', 'c'] });
  });
});

describe('several questions', () => {
  const steps = (...outcomes: readonly ('next' | 'back' | 'cancel')[]) => {
    const left = [...outcomes];
    const asked: string[] = [];
    const step: Step = async ({ step: at, totalSteps }) => {
      asked.push(`${at}/${totalSteps}`);
      return left.shift() ?? 'cancel';
    };
    return { asked, run: () => runSteps('Add Service', () => [step, step]) };
  };

  test.each([
    [['next', 'next'], true, ['1/2', '2/2']],
    [['next', 'back', 'next', 'next'], true, ['1/2', '2/2', '1/2', '2/2']],
    [['next', 'cancel'], false, ['1/2', '2/2']],
    [['back'], false, ['1/2']],
  ] as const)('%j', async (outcomes, done, order) => {
    const { asked, run } = steps(...outcomes);
    expect(await run()).toBe(done);
    expect(asked).toEqual(order);
  });
});

describe('a modal', () => {
  const question = { message: 'Unfreeze?', detail: 'Agents can call again.', action: 'Unfreeze', warning: true };

  test.each<[Act, boolean]>([
    ['Unfreeze', true],
    [CLOSE, false],
  ])('%s', async (act, agreed) => {
    editor.will(act);
    expect(await confirmInModal(question)).toBe(agreed);
    expect(editor.shown).toEqual([
      { kind: 'warning', text: 'Unfreeze?', detail: question.detail, choices: ['Unfreeze'] },
    ]);
  });

  test('a yes that nobody can have meant is asked for again', async () => {
    const reads = editor.read;
    editor.read = () => {
      editor.read = reads;
    };
    editor.will('Unfreeze', CLOSE);
    expect(await confirmInModal(question)).toBe(false);
    expect(editor.shown).toHaveLength(2);
  });
});
