import { l10n } from 'vscode';
import type { PolicyEntry } from './policyBook.ts';
import { standingOf } from './policyStanding.ts';

/** How a policy file stands, and what to do about it, in sentences; undefined for one that nobody misses. */
export function standingText(entry: PolicyEntry): string | undefined {
  const { label, closed, pending, unreadable } = entry;
  switch (standingOf(entry)) {
    case 'absent':
      return undefined;
    case 'missing': {
      const said = l10n.t('{0} is missing; what it named is closed: {1}.', label, (closed ?? []).join(', '));
      return `${said} ${pending.length > 0 ? l10n.t('Put it back, or let it go with “Review and Apply Policy Changes”.') : wayBack(entry)}`;
    }
    case 'half-valid':
      return unreadable === undefined
        ? l10n.t('{0} has errors: its last version without errors is in force.', label)
        : l10n.t('{0} cannot be read: its last version without errors is in force. {1}', label, unreadable);
    case 'never-valid':
      return unreadable === undefined
        ? l10n.t('{0} has errors and was never without: nothing of it is in force.', label)
        : l10n.t('{0} cannot be read: nothing of it is in force. {1}', label, unreadable);
    case 'waits':
      return l10n.t('{0}: changes wait for your review ({1})', label, pending.length);
    case 'in-force':
      return l10n.t('{0}: in force', label);
  }
}

function wayBack({ id }: PolicyEntry): string {
  return id === 'user'
    ? l10n.t('Put it back, or begin a new one with “Open Policy File”.')
    : l10n.t('It is open again when the file is back.');
}
