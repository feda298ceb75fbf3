import { type AskedCall, askedFor, onlyReads, pageSize } from './askedCall.ts';
import type { Continuation, Step } from './continuation.ts';
import { atPointer, isObject } from './members.ts';
import { type NextArguments, nextArguments } from './nextArguments.ts';

/** What is told of what comes behind an answer: arguments that get exactly that, or why there are none and what to do. */
export interface NextPage {
  readonly next?: NextArguments;
  readonly hint?: string;
  readonly nextStep?: string;
}

/** Where something was left out, as a JSON Pointer. */
type Truncation = { readonly at: string };

/** One answer on its way: what came, what `select` left of it, and what of that fits into it. */
export interface CutPage {
  readonly value: unknown;
  readonly selected: unknown;
  readonly fitted: unknown;
  readonly truncated: readonly Truncation[];
}

/** The longest of an API's words that a hint repeats, in characters. */
const MAX_WORDS = 600;

/**
 * The next page, behind the last row that is in the answer. Where rows would be left out, or come twice, there are no
 * arguments: an agent follows them to the letter. `isClean` says of the API's own words that no credential is in them.
 */
export function nextPage(
  asked: AskedCall,
  found: Continuation | undefined,
  cut: CutPage,
  isClean: (words: unknown) => boolean,
): NextPage {
  const { kept, total, isLost } = rowsLeft(found?.rows, cut);
  if (isLost || kept < total) {
    const step = isLost || kept === 0 ? undefined : found?.behind?.(kept);
    const resumed =
      step && onlyReads(asked) && isClean(step) && !isWhereItWas(asked, step) ? nextArguments(asked, step) : undefined;
    if (resumed) {
      return {
        next: resumed,
        nextStep: `The answer was cut. next goes on behind the last of the ${kept} items that are in it, of ${total}. Use select to get more of them at once.`,
      };
    }
    return leftOut(asked, found, kept, total);
  }
  if (found?.uncertain !== undefined) return uncertain(found.uncertain, isClean);
  const step = found?.whole;
  if (step === undefined) return {};
  if (!isClean(step)) {
    return { hint: 'There is more, but what the API says of it has a credential in it, so there is no next.' };
  }
  if (isWhereItWas(asked, step)) {
    return { hint: 'There is no next: the API says that the next page is the one that this call asked for.' };
  }
  const next = onlyReads(asked) ? nextArguments(asked, step) : undefined;
  if (next) return { next };
  return {
    hint: `There is more: ${told(step)}.`,
    nextStep: onlyReads(asked)
      ? 'The call is too long to be repeated in next, or takes no such parameter: send the same call with that added.'
      : 'There is no next, since the call may do more than read. If repeating it does no harm, send the same call with that added.',
  };
}

function leftOut(asked: AskedCall, found: Continuation | undefined, kept: number, total: number): NextPage {
  const size = pageSize(asked);
  const smaller = Math.max(1, Math.floor(kept * 0.8));
  const page =
    size === undefined
      ? `a smaller page (${smaller}, in the API's own parameter for that, such as limit or per_page)`
      : `${size.name}: ${smaller}`;
  const goesOn = found?.whole !== undefined || found?.uncertain !== undefined;
  const isCounted = kept < total;
  return {
    hint: isCounted
      ? `${total - kept} of the ${total} items of this page were left out.${goesOn ? ` There is no next, because it would skip them.` : ''}`
      : `Parts of this page were left out.${goesOn ? ' There is no next, because it would skip them.' : ''}`,
    nextStep: `The answer was cut. Repeat the call with ${isCounted && kept > 0 ? `${page}, or with ` : ''}a select that keeps only what you need (such as ["/data/*/id"]).`,
  };
}

function uncertain(words: string, isClean: (words: unknown) => boolean): NextPage {
  if (!isClean(words)) return { hint: 'There is more, but what the API says of it has a credential in it.' };
  const shown = words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words;
  return {
    hint: `There may be more, and there is no next, since how to ask for it is not certain: ${shown}.`,
    nextStep: "Use the API's own parameter for that, as its documentation names it, in the same call.",
  };
}

function told(step: Step): string {
  const words =
    'path' in step
      ? step.path
      : step.set
          .map(
            ({ name, value }) => `${typeof name === 'string' ? name : name.json.join('.')}: ${JSON.stringify(value)}`,
          )
          .join(', ');
  return words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words;
}

/** Whether the step leads to where the call was already: it would go round for ever. */
function isWhereItWas(asked: AskedCall, step: Step): boolean {
  if ('path' in step)
    return step.path === asked.path && step.json === undefined && Object.keys(asked.query ?? {}).length === 0;
  return step.set.every(({ name, value }) => {
    const before =
      typeof name === 'string'
        ? askedFor(asked, name)
        : (askedFor(asked, name.query) ?? atPointer(asked.json, `/${name.json.join('/')}`));
    return (
      before !== undefined &&
      (isObject(value) || Array.isArray(value)
        ? JSON.stringify(before) === JSON.stringify(value)
        : String(before) === String(value))
    );
  });
}

/**
 * How many rows of the page are in the answer, and whether anything else of it was left out. What is cut inside of the
 * only row that is there does not count: a smaller page would not bring it.
 */
function rowsLeft(
  rows: string | undefined,
  { value, selected, fitted, truncated }: CutPage,
): { kept: number; total: number; isLost: boolean } {
  const all = rows === undefined ? undefined : atPointer(value, rows);
  const total = Array.isArray(all) ? all.length : 0;
  if (truncated.length === 0) return { kept: total, total, isLost: false };
  const wanted = rows === undefined ? undefined : atPointer(selected, rows);
  const present = rows === undefined ? undefined : atPointer(fitted, rows);
  const keptRows = Array.isArray(present) ? present.length : 0;
  // Where select asked for none of the rows, or for some of them, all that it asked for may be there.
  const isWhole = !Array.isArray(wanted) || keptRows === wanted.length;
  const isSameList = Array.isArray(wanted) && wanted.length === total;
  const isLost = truncated.some(({ at }) => {
    if (at === rows) return !isSameList;
    const isInside = keptRows === 1 && at.startsWith(`${rows}/0/`);
    return !isInside && typeof atPointer(fitted, at) !== 'string';
  });
  return { kept: isWhole ? total : keptRows, total, isLost };
}
