import { DEFAULT_LIMITS } from '../../limits/limitsModel.ts';
import { METHODS, type Method, SAFE_METHODS } from '../../request/parts/requestModel.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { ReadPolicy } from '../model/policy.ts';
import { describeRestrictions } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { parsePolicy } from '../read/parse.ts';
import { allowCoverage, askCoverage, denyCoverage, effectiveMethods, inOrder, without } from './coverage.ts';
import { authWords, type DefinitionPart, differingParts } from './definition.ts';
import { labelChanges, newLabels } from './labelChanges.ts';
import { limitChanges } from './limitChanges.ts';
import { mayMeet } from './overlap.ts';
import { byGravity, change, type PolicyChange } from './policyChange.ts';
import { serverChanges } from './serverChanges.ts';
import { asksAsStrictly } from './strictness.ts';

/**
 * What `written` would change in `approved` (undefined: nothing was ever approved), what gives away most first.
 * Comments, order, formatting and rules that say nothing new give no change. Empty when `written` has errors: it is not to be approved.
 *
 * `once` is the text as the user approved it, before saves struck parts of it: what it had is marked as coming back.
 */
export function policyChanges(
  approved: string | undefined,
  written: string,
  once = approved,
  read: ReadPolicy = parsePolicy,
): PolicyChange[] {
  const saved = read(written, 'user').policy;
  if (saved === undefined || approved === written) return [];
  const before = approved === undefined ? undefined : read(approved, 'user').policy;
  const earlier = once === undefined || once === approved ? undefined : read(once, 'user').policy;
  const changes: PolicyChange[] = [];
  for (const service of saved.services.values()) {
    const known = before?.services.get(service.name);
    changes.push(
      ...(known === undefined
        ? newService(service)
        : serviceChanges(known, service, earlier?.services.get(service.name))),
    );
  }
  for (const service of before?.services.values() ?? []) {
    if (!saved.services.has(service.name)) changes.push(change('narrows', service, phrase`service ${service.name}`));
  }
  for (const name of new Set([...saved.servers.keys(), ...(before?.servers.keys() ?? [])])) {
    changes.push(...serverChanges(before?.servers.get(name), saved.servers.get(name), earlier?.servers.get(name)));
  }
  return changes.sort(byGravity);
}

function newService(service: Service): PolicyChange[] {
  const { name, baseUrl, auth, network, encodedSlash } = service;
  const slash = encodedSlash ? ', encodedSlash' : '';
  const where = network === 'public' ? slash : phrase`, ${network} network${slash}`;
  const bare: Service = { ...service, rules: [], headers: { set: [], allow: [] }, limits: DEFAULT_LIMITS };
  const allows = service.rules.some((rule) => rule.effect === 'allow');
  return [
    change(
      allows ? 'widens' : 'restricts',
      service,
      phrase`service ${name} (${baseUrl.text}, ${authWords(auth)}${where})`,
    ),
    ...verifyChanges(undefined, service),
    ...newLabels(service, allows),
    ...[
      ...ruleChanges(bare, service),
      ...headerChanges(bare, service),
      ...limitChanges(bare, service),
      // There was nothing that its denies and limits could take away.
    ].map((one) => (one.kind === 'narrows' ? { ...one, kind: 'restricts' as const } : one)),
  ];
}

function serviceChanges(approved: Service, saved: Service, earlier: Service | undefined): PolicyChange[] {
  // A rule of another place is another permission, whatever it looks like.
  const once = earlier === undefined || differingParts(earlier, saved).length > 0 ? undefined : earlier;
  return [
    ...definitionChanges(approved, saved),
    ...ruleChanges(approved, saved, once),
    ...headerChanges(approved, saved, once),
    ...limitChanges(approved, saved, once),
  ];
}

function definitionChanges(approved: Service, saved: Service): PolicyChange[] {
  const changes = differingParts(approved, saved).map((part) =>
    change('widens', saved, phrase`${part} of ${saved.name}: ${partText(approved, part)} → ${partText(saved, part)}`),
  );
  changes.push(...verifyChanges(approved, saved));
  changes.push(...labelChanges(approved, saved));
  if (approved.rotateEveryDays !== saved.rotateEveryDays) {
    const [from, to] = [approved, saved].map(({ rotateEveryDays: days }) =>
      days === undefined ? phrase`none` : `${days}d`,
    );
    changes.push(change('other', saved, phrase`rotateEvery of ${saved.name}: ${from ?? ''} → ${to ?? ''}`));
  }
  return changes;
}

function partText(service: Service, part: DefinitionPart): string | Phrase {
  switch (part) {
    case 'baseUrl':
      return service.baseUrl.text;
    case 'auth':
      return authWords(service.auth);
    case 'network':
      return service.network;
    case 'encodedSlash':
      return String(service.encodedSlash === true);
  }
}

/** It is sent without a rule that allows it, so a new one waits for the user. */
function verifyChanges(approved: Service | undefined, saved: Service): PolicyChange[] {
  const say = (service: Service | undefined): string | undefined =>
    service?.verify && `${service.verify.method} ${service.verify.path}`;
  const [from, to] = [say(approved), say(saved)];
  if (from === to) return [];
  return [
    change(
      saved.verify ? 'widens' : 'narrows',
      saved,
      phrase`verifying request of ${saved.name}: ${from ?? phrase`none`} → ${to ?? phrase`none`}`,
    ),
  ];
}

function ruleChanges(approved: Service, saved: Service, once?: Service): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const { name } = saved;
  const compare = (
    rules: readonly Rule[],
    others: readonly Rule[],
    say: (rule: Rule) => PolicyChange,
    known: (rule: Rule) => ReadonlySet<Method>,
  ): void => {
    const allows = allowCoverage(others);
    const denies = denyCoverage(others);
    for (const rule of rules) {
      const coverage = rule.effect === 'allow' ? allows : denies;
      const methods = without(effectiveMethods(rule), coverage.covered(rule));
      const back = known({ ...rule, methods });
      for (const [part, comesBack] of [
        [without(methods, back), false],
        [new Set([...methods].filter((method) => back.has(method))), true],
      ] as const) {
        if (part.size === 0) continue;
        const one = say({ ...rule, methods: part });
        const back = comesBack ? { comesBack } : {};
        changes.push(one.kind === 'widens' ? { ...one, ...reachOf(rule, part), ...back } : one);
      }
      // Said once, however often it is written.
      if (methods.size > 0) coverage.add(rule);
    }
  };
  const allowedOnce = once && allowCoverage(once.rules);
  const deniedOnce = once && denyCoverage(once.rules);
  compare(
    saved.rules,
    approved.rules,
    (rule) =>
      rule.effect === 'allow'
        ? change('widens', saved, phrase`${ruleWords(rule)} on ${name}`)
        : change('narrows', saved, phrase`${ruleWords(rule)} on ${name} is denied`),
    (rule) => (rule.effect === 'allow' ? allowedOnce?.covered(rule) : undefined) ?? NONE,
  );
  compare(
    approved.rules,
    saved.rules,
    (rule) =>
      rule.effect === 'allow'
        ? change('narrows', saved, phrase`${ruleWords(rule)} on ${name}`)
        : change('widens', saved, phrase`${ruleWords(rule)} on ${name} is no longer denied`),
    (rule) => (rule.effect === 'deny' && deniedOnce ? without(effectiveMethods(rule), deniedOnce.covered(rule)) : NONE),
  );
  changes.push(
    ...askChanges(approved.rules, saved.rules).map((rule) => {
      const before = without(effectiveMethods(rule), askedBy(approved.rules, rule));
      return change('narrows', saved, phrase`${pathWords(rule)} on ${name} ${askWords(rule, before.size === 0)}`);
    }),
    ...askChanges(saved.rules, approved.rules).map((rule) => {
      const left = effectiveMethods(rule).size === askedBy(saved.rules, rule).size;
      const one = change(
        'widens',
        saved,
        phrase`${pathWords(rule)} on ${name} ${left ? REMEMBERS : phrase`no longer asks`}`,
      );
      const back = once !== undefined && askChanges(once.rules, [rule]).length > 0;
      return back ? { ...one, comesBack: true as const } : one;
    }),
  );
  return changes;
}

function reachOf({ pattern }: Rule, methods: ReadonlySet<Method>): Pick<PolicyChange, 'reach'> {
  const reads = [...methods].every((method) => SAFE_METHODS.has(method));
  const below = pattern.canonical.includes('**');
  return reads === below ? {} : { reach: reads ? 'minor' : 'sweeping' };
}

const REMEMBERS = phrase`asks you, and can be allowed for ten minutes`;

function askWords(rule: Rule, asked: boolean): Phrase {
  if (rule.approval === 'remember') return REMEMBERS;
  return asked ? phrase`asks you every time, and can no longer be allowed for ten minutes` : phrase`asks every time`;
}

/** The methods of an ask rule that some rule asks about, in whatever way. */
function askedBy(rules: readonly Rule[], rule: Rule): ReadonlySet<Method> {
  return askCoverage(rules, 'remember').covered(rule);
}

/** What the ask rules among `others` ask and `rules` do not, as far as `rules` allow any of it. */
function askChanges(rules: readonly Rule[], others: readonly Rule[]): Rule[] {
  const asking = { always: askCoverage(rules, 'always'), remember: askCoverage(rules, 'remember') };
  return others.flatMap((rule) => {
    const { approval } = rule;
    if (approval === undefined) return [];
    const methods = without(effectiveMethods(rule), asking[approval].covered(rule));
    const part = { ...rule, methods };
    const concerns = (other: Rule): boolean =>
      other.effect === 'allow' && !asksAsStrictly(other, approval) && mayMeet(other, part);
    return methods.size > 0 && rules.some(concerns) ? [part] : [];
  });
}

const NONE: ReadonlySet<Method> = new Set();

/** As in `GET, POST /v1/charges (asks every time)`. */
function ruleWords(rule: Rule): Phrase {
  return rule.approval === undefined ? pathWords(rule) : phrase`${pathWords(rule)} (${askWords(rule, false)})`;
}

/** Methods and path, as in `GET, POST /v1/charges`. */
function pathWords(rule: Rule): Phrase {
  const methods = inOrder(effectiveMethods(rule));
  const restrictions = describeRestrictions(rule);
  const what = phrase`${methods.length === METHODS.length ? phrase`any method` : methods} ${rule.pattern.canonical}`;
  return restrictions === undefined ? what : phrase`${what} (${restrictions})`;
}

function headerChanges(approved: Service, saved: Service, once?: Service): PolicyChange[] {
  const { name } = saved;
  const changes: PolicyChange[] = [];
  const before = new Map(approved.headers.set);
  const after = new Map(saved.headers.set);
  // Values stay out of the words; a fixed header may change whose account is used, so every change of one waits.
  for (const [header, value] of after) {
    const was = before.get(header);
    if (was !== value) {
      changes.push(
        change(
          'widens',
          saved,
          was === undefined
            ? phrase`header ${header} on ${name} is set`
            : phrase`header ${header} on ${name} has a new value`,
        ),
      );
    }
  }
  for (const header of before.keys()) {
    if (!after.has(header)) changes.push(change('widens', saved, phrase`header ${header} on ${name} is no longer set`));
  }
  for (const header of saved.headers.allow) {
    if (approved.headers.allow.includes(header)) continue;
    const one = change('widens', saved, phrase`caller header ${header} on ${name}`);
    changes.push(once?.headers.allow.includes(header) ? { ...one, comesBack: true } : one);
  }
  for (const header of approved.headers.allow) {
    if (!saved.headers.allow.includes(header))
      changes.push(change('narrows', saved, phrase`caller header ${header} on ${name}`));
  }
  return changes;
}
