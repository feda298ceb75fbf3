import type { SecretPlace } from '../model/checkupModel.ts';

/**
 * The name of the variable that is to hold a secret: its own, where it has one, and else one that says of which server it
 * is. Names that many servers have are used once.
 *
 * @param label as `secretLabel` says it
 * @param isTaken whether a name stands for another value
 */
export function variableName(
  { where, name, kind }: SecretPlace,
  label: string,
  server: string,
  isTaken: (name: string) => boolean,
): string {
  const isVariable = where === 'env' || /^[A-Z][A-Z0-9_]*$/.test(label);
  const isOwn = name !== undefined && (label === name || label.startsWith(`${name} `));
  const own = isVariable && isOwn ? upperSnake(label) : '';
  const what = /connection string|password in a URL/.test(kind)
    ? 'PASSWORD'
    : /^authorization$/i.test(label)
      ? 'TOKEN'
      : upperSnake(label) || 'KEY';
  const wanted = [own, server === '' ? '' : `${upperSnake(server)}_${what}`].filter((one) => /^[A-Z]/.test(one));
  const base = wanted.at(-1) ?? `MCP_${what}`;
  const free = wanted.find((one) => !isTaken(one));
  if (free !== undefined) return free;
  for (let number = 2; ; number += 1) if (!isTaken(`${base}_${number}`)) return `${base}_${number}`;
}

function upperSnake(text: string): string {
  return (text.toUpperCase().match(/[A-Z0-9]+/g) ?? []).join('_');
}
