import { escapeUnshowable } from '../../../core/audit/escape.ts';

/** Longer ones only push the rest out of sight. */
const MAX_CHARACTERS = 60;

/**
 * An agent's own words for people's eyes: in one line, without anything that cannot be seen, cut, and nothing but text.
 * VS Code makes links of `[text](command:…)` in notifications and icons of `$(name)` in lists. What cannot be seen is written
 * out, and not left out as within a quotation ({@link agentWords} of core/audit): two agents are not to look the same.
 */
export function agentLabel(text: string): string {
  const characters = [...escapeUnshowable(text).replaceAll('](', '] (').replaceAll('$(', '$ (')];
  return characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS).join('')}…` : characters.join('');
}
