import type { Clock } from '../util/ports.ts';

/** A dialog can open under a moving hand: what is chosen sooner was chosen of something else. Milliseconds. */
const TOO_SOON_MS = 500;

/**
 * Shows a dialog and returns what was chosen. An answer that widens does not count when nobody can have read the
 * question by then (a key was on its way, or another extension opened the dialog under the user's hands): then the
 * dialog is shown again.
 */
export async function carefulChoice(
  show: () => Promise<string | undefined>,
  widens: (chosen: string) => boolean,
  now: Clock,
): Promise<string | undefined> {
  for (;;) {
    const shownAt = now();
    const chosen = await show();
    if (chosen === undefined || !widens(chosen) || now() - shownAt >= TOO_SOON_MS) return chosen;
  }
}
