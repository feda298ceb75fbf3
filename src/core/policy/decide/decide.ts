import { literalPattern } from '../../request/parts/path.ts';
import type { CanonicalRequest } from '../../request/parts/requestModel.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Decision } from '../model/decision.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { namesPathEnd, pathsBefore } from '../patterns/pathEnds.ts';
import { PathIndex } from '../patterns/pathIndex.ts';
import { pathReadings } from '../patterns/readings.ts';
import { type CompiledRule, compileRule } from './compiledRule.ts';
import { JudgedRequest } from './judgedRequest.ts';
import type { RequestReading } from './requestReading.ts';

/** One service's rules, ready to be looked up. Built once per policy version. */
export interface CompiledService {
  readonly service: Service;
  /** Allow rules by their strict form, those that ask too: without one of them nothing passes. */
  readonly allow: PathIndex<CompiledRule>;
  /** Allow rules with `approval`: whatever they match generously asks, whichever rule allows it. */
  readonly ask: BothForms;
  readonly deny: BothForms;
}

/** Rules by both forms: either one matches. */
interface BothForms {
  readonly strict: PathIndex<CompiledRule>;
  readonly folded: PathIndex<CompiledRule>;
}

/** What is judged: the canonical path below the base URL's prefix, the method, the query, and the body with its type. */
export type Judged = Pick<CanonicalRequest, 'method' | 'segments' | 'path' | 'query' | 'body'> &
  Partial<Pick<CanonicalRequest, 'headers'>>;

export function compileService(service: Service): CompiledService {
  const allow = new PathIndex<CompiledRule>(true);
  const ask = bothForms();
  const deny = bothForms();
  for (const [order, rule] of service.rules.entries()) {
    const compiled = compileRule(rule, order);
    if (rule.effect === 'allow') allow.add(rule.pattern.strict, compiled);
    const generous = rule.effect === 'deny' ? deny : rule.approval === undefined ? undefined : ask;
    generous?.strict.add(rule.pattern.strict, compiled);
    generous?.folded.add(rule.pattern.folded, compiled);
    if (rule.pattern.decoded) generous?.folded.add(rule.pattern.decoded, compiled);
  }
  return { service, allow, ask, deny };
}

function bothForms(): BothForms {
  return { strict: new PathIndex<CompiledRule>(true), folded: new PathIndex<CompiledRule>(false) };
}

/** The rules whose pattern fits a request's path, by what they could do. */
export interface Fitting {
  readonly allow: readonly CompiledRule[];
  readonly ask: readonly CompiledRule[];
  readonly deny: readonly CompiledRule[];
}

/** The rules whose pattern fits the path. The cost depends on the path, not on the number of rules. */
export function fittingRules(compiled: CompiledService, request: Pick<Judged, 'segments'>): Fitting {
  const segments = request.segments.map(literalPattern);
  const paths = pathReadings(request.segments);
  const generously = (forms: BothForms): CompiledRule[] => [
    ...forms.strict.match(segments),
    ...paths.flatMap((path) => forms.folded.matchReadings(path)),
  ];
  return { allow: compiled.allow.match(segments), ask: generously(compiled.ask), deny: generously(compiled.deny) };
}

/**
 * The rules that allow a request, however servers read its path. Where some of them end it early, a rule allows it that has
 * the sign in its own path, or any that fits if one allows what stands before the sign, too. `allows`: what else they ask.
 */
export function allowingRules(
  { allow }: CompiledService,
  { segments }: Pick<Judged, 'segments'>,
  fitting: Pick<Fitting, 'allow'>,
  allows: (rule: CompiledRule) => boolean,
): readonly CompiledRule[] {
  const allowing = fitting.allow.filter(allows);
  return pathsBefore(segments).every((before) => allow.match(before.map(literalPattern)).some(allows))
    ? allowing
    : allowing.filter(({ rule }) => namesPathEnd(rule.pattern));
}

/**
 * What the service's rules say about a request: deny over ask over allow, whatever their order in the file, and
 * deny when none allows. Pure. `agent` is the client's short name (core/audit/agentName.ts); without one, a rule for
 * certain agents allows nothing. The reason quotes the policy alone: agents read it, and what is theirs in a request may be
 * a guess at a credential, which a copy with credentials taken out would answer. `reading` is what others share who decide
 * about the same request.
 */
export function decide(compiled: CompiledService, request: Judged, agent?: string, reading?: RequestReading): Decision {
  const judge = (): Decision => decideAnew(compiled, request, agent, reading);
  return reading ? reading.decisionOf(compiled, agent, judge) : judge();
}

function decideAnew(compiled: CompiledService, request: Judged, agent?: string, reading?: RequestReading): Decision {
  const fitting = fittingRules(compiled, request);
  const judged = new JudgedRequest(request, compiled.service, agent, reading);
  const denied = firstOf(fitting.deny, (rule) => rule.concerns(judged))?.rule;
  if (denied !== undefined) {
    return {
      verdict: 'deny',
      rule: denied,
      reason: phrase`This ${request.method} request is denied by ${ruleName(denied)}.`,
    };
  }
  const allows = (rule: CompiledRule): boolean => rule.missing(judged) === undefined;
  const allowed = firstOf(allowingRules(compiled, request, fitting, allows), () => true)?.rule;
  if (allowed === undefined) return { verdict: 'deny', reason: whyNothing(compiled.service, request, fitting, judged) };
  const always = firstOf(fitting.ask, (one) => one.rule.approval === 'always' && one.concerns(judged));
  const asks = (always ?? firstOf(fitting.ask, (rule) => rule.concerns(judged)))?.rule;
  return asks === undefined
    ? {
        verdict: 'allow',
        rule: allowed,
        reason: phrase`This ${request.method} request is allowed by ${ruleName(allowed)}.`,
      }
    : {
        verdict: 'ask',
        rule: asks,
        reason: phrase`This ${request.method} request needs approval, by ${ruleName(asks)}.`,
      };
}

/** The one that comes first in the file; of those behind one that holds, nothing is asked. */
function firstOf(rules: readonly CompiledRule[], holds: (rule: CompiledRule) => boolean): CompiledRule | undefined {
  let best: CompiledRule | undefined;
  for (const rule of rules) if ((best === undefined || rule.order < best.order) && holds(rule)) best = rule;
  return best;
}

function ruleName(rule: Rule): Phrase {
  return phrase`the ${rule.approval === undefined ? rule.effect : 'ask'} rule for ${rule.pattern.text} (line ${rule.line})`;
}

function whyNothing(service: Service, request: Judged, { allow }: Fitting, judged: JudgedRequest): Phrase {
  if (service.rules.length === 0) return phrase`${service.name} has no policies, so every request to it is denied.`;
  const nothing = phrase`No rule of ${service.name} allows this ${request.method} request`;
  if (allow.some((rule) => rule.missing(judged) === undefined)) {
    return phrase`${nothing} as far as servers may read it: some end a path at a semicolon or at an escaped ? or #, and no rule allows what stands before it. A rule that has the sign in its own path would allow it.`;
  }
  const near = firstOf(allow, ({ rule }) => rule.methods?.has(request.method) === true);
  if (near !== undefined)
    return phrase`${nothing}: ${ruleName(near.rule)} does not match, because ${near.missing(judged)?.() ?? ''}.`;
  const methods = new Set(allow.flatMap(({ rule }) => [...(rule.methods ?? [])]));
  return methods.size === 0 ? phrase`${nothing}.` : phrase`${nothing}; this path is allowed only with ${[...methods]}.`;
}
