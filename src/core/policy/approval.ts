import { METHODS } from '../request/model.ts';
import { allowCoverage, denyCoverage, effectiveMethods, inOrder, without } from './coverage.ts';
import { describeAuth, differingParts } from './definition.ts';
import { lowerLimits, rateWithin, sameLimits } from './limits.ts';
import { DEFAULT_LIMITS, type Limits, type Rule, type Service } from './model.ts';
import { parsePolicy } from './parse.ts';
import { policyText, printBareService, printService } from './print.ts';
import { MAX_POLICY_BYTES, utf8Bytes } from './textGuard.ts';
import { formatBytes, formatDuration, formatRate } from './units.ts';

/** Approved by nobody, for nothing. */
const NOTHING = policyText([]);

/**
 * What is left of an approved policy once `written`, a valid text, was saved: never more than either of them allows.
 *
 * - An allow rule stays for those methods that a saved rule covers; one that does not stay gives way to saved rules
 *   which it covers. A service that the saved text does not name keeps its name and loses all of them.
 * - The saved text's denies are added and none is ever taken away; limits go down to the lower of both; caller headers
 *   stay only if both let them through.
 * - `baseUrl`, `auth`, `network`, `environment` and `headers.set` stay as approved: where the saved text differs, that
 *   is the gateway's and the person's matter.
 *
 * Returns `approved` itself, comments and all, when nothing changes; else a text printed anew. If that grew over the
 * size of a policy file, the largest services lose all their rules until it fits. A `written` with errors changes
 * nothing; an `approved` with errors approves nothing.
 */
export function narrowApproved(approved: string, written: string): string {
  const saved = parsePolicy(written).policy;
  if (saved === undefined || approved === written) return approved;
  const before = parsePolicy(approved).policy;
  if (before === undefined) return NOTHING;
  const after = [...before.services.values()].map((service) =>
    narrowService(service, saved.services.get(service.name)),
  );
  if (after.every((service) => before.services.get(service.name) === service)) return approved;
  return printWithinCap(after);
}

/** The same object when nothing changes. */
function narrowService(approved: Service, saved: Service | undefined): Service {
  const rules = narrowRules(approved.rules, saved?.rules ?? []);
  const limits = saved === undefined ? approved.limits : lowerLimits(approved.limits, saved.limits);
  const passed = approved.headers.allow.filter((name) => saved === undefined || saved.headers.allow.includes(name));
  if (
    rules === approved.rules &&
    sameLimits(limits, approved.limits) &&
    passed.length === approved.headers.allow.length
  ) {
    return approved;
  }
  return { ...approved, rules, limits, headers: { ...approved.headers, allow: passed } };
}

function narrowRules(approved: readonly Rule[], saved: readonly Rule[]): readonly Rule[] {
  const bySaved = allowCoverage(saved);
  const byApproved = allowCoverage(approved);
  const kept: Rule[] = [];
  let changed = false;
  for (const rule of approved) {
    if (rule.effect === 'deny') {
      kept.push(rule);
      continue;
    }
    const stays = bySaved.covered(rule);
    if (stays.size < effectiveMethods(rule).size) changed = true;
    if (stays.size > 0) kept.push(stays.size === rule.methods?.size ? rule : { ...rule, methods: stays });
  }
  const denied = new Set(kept.filter((rule) => rule.effect === 'deny').flatMap(denyKeys));
  // What is covered by what stayed says nothing new.
  const byKept = allowCoverage(kept);
  for (const rule of saved) {
    if (rule.effect === 'deny') {
      const keys = denyKeys(rule);
      if (keys.every((key) => denied.has(key))) continue;
      for (const key of keys) denied.add(key);
      kept.push(rule);
      changed = true;
    } else {
      const comes = without(byApproved.covered(rule), byKept.covered(rule));
      if (comes.size === 0) continue;
      const narrower = { ...rule, methods: comes };
      kept.push(narrower);
      byKept.add(narrower);
      changed = true;
    }
  }
  return changed ? kept : approved;
}

/** One key for each method that a deny rule denies on its pattern. */
function denyKeys(rule: Rule): string[] {
  return [...effectiveMethods(rule)].map((method) => `${method} ${rule.pattern.canonical}`);
}

/** The services as a text, within the size of a policy file: what does not fit is approved no more. */
function printWithinCap(services: readonly Service[]): string {
  const printed = services.map((service) => ({ service, text: printService(service) }));
  let bytes = utf8Bytes(policyText(printed.map(({ text }) => text)));
  const largestFirst = [...printed].sort((a, b) => b.text.length - a.text.length);
  for (const entry of largestFirst) {
    if (bytes <= MAX_POLICY_BYTES) break;
    const bare = printBareService(entry.service);
    bytes -= utf8Bytes(entry.text) - utf8Bytes(bare);
    entry.text = bare;
  }
  return bytes <= MAX_POLICY_BYTES ? policyText(printed.map(({ text }) => text)) : NOTHING;
}

/** One difference between what is approved and what is written, in words. */
export interface PolicyChange {
  /** `widens` waits for a person. `narrows` acts at once. `other` changes what people and agents read. */
  readonly kind: 'widens' | 'narrows' | 'other';
  readonly service: string;
  /** Such as `+ POST /v1/refunds on stripe`. Starts with `+`, `-` or `~`, in the order of the kinds. */
  readonly text: string;
}

/**
 * What `written` would change in `approved` (undefined: nothing was ever approved), widening first. Comments, order,
 * formatting and rules that say nothing new give no change. Empty when `written` has errors: it is not to be approved.
 */
export function policyChanges(approved: string | undefined, written: string): PolicyChange[] {
  const saved = parsePolicy(written).policy;
  if (saved === undefined || approved === written) return [];
  const before = approved === undefined ? undefined : parsePolicy(approved).policy;
  const changes: PolicyChange[] = [];
  for (const service of saved.services.values()) {
    const known = before?.services.get(service.name);
    changes.push(...(known === undefined ? newService(service) : serviceChanges(known, service)));
  }
  for (const service of before?.services.values() ?? []) {
    if (!saved.services.has(service.name)) changes.push(change('narrows', service, `service ${service.name}`));
  }
  const rank = { widens: 0, narrows: 1, other: 2 };
  return changes.sort((a, b) => rank[a.kind] - rank[b.kind]);
}

const SIGNS = { widens: '+', narrows: '-', other: '~' } as const;

function change(kind: PolicyChange['kind'], service: Service, words: string): PolicyChange {
  return { kind, service: service.name, text: `${SIGNS[kind]} ${words}` };
}

function newService(service: Service): PolicyChange[] {
  const { name, baseUrl, auth, network } = service;
  const where = network === 'public' ? '' : `, ${network} network`;
  const bare: Service = { ...service, rules: [], headers: { set: [], allow: [] }, limits: DEFAULT_LIMITS };
  const allows = service.rules.some((rule) => rule.effect === 'allow');
  return [
    change(allows ? 'widens' : 'other', service, `service ${name} (${baseUrl.text}, ${describeAuth(auth)}${where})`),
    ...[
      ...ruleChanges(bare, service),
      ...headerChanges(bare, service),
      ...limitChanges(bare, service),
      // There was nothing that its denies and limits could take away.
    ].map((one) => (one.kind === 'narrows' ? { ...one, kind: 'other' as const, text: `~${one.text.slice(1)}` } : one)),
  ];
}

function serviceChanges(approved: Service, saved: Service): PolicyChange[] {
  return [
    ...definitionChanges(approved, saved),
    ...ruleChanges(approved, saved),
    ...headerChanges(approved, saved),
    ...limitChanges(approved, saved),
  ];
}

function definitionChanges(approved: Service, saved: Service): PolicyChange[] {
  const say = (service: Service, part: 'baseUrl' | 'auth' | 'network'): string =>
    part === 'baseUrl' ? service.baseUrl.text : part === 'auth' ? describeAuth(service.auth) : service.network;
  const changes = differingParts(approved, saved).map((part) =>
    change('widens', saved, `${part} of ${saved.name}: ${say(approved, part)} → ${say(saved, part)}`),
  );
  if (approved.environment !== saved.environment) {
    const [from, to] = [approved.environment ?? 'none', saved.environment ?? 'none'];
    changes.push(change('other', saved, `environment of ${saved.name}: ${from} → ${to}`));
  }
  if (approved.description !== saved.description) {
    changes.push(change('other', saved, `description of ${saved.name}`));
  }
  return changes;
}

function ruleChanges(approved: Service, saved: Service): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const { name } = saved;
  const compare = (rules: readonly Rule[], others: readonly Rule[], say: (rule: Rule) => PolicyChange): void => {
    const allows = allowCoverage(others);
    const denies = denyCoverage(others);
    for (const rule of rules) {
      const coverage = rule.effect === 'allow' ? allows : denies;
      const methods = without(effectiveMethods(rule), coverage.covered(rule));
      if (methods.size === 0) continue;
      changes.push(say({ ...rule, methods }));
      // Said once, however often it is written.
      coverage.add(rule);
    }
  };
  compare(saved.rules, approved.rules, (rule) =>
    rule.effect === 'allow'
      ? change('widens', saved, `${ruleWords(rule)} on ${name}`)
      : change('narrows', saved, `${ruleWords(rule)} on ${name} is denied`),
  );
  compare(approved.rules, saved.rules, (rule) =>
    rule.effect === 'allow'
      ? change('narrows', saved, `${ruleWords(rule)} on ${name}`)
      : change('widens', saved, `${ruleWords(rule)} on ${name} is no longer denied`),
  );
  return changes;
}

/** Methods and path, as in `GET, POST /v1/charges`. */
function ruleWords(rule: Rule): string {
  const methods = inOrder(effectiveMethods(rule));
  return `${methods.length === METHODS.length ? 'any method' : methods.join(', ')} ${rule.pattern.canonical}`;
}

function headerChanges(approved: Service, saved: Service): PolicyChange[] {
  const { name } = saved;
  const changes: PolicyChange[] = [];
  const before = new Map(approved.headers.set);
  const after = new Map(saved.headers.set);
  // Values stay out of the words; a fixed header may change whose account is used, so every change of one waits.
  for (const [header, value] of after) {
    const was = before.get(header);
    if (was !== value) {
      changes.push(
        change('widens', saved, `header ${header} on ${name} ${was === undefined ? 'is set' : 'has a new value'}`),
      );
    }
  }
  for (const header of before.keys()) {
    if (!after.has(header)) changes.push(change('widens', saved, `header ${header} on ${name} is no longer set`));
  }
  for (const header of saved.headers.allow) {
    if (!approved.headers.allow.includes(header))
      changes.push(change('widens', saved, `caller header ${header} on ${name}`));
  }
  for (const header of approved.headers.allow) {
    if (!saved.headers.allow.includes(header))
      changes.push(change('narrows', saved, `caller header ${header} on ${name}`));
  }
  return changes;
}

function limitChanges(approved: Service, saved: Service): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const [from, to] = [approved.limits, saved.limits];
  const say = (raised: boolean, limit: string, before: string, after: string): void => {
    changes.push(change(raised ? 'widens' : 'narrows', saved, `${limit} of ${saved.name}: ${before} → ${after}`));
  };
  const rate = (limits: Limits): string => (limits.requests === undefined ? 'no limit' : formatRate(limits.requests));
  if (!rateWithin(to.requests, from.requests)) say(true, 'requests', rate(from), rate(to));
  else if (!rateWithin(from.requests, to.requests)) say(false, 'requests', rate(from), rate(to));
  const number = (limit: string, before: number, after: number, format: (value: number) => string): void => {
    if (before !== after) say(after > before, limit, format(before), format(after));
  };
  number('concurrent', from.concurrent, to.concurrent, String);
  number('responseBytes', from.responseBytes, to.responseBytes, formatBytes);
  number('requestBytes', from.requestBytes, to.requestBytes, formatBytes);
  number('timeout', from.timeoutMs, to.timeoutMs, formatDuration);
  return changes;
}
