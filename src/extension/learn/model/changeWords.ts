import { l10n } from 'vscode';
import type { ProposedChange } from '../../../core/policy/learn/learn.ts';
import { oneLine } from '../../approvals/model/requestText.ts';
import { localized } from '../../util/localized.ts';

/** A proposal's changes, one line each, with why. Paths come from agents: they are cleaned. */
export function changeWords(changes: readonly ProposedChange[]): readonly string[] {
  const signs = { added: '+', removed: '−', narrowed: '±' } as const;
  return changes.map(({ kind, service, rule, why }) =>
    l10n.t('{0} {1} on {2}: {3}', signs[kind], oneLine(rule), service, oneLine(localized(why))),
  );
}
