import { l10n } from 'vscode';

const MINUTE_MS = 60_000;

/** How long what a command gave is kept, in words; whole minutes or hours. */
export function retentionText(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes === 1) return l10n.t('for 1 minute');
  if (minutes < 60) return l10n.t('for {0} minutes', minutes);
  return minutes === 60 ? l10n.t('for 1 hour') : l10n.t('for {0} hours', Math.round(minutes / 60));
}
