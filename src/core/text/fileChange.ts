/** The smallest single replacement that makes `after` of `before`: offsets in UTF-16 code units, end exclusive. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What is to be different between two texts; undefined when nothing is. Never cuts a surrogate pair or a CR LF in two. */
export function replacementOf(before: string, after: string): Replacement | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  while (start > 0 && isInside(before, start)) start -= 1;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  while (tail > 0 && isInside(before, before.length - tail)) tail -= 1;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** Whether an offset stands between two code units that belong together. */
function isInside(text: string, at: number): boolean {
  const [one, other] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (one === 0x0d && other === 0x0a) || (one >= 0xd800 && one < 0xdc00 && other >= 0xdc00 && other < 0xe000);
}
