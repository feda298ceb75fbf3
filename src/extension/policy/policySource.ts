/** What is on disk at this moment. */
export type PolicyRead =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  /** There is a file, and it cannot be read as text. `why` is one sentence. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** One policy file that counts in this window. */
export interface PolicySource {
  /** `user` or `workspace:<folder uri>`: stable for the window, and what an approval is bound to. */
  readonly id: string;
  /** What a person is shown, such as `valetkey.yaml (shop)`. */
  readonly label: string;
  read(): Promise<PolicyRead>;
}

/** Pause between two looks at a file that may still be being written, and at one that looks just emptied. */
const SETTLE_MS = 40;
const SETTLE_EMPTY_MS = 400;
const MOST_LOOKS = 10;

/**
 * Reads until two looks agree. Programs that write in place leave a file empty or cut for a moment, and a cut file can
 * be valid: taking it at its word would strike every permission after the cut.
 */
export async function readSettled(
  read: () => Promise<PolicyRead>,
  pause: (ms: number) => Promise<void>,
): Promise<PolicyRead> {
  let last = await read();
  for (let look = 1; look < MOST_LOOKS; look += 1) {
    await pause(last.kind === 'text' && last.text.trim() === '' ? SETTLE_EMPTY_MS : SETTLE_MS);
    const next = await read();
    if (sameRead(last, next)) return next;
    last = next;
  }
  return last;
}

function sameRead(one: PolicyRead, other: PolicyRead): boolean {
  if (one.kind === 'text' && other.kind === 'text') return one.text === other.text;
  return one.kind === other.kind;
}
