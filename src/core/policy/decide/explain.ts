import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Decision } from '../model/decision.ts';
import { allowingRules, type CompiledService, decide, fittingRules, type Judged } from './decide.ts';
import { JudgedRequest } from './judgedRequest.ts';

/** One rule and whether it applied. */
export interface ExplainedRule {
  /** The rule's id. */
  readonly rule: string;
  readonly line: number;
  readonly applied: boolean;
  /** One sentence. */
  readonly why: Phrase;
}

/** A decision, with every rule of the service in the order of the file. */
export interface Explained extends Decision {
  readonly rules: readonly ExplainedRule[];
}

/** As {@link decide}, and why each rule did or did not apply. Both use the same look-up and the same checks. */
export function explain(compiled: CompiledService, request: Judged, agent?: string): Explained {
  const fitting = fittingRules(compiled, request);
  const judged = new JudgedRequest(request, compiled.service, agent);
  const byOrder = new Map(
    [...fitting.allow, ...fitting.ask, ...fitting.deny].map((rule) => [rule.order, rule] as const),
  );
  const strictly = new Set(fitting.allow.map(({ order }) => order));
  const allowing = new Set(
    allowingRules(compiled, request, fitting, (rule) => rule.missing(judged) === undefined).map(({ order }) => order),
  );
  const rules = compiled.service.rules.map((rule, order): ExplainedRule => {
    const about = { rule: rule.id, line: rule.line };
    const compiledRule = byOrder.get(order);
    if (compiledRule === undefined)
      return { ...about, applied: false, why: phrase`The path of the rule does not match.` };
    const because = compiledRule.missing(judged)?.();
    if (rule.effect === 'deny') {
      return compiledRule.concerns(judged)
        ? { ...about, applied: true, why: phrase`The rule denies this request.` }
        : {
            ...about,
            applied: false,
            why: phrase`The path matches, but not the methods, agents or conditions of the rule.`,
          };
    }
    if (allowing.has(order)) {
      return {
        ...about,
        applied: true,
        why:
          rule.approval === undefined
            ? phrase`The rule allows this request.`
            : phrase`The rule allows this request, after approval.`,
      };
    }
    if (rule.approval !== undefined && compiledRule.concerns(judged)) {
      return {
        ...about,
        applied: true,
        why: phrase`The rule requires approval for this request, but does not allow it.`,
      };
    }
    const why = strictly.has(order)
      ? phrase`The path matches, but ${because ?? phrase`some servers end it at a semicolon or at an escaped ? or #, and no rule allows what stands before it`}.`
      : phrase`The path matches only loosely, and only an exact match allows a request.`;
    return { ...about, applied: false, why };
  });
  return { ...decide(compiled, request, agent), rules };
}
