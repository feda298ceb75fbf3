import { env, l10n } from 'vscode';
import { type PolicyChange, signed } from '../../../core/policy/compare/policyChange.ts';
import { localized } from '../../util/localized.ts';
import type { PolicyEntry } from './policyStore.ts';

/** What waits in a file, one change a line; what was approved once and struck since says when. */
export function changeLines({ pending, approval }: PolicyEntry): readonly string[] {
  const once = approval.kind === 'approved' ? l10n.t('as approved on {0}', dateText(approval.at)) : '';
  return pending.map((change: PolicyChange) => {
    const words = localized(signed(change));
    return change.comesBack ? `${words} (${once})` : words;
  });
}

/** Such as `3 May`, with the year when it is another one. */
function dateText(at: number): string {
  const date = new Date(at);
  const year = date.getFullYear() === new Date().getFullYear() ? {} : ({ year: 'numeric' } as const);
  return date.toLocaleDateString(env.language, { day: 'numeric', month: 'long', ...year });
}
