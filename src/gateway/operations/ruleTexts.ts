import { describeRule } from '../../core/policy/compare/describeRule.ts';
import type { Rule } from '../../core/policy/model/rule.ts';
import { inEnglish } from '../../core/text/phrase.ts';
import type { ServiceInForce } from '../policies/policySet.ts';
import type { TurnBudget } from '../util/turnBudget.ts';

/** Of one service, in one document. */
const MAX_RULES_IN_FULL = 500;

/**
 * The rules of services as lines of text. A policy may have thousands of them, so other events get their turn in between, and
 * they are worded once for each version of the policies, however many agents ask.
 */
export class RuleTexts {
  readonly #turnBudget: Pick<TurnBudget, 'turn'>;
  readonly #made = new WeakMap<ServiceInForce, Promise<readonly string[]>>();

  constructor(turnBudget: Pick<TurnBudget, 'turn'>) {
    this.#turnBudget = turnBudget;
  }

  of(inForce: ServiceInForce): Promise<readonly string[]> {
    const texts = this.#made.get(inForce) ?? this.#make(inForce);
    this.#made.set(inForce, texts);
    return texts;
  }

  async #make({ documents }: ServiceInForce): Promise<readonly string[]> {
    const texts = new Set<string>();
    for (const part of documents) for (const text of await this.#shown(part)) texts.add(text);
    return [...texts];
  }

  /** The rules of one document; those that nobody has approved yet may be anybody's words, and are counted alone. */
  async #shown({ document, approved, written }: ServiceInForce['documents'][number]): Promise<readonly string[]> {
    const rules = await this.#worded((written?.service.rules ?? []).slice(0, MAX_RULES_IN_FULL));
    if (document.ceiling || written === approved) return rules;
    const known = new Set(document.grants ? await this.#worded(approved?.service.rules ?? []) : []);
    const shown = rules.filter((rule) => known.has(rule));
    const others = rules.length - shown.length;
    return others === 0 ? shown : [...shown, `… and ${others} in ${document.label} that the user has not approved yet`];
  }

  async #worded(rules: readonly Rule[]): Promise<readonly string[]> {
    const texts: string[] = [];
    for (const rule of rules) {
      await this.#turnBudget.turn();
      texts.push(inEnglish(describeRule(rule)));
    }
    return texts;
  }
}
