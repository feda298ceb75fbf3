/** The value of a JSON text; undefined for no text and for one that is no JSON, which a schema then refuses. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
