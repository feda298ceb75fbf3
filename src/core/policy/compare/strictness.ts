import type { Decision } from '../model/decision.ts';
import type { Approval, Rule } from '../model/rule.ts';

const VERDICTS = { allow: 0, ask: 1, deny: 3 } as const;

/** How much a decision holds back: allow, ask with ten minutes as a choice, ask every time, deny. Rises. */
export function strictness({ verdict, rule }: Decision): number {
  return verdict === 'ask' && rule?.approval !== 'remember' ? VERDICTS.ask + 1 : VERDICTS[verdict];
}

/** Whether a rule asks at least as strictly as `approval` does. Nothing asks less than no approval. */
export function asksAsStrictly(rule: Pick<Rule, 'approval'>, approval: Approval | undefined): boolean {
  return rank(rule.approval) >= rank(approval);
}

function rank(approval: Approval | undefined): number {
  return approval === undefined ? 0 : approval === 'remember' ? 1 : 2;
}
