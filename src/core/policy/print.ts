/**
 * A text as a YAML value on one line: plain where no reader could take it for anything else, else in double quotes
 * (JSON's form, which YAML 1.2 reads the same).
 */
export function yamlText(text: string): string {
  return /^\/[\w./*~%-]*$/.test(text) ? text : JSON.stringify(text);
}
