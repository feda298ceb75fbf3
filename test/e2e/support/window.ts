import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type * as VSCode from 'vscode';
import { OUT } from '../../../scripts/lib/repo.mjs';
import type { DriverHost } from './driver/wire.ts';
import type { HostConnection } from './hostConnection.ts';
import { TreeView } from './treeView.ts';
import { pause, until } from './wait.ts';

/** Sooner, an answer that widens does not count: nobody can have meant it. */
export const READING_MS = 600;

export const THEMES = ['light', 'dark', 'high-contrast'] as const;
export type Theme = (typeof THEMES)[number];

const THEME_NAMES: Record<Theme, { setting: string; marker: string }> = {
  light: { setting: 'Default Light Modern', marker: '.monaco-workbench.vs' },
  dark: { setting: 'Default Dark Modern', marker: '.monaco-workbench.vs-dark' },
  'high-contrast': { setting: 'Default High Contrast', marker: '.monaco-workbench.hc-black' },
};

/** What an open input box or quick pick shows. */
export interface InputState {
  readonly title: string;
  readonly placeholder: string;
  readonly value: string;
  /** True if what is typed is not shown. */
  readonly password: boolean;
  /** The line below the box: its prompt, or why the value is not accepted. */
  readonly message: string;
  /** The rows of a quick pick that are in sight, each as its label. */
  readonly rows: readonly string[];
}

export interface DialogState {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** One window of the editor. See editor.ts for the whole library at a glance. */
export class EditorWindow {
  readonly page: Page;
  readonly #nextHost: () => Promise<HostConnection>;
  #host: HostConnection | undefined;
  #theme: Theme = 'dark';

  /** @param nextHost connects to the extension host that starts next */
  constructor(page: Page, nextHost: () => Promise<HostConnection>) {
    this.page = page;
    this.#nextHost = nextHost;
  }

  async load(url: string): Promise<void> {
    await this.page.goto(url, { timeout: 60_000 });
    await this.#ready();
  }

  /** Reloads the window: a new extension host, the same profile. */
  async reload(): Promise<void> {
    this.forget();
    await this.page.reload({ timeout: 60_000 });
    await this.#ready();
  }

  /** Closes this window alone. */
  async close(): Promise<void> {
    this.forget();
    await this.page.close();
  }

  /** Lets go of the extension host, which is about to end. */
  forget(): void {
    this.#host?.close();
    this.#host = undefined;
  }

  /**
   * Runs a function in the extension host and returns what it returns, as JSON carries it.
   *
   * @param code is sent as text: it sees its parameters alone
   */
  async evaluate<Result, Args = undefined>(
    code: (vscode: typeof VSCode, args: Args, host: DriverHost) => Result | PromiseLike<Result>,
    args?: Args,
  ): Promise<Awaited<Result>> {
    if (!this.#host) throw new Error('this window is closed');
    return (await this.#host.evaluate(code.toString(), args)) as Awaited<Result>;
  }

  /** Runs a command by its id, without the palette. */
  async command<Result = unknown>(id: string, ...args: unknown[]): Promise<Result> {
    return (await this.evaluate((vscode, [name, rest]) => vscode.commands.executeCommand(name, ...rest), [
      id,
      args,
    ] as const)) as Result;
  }

  async waitForExtension(id: string, timeout = 20_000): Promise<void> {
    await until(
      `the extension ${id} to be active`,
      () => this.evaluate((vscode, name) => vscode.extensions.getExtension(name)?.isActive === true, id),
      timeout,
    );
  }

  /** Runs a command from the palette by its full title, such as `Valet Key: Add Service`. */
  async palette(title: string): Promise<void> {
    const row = this.#quickInput
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').filter({ hasText: exactly(title) }) })
      .first();
    const asked = `>${title}`;
    let clicked = false;
    // The list is drawn anew while commands come and go, under the pointer, too.
    await until(`the command "${title}" to be chosen`, async () => {
      const open = await this.#inputBox.isVisible();
      // On a busy machine a click may be told of as late, and have been made.
      if (clicked && !(open && (await this.#inputBox.inputValue({ timeout: 1000 })) === asked)) return true;
      if (!open) await this.page.keyboard.press('F1');
      await this.#inputBox.waitFor({ state: 'visible', timeout: 5000 });
      await this.#fill(asked);
      await row.waitFor({ timeout: 3000 });
      clicked = true;
      await row.click({ timeout: 3000 });
      // A row that is drawn anew between press and release loses the click, and leaves the palette as it was.
      await until('the palette to close', async () => (await this.input())?.value !== asked, 3000);
      return true;
    });
  }

  /**
   * Puts a text into the open input box itself. Playwright's own `fill` types into whatever has the focus, which may be an
   * editor that opened a moment ago.
   */
  async #fill(text: string): Promise<void> {
    await this.#inputBox.evaluate(
      (box, value) => {
        Object.assign(box, { value });
        box.dispatchEvent(new Event('input', { bubbles: true }));
      },
      text,
      { timeout: 3000 },
    );
  }

  /** Types into the open input box whose title, prompt or placeholder has the text, and accepts. */
  async type(prompt: string, value: string): Promise<void> {
    await this.waitForInput(prompt);
    // A box that opens in the place of another one gets its own text a moment after its prompt.
    await until('the text to stay', async () => {
      await this.#fill(value);
      await pause(150);
      return (await this.#inputBox.inputValue()) === value;
    });
    const typed = JSON.stringify(await this.input());
    await this.page.keyboard.press('Enter');
    // The next question may look just like this one, and would be answered before it is asked.
    const next = async (): Promise<boolean> => JSON.stringify(await this.input()) !== typed;
    for (let look = 0; look < 40 && !(await next()); look += 1) await pause(50);
  }

  /** Presses a button in the title of the open input box or quick pick, by its tooltip. */
  async pressInputButton(tooltip: string): Promise<void> {
    await this.#quickInput.locator(`.action-label[aria-label*=${JSON.stringify(tooltip)}]`).click();
  }

  /** Waits for an input box or quick pick whose title, prompt or placeholder has the text. */
  async waitForInput(prompt: string): Promise<InputState> {
    return until(`an input box that says "${prompt}"`, async () => {
      const state = await this.input();
      const texts = state ? [state.title, state.placeholder, state.message] : [];
      return texts.some((text) => text.includes(prompt)) && state;
    });
  }

  /** The open input box or quick pick; undefined if none is open. */
  async input(): Promise<InputState | undefined> {
    if (!(await this.#inputBox.isVisible())) return undefined;
    const widget = this.#quickInput;
    const text = async (selector: string): Promise<string> =>
      (await innerTexts(widget.locator(selector))).join(' ').trim();
    return {
      title: await text('.quick-input-title'),
      placeholder: (await this.#inputBox.getAttribute('placeholder')) ?? '',
      value: await this.#inputBox.inputValue(),
      password: (await this.#inputBox.getAttribute('type')) === 'password',
      message: await text('.quick-input-message'),
      rows: await innerTexts(widget.locator('.monaco-list-row .quick-input-list-label .label-name')),
    };
  }

  /** Waits until no input box and no quick pick is open. */
  async waitForNoInput(): Promise<void> {
    await this.#inputBox.waitFor({ state: 'hidden' });
  }

  /** Chooses a quick fix where the cursor is. */
  async quickFix(title: string): Promise<void> {
    const row = this.page.locator('.action-widget .monaco-list-row').filter({ hasText: title }).first();
    await until('the list of fixes', async () => {
      await this.command('editor.action.quickFix');
      await row.waitFor({ timeout: 1000 });
      return true;
    });
    // By keyboard: VS Code lays a sheet over the list that may keep the pointer off it for good.
    await until('the fix to be the chosen one', async () => {
      if ((await row.getAttribute('class'))?.includes('focused')) return true;
      await this.page.keyboard.press('ArrowDown');
      return false;
    });
    await this.page.keyboard.press('Enter');
  }

  /** Chooses the row with this text in the open quick pick. */
  async pick(label: string): Promise<void> {
    await this.#clickRow(label, this.#row(label));
  }

  /** Ticks rows of a quick pick that takes several, then accepts. */
  async pickSeveral(labels: readonly string[]): Promise<void> {
    for (const label of labels) await this.#clickRow(label, this.#row(label).locator('.monaco-checkbox'));
    // Not Enter, which would act on the checkbox that has the focus now.
    await this.#quickInput
      .locator('.quick-input-header .monaco-button')
      .filter({ hasText: exactly('OK') })
      .click();
  }

  /** The open modal dialog; undefined if there is none. */
  async dialog(): Promise<DialogState | undefined> {
    const box = this.page.locator('.monaco-dialog-box');
    if (!(await box.isVisible())) return undefined;
    const text = async (selector: string): Promise<string> =>
      (await innerTexts(box.locator(selector))).join('\n').trim();
    return {
      message: await text('.dialog-message-text'),
      detail: await text('.dialog-message-detail, .dialog-message-body'),
      buttons: await innerTexts(box.locator('.dialog-buttons .monaco-button')),
    };
  }

  /** Waits for a modal dialog that has the text. */
  async waitForDialog(text: string): Promise<DialogState> {
    return until(`a dialog that says "${text}"`, async () => {
      const state = await this.dialog();
      return state && `${state.message}\n${state.detail}`.includes(text) && state;
    });
  }

  /** Presses a button of the modal dialog, once the user could have read it, and waits until the dialog is gone. */
  async answerDialog(button: string): Promise<void> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    // This very one: another may follow at once.
    const asked = await box.elementHandle();
    await pause(READING_MS);
    await box
      .locator('.dialog-buttons .monaco-button')
      .filter({ hasText: exactly(button) })
      .click();
    await asked?.waitForElementState('hidden');
  }

  /** The texts of the toasts in sight. */
  notifications(): Promise<string[]> {
    return innerTexts(this.page.locator('.notifications-toasts .notification-list-item-message'));
  }

  /** Waits for a toast that has the text. */
  async waitForNotification(text: string): Promise<void> {
    await this.#toast(text).waitFor();
  }

  /** Presses a button of the toast that has the text. */
  async answerNotification(text: string, button: string): Promise<void> {
    await this.#toast(text)
      .locator('.monaco-button')
      .filter({ hasText: exactly(button) })
      .click();
  }

  /** Removes every toast. */
  async clearNotifications(): Promise<void> {
    await this.command('notifications.clearAll');
    await until('the toasts to go', async () => (await this.notifications()).length === 0);
  }

  /** A tree view by its title. `command('<view id>.focus')` shows one that is out of sight. */
  tree(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  /** The status bar item whose accessible label has the text. */
  statusBar(text: string): Locator {
    return this.page
      .locator('.statusbar-item')
      .filter({ has: this.page.locator(`[aria-label*=${JSON.stringify(text)}]`) });
  }

  /** Opens a file, and waits until its editor has the focus. */
  async openFile(path: string): Promise<void> {
    await this.evaluate(async (vscode, file) => {
      await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    }, path);
  }

  /** What the Problems view has for one file: `error: message`, in order. */
  problems(path: string): Promise<string[]> {
    return this.evaluate((vscode, file) => {
      const names = ['error', 'warning', 'information', 'hint'];
      return vscode.languages
        .getDiagnostics(vscode.Uri.file(file))
        .map(({ severity, message }) => `${names[severity]}: ${message}`);
    }, path);
  }

  /** Makes VS Code start every MCP server that extensions offer, as a first chat message would. */
  async startMcpServers(): Promise<void> {
    await this.command('workbench.mcp.startServer', '*', { waitForLiveTools: true });
  }

  /** The full name of the tool of an MCP server whose name ends so; waits for it. */
  toolName(suffix: string): Promise<string> {
    return until(`an MCP tool ${suffix}`, () =>
      this.evaluate((vscode, end) => vscode.lm.tools.find(({ name }) => name.endsWith(end))?.name, suffix),
    );
  }

  /**
   * Calls a tool through VS Code, as an agent in it does. A tool that is not read-only opens VS Code's own question,
   * which must be answered, or the call never ends.
   *
   * @returns the text parts of its answer
   */
  async callTool(suffix: string, input: object): Promise<string[]> {
    const name = await this.toolName(suffix);
    return this.evaluate(
      async (vscode, call) => {
        const result = await vscode.lm.invokeTool(call.name, { input: call.input, toolInvocationToken: undefined });
        return result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''));
      },
      { name, input },
    );
  }

  /** Opens the chat and sends a message. `@e2e CALL <end of a tool's name> {…}` has the fake participant call a tool. */
  async chat(message: string): Promise<Locator> {
    await until('the fake language model', () =>
      this.evaluate(async (vscode) => (await vscode.lm.selectChatModels({ vendor: 'e2e' })).length > 0),
    );
    // Sent with Enter, not by the command: in 1.105 that waits for Copilot's own agent, which is not installed here.
    await this.command('workbench.action.chat.open', { query: message, isPartialQuery: true });
    const session = this.page.locator('.interactive-session');
    const draft = session.locator('.interactive-input-part .view-lines').filter({ hasText: message.slice(0, 20) });
    await draft.waitFor();
    // More than once, as the chat ignores the key while it is still getting ready.
    await until('the chat to take the message', async () => {
      await draft.click({ timeout: 1_000 });
      await this.page.keyboard.press('End');
      await this.page.keyboard.press('Enter');
      await draft.waitFor({ state: 'hidden', timeout: 1_000 });
      return true;
    });
    return session;
  }

  async setTheme(theme: Theme): Promise<void> {
    const { setting, marker } = THEME_NAMES[theme];
    await this.evaluate(async (vscode, name) => {
      const { Global } = vscode.ConfigurationTarget;
      await vscode.workspace.getConfiguration().update('workbench.colorTheme', name, Global);
    }, setting);
    await this.page.locator(marker).first().waitFor();
    this.#theme = theme;
  }

  /** @returns the file's path: `out/screenshots/<theme>/<name>.png` */
  async screenshot(name: string): Promise<string> {
    const file = join(OUT, 'screenshots', this.#theme, `${name}.png`);
    mkdirSync(dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
    return file;
  }

  /** One screenshot in each theme; afterwards the theme is what it was. */
  async screenshotThemes(name: string): Promise<string[]> {
    const before = this.#theme;
    const files: string[] = [];
    for (const theme of THEMES) {
      await this.setTheme(theme);
      files.push(await this.screenshot(name));
    }
    await this.setTheme(before);
    return files;
  }

  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  get #inputBox(): Locator {
    return this.#quickInput.locator('.quick-input-box input');
  }

  /** The tooltip of the row that the pointer happens to be on covers the rows below it. */
  async #clickRow(label: string, place: Locator): Promise<void> {
    await until(`the row "${label}" to be clicked`, async () => {
      await this.page.mouse.move(0, 0);
      await place.click({ timeout: 3_000 });
      return true;
    });
  }

  #row(label: string): Locator {
    return this.#quickInput.locator('.monaco-list-row').filter({ hasText: label }).first();
  }

  #toast(text: string): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
  }

  async #ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    this.#host = await this.#nextHost();
  }
}

/** VS Code writes spaces that must not wrap; tests read plain ones. */
async function innerTexts(locator: Locator): Promise<string[]> {
  return (await locator.allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' ').trim());
}

/** A button's whole text, so that "Allow" does not find "Allow Once". */
function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
