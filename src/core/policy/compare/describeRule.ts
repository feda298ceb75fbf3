import { type Phrase, phrase } from '../../text/phrase.ts';
import { describeRestrictions } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';

/** One line a rule, as `list_services` and the views show it: `ask POST /v1/refunds (body amount at most 5000)`. */
export function describeRule(rule: Rule): Phrase {
  const methods = rule.methods ? [...rule.methods].join(', ') : '';
  const effect = rule.approval === undefined ? rule.effect : 'ask';
  const restrictions = describeRestrictions(rule);
  const rest = [effect === 'allow' ? '' : effect, methods, rule.pattern.text].filter((part) => part !== '').join(' ');
  return restrictions === undefined ? phrase`${rest}` : phrase`${rest} (${restrictions})`;
}
