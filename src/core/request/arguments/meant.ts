import { JsonWeight, MAX_JSON_WEIGHT } from '../../jsonWeight.ts';
import { ok, type Result } from '../../result.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { RequestProblem } from '../parts/requestModel.ts';
import { invalid, tooLarge } from '../parts/requestProblem.ts';

/** What an argument stands for: a value, or a text that is none. */
export type Meant = { readonly value: unknown } | { readonly text: string };

/** Levels of objects and arrays, as in a request's body. */
const MAX_DEPTH = 64;

/** The longest text of anything but a body. */
export const MAX_TEXT_CHARS = 64 * 1024;

/**
 * What a client means by an argument that is no text. Undefined for one that is left out, which some clients cannot do but
 * with null or an empty text (or the text of null). A text stands for the value that it is as a whole, and for nothing where
 * two readers may take it for two things.
 */
export function meant(given: unknown, maxChars: number): Result<Meant | undefined, RequestProblem> {
  if (given === undefined || given === null) return ok(undefined);
  if (typeof given !== 'string') return ok({ value: given });
  const text = given.trim();
  if (text === '' || text === 'null') return ok(undefined);
  if (text.length > maxChars) {
    return tooLarge(phrase`An argument is a text of more than ${maxChars} characters.`, phrase`Send a shorter one.`);
  }
  return wholeValue(text);
}

/** A text that begins like no JSON, such as a form, is not looked through. */
function wholeValue(text: string): Result<Meant, RequestProblem> {
  if (!/^["[{\dtf-]/.test(text)) return ok({ text });
  // Counted only now: in the message that it came in, the text was one string.
  const { weight, parts } = new JsonWeight().add(text);
  if (weight > MAX_JSON_WEIGHT) {
    return tooLarge(
      phrase`The text of an argument has too many objects, lists and names to be read at once.`,
      phrase`Send it in several calls, or send a body that is already text as \`text\`.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ok({ text });
  }
  // What stands in the text and not in its value is a name that an object has twice.
  return ok(partsIn(value) === parts ? { value } : { text });
}

/** How many objects, lists and names are in a value; undefined for one of more than 64 levels. */
function partsIn(value: unknown): number | undefined {
  let parts = 0;
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const inside = level.filter((one) => typeof one === 'object' && one !== null);
    if (inside.length > 0 && depth === MAX_DEPTH) return undefined;
    parts += inside.length;
    level = inside.flatMap((one) => {
      const members: unknown[] = Object.values(one as object);
      if (!Array.isArray(one)) parts += members.length;
      return members;
    });
  }
  return parts;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a client fills in for an argument that it may not leave out: null, something empty, or the text of that. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return /^(?:null|\{\s*\}|\[\s*\])?$/.test(value.trim());
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}

/** How an argument has to be written. */
interface Wanted {
  /** Such as `an object of parameters`. */
  readonly what: Phrase;
  /** Such as `the object`. */
  readonly itself: Phrase;
  readonly example: string;
}

/** Refuses what an argument does not stand for. Quotes nothing of it: it may be a guess at a credential. */
export function notMeant(name: string, found: Meant, { what, itself, example }: Wanted): ReturnType<typeof invalid> {
  return 'text' in found
    ? invalid(
        phrase`\`${name}\` is a text that is not ${what} as a whole, or that can be read in two ways.`,
        phrase`Send ${itself} itself, such as ${example}, and not a text of it.`,
      )
    : invalid(
        phrase`\`${name}\` is ${kindOf(found.value)} and must be ${what}.`,
        phrase`Send ${itself} itself, such as ${example}.`,
      );
}

function kindOf(value: unknown): Phrase {
  if (Array.isArray(value)) return phrase`a list`;
  switch (typeof value) {
    case 'string':
      return phrase`a text`;
    case 'number':
      return phrase`a number`;
    case 'boolean':
      return phrase`true or false`;
    default:
      return value === null ? phrase`null` : phrase`an object`;
  }
}
