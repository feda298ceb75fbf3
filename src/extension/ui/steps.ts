import * as vscode from 'vscode';
import { looksPasted } from '../../core/checkup/secrets/pasted.ts';

/** How one question of several ended. */
export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancel' };

export interface StepFrame {
  readonly title: string;
  /** Counted from 1. */
  readonly step: number;
  readonly totalSteps: number;
  /** Whether there is a way back although this is the first step. */
  readonly back?: boolean;
}

/** One question, which keeps its answer itself. */
export type Step = (frame: StepFrame) => Promise<'next' | 'back' | 'cancel'>;

/**
 * Asks one question after another, with a way back to each. True when all were answered. Which questions there are may
 * depend on the answers so far: `steps` is asked again after each.
 */
export async function runSteps(title: string, steps: () => readonly Step[]): Promise<boolean> {
  let at = 0;
  for (;;) {
    const all = steps();
    const step = all[at];
    if (!step) return true;
    const outcome = await step({ title, step: at + 1, totalSteps: all.length });
    if (outcome === 'cancel') return false;
    at += outcome === 'back' ? -1 : 1;
    if (at < 0) return false;
  }
}

/** Something that is wrong with a text; a warning gives way when the same text is entered a second time. */
export type TextProblem = string | { readonly warning: string };

/** A button in the box's title: does something beside the question, which stays open; or (`leave`) instead of it. */
export interface BoxButton {
  readonly icon: string;
  readonly tooltip: string;
  press(): 'leave' | undefined;
}

export interface TextQuestion {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** The typed text is never shown. */
  readonly password?: boolean;
  readonly buttons?: readonly BoxButton[];
  /** Whether a text of a box that shows what is typed must be a credential, which belongs elsewhere. */
  readonly misplaced?: (text: string) => boolean;
  /** What is wrong with the text, in one sentence; undefined when nothing is. */
  problem(value: string): TextProblem | undefined;
}

/**
 * A text box. Problems show on Enter, and from then on while typing. A credential that is pasted where none belongs is hidden
 * at once and said to be one; it stays in the box, and entering it a second time overrules that.
 */
export function askText(frame: StepFrame, question: TextQuestion): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  const hides = question.password ?? false;
  box.prompt = question.prompt;
  box.placeholder = question.placeholder ?? '';
  box.value = question.value ?? '';
  const isMisplaced = (value: string): boolean => !hides && (question.misplaced ?? looksPasted)(value);
  const problemOf = (value: string): TextProblem | undefined => {
    const problem = question.problem(value);
    if (typeof problem === 'object' || !isMisplaced(value)) return problem;
    if (problem !== undefined) return misplacedText();
    return { warning: vscode.l10n.t('{0} Press Enter again to use it here anyway.', misplacedText()) };
  };
  let refused = false;
  let warned: string | undefined;
  const show = (problem: TextProblem | undefined): void => {
    box.validationMessage =
      typeof problem === 'object'
        ? { message: problem.warning, severity: vscode.InputBoxValidationSeverity.Warning }
        : problem;
  };
  const look = (value: string): void => {
    const misplaced = isMisplaced(value);
    box.password = hides || misplaced;
    // Nobody is told off in the middle of the first word; after a refusal, people watch the message go.
    if (misplaced) show({ warning: misplacedText() });
    else show(refused && value !== '' ? problemOf(value) : undefined);
  };
  look(box.value);
  return ask(box, frame, question.buttons ?? [], (finish) => [
    box.onDidChangeValue(look),
    box.onDidAccept(() => {
      const problem = problemOf(box.value);
      const overruled = typeof problem === 'object' && warned === box.value;
      refused = problem !== undefined && !overruled;
      warned = box.value;
      if (refused) show(problem);
      else finish({ kind: 'value', value: box.value });
    }),
  ]);
}

/** What is said to a credential in a box or filter that shows what is typed. */
export function misplacedText(): string {
  return vscode.l10n.t('That looks like a credential. You enter it in a separate step, where it is hidden.');
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A line between groups of choices. */
export interface Separator {
  readonly label: string;
  readonly kind: vscode.QuickPickItemKind.Separator;
}

export function separator(label: string): Separator {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/**
 * A list to pick from; the first entry is the default. A credential that is pasted into the filter would be read on the
 * screen: the filter is emptied, and says why.
 */
export function askChoice<T>(
  frame: StepFrame,
  placeholder: string,
  choices: readonly (Choice<T> | Separator)[],
): Promise<Answer<T>> {
  const pick = listOf(placeholder, choices);
  return ask(pick, frame, [], (finish) => [
    hidePasted(pick, choices),
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0];
      if (chosen && 'value' in chosen) finish({ kind: 'value', value: chosen.value });
    }),
  ]);
}

/** The same for any number of them; those that are `picked` are so at first. */
export function askChoices<T>(
  frame: StepFrame,
  placeholder: string,
  choices: readonly Choice<T>[],
): Promise<Answer<readonly T[]>> {
  const pick = listOf(placeholder, choices);
  pick.canSelectMany = true;
  pick.selectedItems = choices.filter(({ picked }) => picked);
  return ask(pick, frame, [], (finish) => [
    hidePasted(pick, choices),
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems.flatMap((item) => ('value' in item ? [item.value] : []));
      finish({ kind: 'value', value: chosen });
    }),
  ]);
}

type List<T> = vscode.QuickPick<Choice<T> | Separator>;

function listOf<T>(placeholder: string, choices: readonly (Choice<T> | Separator)[]): List<T> {
  const pick = vscode.window.createQuickPick<Choice<T> | Separator>();
  pick.placeholder = placeholder;
  pick.items = choices;
  pick.matchOnDescription = true;
  return pick;
}

function hidePasted<T>(pick: List<T>, choices: readonly (Choice<T> | Separator)[]): vscode.Disposable {
  const filters = choices.flatMap(({ label, ...more }) => [
    label,
    ...('description' in more ? [more.description ?? ''] : []),
  ]);
  return pick.onDidChangeValue((value) => {
    // What a row says may be searched for.
    if (!looksPasted(value) || filters.some((text) => text.includes(value.trim()))) return;
    pick.value = '';
    pick.placeholder = misplacedText();
  });
}

function ask<T, I>(
  input: vscode.InputBox | List<I>,
  frame: StepFrame,
  buttons: readonly BoxButton[],
  listen: (finish: (answer: Answer<T>) => void) => readonly vscode.Disposable[],
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    let settled = false;
    const finish = (answer: Answer<T>): void => {
      if (settled) return;
      settled = true;
      for (const listener of listeners) listener.dispose();
      input.dispose();
      resolve(answer);
    };
    input.title = frame.title;
    if (frame.totalSteps > 1) {
      input.step = frame.step;
      input.totalSteps = frame.totalSteps;
    }
    // The user who looks something up elsewhere must not lose what was typed.
    input.ignoreFocusOut = true;
    const own = new Map<vscode.QuickInputButton, BoxButton>(
      buttons.map((button) => [{ iconPath: new vscode.ThemeIcon(button.icon), tooltip: button.tooltip }, button]),
    );
    const back = frame.step > 1 || frame.back ? [vscode.QuickInputButtons.Back] : [];
    input.buttons = [...back, ...own.keys()];
    const listeners = [
      ...listen(finish),
      input.onDidTriggerButton((button) => {
        const pressed = own.get(button);
        if (!pressed) finish({ kind: 'back' });
        else if (pressed.press() === 'leave') finish({ kind: 'cancel' });
      }),
      input.onDidHide(() => finish({ kind: 'cancel' })),
    ];
    input.show();
  });
}

/** The frame of a question that stands alone. */
export function single(title: string): StepFrame {
  return { title, step: 1, totalSteps: 1 };
}
