import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { until } from './wait.ts';

/** For one look: `until` looks again. */
const SOON = { timeout: 3_000 };

export interface TreeRowState {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly accessibleLabel: string;
  /** 1 is a root. */
  readonly level: number;
}

/** A tree view that is in sight. */
export class TreeView {
  readonly list: Locator;

  /** @param title the view's title, such as `Services` */
  constructor(page: Page, title: string) {
    this.list = page.locator(`.monaco-list[aria-label=${JSON.stringify(title)}]`);
  }

  /** The rows in sight, from top to bottom. */
  async rows(): Promise<TreeRowState[]> {
    await this.list.waitFor();
    const found = await this.list.locator('.monaco-list-row').all();
    const states = await Promise.all(
      found.map(async (row) => ({
        // A row that is gone since is one of another look.
        top: (await row.boundingBox(SOON))?.y ?? 0,
        label: await textOf(row.locator('.label-name')),
        description: await textOf(row.locator('.label-description')),
        accessibleLabel: (await row.getAttribute('aria-label', SOON)) ?? '',
        level: Number(await row.getAttribute('aria-level', SOON)),
      })),
    );
    // The list recycles its rows, so their order in the page says nothing.
    return states.sort((a, b) => a.top - b.top).map(({ top: _, ...state }) => state);
  }

  row(text: string): TreeRow {
    return new TreeRow(this.list.locator('.monaco-list-row').filter({ hasText: text }).first());
  }
}

export class TreeRow {
  readonly locator: Locator;

  constructor(locator: Locator) {
    this.locator = locator;
  }

  async click(): Promise<void> {
    await this.locator.click();
  }

  /** Opens a node, and returns once it is open: a row that is drawn anew under the pointer takes the click with it. */
  async expand(): Promise<void> {
    await until('the row to be open', async () => {
      if ((await this.locator.getAttribute('aria-expanded', SOON)) === 'true') return true;
      await this.locator.locator('.monaco-tl-twistie').click(SOON);
      await pause(300);
      return false;
    });
  }

  /** Presses an inline action by its title. It shows while the pointer is over the row, so a row that moved is looked for again. */
  async press(action: string): Promise<void> {
    await until(`the action "${action}" to be pressed`, () => this.#tryToPress(action));
  }

  /** As `press`, for an action that something comes of: a row that is drawn anew between press and release loses it. */
  async pressUntil(action: string, what: string, done: () => Promise<boolean>): Promise<void> {
    await until(
      what,
      async () => {
        if (await done()) return true;
        await this.#tryToPress(action);
        return until(what, done, LATE_MS);
      },
      4 * LATE_MS,
    );
  }

  async #tryToPress(action: string): Promise<true> {
    // The tooltip of another row, where the pointer rests, may lie over this one.
    await this.locator.page().mouse.move(0, 0);
    await this.locator.hover(SOON);
    await this.locator.locator(`.action-label[aria-label*=${JSON.stringify(action)}]`).click(SOON);
    return true;
  }

  /**
   * As `press`, for an action that asks something: a row that is drawn anew between press and release loses it.
   *
   * @param says a part of the question, where another one may come
   */
  async pressToBeAsked(action: string, says = ''): Promise<void> {
    const page = this.locator.page();
    const questions = page.locator(QUESTION).filter({ visible: true });
    const question = questions.filter({ hasText: says }).first();
    await until(
      `the action "${action}" to ask`,
      async () => {
        // A question that a busy machine asks late lies over the row, which cannot be pressed any more.
        if (!(await question.isVisible())) {
          // VS Code knows no element for a row that its tree is just about to draw anew: "Which one?" is asked then.
          if ((await questions.count()) > 0) await page.keyboard.press('Escape');
          await this.#tryToPress(action);
          await question.waitFor({ timeout: LATE_MS });
        }
        // A press that is told of later still is made twice: the second question takes the place of the first.
        await pause(300);
        return question.isVisible();
      },
      4 * LATE_MS,
    );
  }
}

/** After that the press is taken for lost, in milliseconds. */
const LATE_MS = 10_000;

/** A dialog, an input box or a quick pick. */
const QUESTION = '.monaco-dialog-box, .quick-input-widget:not([style*="display: none"])';

async function textOf(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join(' ').replaceAll('\u00a0', ' ').trim();
}
