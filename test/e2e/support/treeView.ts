import type { Locator, Page } from 'playwright-core';

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
        top: (await row.boundingBox())?.y ?? 0,
        label: await textOf(row.locator('.label-name')),
        description: await textOf(row.locator('.label-description')),
        accessibleLabel: (await row.getAttribute('aria-label')) ?? '',
        level: Number(await row.getAttribute('aria-level')),
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

  /** Opens a closed node. */
  async expand(): Promise<void> {
    if ((await this.locator.getAttribute('aria-expanded')) === 'false')
      await this.locator.locator('.monaco-tl-twistie').click();
  }

  /** Presses an inline action by its title. */
  async press(action: string): Promise<void> {
    await this.locator.hover();
    await this.locator.locator(`.action-label[aria-label*=${JSON.stringify(action)}]`).click();
  }
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join(' ').replaceAll('\u00a0', ' ').trim();
}
