import { isMap, isSeq, type ParsedNode } from 'yaml';
import { canonicalPath } from '../../request/parts/path.ts';
import { METHODS, type Method, SAFE_METHODS } from '../../request/parts/requestModel.ts';
import { inEnglish, type Phrase, phrase } from '../../text/phrase.ts';
import { applyEdits, type TextEdit } from '../../text/textEdit.ts';
import { inOrder } from '../compare/coverage.ts';
import { mayMeet } from '../compare/overlap.ts';
import { asksAsStrictly } from '../compare/strictness.ts';
import type { SeenBodyType } from '../decide/bodyType.ts';
import { allowingRules, compileService, fittingRules } from '../decide/decide.ts';
import { needsBodyType } from '../lint/lintConditions.ts';
import type { BodyType } from '../model/restrictionModel.ts';
import { restrictionsCover } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { pathsBefore } from '../patterns/pathEnds.ts';
import { PathIndex } from '../patterns/pathIndex.ts';
import { compilePattern } from '../patterns/pattern.ts';
import { parsePolicy } from '../read/parse.ts';
import { addItems, removeItem } from '../text/yamlEdit.ts';
import {
  type AnyMap,
  columnOf,
  type FoundPair,
  nodeWithSpan,
  pairNamed,
  pairWithKey,
  rootOf,
} from '../text/yamlFind.ts';
import { yamlText } from '../text/yamlText.ts';
import { generalise } from './generalise.ts';
import type { PastCall } from './rulesUsed.ts';

/** A policy text that traffic suggests. Nothing is in force before the user has reviewed it. */
export interface Proposal {
  readonly text: string;
  /** What changed and why, in the order of the file. Empty when nothing did. */
  readonly changes: readonly ProposedChange[];
}

export interface ProposedChange {
  readonly kind: 'added' | 'removed' | 'narrowed';
  readonly service: string;
  /** The rule in words: `GET /v1/customers/*`. */
  readonly rule: string;
  readonly why: Phrase;
}

interface Call {
  readonly method: Method;
  readonly path: string;
  readonly segments: readonly string[];
  readonly bodyTypes: ReadonlySet<SeenBodyType>;
}

/**
 * Adds rules for calls that no rule fits: one for each path that was used, identifiers as stars, writes with
 * `approval: always`. Services that the text does not name are left out. A text with errors stays as it is.
 */
export function learnPolicy(text: string, calls: Iterable<PastCall>): Proposal {
  return propose(text, calls, (root, service, made) => {
    const compiled = compileService(service);
    const news = made.filter(
      (call) =>
        allowingRules(
          compiled,
          call,
          fittingRules(compiled, call),
          ({ rule }) => rule.methods?.has(call.method) === true,
        ).length === 0,
    );
    const rules = [
      ...newRules(
        news.filter(({ method }) => SAFE_METHODS.has(method)),
        false,
      ),
      ...newRules(
        news.filter(({ method }) => !SAFE_METHODS.has(method)),
        true,
      ),
    ];
    if (rules.length === 0) return NOTHING;
    const added = addRules(
      text,
      root,
      service,
      rules.map(({ yaml }) => yaml),
    );
    if (added.length === 0) return NOTHING;
    return { edits: added, changes: rules.map(({ words: rule, why }) => ({ kind: 'added', rule, why })) };
  });
}

/**
 * Replaces `**` in allow rules by the paths that were used, takes away methods and rules that were not. Deny rules stay,
 * and so do ask rules that another rule would take the place of without asking: a proposal never widens.
 */
export function tightenPolicy(text: string, calls: Iterable<PastCall>): Proposal {
  return propose(text, calls, (root, service, made) => {
    const edits: TextEdit[] = [];
    const changes: ServiceChange[] = [];
    const used = callsByRule(service, made);
    const idle: { readonly rule: Rule; readonly why: Phrase }[] = [];
    for (const rule of service.rules) {
      if (rule.effect === 'deny' || holdsOthersBack(rule, service.rules)) continue;
      const matched = used.get(rule.id) ?? [];
      const own = isOpen(rule) ? notCovered(matched, rule, service.rules, used) : matched;
      if (matched.length === 0) idle.push({ rule, why: phrase`No call used it.` });
      else if (own.length === 0) idle.push({ rule, why: phrase`Narrower rules allow every call that was made.` });
      else {
        // A narrower rule with the sign in its own path would allow it without another rule for what stands before.
        const narrower = own.some(isEndedEarly) ? undefined : narrowRule(text, root, rule, own);
        if (narrower === undefined) continue;
        edits.push(narrower.edit);
        changes.push({ kind: 'narrowed', rule: words(rule.methods ?? [], rule.pattern.text), why: narrower.why });
      }
    }
    const removals = removeRules(
      text,
      root,
      service,
      idle.map(({ rule }) => rule),
    );
    edits.push(...removals);
    for (const { rule, why } of removals.length === 0 ? [] : idle) {
      changes.push({ kind: 'removed', rule: words(rule.methods ?? [], rule.pattern.text), why });
    }
    return { edits, changes };
  });
}

type ServiceChange = Omit<ProposedChange, 'service'>;

/** What is proposed for one service. */
interface ServiceProposal {
  readonly edits: readonly TextEdit[];
  readonly changes: readonly ServiceChange[];
}

const NOTHING: ServiceProposal = { edits: [], changes: [] };

/** Puts together what is proposed for each service, from the calls that were made to it. */
function propose(
  text: string,
  calls: Iterable<PastCall>,
  forService: (root: ParsedNode, service: Service, made: readonly Call[]) => ServiceProposal,
): Proposal {
  const { policy } = parsePolicy(text);
  const root = rootOf(text);
  if (policy === undefined || root === undefined) return { text, changes: [] };
  const byService = callsByService(calls);
  const edits: TextEdit[] = [];
  const changes: ProposedChange[] = [];
  for (const service of policy.services.values()) {
    const proposal = forService(root, service, byService.get(service.name) ?? []);
    edits.push(...proposal.edits);
    changes.push(...proposal.changes.map((change) => ({ ...change, service: service.name })));
  }
  return { text: applyEdits(text, edits), changes };
}

function callsByService(calls: Iterable<PastCall>): ReadonlyMap<string, Call[]> {
  const grouped = new Map<string, Map<string, Call & { readonly bodyTypes: Set<SeenBodyType> }>>();
  for (const { service, method: written, path, bodyTypes = [] } of calls) {
    const method = METHODS.find((one) => one === written);
    // A service that takes no encoded slash had no such call.
    const canonical = canonicalPath(path, { encodedSlash: true });
    if (method === undefined || !canonical.ok) continue;
    const key = `${method} ${canonical.value.path}`;
    const own = grouped.get(service) ?? new Map();
    grouped.set(service, own);
    const call = own.get(key) ?? {
      method,
      path: canonical.value.path,
      segments: canonical.value.segments,
      bodyTypes: new Set(),
    };
    own.set(key, call);
    for (const type of bodyTypes) call.bodyTypes.add(type);
  }
  return new Map([...grouped].map(([service, own]) => [service, [...own.values()]]));
}

/** The one kind of body that all of the calls with a body had; undefined when there were others, or nothing is known. */
function onlyBodyType(calls: readonly Call[]): BodyType | undefined {
  const [type, second] = new Set(calls.flatMap(({ bodyTypes }) => [...bodyTypes]));
  return second === undefined && type !== 'other' ? type : undefined;
}

/** Rules that allow what stands before the end of a path for some servers are used by its calls, too. */
function callsByRule(service: Service, made: readonly Call[]): ReadonlyMap<string, Call[]> {
  const compiled = compileService(service);
  const byRule = new Map<string, Call[]>();
  const calls = made.flatMap((call) => [
    call,
    ...pathsBefore(call.segments).map((segments) => ({ ...call, path: `/${segments.join('/')}`, segments })),
  ]);
  for (const call of calls) {
    for (const { rule } of fittingRules(compiled, call).allow) {
      if (rule.methods?.has(call.method)) byRule.set(rule.id, [...(byRule.get(rule.id) ?? []), call]);
    }
  }
  return byRule;
}

/** Whether some servers take less than the whole of its path. */
function isEndedEarly({ segments }: Call): boolean {
  return pathsBefore(segments).length > 0;
}

/** Whether its path has a `**`. */
function isOpen(rule: Rule): boolean {
  return rule.pattern.strict.some(({ kind }) => kind === 'deep');
}

/** The calls that no rule without `**` allows just as well as this one. */
function notCovered(
  calls: readonly Call[],
  rule: Rule,
  rules: readonly Rule[],
  used: ReadonlyMap<string, readonly Call[]>,
): readonly Call[] {
  const covering = rules.filter(
    (other) => !isOpen(other) && other.approval === rule.approval && restrictionsCover(other, rule),
  );
  const covered = new Set(covering.flatMap(({ id }) => used.get(id) ?? []));
  return calls.filter((call) => !covered.has(call));
}

/** An ask rule that also asks about what a less strict rule allows. */
function holdsOthersBack(rule: Rule, rules: readonly Rule[]): boolean {
  return (
    rule.approval !== undefined &&
    rules.some(
      (other) =>
        other.effect === 'allow' && other !== rule && !asksAsStrictly(other, rule.approval) && mayMeet(other, rule),
    )
  );
}

interface NewRule {
  readonly yaml: string;
  readonly words: string;
  readonly why: Phrase;
}

function newRules(calls: readonly Call[], asks: boolean): NewRule[] {
  return [...groups(calls)].map(([pattern, { methods, why, bodyType }]) => {
    const list = inOrder(methods);
    const kind = bodyType === undefined ? '' : `, bodyType: ${bodyType}`;
    const asking = asks ? ', approval: always' : '';
    const comment = why === undefined ? '' : ` # ${inEnglish(why)}`;
    return {
      yaml: `- { path: ${yamlText(pattern)}, methods: [${list.join(', ')}]${kind}${asking} }${comment}`,
      words: words(list, pattern),
      why: why === undefined ? phrase`Calls used it.` : phrase`Calls used it; ${why}.`,
    };
  });
}

/** What calls of one kind of path have in common. */
interface Group {
  readonly methods: ReadonlySet<Method>;
  readonly bodyType: BodyType | undefined;
  readonly why: Phrase | undefined;
}

function groups(calls: readonly Call[]): ReadonlyMap<string, Group> {
  const byPath = new Map<string, Call[]>();
  for (const call of calls) byPath.set(call.path, [...(byPath.get(call.path) ?? []), call]);
  return new Map(
    [...generalise(byPath.keys())].map(([{ pattern, why }, paths]) => {
      const own = paths.flatMap((path) => byPath.get(path) ?? []);
      return [pattern, { methods: new Set(own.map(({ method }) => method)), bodyType: onlyBodyType(own), why }];
    }),
  );
}

function words(methods: Iterable<Method>, path: string): string {
  return `${[...methods].join(', ')} ${path}`;
}

/** Puts rules, as items in lines, at the end of a service's `policies`; no edit where it has none. */
export function addRules(
  text: string,
  root: ParsedNode,
  service: Service,
  rules: readonly string[],
): readonly TextEdit[] {
  const found = policiesOf(root, service);
  return found ? addItems(text, found, rules) : [];
}

function policiesOf(root: ParsedNode, service: Service): FoundPair | undefined {
  const map = pairWithKey(root, service.span)?.pair.value;
  const pair = pairNamed(map, 'policies');
  return pair && { map: map as AnyMap, pair, parents: [] };
}

/** Every removal of one list in one go: two neighbours in brackets share a comma. */
function removeRules(text: string, root: ParsedNode, service: Service, idle: readonly Rule[]): TextEdit[] {
  const list = policiesOf(root, service)?.pair.value;
  if (idle.length === 0 || !list || !isSeq(list)) return [];
  if (idle.length === service.rules.length) {
    return [
      {
        span: { start: list.range[0], end: list.flow ? list.range[1] : text.slice(0, list.range[1]).trimEnd().length },
        newText: '[]',
      },
    ];
  }
  if (list.flow) return [];
  return idle.flatMap((rule) => {
    const node = nodeWithSpan(root, rule.span)?.node;
    return (node && removeItem(text, list, node)) ?? [];
  });
}

/** The rule written again for each path that was used, with what else it says; undefined when it is as narrow already. */
function narrowRule(
  text: string,
  root: ParsedNode,
  rule: Rule,
  calls: readonly Call[],
): { edit: TextEdit; why: Phrase } | undefined {
  const node = nodeWithSpan(root, rule.span);
  const path = pairNamed(node?.node, 'path')?.value;
  const methods = pairNamed(node?.node, 'methods')?.value;
  const list = node?.parents.at(-1);
  if (!path || !methods || !isSeq(list) || methods.range[1] > rule.span.end) return undefined;
  const open = isOpen(rule);
  const bodyType = onlyBodyType(calls);
  const own: Group = { methods: new Set(calls.map(({ method }) => method)), bodyType, why: undefined };
  const parts = open ? groups(calls) : new Map([[rule.pattern.text, own]]);
  // Where a missing field means more, the rule should have named it.
  const named = needsBodyType(rule) ? bodyType : undefined;
  if (!open && own.methods.size === rule.methods?.size && named === undefined) return undefined;
  if ([...parts.keys()].some((pattern) => !within(pattern, rule))) return undefined;
  const before = text.slice(rule.span.start, rule.span.end).trimEnd();
  const beside = isMap(node?.node) && node.node.flow ? ', ' : `\n${' '.repeat(columnOf(text, rule.span.start))}`;
  const kind = named === undefined ? '' : `${beside}bodyType: ${named}`;
  const written = [...parts].map(([pattern, part]) =>
    applyEdits(before, [
      { span: shifted(text, path, rule), newText: open ? yamlText(pattern) : text.slice(path.range[0], path.range[1]) },
      { span: shifted(text, methods, rule), newText: `[${inOrder(part.methods).join(', ')}]${kind}` },
    ]),
  );
  const between = list.flow ? ', ' : `\n${' '.repeat(columnOf(text, text.lastIndexOf('-', rule.span.start)))}- `;
  const reasons = [...parts].flatMap(([pattern, { why }]) => (why === undefined ? [] : [phrase`${pattern}: ${why}`]));
  if (named !== undefined) reasons.push(named === 'json' ? phrase`Each body was JSON` : phrase`Each body was a form`);
  const [first, ...others] = reasons;
  const used = phrase`Calls used ${[...parts].map(([pattern, part]) => words(inOrder(part.methods), pattern)).join('; ')}.`;
  return {
    edit: { span: { start: rule.span.start, end: rule.span.start + before.length }, newText: written.join(between) },
    why:
      first === undefined ? used : phrase`${used} ${others.reduce((before, one) => phrase`${before}; ${one}`, first)}.`,
  };
}

/** Where a node stands in its rule's text; a list in lines ends before the line break. */
function shifted(text: string, { range }: ParsedNode, { span }: Rule): { start: number; end: number } {
  const length = text.slice(range[0], range[1]).trimEnd().length;
  return { start: range[0] - span.start, end: range[0] - span.start + length };
}

/** Whether a pattern matches nothing that the rule does not. */
function within(pattern: string, rule: Rule): boolean {
  const compiled = compilePattern(pattern, true);
  if (!compiled.ok) return false;
  const index = new PathIndex<true>(true);
  index.add(rule.pattern.strict, true);
  return index.covering(compiled.value.strict).length > 0;
}
