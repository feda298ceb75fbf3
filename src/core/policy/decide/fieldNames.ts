import { parameterRoots } from '../../request/parts/parameters.ts';
import { foldText } from '../patterns/fold.ts';

/** What stands between the words of a name, and not before or behind it. */
const BETWEEN_WORDS = /(?<=[^_\-\s])[_\-\s]+(?=[^_\-\s])/g;

/** Signs before a parameter's name that some servers take away: OData's `$top`, and Spring's `!amount` for what a field is by default. */
const SIGN = /^[$!]/;

/**
 * A field's name as the most lenient server compares it: folded, and with its words written together. Many take a name in
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
  return /[_\-\s]/.test(folded) ? folded.replace(BETWEEN_WORDS, '') : folded;
}
