import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLMap } from 'yaml';
import { inEnglish, type Phrase, phrase } from '../../text/phrase.ts';
import { applyEdits, lineEndOf, listOf, type TextEdit } from '../../text/textEdit.ts';
import { addItems, addPair, fillLines } from './yamlEdit.ts';
import { type AnyMap, isNothing, pairNamed } from './yamlFind.ts';
import { flowText } from './yamlText.ts';

/** The policy text cannot take an entry: it is not YAML, or what should hold the entry is no map. */
export class PolicyNotWritableError extends Error {
  readonly why: Phrase;

  constructor(why: Phrase) {
    super(inEnglish(why));
    this.why = why;
  }
}

/** Where an entry goes. */
type Section = 'services' | 'servers';

/** An entry as lines of YAML: its key at the margin, everything below it indented. */
export interface NewEntry {
  readonly name: string;
  readonly lines: readonly string[];
}

/**
 * The policy text with the entry added at the end of its section, or replaced where it was. Where the entry can be put in,
 * nothing else in the text changes by a character; else comments and the order of everything stay. An absent or empty
 * text gives a new document.
 */
export function withEntry(text: string | undefined, section: Section, entry: NewEntry): string {
  const before = text ?? '';
  const document = parseFile(before);
  const edits = entryEdits(before, document.contents, section, entry);
  setEntry(document, section, entry);
  return inserted(before, edits, document);
}

/**
 * The policy text with a rule, which is an item in lines, at the end of the service's `policies`. Throws
 * {@link PolicyNotWritableError} when the text has no such service.
 */
export function withItem(text: string, service: string, lines: readonly string[]): string {
  const document = parseFile(text);
  const definition = document.getIn(['services', service], true);
  if (!isMap(definition))
    throw new PolicyNotWritableError(phrase`The policy file does not have the service ${service}.`);
  const map = definition as AnyMap;
  const pair = pairNamed(map, 'policies');
  const edits = pair
    ? addItems(text, { map, pair, parents: [] }, lines)
    : listOf(addPair(text, map, ['policies:', ...lines.map((line) => `  ${line}`)]));
  const rule: unknown = parse(lines.join('\n')).get(0, true);
  const policies = definition.get('policies', true);
  if (isSeq(policies)) policies.add(rule);
  else definition.set('policies', document.createNode([rule]));
  return inserted(text, edits, document);
}

/**
 * The text with the edits made, if it means what the document means, which was changed in the same way. The text keeps what
 * it looks like; the document knows every way to write YAML.
 */
function inserted(text: string, edits: readonly TextEdit[], document: Document): string {
  if (edits.length > 0) {
    const eol = lineEndOf(text);
    const edited = applyEdits(text, edits);
    const ended = edits.some(({ span }) => span.start === text.length) && !edited.endsWith(eol) ? edited + eol : edited;
    const reread = parse(ended);
    if (reread.errors.length === 0 && JSON.stringify(reread.toJS()) === JSON.stringify(document.toJS())) return ended;
  }
  return document.toString({ lineWidth: 0 }).replaceAll('\n', lineEndOf(text));
}

function parse(text: string): Document {
  return parseDocument(text, { uniqueKeys: false });
}

function parseFile(text: string): Document {
  const document = parse(text);
  if (document.errors.length > 0) throw new PolicyNotWritableError(phrase`The policy file is not valid YAML.`);
  return document;
}

/** None where the entry has to be replaced. */
function entryEdits(text: string, root: unknown, section: Section, { name, lines }: NewEntry): readonly TextEdit[] {
  const added = [`${section}:`, ...lines.map((line) => `  ${line}`)];
  if (isEmpty(root)) {
    const at = { start: text.length, end: text.length };
    return [{ span: at, newText: `${text === '' || text.endsWith('\n') ? '' : '\n'}${added.join('\n')}\n` }];
  }
  if (!isMap(root)) return [];
  const map = root as AnyMap;
  const pair = pairNamed(map, section);
  if (!pair) return listOf(addPair(text, map, added));
  const { value } = pair;
  if (isMap(value) && value.has(name)) return [];
  if (isMap(value) && value.items.length > 0) return listOf(addPair(text, value, lines));
  const written = flowText(parse(lines.join('\n')).toJS());
  return isMap(value) || isNothing(value) ? fillLines(text, { map, pair }, lines, written) : [];
}

function setEntry(document: Document, section: Section, { name, lines }: NewEntry): void {
  if (isEmpty(document.contents)) {
    document.contents = document.createNode({});
  }
  if (!isMap(document.contents)) throw new PolicyNotWritableError(phrase`The policy file does not contain a map.`);
  const entries = document.contents.get(section);
  if (!isMap(entries) && entries !== undefined && entries !== null) {
    throw new PolicyNotWritableError(phrase`\`${section}\` in the policy file is not a map.`);
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
