import { canonicalPath } from '../../request/parts/path.ts';
import { METHODS } from '../../request/parts/requestModel.ts';
import type { SeenBodyType } from '../decide/bodyType.ts';
import { type CompiledService, compileService, fittingRules } from '../decide/decide.ts';
import type { Policy } from '../model/policy.ts';

/** One call of the past, as the audit trail has it: no query, and of a body its kind alone. */
export interface PastCall {
  readonly service: string;
  readonly method: string;
  /** May carry a query, which is not looked at. */
  readonly path: string;
  /** The kinds of body that it was made with, as far as they are known. */
  readonly bodyTypes?: readonly SeenBodyType[];
  /** How often it was made; 1 when absent. */
  readonly count?: number;
}

/**
 * The ids of the rules that could have allowed or asked about one of these calls, going by method and path alone. Calls
 * that no longer are in form count for nothing.
 */
export function rulesUsed({ services }: Pick<Policy, 'services'>, calls: Iterable<PastCall>): Set<string> {
  const used = new Set<string>();
  const compiled = new Map<string, CompiledService>();
  for (const call of calls) {
    const service = services.get(call.service);
    const method = METHODS.find((one) => one === call.method);
    if (service === undefined || method === undefined) continue;
    const path = canonicalPath(call.path, service);
    if (!path.ok) continue;
    const own = compiled.get(service.name) ?? compileService(service);
    compiled.set(service.name, own);
    const { allow, ask } = fittingRules(own, path.value);
    for (const { rule } of [...allow, ...ask]) if (rule.methods?.has(method)) used.add(rule.id);
  }
  return used;
}
