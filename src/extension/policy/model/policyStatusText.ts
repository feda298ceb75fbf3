import { l10n } from 'vscode';
import { localized } from '../../util/localized.ts';
import { policyStatusOf } from './policyStatus.ts';
import type { PolicyEntry } from './policyStore.ts';

/** How a policy file stands, and what to do about it, in sentences; undefined for one that nobody misses. */
export function policyStatusText(entry: PolicyEntry): string | undefined {
  const { label, closed, pending, unreadable } = entry;
  switch (policyStatusOf(entry)) {
    case 'absent':
      return undefined;
    case 'missing': {
      const said = l10n.t('{0} is missing. Its services are blocked: {1}.', label, (closed ?? []).join(', '));
      return `${said} ${pending.length > 0 ? l10n.t('Restore the file, or discard its approvals with “Review and Apply Policy Changes”.') : wayBack(entry)}`;
    }
    case 'half-valid':
      return unreadable === undefined
        ? l10n.t('{0} has errors. The last valid version is still active.', label)
        : l10n.t('{0} cannot be read. The last valid version is still active. {1}', label, localized(unreadable));
    case 'never-valid':
      return unreadable === undefined
        ? l10n.t('{0} has never been valid, so none of its rules are active.', label)
        : l10n.t('{0} cannot be read, so none of its rules are active. {1}', label, localized(unreadable));
    case 'waits':
      return l10n.t('{0}: changes wait for your review ({1})', label, pending.length);
    case 'in-force':
      return l10n.t('{0}: active', label);
  }
}

function wayBack({ id }: PolicyEntry): string {
  return id === 'user'
    ? l10n.t('Restore the file, or start a new one with “Open Policy File”.')
    : l10n.t('Access returns when the file is restored.');
}
