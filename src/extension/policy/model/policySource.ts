import type { Phrase } from '../../../core/text/phrase.ts';
/** What is on disk at this moment. */
export type PolicyRead =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  /** There is a file, and it cannot be read as text. `why` is one sentence. */
  | { readonly kind: 'unreadable'; readonly why: Phrase };

/** What a file settled on, and what it was in the meantime. `unsettled`: whoever asked would not wait for that. */
export type SettledRead = (PolicyRead | { readonly kind: 'unsettled' }) & {
  /** Whole texts that it was while it settled, the oldest first; absent for none. What they take away counts, too. */
  readonly passing?: readonly string[];
};

/** One policy file that counts in this window. */
export interface PolicySource {
  /** `user` or `workspace:<folder uri>`: stable for the window, and what an approval is bound to. */
  readonly id: string;
  /** What the user is shown, such as `valetkey.yaml (shop)`. */
  readonly label: string;
  /** `hurry`: ends the wait for a file that keeps changing. */
  read(hurry?: AbortSignal): Promise<SettledRead>;
}

/** Pause between two looks at a file that may still be being written, and at one that looks just emptied. */
const SETTLE_MS = 40;
const SETTLE_EMPTY_MS = 400;
const MAX_LOOKS = 10;

/**
 * Reads until two looks agree. Programs that write in place leave a file empty or cut for a moment, and a cut file can
 * be valid: taking it at its word would strike every permission after the cut. What ends with its line is taken for whole
 * all the same, so that no program undoes a removal by putting the old text back before the file has settled.
 */
export async function readSettled(
  read: () => Promise<PolicyRead>,
  pause: (ms: number) => Promise<void>,
  hurry?: AbortSignal,
): Promise<SettledRead> {
  const passing: string[] = [];
  const hurried = new Promise<void>((resolve) => hurry?.addEventListener('abort', () => resolve(), { once: true }));
  // A drive that does not answer holds up no save of another file.
  const first = await Promise.race([read(), hurried]);
  if (!first) return { kind: 'unsettled' };
  let last = first;
  for (let look = 1; look < MAX_LOOKS; look += 1) {
    await Promise.race([pause(last.kind === 'text' && isEmpty(last.text) ? SETTLE_EMPTY_MS : SETTLE_MS), hurried]);
    const next = hurry?.aborted ? undefined : await Promise.race([read(), hurried]);
    if (next && sameRead(last, next)) break;
    if (last.kind === 'text' && isWhole(last.text)) passing.push(last.text);
    if (!next) return { kind: 'unsettled', passing };
    last = next;
  }
  return passing.length === 0 ? last : { ...last, passing };
}

function isEmpty(text: string): boolean {
  return text.trim() === '';
}

/** A text that ends within a line may have been cut anywhere. */
function isWhole(text: string): boolean {
  return text.endsWith('\n') && !isEmpty(text);
}

function sameRead(one: PolicyRead, other: PolicyRead): boolean {
  if (one.kind === 'text' && other.kind === 'text') return one.text === other.text;
  return one.kind === other.kind;
}
