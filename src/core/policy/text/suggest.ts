/** Longer texts are no misspelling of ours, and comparing them would cost time. */
const MAX_LENGTH = 40;

function skeleton(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** More slips than these are none of anybody's. */
const MAX_SLIPS = 2;

/**
 * Edit distance with neighbouring letters swapped counting once (optimal string alignment); some number above
 * {@link MAX_SLIPS} for what is further apart, which costs next to nothing: there may be thousands of words.
 */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_SLIPS) return MAX_SLIPS + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current: number[] = new Array(b.length + 1).fill(MAX_SLIPS + 1);
    current[0] = row;
    // What leads to a place further from the diagonal is more slips already.
    const last = Math.min(b.length, row + MAX_SLIPS);
    let least = row;
    for (let column = Math.max(1, row - MAX_SLIPS); column <= last; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (before[column - 2] ?? 0) + 1);
      }
      current[column] = best;
      least = Math.min(least, best);
    }
    if (least > MAX_SLIPS) return least;
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/**
 * The known word that was probably meant: the same letters in another spelling (`base_url` for `baseUrl`), a usual
 * other word for it (`synonyms`), or one or two slips away, fewer for short words. Undefined when none is near.
 */
export function suggest(
  written: string,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): string | undefined {
  if (written.length > MAX_LENGTH) return undefined;
  const bare = skeleton(written);
  const words = known.map((word) => [word, skeleton(word)] as const);
  const same = words.find(([, own]) => own === bare);
  if (same !== undefined) return same[0];
  const synonym = Object.hasOwn(synonyms, bare) ? synonyms[bare] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  let best: string | undefined;
  let bestDistance = MAX_SLIPS + 1;
  for (const [word, own] of words) {
    const allowed = word.length <= 4 ? 1 : MAX_SLIPS;
    const slips = distance(bare, own);
    if (slips <= allowed && slips < bestDistance) {
      best = word;
      bestDistance = slips;
    }
  }
  return best;
}
