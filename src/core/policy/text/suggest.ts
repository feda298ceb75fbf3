/** Longer texts are no misspelling of ours, and comparing them would cost time. */
const MAX_LENGTH = 40;

function skeleton(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Edit distance with neighbouring letters swapped counting once (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (before[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
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
  const same = known.find((word) => skeleton(word) === bare);
  if (same !== undefined) return same;
  const synonym = Object.hasOwn(synonyms, bare) ? synonyms[bare] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  let best: string | undefined;
  let bestDistance = 3;
  for (const word of known) {
    const allowed = word.length <= 4 ? 1 : 2;
    const slips = distance(bare, skeleton(word));
    if (slips <= allowed && slips < bestDistance) {
      best = word;
      bestDistance = slips;
    }
  }
  return best;
}
