/**
 * The end-to-end tests' library: a real VS Code in a real browser.
 *
 *     const editor = await startEditor({ workspace: exampleWorkspace() });   // beforeAll: a server in a throw-away profile
 *     const window = await editor.openWindow();                              // one window, ready to be used
 *
 *     await window.palette('Valet Key: Add Service');            // F1, type, Enter; as the user does
 *     await window.type('Name of the service', 'stripe');        // the input box whose title or prompt has that text
 *     await window.pick('Bearer token');                         // the quick pick's row with that text
 *     await window.input();                                      // what the open box shows: prompt, value, password …
 *     await window.answerDialog('Allow Once');                   // a modal dialog's button; window.dialog() reads it
 *     await window.answerNotification('wants to', 'Review…');    // a toast's button
 *     await window.tree('Services').row('stripe').press('Rotate Credential');   // a tree view's inline action
 *     await window.statusBar('Valet Key').click();
 *
 *     await window.evaluate((vscode) => vscode.lm.tools.length); // any code in the extension host, typed
 *     await window.callTool('_read', { service: 'stripe', path: '/v1/charges' });   // an MCP tool through VS Code
 *     editor.output('Valet Key Audit');                          // an output channel's text, from disk
 *     await window.screenshotThemes('services');                 // out/screenshots/<theme>/services.png, three of them
 *
 *     await window.reload();                                     // a new extension host, same everything else
 *     await editor.restart();                                    // a new server, same profile; open a window again
 *     const other = await editor.openWindow({ folder });         // a second window of the same VS Code
 *     editor.processes('gateway');                               // with command line and environment
 *     editor.filesWith(secret);                                  // what the canary asks
 *     await editor.stop();                                       // afterAll: ends what it started, removes the profile
 *
 * Nothing needs a fixed delay: everything here waits until it is there, and `until('what', probe)` (wait.ts) does so for
 * anything else. `window.page` is the Playwright page, for what has no word here. Which VS Code runs (newest, oldest) is
 * E2E_EDITOR's to say; `npm run e2e -- --oldest` sets it.
 *
 * A function given to `evaluate` is sent as text: it sees its parameters (`vscode`, the arguments, `{ context, require }` of the driver) and nothing
 * else of the test.
 */
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EDITORS, type EditorVersion } from '../../../scripts/lib/editorFolders.mjs';
import { DRIVER_VSIX, PRODUCT_VSIX, ROOT } from '../../../scripts/lib/repo.mjs';
import { Browsers } from './browser.ts';
import { connectToHost, type HostConnection } from './hostConnection.ts';
import { isAlive, type ProcessInfo } from './processes.ts';
import { EditorServer, type ProfileFolders, type ServerOptions } from './server.ts';
import { until } from './wait.ts';
import { EditorWindow } from './window.ts';

/** The product, as VS Code names it. */
export const EXTENSION_ID = 'valet-key.valet-key';

export interface EditorOptions extends Partial<Omit<ServerOptions, 'extensions'>> {
  /** A folder whose content becomes the workspace: it is copied, and the tests may write to the copy. Default: empty. */
  readonly workspace?: string;
  /** Whether Valet Key itself is installed. Default: true. */
  readonly product?: boolean;
  /** What extensions are told that the editor's language is; VS Code's own words stay English. Default: English. */
  readonly language?: string;
}

export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const extensions = [DRIVER_VSIX, ...(options.product === false ? [] : [PRODUCT_VSIX])];
  const missing = extensions.find((file) => !existsSync(file));
  if (missing) throw new Error(`${missing} is missing: run the tests with npm run e2e, which packs it`);
  const server = await EditorServer.start({ version: editorVersion(), ...options, extensions });
  const editor = new Editor(server, options);
  if (options.workspace) cpSync(options.workspace, editor.workspace, { recursive: true });
  return editor;
}

/** The sample workspace that comes with the product. */
export function exampleWorkspace(): string {
  return join(ROOT, 'examples/workspace');
}

export class Editor {
  readonly #server: EditorServer;
  readonly #browsers: Browsers;
  readonly #product: boolean;
  readonly #windows = new Set<EditorWindow>();
  readonly #usedHosts = new Set<string>();

  constructor(server: EditorServer, { product, language }: EditorOptions) {
    this.#server = server;
    this.#browsers = new Browsers(server.folders.browsers, language);
    this.#product = product !== false;
  }

  /** Absolute path of the default workspace folder, a copy. */
  get workspace(): string {
    return this.#server.folders.workspace;
  }

  get folders(): ProfileFolders {
    return this.#server.folders;
  }

  /** Where the editor's page is served. */
  get origin(): string {
    return this.#server.origin;
  }

  /**
   * Opens a window and waits until its extension host answers and Valet Key, if it is installed, is active.
   *
   * @param options.folder absolute path; default: `workspace`. `false` opens no folder.
   * @param options.browser name of a browser profile; a name that was not used before has no secrets. Default: `main`.
   * @param options.waitForProduct false: do not wait for Valet Key
   */
  async openWindow(
    options: { folder?: string | false; browser?: string; waitForProduct?: boolean } = {},
  ): Promise<EditorWindow> {
    const folder = options.folder ?? this.workspace;
    const page = await this.#browsers.newPage(options.browser ?? 'main');
    const window = new EditorWindow(page, () => this.#nextHost());
    const query = folder === false ? 'ew=true' : `folder=${encodeURIComponent(folder)}`;
    await window.load(`${this.origin}/?${query}`);
    this.#windows.add(window);
    if (this.#product && options.waitForProduct !== false) await window.waitForExtension(EXTENSION_ID);
    return window;
  }

  /** The text of an output channel, over all windows and runs, oldest first; empty while there is none. */
  output(channel: string): string {
    return this.logFiles()
      .filter((file) => basename(file) === `${channel}.log` || basename(file).endsWith(`-${channel}.log`))
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
  }

  /** Every log file of the editor, the least recently written first. */
  logFiles(): string[] {
    return filesBelow(join(this.folders.data, 'logs'))
      .map((file) => ({ file, time: statSync(file).mtimeMs }))
      .sort((a, b) => a.time - b.time)
      .map(({ file }) => file);
  }

  /** Every process of the editor (not of the browser), or those of one kind. */
  processes(kind?: ProcessInfo['kind']): ProcessInfo[] {
    return this.#server.processes().filter((found) => kind === undefined || found.kind === kind);
  }

  /** Files of the profile, home and workspace, browser profiles included, that contain the text, in UTF-8 or UTF-16. */
  filesWith(text: string): string[] {
    const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
    return filesBelow(this.folders.root).filter((file) => {
      const content = readIfThere(file);
      return needles.some((needle) => content.includes(needle));
    });
  }

  /** Processes of ours whose command line or environment contains the text. */
  processesWith(text: string): ProcessInfo[] {
    return this.processes().filter(({ commandLine, environment }) =>
      [...commandLine, ...environment].some((word) => word.includes(text)),
    );
  }

  /** Closes every window and the browser. The profile stays. */
  async closeWindows(): Promise<void> {
    for (const window of this.#windows) window.forget();
    this.#windows.clear();
    await this.#browsers.close();
  }

  /** Closes every window, ends the server and starts it again: same profile, same port, same browser profiles. */
  async restart(): Promise<void> {
    await this.closeWindows();
    await this.#server.restart();
  }

  /**
   * Ends all that was started and removes the profile.
   *
   * @returns what did not end by itself within fifteen seconds and had to be killed
   */
  async stop(): Promise<ProcessInfo[]> {
    await this.closeWindows();
    return this.#server.stop();
  }

  /** The driver extension in the one extension host that no window has taken yet. */
  async #nextHost(): Promise<HostConnection> {
    const folder = this.folders.driver;
    const name = await until(
      'the driver extension to start',
      () => readdirSync(folder).find((file) => !this.#usedHosts.has(file) && isAlive(Number.parseInt(file, 10))),
      60_000,
    );
    this.#usedHosts.add(name);
    return until('the driver extension to answer', () => connectToHost(join(folder, name)));
  }
}

function editorVersion(): EditorVersion {
  const wanted = process.env.E2E_EDITOR ?? 'newest';
  const version = EDITORS.find((name) => name === wanted);
  if (!version) throw new Error(`E2E_EDITOR is ${wanted}; it must be one of ${EDITORS.join(', ')}`);
  return version;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => resolve(entry.parentPath, entry.name));
}

/** Browsers and editors remove files of theirs while they are being looked at. */
function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
