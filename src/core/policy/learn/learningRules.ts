import { applyEdits, listOf } from '../../text/textEdit.ts';
import { parsePolicy } from '../read/parse.ts';
import { addPair } from '../text/yamlEdit.ts';
import { pairWithKey, rootOf } from '../text/yamlFind.ts';
import { addRules } from './learn.ts';

const RULES = [
  '- { path: /**, methods: [GET, HEAD] }',
  '- { path: /**, methods: [POST, PUT, PATCH, DELETE], approval: always }',
];

/**
 * A policy text under which a service's reads are allowed and its writes ask; deny rules still deny, and rules that ask
 * still ask. Undefined for a text with errors, or without that service.
 */
export function openForLearning(text: string, name: string): string | undefined {
  const service = parsePolicy(text).policy?.services.get(name);
  const root = rootOf(text);
  if (service === undefined || root === undefined) return undefined;
  const map = pairWithKey(root, service.span)?.pair.value;
  const added = addRules(text, root, service, RULES);
  const edits =
    added.length > 0 || !map ? added : listOf(addPair(text, map, ['policies:', ...RULES.map((rule) => `  ${rule}`)]));
  const opened = edits.length === 0 ? undefined : applyEdits(text, edits);
  // What was written must mean what was meant: two rules more, and nothing else.
  const rules = opened === undefined ? undefined : parsePolicy(opened).policy?.services.get(name)?.rules;
  return rules?.length === service.rules.length + RULES.length ? opened : undefined;
}
