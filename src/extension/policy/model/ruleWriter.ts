import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { narrowestRule, type WantedRule } from '../../../core/policy/learn/narrowestRule.ts';
import { PolicyNotWritableError } from './entryInsertion.ts';

/** The rule's lines as they go into the file, without indentation: an entry of `policies`. */
export function ruleLines(wanted: WantedRule): readonly string[] {
  return narrowestRule(wanted).split('\n');
}

/**
 * The policy text with a rule at the end of the service's `policies`. Where it can be done by inserting lines, nothing
 * else in the text changes by a character; else comments and the order of everything stay. Throws
 * {@link PolicyNotWritableError} when the text has no such service.
 */
export function withRule(text: string, service: string, wanted: WantedRule): string {
  const document = parseDocument(text, { uniqueKeys: false });
  if (document.errors.length > 0) throw new PolicyNotWritableError('The policy file is not valid YAML.');
  const definition = document.getIn(['services', service], true);
  if (!isMap(definition)) throw new PolicyNotWritableError(`The policy file does not have the service ${service}.`);
  const inserted = inserting(text, document, definition, ruleLines(wanted));
  const rule: unknown = parseDocument(ruleLines(wanted).join('\n')).get(0, true);
  const policies = definition.get('policies', true);
  if (isSeq(policies)) policies.add(rule);
  else definition.set('policies', document.createNode([rule]));
  // The two ways must agree on the meaning; the inserted text is only the better looking one.
  if (inserted !== undefined) {
    const reread = parseDocument(inserted, { uniqueKeys: false });
    if (reread.errors.length === 0 && isDeepStrictEqual(reread.toJS(), document.toJS())) return inserted;
  }
  return document.toString({ lineWidth: 0 });
}

/** The text with the lines put after the last rule; undefined where that is not a matter of inserting lines. */
function inserting(
  text: string,
  document: Document,
  definition: YAMLMap,
  lines: readonly string[],
): string | undefined {
  const policies = definition.get('policies', true);
  if (!isSeq(policies) || policies.flow || policies.items.length === 0) return undefined;
  const last = policies.items.at(-1);
  if (!(isMap(last) || isScalar(last)) || !last.range || !document.range) return undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const ended = text.endsWith('\n') ? text : text + eol;
  const dash = ended.lastIndexOf('-', last.range[0]);
  const indent = ended.slice(ended.lastIndexOf('\n', dash) + 1, dash);
  if (indent.trim() !== '') return undefined;
  const end = last.range[1];
  // The value of a block map ends at the start of the next line, one in braces within its line.
  const at = ended[end - 1] === '\n' ? end : ended.indexOf('\n', end) + 1;
  return ended.slice(0, at) + lines.map((line) => `${indent}${line}${eol}`).join('') + ended.slice(at);
}
