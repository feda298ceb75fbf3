import { l10n } from 'vscode';
import { describeRule } from '../../../core/policy/compare/describeRule.ts';
import type { Service } from '../../../core/policy/model/service.ts';
import { destinationText } from '../../ui/placementText.ts';
import { localized } from '../../util/localized.ts';

/** What the user agrees to when a service is added: where the credential goes, and what agents may ask. */
export function addServiceSummary(
  service: Service,
  {
    credential,
    file,
    verified,
    elsewhere,
    besides,
  }: {
    /** As the user may see it. */
    readonly credential: string;
    readonly file: string;
    /** What a verification said, in a sentence. */
    readonly verified: string | undefined;
    /** Services that have the same credential. */
    readonly elsewhere: readonly string[];
    /** What else happens with the same click, in a sentence. */
    readonly besides?: string | undefined;
  },
): string {
  const rules = service.rules.map((rule) => `    ${localized(describeRule(rule))}`);
  const wildcards = service.rules.some(({ pattern }) => pattern.text.includes('**'));
  return [
    l10n.t('Credential: {0}, {1}', credential, destinationText(service.auth, service.baseUrl.origin)),
    ...(verified === undefined ? [] : [l10n.t('Verification: {0}', verified)]),
    ...(elsewhere.length === 0
      ? []
      : [l10n.t('{0} uses the same credential. Check that this is the right environment.', elsewhere.join(', '))]),
    ...(service.environment === undefined ? [] : [l10n.t('Environment: {0}', service.environment)]),
    ...(service.network === 'public' ? [] : [l10n.t('Network: {0}', networkText(service.network))]),
    l10n.t('Written to: {0}', file),
    '',
    rules.length === 0 ? l10n.t('Agents cannot call anything until you add rules.') : l10n.t('Agents may call:'),
    ...rules,
    ...(wildcards ? ['', l10n.t('/** matches every path.')] : []),
    ...(service.encodedSlash ? ['', l10n.t('A name in a path may have slashes in it, written %2F.')] : []),
    ...(besides === undefined ? [] : ['', besides]),
  ].join('\n');
}

function networkText(network: 'private' | 'loopback'): string {
  return network === 'loopback' ? l10n.t('this machine (loopback)') : l10n.t('a private network');
}
