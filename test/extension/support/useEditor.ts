import { afterEach, beforeEach, expect, vi } from 'vitest';
import { editor } from './fakeEditor.ts';

/** Longer than it takes to read a dialog. */
const READ_MS = 1000;
/** When tests with an editor take place. */
export const NOW = 1_790_000_000_000;

/** An editor for each test of a file, whose user reads what they answer, and answers everything. */
export function useEditor(): typeof editor {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    editor.reset();
    editor.read = () => vi.setSystemTime(Date.now() + READ_MS);
  });
  afterEach(() => {
    vi.useRealTimers();
    expect(editor.left).toEqual([]);
  });
  return editor;
}
