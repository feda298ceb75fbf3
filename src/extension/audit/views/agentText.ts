import { l10n } from 'vscode';
import { USER_AGENT } from '../../../core/audit/agentName.ts';

/** Whose call it was, for people to read. */
export function agentText(name: string): string {
  return name === USER_AGENT ? l10n.t('you') : name;
}
