import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, parseDocument, YAMLMap } from 'yaml';

/** The policy text cannot take an entry: it is not YAML, or what should hold the entry is no map. */
export class PolicyNotWritableError extends Error {}

/** Where an entry goes. */
type Section = 'services' | 'servers';

/** An entry as lines of YAML: its key at the margin, everything below it indented. */
export interface NewEntry {
  readonly name: string;
  readonly lines: readonly string[];
}

/**
 * The policy text with the entry added at the end of its section, or replaced where it was. Where it can be done by
 * inserting lines, nothing else in the text changes by a character; else comments and the order of everything stay.
 * An absent or empty text gives a new document.
 */
export function withEntry(text: string | undefined, section: Section, entry: NewEntry): string {
  const before = text ?? '';
  const document = parse(before);
  if (document.errors.length > 0) throw new PolicyNotWritableError('The policy file is not valid YAML.');
  const inserted = inserting(before, document, section, entry);
  setEntry(document, section, entry);
  // The two ways must agree on the meaning; the inserted text is only the better looking one.
  if (inserted !== undefined) {
    const reread = parse(inserted);
    if (reread.errors.length === 0 && isDeepStrictEqual(reread.toJS(), document.toJS())) return inserted;
  }
  return document.toString({ lineWidth: 0 });
}

/** A string as YAML that means the same inside and outside braces; JSON's strings are YAML's double-quoted ones. */
export function scalar(value: string): string {
  const plain = /^[A-Za-z/][A-Za-z0-9_./*:-]*[A-Za-z0-9_/*]$/.test(value) && parseDocument(value).toJS() === value;
  return plain ? value : JSON.stringify(value);
}

function parse(text: string): Document {
  return parseDocument(text, { uniqueKeys: false });
}

function setEntry(document: Document, section: Section, { name, lines }: NewEntry): void {
  if (isEmpty(document.contents)) {
    document.contents = document.createNode({});
  }
  if (!isMap(document.contents)) throw new PolicyNotWritableError('The policy file does not hold a map.');
  const entries = document.contents.get(section);
  if (!isMap(entries) && entries !== undefined && entries !== null) {
    throw new PolicyNotWritableError(`\`${section}\` in the policy file is not a map.`);
  }
  const value = parse(lines.join('\n')).get(name, true);
  if (isMap(entries)) {
    entries.set(name, value);
    return;
  }
  const fresh = new YAMLMap(document.schema);
  fresh.set(name, value);
  document.contents.set(section, fresh);
}

/** True for a text of comments alone as well. */
function isEmpty(root: unknown): boolean {
  return root === null || (isScalar(root) && root.value === null);
}

/** The text with the entry's lines put in; undefined where that is not a matter of inserting lines. */
function inserting(text: string, document: Document, section: Section, entry: NewEntry): string | undefined {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = (indent: number): string => entry.lines.map((line) => `${' '.repeat(indent)}${line}${eol}`).join('');
  const ended = text === '' || text.endsWith('\n') ? text : text + eol;
  const root = document.contents;
  if (isEmpty(root)) return `${ended}${section}:${eol}${block(2)}`;
  if (!isMap(root) || root.flow) return undefined;
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === section);
  if (!pair) return `${ended}${section}:${eol}${block(2)}`;
  const entries = pair.value;
  if (isMap(entries) && entries.has(entry.name)) return undefined;
  if (isMap(entries) && entries.items.length > 0) return entries.flow ? undefined : afterLast(ended, entries, block);
  const range = isMap(entries) || isScalar(entries) ? entries.range : undefined;
  if (!range) return undefined;
  const rest = ended.slice(range[1]);
  const lineEnd = rest.indexOf('\n') + 1;
  const head = ended.slice(0, range[0]).trimEnd();
  return head + rest.slice(0, lineEnd) + block(2) + rest.slice(lineEnd);
}

function afterLast(text: string, entries: YAMLMap, block: (indent: number) => string): string | undefined {
  const [firstKey, lastValue] = [entries.items[0]?.key, entries.items.at(-1)?.value];
  if (!isScalar(firstKey) || !firstKey.range || !isMap(lastValue) || !lastValue.range) return undefined;
  const indent = firstKey.range[0] - (text.lastIndexOf('\n', firstKey.range[0] - 1) + 1);
  const end = lastValue.range[1];
  // The value of a block map ends at the start of the next line, one in braces within its line.
  const at = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  return text.slice(0, at) + block(indent) + text.slice(at);
}
