import type { SecretPlace } from '../model/checkupModel.ts';

/** What people call a secret: its variable, header or option, as its place or the text before it says; else its kind. */
export function secretLabel({ name, kind, within }: SecretPlace, text: string): string {
  const before = nameBefore(text.slice(0, within.start));
  const part = partOf(kind);
  if (part === 'password' || (part !== undefined && before === undefined)) {
    return name === undefined || name.startsWith('-') ? part : `${name} ${part}`;
  }
  // `-e TOKEN=…` is named by what it sets, and not by the option that sets it.
  return (name === undefined || name.startsWith('-') ? before : undefined) ?? name ?? kind;
}

/** What a secret is that is only a part of its text, which has a name of its own: `DATABASE_URL` is no password. */
function partOf(kind: string): string | undefined {
  if (/^(?:connection string|password in a URL)$/.test(kind)) return 'password';
  if (kind === 'URL with a key in its path') return 'key';
  return /^(.+) in a URL$/.exec(kind)?.[1];
}

/** `TOKEN` in `-e TOKEN=`, `Authorization` in `Authorization: Bearer `. */
function nameBefore(text: string): string | undefined {
  const announced = text.replace(/["']$/, '').trimEnd();
  const scheme = /(?:^|[\s=:])(?:bearer|basic|token)$/i.exec(announced);
  const assigned = (scheme ? announced.slice(0, scheme.index + 1) : announced).trimEnd();
  if (!/[=:]$/.test(assigned)) return undefined;
  return /(?:^|[^\w-])([A-Za-z][\w-]*)$/.exec(assigned.slice(0, -1).trimEnd())?.[1];
}
