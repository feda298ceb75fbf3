import type { CompiledService } from '../../core/policy/decide/decide.ts';
import { fittingRules } from '../../core/policy/decide/decide.ts';
import type { CanonicalRequest } from '../../core/request/parts/requestModel.ts';
import type { JointDecision, ServiceInForce } from './policySet.ts';

/** Fewer characters than any credential has: so much of an agent's own words may be repeated to it. */
const MAX_REPEATED = 7;

/** What a request was meant to be whose path repeats the end of the base URL. */
export interface MeantPath {
  /** What it repeats: all of the base URL's prefix, or its last segments. */
  readonly repeated: string;
  /** The path without the prefix, where hardly anything in it is the agent's own. */
  readonly path?: string;
  /** The request has a query, which stays as it is. */
  readonly hasQuery: boolean;
}

/**
 * Whether a request's path begins with the base URL's own prefix, or with its end, by mistake: agents know an API's documented
 * paths by heart. It is one where the path without that would pass, unless a rule that the whole path fits says that the API has
 * it twice. A path that passes may well begin with a word of the prefix's; that it begins with the prefix or its version is a
 * mistake. What a deny rule is for stays denied.
 */
export function repeatedPrefix(
  inForce: ServiceInForce,
  request: CanonicalRequest,
  { verdict, rule, awaitsApproval, byAdministrator }: JointDecision,
  agent: string,
): MeantPath | undefined {
  const { prefix } = inForce.service.baseUrl;
  const repeated = endOfPrefix(prefix, request.path);
  if (repeated === undefined) return undefined;
  if (verdict === 'deny' && (rule !== undefined || awaitsApproval || byAdministrator)) return undefined;
  if (verdict !== 'deny' && repeated !== prefix && !VERSION.test(repeated)) return undefined;
  const path = request.path.slice(repeated.length) || '/';
  const target = `${prefix}${request.target.slice(prefix.length + repeated.length)}`;
  const meant = { ...request, path, segments: path.slice(1).split('/'), target };
  if (inForce.decide(meant, agent).verdict === 'deny') return undefined;
  if (verdict !== 'deny' && compiledOf(inForce).some((compiled) => isNamed(compiled, request, repeated)))
    return undefined;
  const hasQuery = request.query.length > 0;
  return { repeated, hasQuery, ...(isPublic(inForce, meant) ? { path } : {}) };
}

const VERSION = /^\/v\d/i;

/** The longest end of the prefix, in whole segments, with which the path begins. */
function endOfPrefix(prefix: string, path: string): string | undefined {
  for (let at = 0; at >= 0 && at < prefix.length; at = prefix.indexOf('/', at + 1)) {
    const end = prefix.slice(at);
    if (path === end || path.startsWith(`${end}/`)) return end;
  }
  return undefined;
}

/** Whether a rule that the path fits begins with the prefix, in letters and not by a star. */
function isNamed(compiled: CompiledService, request: CanonicalRequest, prefix: string): boolean {
  return fittingRules(compiled, request).allow.some(({ rule: { pattern } }) =>
    `${pattern.canonical}/`.startsWith(`${prefix}/`),
  );
}

/** Whether a path is made of words of the policy's, but for a few characters. */
function isPublic(inForce: ServiceInForce, { segments }: Pick<CanonicalRequest, 'segments'>): boolean {
  const words = new Set(
    compiledOf(inForce).flatMap(({ service: { rules } }) =>
      rules.flatMap(({ pattern }) => pattern.strict.flatMap((unit) => (unit.kind === 'literal' ? [unit.text] : []))),
    ),
  );
  return segments.filter((segment) => !words.has(segment)).join('').length <= MAX_REPEATED;
}

function compiledOf({ documents }: ServiceInForce): readonly CompiledService[] {
  return documents.flatMap(({ approved, written }) => [approved, written]).filter((one) => one !== undefined);
}
