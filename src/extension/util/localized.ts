import { l10n } from 'vscode';
import { type Phrase, worded } from '../../core/text/phrase.ts';

/** A phrase of the core or the gateway in the language of the editor. */
export function localized(text: Phrase): string;
export function localized(text: Phrase | undefined): string | undefined;
export function localized(text: Phrase | undefined): string | undefined {
  return text && worded(text, (template, args) => l10n.t(template, ...args));
}
