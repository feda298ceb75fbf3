import { l10n } from 'vscode';
import type { Service } from '../../core/policy/model.ts';
import { describeRule } from '../../gateway/policySet.ts';
import { isProduction } from '../services/production.ts';
import { destinationText } from '../ui/placementText.ts';

/** More rules would not fit a dialog; the difference behind it has them all. */
const MOST_RULES = 12;

/** What a person agrees to when a service is made for another environment. */
export function duplicateSummary(copy: Service, file: string): string {
  const { rules, limits } = copy;
  const more = rules.length - MOST_RULES;
  return [
    l10n.t('Its own credential is asked for next, and {0}.', destinationText(copy.auth, copy.baseUrl.origin)),
    ...(isProduction(copy.environment)
      ? [l10n.t('This is a production environment: what agents do there is real.')]
      : []),
    l10n.t('Written to: {0}', file),
    '',
    rules.length === 0 ? l10n.t('Agents may call nothing until you add rules.') : l10n.t('Agents may call:'),
    ...rules.slice(0, MOST_RULES).map((rule) => `    ${describeRule(rule)}`),
    ...(more > 0 ? [l10n.t('… and {0} more, in the difference behind this dialog.', more)] : []),
    '',
    ...(limits.requests ? [l10n.t('At most {0} requests a {1}.', limits.requests.count, limits.requests.per)] : []),
    ...(rules.some(({ pattern }) => pattern.text.includes('**')) ? [l10n.t('/** stands for every path.')] : []),
  ].join('\n');
}
