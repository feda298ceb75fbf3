/** A parameter without an equals sign has no value. */
export type WrittenParameter = readonly [name: string, value: string | undefined];

/**
 * The parameters of a query or a form as they are written out, decoded, in their order. A `+` is a space, as forms and nearly
 * all servers have it, and `;` separates nothing. Undefined for broken escapes: `decodeURIComponent` is strict about UTF-8.
 */
export function writtenParameters(text: string): readonly WrittenParameter[] | undefined {
  try {
    return text
      .split('&')
      .filter((piece) => piece !== '')
      .map((piece) => {
        const equals = piece.indexOf('=');
        return equals === -1
          ? ([decoded(piece), undefined] as const)
          : ([decoded(piece.slice(0, equals)), decoded(piece.slice(equals + 1))] as const);
      });
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
