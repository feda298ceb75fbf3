import type { FoundSecret } from './foundSecret.ts';
import { isPlausible, isRandomOption } from './plausible.ts';

/** Passwords and keys behind options of one letter in a text that is a command line, as in `sh -c "mysql -pPASSWORD"`. */
export function commandLinePasswords(text: string): FoundSecret[] {
  if (!/\s-[a-z]/i.test(text)) return [];
  const glued = /(?:mysql|mariadb)/i.test(text)
    ? passwords(text, /(?<=\s)-p([^\s"'|;&)]{4,200})/g).filter(({ value }) => isPlausible(value, 'password'))
    : [];
  const users = passwords(text, /(?<=\s)(?:-u|--user)\s{1,3}["']?[^\s:"'/]{1,100}:([^\s"'|;&@)]{4,200})/g).filter(
    ({ value }) => isPlausible(value, 'password'),
  );
  const random = passwords(text, /(?<=\s)-[akpstx]\s{1,3}["']?([^\s"'|;&)]{20,200})/gi).filter(({ value }) =>
    isRandomOption(value, false),
  );
  return [...glued, ...users, ...random].map(({ value, end }) => ({
    code: 'secret-value',
    kind: 'password',
    start: end - value.length,
    end,
  }));
}

function passwords(text: string, pattern: RegExp): { readonly value: string; readonly end: number }[] {
  return [...text.matchAll(pattern)].map((match) => ({ value: match[1] ?? '', end: match.index + match[0].length }));
}
