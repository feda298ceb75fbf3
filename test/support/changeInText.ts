import { type PolicyChange, signed } from '../../src/core/policy/compare/policyChange.ts';
import { inEnglish } from '../../src/core/text/phrase.ts';

/** A change as a review shows it, such as `+ GET /a on api`. */
export type ChangeInText = Omit<PolicyChange, 'words'> & { readonly text: string };

export function changeInText({ words, ...change }: PolicyChange): ChangeInText {
  return { ...change, text: inEnglish(signed({ ...change, words })) };
}
