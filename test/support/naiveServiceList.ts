import { describeRule } from '../../src/core/policy/compare/describeRule.ts';
import { inEnglish } from '../../src/core/text/phrase.ts';
import type { PolicySet, ServiceInForce } from '../../src/gateway/policies/policySet.ts';
import type { ServiceList } from '../../src/protocol/messages.ts';

/**
 * A second `list_services`, written to be obviously right and however slow: it words everything, and takes one thing away after
 * another until the text of what is left is short enough.
 */
export function naiveServiceList(
  policies: PolicySet,
  statusOf: (name: string) => { readonly status: string; readonly nextStep?: string },
): ServiceList {
  const services = policies.serviceNames.map((name) => entryOf(policies, name, statusOf(name)));
  const names = services.map(({ name }) => name);
  const nextStep = 'The list was shortened. Call list_services with service for one of them in full.';
  const fewer = (most: number): ServiceList => ({
    services: services.map((entry) => ({ ...entry, rules: firstRules(entry.rules, most) })),
    nextStep,
  });
  const bare = services.map(({ name, baseUrl, status, rules }) => ({
    name,
    baseUrl,
    status,
    rules: rules.length === 0 ? [] : [`… ${rules.length} rules`],
  }));
  const some = (count: number): ServiceList => ({
    services: bare.slice(0, count),
    nextStep: `${nextStep} There are ${names.length}; the others: ${names.slice(count).join(', ')}`,
  });
  const none = { services: [], nextStep: `${some(0).nextStep?.slice(0, 7900)}…` };
  const wanted = [{ services }, fewer(10), fewer(3), fewer(0), ...names.map((_, i) => some(names.length - i)), some(0)];
  return wanted.find((list) => JSON.stringify(list).length <= 8000) ?? none;
}

/** The lines of one service, as they are in full. */
export function naiveRules({ documents }: ServiceInForce): readonly string[] {
  const lines = documents.flatMap(({ document, approved, written }) => {
    const worded = (half: typeof written): readonly string[] =>
      (half?.service.rules ?? []).map((rule) => inEnglish(describeRule(rule)));
    const all = worded(written).slice(0, 500);
    if (document.ceiling || approved === written) return all;
    const known = all.filter((line) => document.grants && worded(approved).includes(line));
    const unknown = all.length - known.length;
    const counted = `… and ${unknown} in ${document.label} that the user has not approved yet`;
    return unknown === 0 ? known : [...known, counted];
  });
  return [...new Set(lines)];
}

type Entry = ServiceList['services'][number];

function entryOf(
  policies: PolicySet,
  name: string,
  { status, nextStep }: { readonly status: string; readonly nextStep?: string },
): Entry {
  const lookup = policies.find(name);
  const step = nextStep === undefined ? {} : { nextStep };
  if (lookup.found !== 'in_force') return { name, baseUrl: '', status, rules: [], ...step };
  const { baseUrl, description, environment } = lookup.inForce.service;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    baseUrl: baseUrl.text,
    ...(environment === undefined ? {} : { environment }),
    status,
    rules: [...naiveRules(lookup.inForce)],
    ...step,
  };
}

function firstRules(rules: string[], most: number): string[] {
  return rules.length <= most ? rules : [...rules.slice(0, most), `… and ${rules.length - most} more`];
}
