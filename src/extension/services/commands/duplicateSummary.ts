import { l10n } from 'vscode';
import { describeRule } from '../../../core/policy/compare/describeRule.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import { isProduction } from '../../../core/services/production.ts';
import { destinationText } from '../../ui/placementText.ts';
import { localized } from '../../util/localized.ts';

/** More rules would not fit a dialog; the difference behind it has them all. */
const MAX_RULES = 12;

/** What a provider often has apart for each environment. */
const OF_ENVIRONMENT = ['tokenUrl', 'authorizationUrl', 'clientId', 'audience', 'appId', 'installationId'];

/** What the user agrees to when a service is made for another environment. */
export function duplicateSummary(copy: Service, file: string): string {
  const { rules, limits } = copy;
  const more = rules.length - MAX_RULES;
  // Google has one address for all of them, which the file need not name.
  const google = copy.auth.type === 'google-service-account';
  const copied = OF_ENVIRONMENT.filter((key) => key in copy.auth && !(google && key === 'tokenUrl'));
  return [
    l10n.t(
      'Next, enter the credential of this environment. It is {0}.',
      destinationText(copy.auth, copy.baseUrl.origin),
    ),
    ...(isProduction(copy.environment)
      ? [l10n.t('This is a production environment: what agents do there is real.')]
      : []),
    ...(copied.length > 0
      ? [
          l10n.t(
            'Copied under “auth”: {0}. If this environment uses other values, correct them in the policy file.',
            copied.join(', '),
          ),
        ]
      : []),
    ...(copy.auth.type === 'vscode-session' ? [l10n.t('VS Code’s session is the same in both environments.')] : []),
    l10n.t('Written to: {0}', file),
    '',
    rules.length === 0 ? l10n.t('Agents cannot call anything until you add rules.') : l10n.t('Agents may call:'),
    ...rules.slice(0, MAX_RULES).map((rule) => `    ${localized(describeRule(rule))}`),
    ...(more > 0 ? [l10n.t('… and {0} more, in the difference behind this dialog.', more)] : []),
    '',
    ...(limits.requests ? [l10n.t('At most {0} requests per {1}.', limits.requests.count, limits.requests.per)] : []),
    ...(rules.some(({ pattern }) => pattern.text.includes('**')) ? [l10n.t('/** matches every path.')] : []),
  ].join('\n');
}
