import type { CanonicalRequest, Method } from '../request/model.ts';
import { literalPattern } from '../request/path.ts';
import { foldSegments, strippedSegments } from './fold.ts';
import type { Decision, Rule, Service } from './model.ts';
import { PathIndex } from './pathIndex.ts';

/** A rule and its place in the file, which settles the order among rules of one effect. */
interface Place {
  readonly rule: Rule;
  readonly order: number;
}

/** One service's rules, ready to be looked up. Built once per policy version. */
export interface CompiledService {
  readonly service: Service;
  /** Allow rules by their strict form, those that ask too: without one of them nothing passes. */
  readonly allow: PathIndex<Place>;
  /** Allow rules with `approval`: whatever they match generously asks, whichever rule allows it. */
  readonly ask: BothForms;
  readonly deny: BothForms;
}

/** Rules by both forms: either one matches. */
interface BothForms {
  readonly strict: PathIndex<Place>;
  readonly folded: PathIndex<Place>;
}

/** What is judged: the canonical path below the base URL's prefix, and the method. */
export type JudgedRequest = Pick<CanonicalRequest, 'method' | 'segments' | 'path'>;

export function compileService(service: Service): CompiledService {
  const allow = new PathIndex<Place>(true);
  const ask = bothForms();
  const deny = bothForms();
  for (const [order, rule] of service.rules.entries()) {
    const place = { rule, order };
    if (rule.effect === 'allow') allow.add(rule.pattern.strict, place);
    const generous = rule.effect === 'deny' ? deny : rule.approval === undefined ? undefined : ask;
    generous?.strict.add(rule.pattern.strict, place);
    generous?.folded.add(rule.pattern.folded, place);
  }
  return { service, allow, ask, deny };
}

function bothForms(): BothForms {
  return { strict: new PathIndex<Place>(true), folded: new PathIndex<Place>(false) };
}

/**
 * What the service's rules say about a request: deny over ask over allow, whatever their order in the file, and
 * deny when none allows. Pure; the cost depends on the path, not on the number of rules.
 */
export function decide(compiled: CompiledService, request: JudgedRequest): Decision {
  const segments = request.segments.map(literalPattern);
  const folded = foldSegments(request.segments);
  const stripped = strippedSegments(folded);
  const concerning = ({ strict, folded: index }: BothForms): Place[] =>
    [
      ...strict.match(segments),
      ...index.match(folded),
      ...(stripped === undefined ? [] : index.match(stripped)),
    ].filter((place) => concerns(place.rule, request.method));
  const denied = first(concerning(compiled.deny));
  if (denied !== undefined) {
    return { verdict: 'deny', rule: denied, reason: `${what(request)} is denied by ${ruleName(denied)}.` };
  }
  const fitting = compiled.allow.match(segments);
  const allowed = first(fitting.filter((place) => allows(place.rule, request.method)));
  if (allowed !== undefined) {
    const asking = concerning(compiled.ask);
    const asks = first(asking.filter(({ rule }) => rule.approval === 'always')) ?? first(asking);
    if (asks !== undefined) {
      return { verdict: 'ask', rule: asks, reason: `${what(request)} asks a person, by ${ruleName(asks)}.` };
    }
    return { verdict: 'allow', rule: allowed, reason: `${what(request)} is allowed by ${ruleName(allowed)}.` };
  }
  return { verdict: 'deny', reason: whyNothing(compiled.service, request, fitting) };
}

/** A rule that allows names its methods; one without a list allows none. */
function allows(rule: Rule, method: Method): boolean {
  return rule.methods?.has(method) === true;
}

/** A deny rule without methods concerns all; one for GET concerns HEAD too, which tells most of the same. */
function concerns(rule: Rule, method: Method): boolean {
  if (rule.methods === undefined) return true;
  return rule.methods.has(method) || (method === 'HEAD' && rule.methods.has('GET'));
}

function first(places: readonly Place[]): Rule | undefined {
  let best: Place | undefined;
  for (const place of places) if (best === undefined || place.order < best.order) best = place;
  return best?.rule;
}

/** Longest path that a reason quotes, in characters. */
const MAX_QUOTED = 200;

function what(request: JudgedRequest): string {
  const { path } = request;
  return `${request.method} ${path.length > MAX_QUOTED ? `${path.slice(0, MAX_QUOTED)}…` : path}`;
}

function ruleName(rule: Rule): string {
  return `the ${rule.approval === undefined ? rule.effect : 'ask'} rule for ${rule.pattern.text} (line ${rule.line})`;
}

function whyNothing(service: Service, request: JudgedRequest, fitting: readonly Place[]): string {
  if (service.rules.length === 0) return `${service.name} has no policies, so every request to it is denied.`;
  const methods = new Set(fitting.flatMap((place) => [...(place.rule.methods ?? [])]));
  if (methods.size === 0) return `No rule of ${service.name} allows ${what(request)}.`;
  return `No rule of ${service.name} allows ${what(request)}; this path is open to ${[...methods].join(', ')} only.`;
}
