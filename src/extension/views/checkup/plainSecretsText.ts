import { l10n } from 'vscode';

/** The offer of the first run; said where people look, never in a toast. */
export function plainSecretsText(count: number): string {
  return count === 1
    ? l10n.t('1 key in plain text in MCP configurations. “Move Secrets out of MCP Configuration” moves it.')
    : l10n.t(
        '{0} keys in plain text in MCP configurations. “Move Secrets out of MCP Configuration” moves them.',
        count,
      );
}
