import type { SecretPlace } from '../model/checkupModel.ts';

/** What people call a secret: its variable, header or option, as its place or the text before it says; else its kind. */
export function secretLabel({ name, kind, within }: SecretPlace, text: string): string {
  const before = /([A-Za-z][\w-]*)\s*[=:]\s*(?:Bearer\s+|Basic\s+|Token\s+)?["']?$/i.exec(
    text.slice(0, within.start),
  )?.[1];
  // `-e TOKEN=…` is named by what it sets, and not by the option that sets it.
  return (name === undefined || name.startsWith('-') ? before : undefined) ?? name ?? kind;
}
