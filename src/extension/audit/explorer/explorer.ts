import type { ExplorerPanel, ExplorerParts } from './explorerPanel.ts';

/** The one Audit Explorer of a window; its code is loaded when it is opened for the first time. */
export class Explorer {
  readonly #extensionPath: string;
  #panel: ExplorerPanel | undefined;

  constructor(extensionPath: string) {
    this.#extensionPath = extensionPath;
  }

  /** Opens it, or brings it to the front. */
  async open(parts: ExplorerParts): Promise<void> {
    if (this.#panel) return this.#panel.reveal();
    const { ExplorerPanel: Panel } = await import('./explorerPanel.ts');
    this.#panel ??= new Panel(parts, this.#extensionPath, () => {
      this.#panel = undefined;
    });
  }

  dispose(): void {
    this.#panel?.dispose();
  }
}
