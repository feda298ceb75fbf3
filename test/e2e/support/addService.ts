import { until } from './wait.ts';
import type { EditorWindow } from './window.ts';

/** What the user answers to *Add Service*. */
export interface ServiceAnswers {
  readonly name: string;
  readonly baseUrl: string;
  readonly credential: string;
  readonly environment?: string;
  /** A path that proves the credential. Default: none. */
  readonly verifyPath?: string;
  /** The preset's label. Default: `Read only`. */
  readonly preset?: string;
}

/** A question by its words, and how it is answered. */
type Question = readonly [words: RegExp, answer: (window: EditorWindow) => Promise<void>];

/**
 * Answers every question of *Add Service* for an API of one's own, whichever come and in whatever order, up to the
 * modal that says what it comes to. That one is left open.
 */
export async function answerAddService(window: EditorWindow, answers: ServiceAnswers): Promise<void> {
  const { name, baseUrl, credential, environment = '', verifyPath = '', preset = 'Read only' } = answers;
  const type =
    (value: string) =>
    async (at: EditorWindow): Promise<void> => {
      const box = at.page.locator('.quick-input-widget .quick-input-box input');
      await box.fill(value);
      await at.page.keyboard.press('Enter');
    };
  // A long list holds only the rows in sight.
  const search =
    (label: string) =>
    async (at: EditorWindow): Promise<void> => {
      await at.page.locator('.quick-input-widget .quick-input-box input').fill(label);
      await at.pick(label);
    };
  const pick =
    (label: string) =>
    (at: EditorWindow): Promise<void> =>
      at.pick(label);
  const questions: readonly Question[] = [
    [/Which API/, search('Another API')],
    [/A short name/, type(name)],
    [/base URL/, type(baseUrl)],
    [/How does the API accept/, pick('Bearer token')],
    [/^.*Environment/, type(environment)],
    [/Path used to test/, type(verifyPath)],
    [/The credential/, type(credential)],
    [/What may agents do/, pick(preset)],
    [/Which policy file/, pick('user policy')],
  ];
  let last = '';
  let before = '';
  await until(
    'the modal at the end of Add Service',
    async () => {
      const dialog = await window.dialog();
      if (dialog?.buttons.includes('Add Service')) return true;
      if (dialog?.buttons.includes('Use Anyway')) await window.answerDialog('Use Anyway');
      const state = await window.input();
      const words = state ? [state.title, state.placeholder, state.message].join(' ') : '';
      // Between two questions the box has the title of one and the words of the other.
      const settled = words === before;
      before = words;
      if (!settled || words === '' || words === last) return false;
      const question = questions.find(([pattern]) => pattern.test(words));
      if (!question) return false;
      last = words;
      await question[1](window);
      return false;
    },
    30_000,
  );
}
