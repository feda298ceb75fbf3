import { literalPattern } from '../../request/parts/path.ts';
import { type CompiledService, compileService, decide, type Judged } from '../decide/decide.ts';
import type { RequestReading } from '../decide/requestReading.ts';
import type { Decision } from '../model/decision.ts';
import { compilePattern } from '../patterns/pattern.ts';
import type { WantedRule } from './narrowestRule.ts';

/**
 * What the service would say of a request if it had one rule more: as {@link decide}, but for what only the lack of a
 * rule denies. It takes no longer for a service of many rules; that another rule asks about the request as well is not
 * looked at.
 */
export function decideWithRule(
  compiled: CompiledService,
  added: WantedRule,
  request: Judged,
  agent?: string,
  reading?: RequestReading,
): Decision {
  const now = decide(compiled, request, agent, reading);
  if (now.verdict !== 'deny' || now.rule !== undefined) return now;
  const pattern = compilePattern(literalPattern(added.path), compiled.service.encodedSlash === true);
  if (!pattern.ok) return now;
  const { method, graphql, approval } = added;
  const rule = {
    id: `${compiled.service.name}/policies/added`,
    effect: 'allow' as const,
    methods: new Set([method]),
    pattern: pattern.value,
    span: { start: 0, end: 0 },
    line: 0,
    ...(graphql === undefined ? {} : { graphql }),
    ...(approval ? { approval } : {}),
  };
  const then = decide(compileService({ ...compiled.service, rules: [rule] }), request, agent, reading);
  return then.verdict === 'deny' ? now : then;
}
