import type { ConfigFile, Finding, ReadConfig } from '../model/checkupModel.ts';
import { textsOf } from '../model/textsOf.ts';

/** A change as the user sees it before it is made. */
export interface ShownChange {
  readonly before: string;
  readonly after: string;
  /** Whether only the part with the changes is there. */
  readonly isPart: boolean;
}

/** Where a secret stands: what hides it needs no more of its finding. */
export type HiddenSecret = Pick<Finding, 'span'> & Pick<NonNullable<Finding['secret']>, 'within' | 'valueSpan'>;

/** Longer texts are not shown whole: an editor would take its time for them, and nobody reads them. */
const MAX_SHOWN = 256 * 1024;
/** What stands around the changes is told by so many lines. */
const CONTEXT_LINES = 3;
/** Shorter pieces of a secret say nothing, and stand everywhere. */
const MIN_HIDDEN = 3;

/**
 * A text of a file and what becomes of it, without anything of the file's secrets to see: nobody needs them to judge a change.
 * Every other character stays where it is.
 */
export function shownChange(
  { text }: Pick<ConfigFile, 'text'>,
  config: ReadConfig,
  after: string,
  secrets: readonly HiddenSecret[],
): ShownChange {
  const texts = new Map(textsOf(config).map((one) => [one.span.start, one.value]));
  const hidden = new Set<string>();
  for (const { span, within, valueSpan } of secrets) {
    // As it is written, and as it is meant; one that is folded, line by line.
    const written = text.slice(valueSpan.start, valueSpan.end);
    const meant = (texts.get(span.start) ?? '').slice(within.start, within.end);
    for (const line of [written, meant].flatMap((one) => one.split('\n'))) {
      if (line.trim().length >= MIN_HIDDEN) hidden.add(line.trim());
    }
  }
  const hide = hiding(hidden);
  if (text.length <= MAX_SHOWN && after.length <= MAX_SHOWN) {
    return { before: hide(text), after: hide(after), isPart: false };
  }
  const [left, right] = changedPart(text, after);
  return { before: hide(left).slice(0, MAX_SHOWN), after: hide(right).slice(0, MAX_SHOWN), isPart: true };
}

/** Puts dots in the place of these words; of two at one place the longer one counts. One walk, however many there are. */
function hiding(words: ReadonlySet<string>): (text: string) => string {
  const byBeginning = new Map<string, string[]>();
  for (const word of [...words].sort((one, other) => other.length - one.length)) {
    const beginning = word.slice(0, MIN_HIDDEN);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), word]);
  }
  return (text) => {
    const parts: string[] = [];
    let done = 0;
    for (let at = 0; at + MIN_HIDDEN <= text.length; ) {
      const found = byBeginning.get(text.slice(at, at + MIN_HIDDEN))?.find((word) => text.startsWith(word, at));
      if (found === undefined) at += 1;
      else {
        parts.push(text.slice(done, at), '•'.repeat(found.length));
        at += found.length;
        done = at;
      }
    }
    return parts.join('') + text.slice(done);
  };
}

/** Both texts without the lines that are the same at their beginnings and at their ends, but for a few. */
function changedPart(before: string, after: string): readonly [string, string] {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same += 1;
  let end = 0;
  while (end < shorter - same && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  let from = same;
  for (let line = 0; line <= CONTEXT_LINES && from > 0; line += 1) from = before.lastIndexOf('\n', from - 1);
  const cut = (text: string): string => {
    let to = text.length - end;
    for (let line = 0; line <= CONTEXT_LINES && to !== -1; line += 1) to = text.indexOf('\n', to + 1);
    return text.slice(from <= 0 ? 0 : from + 1, to === -1 ? text.length : to + 1);
  };
  return [cut(before), cut(after)];
}
