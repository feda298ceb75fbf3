import type { Rule } from '../../core/policy/model/rule.ts';

/**
 * What rules say, as texts: two with one key ask the same, wherever in their files they stand. A rule may have thousands of
 * conditions, and is asked for its key with every call and every look at a question: each is written once.
 */
export class RuleKeys {
  readonly #said = new WeakMap<Rule, string>();

  /** `half` is `approved` or `written`. */
  of(documentId: string, half: string, rule: Rule): string {
    return `${JSON.stringify([documentId, half])} ${this.saidBy(rule)}`;
  }

  /** All that a rule says. */
  saidBy(rule: Rule): string {
    const said = this.#said.get(rule) ?? write(rule);
    this.#said.set(rule, said);
    return said;
  }
}

/** Without positions and numbers, which shift with every edit elsewhere in the file. */
function write({ id: _id, line: _line, span: _span, methods, ...rule }: Rule): string {
  return JSON.stringify([methods && [...methods].sort(), rule]);
}
