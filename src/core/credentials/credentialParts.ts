import { Secret } from '../secret.ts';

/**
 * A credential of what was entered for its parts, in their order: the value itself where there is one part, else JSON
 * with those that are not empty (docs/auth.md). Empty when all of them are.
 */
export function credentialOfParts(keys: readonly string[], typed: readonly string[]): Secret {
  if (keys.length === 1) return new Secret(typed[0] ?? '');
  const entered = typed.flatMap((text, index): readonly [string, string][] => {
    const key = keys[index];
    return text === '' || key === undefined ? [] : [[key, text]];
  });
  return new Secret(entered.length === 0 ? '' : JSON.stringify(Object.fromEntries(entered)));
}
