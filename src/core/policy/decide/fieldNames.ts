import { parameterRoots } from '../../request/parts/parameters.ts';
import { foldText } from '../patterns/fold.ts';

/** What stands between the words of a name, and around them: fastjson passes over it wherever it is. */
const BETWEEN_WORDS = /[_\-\s]/g;

/** By which Rails takes a part of a field, or all of it: `amount(1i)`. */
const PART = /\(\d{1,9}[if]?\)$/;

/** Signs before a parameter's name that some servers take away: OData's `$top`, and Spring's `!amount` for what a field is by default. */
const SIGN = /^[$!]/;

/**
 * A field's name as the most lenient server compares it: folded, with its words written together, and without a part's number. Many take a name in
 * either spelling, `max_amount` and `maxAmount`: JSON of Protocol Buffers, Pydantic with aliases, and what turns one into
 * the other on the way.
 */
export function foldName(name: string): string {
  return wordsTogether(foldText(name));
}

/** What servers may take for the first name of a parameter, see {@link parameterRoots}, compared as {@link foldName} does. */
export function nameRoots(name: string): readonly string[] {
  return [...new Set(parameterRoots(name).map((root) => wordsTogether(root.replace(SIGN, ''))))];
}

function wordsTogether(folded: string): string {
  if (/^[a-z0-9]*$/.test(folded)) return folded;
  const together = folded.replace(PART, '').replace(BETWEEN_WORDS, '');
  return together === '' ? folded : together;
}
