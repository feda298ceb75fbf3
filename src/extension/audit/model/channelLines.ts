import type { after } from '../../util/after.ts';
import { Pace } from '../../util/pace.ts';

/** Each append is a message to the window: lines that come in a flood go there together. */
export class ChannelLines {
  #lines: readonly string[] = [];
  readonly #pace: Pace;

  constructor(channel: { appendLine(text: string): void }, timer?: typeof after) {
    this.#pace = new Pace(() => {
      const text = this.#lines.join('\n');
      this.#lines = [];
      channel.appendLine(text);
    }, timer);
  }

  add(line: string): void {
    this.#lines = [...this.#lines, line];
    this.#pace.soon();
  }

  dispose(): void {
    this.#pace.dispose();
  }
}
