import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/lib/system.mjs';
import { pause } from './wait.ts';

const ARGUMENTS = [
  // Chromium's sandbox does not start for root, which containers run as; nothing but our own editor is opened here.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.* , EXCLUDE localhost',
];

/** Every browser of this test run; the tests themselves hold no list of them. */
const contexts = new Set<BrowserContext>();

/** The pages that are open now, of all editors. */
export function openPages(): Page[] {
  return [...contexts].flatMap((context) => context.pages());
}

/**
 * The browser profiles of one editor. Windows of one profile share what a browser keeps, SecretStorage among it, as the
 * windows of one VS Code do.
 */
export class Browsers {
  readonly #folder: string;
  readonly #language: string | undefined;
  readonly #open = new Map<string, BrowserContext>();

  /**
   * @param folder where the profiles are kept
   * @param language what VS Code is told that its language is; default: English
   */
  constructor(folder: string, language?: string) {
    this.#folder = folder;
    this.#language = language;
  }

  async newPage(profile: string): Promise<Page> {
    const open = this.#open.get(profile);
    if (open) return open.newPage();
    const executablePath = findBrowser();
    if (!executablePath) throw new Error('no Chromium was found: run node scripts/e2eSetup.mjs');
    const context = await chromium.launchPersistentContext(join(this.#folder, profile), {
      executablePath,
      headless: true,
      viewport: { width: 1280, height: 800 },
      args: ARGUMENTS,
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: this.#folder, LANG: 'C.UTF-8' },
    });
    context.setDefaultTimeout(30_000);
    // Read by the workbench as it loads; extensions get it from there. Its own words stay English.
    if (this.#language) await context.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = '${this.#language}'`);
    contexts.add(context);
    context.on('close', () => contexts.delete(context));
    this.#open.set(profile, context);
    // A new context comes with an empty page.
    return context.pages()[0] ?? context.newPage();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(closeContext));
    this.#open.clear();
  }
}

/**
 * Chromium writes localStorage, which holds VS Code's secrets here, only every few seconds, and not reliably when it is
 * told to quit. It does so at once when the last page of an origin closes.
 */
async function closeContext(context: BrowserContext): Promise<void> {
  const pages = context.pages();
  await context.newPage();
  await Promise.all(pages.map((page) => page.close()));
  await pause(250);
  await context.close();
}
