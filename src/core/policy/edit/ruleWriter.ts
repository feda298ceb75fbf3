import { narrowestRule, type WantedRule } from '../learn/narrowestRule.ts';
import { withItem } from '../text/insertion.ts';

/** The rule's lines as they go into the file, without indentation: an entry of `policies`. */
export function ruleLines(wanted: WantedRule): readonly string[] {
  return narrowestRule(wanted).split('\n');
}

/** The policy text with a rule at the end of the service's `policies`: see {@link withItem}. */
export function withRule(text: string, service: string, wanted: WantedRule): string {
  return withItem(text, service, ruleLines(wanted));
}
