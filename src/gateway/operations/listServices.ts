import { describeRule } from '../../core/policy/compare/describeRule.ts';
import { inEnglish } from '../../core/text/phrase.ts';
import type { ServiceList } from '../../protocol/messages.ts';
import type { ServiceStatus } from '../control/controlPort.ts';
import type { PolicySet, ServiceInForce } from '../policies/policySet.ts';

/** Longest list without `service`, in characters of minified JSON: a contract. */
const MAX_CHARS = 8000;
const MAX_RULES_IN_FULL = 500;

type Entry = ServiceList['services'][number];

const NEXT_STEPS: Readonly<Record<ServiceStatus, string | undefined>> = {
  ready: undefined,
  unverified: undefined,
  expiring: 'Works for now. Tell the user that the credential expires soon.',
  expired: 'Ask the user to run "Valet Key: Rotate Credential" in VS Code.',
  rejected: 'Ask the user to run "Valet Key: Rotate Credential" in VS Code.',
  missing_credential: 'Ask the user to run "Valet Key: Enter Credential" in VS Code.',
  revoked: 'Ask the user before anything else: the credential was revoked.',
  frozen: 'Do not call it. Only the user can unfreeze it, with "Valet Key: Unfreeze" in VS Code.',
  not_confirmed: 'Ask the user to enter the credential again: the policy names a new destination.',
  not_approved: 'Ask the user to run "Valet Key: Review and Apply Policy Changes" in VS Code.',
};

/** What `list_services` gives: all services in short, or one in full. */
export function listServices(
  policies: PolicySet,
  statusOf: (name: string) => { readonly status: ServiceStatus },
  only?: string,
): ServiceList {
  const names = only === undefined ? policies.serviceNames : [only];
  const services = names.map((name) => entryOf(policies, name, statusOf(name).status));
  if (only !== undefined) return { services };
  return shorten(services);
}

function entryOf(policies: PolicySet, name: string, status: ServiceStatus): Entry {
  const lookup = policies.find(name);
  const nextStep = NEXT_STEPS[status];
  const step = nextStep === undefined ? {} : { nextStep };
  if (lookup.found !== 'in_force') return { name, baseUrl: '', status, rules: [], ...step };
  const { service, documents } = lookup.inForce;
  const rules = new Set(documents.flatMap(shownRules));
  return {
    name,
    ...(service.description === undefined ? {} : { description: service.description }),
    baseUrl: service.baseUrl.text,
    ...(service.environment === undefined ? {} : { environment: service.environment }),
    status,
    rules: [...rules],
    ...step,
  };
}

/** The rules of one document as texts; those that nobody has approved yet may be anybody's words, and are counted alone. */
function shownRules({ document, approved, written }: ServiceInForce['documents'][number]): string[] {
  const rules = (written?.service.rules ?? []).slice(0, MAX_RULES_IN_FULL).map((rule) => inEnglish(describeRule(rule)));
  if (document.ceiling || written === approved) return rules;
  const known = new Set(document.grants ? approved?.service.rules.map((rule) => inEnglish(describeRule(rule))) : []);
  const shown = rules.filter((rule) => known.has(rule));
  const others = rules.length - shown.length;
  return others === 0 ? shown : [...shown, `… and ${others} in ${document.label} that the user has not approved yet`];
}

function hidden(rules: readonly string[]): string[] {
  return rules.length === 0 ? [] : [`… ${rules.length} rules`];
}

/** Drops rules, then descriptions, then services from the end, and says how to see them. */
function shorten(services: readonly Entry[]): ServiceList {
  const fits = (list: ServiceList): boolean => JSON.stringify(list).length <= MAX_CHARS;
  const whole: ServiceList = { services: [...services] };
  if (fits(whole)) return whole;
  const nextStep = 'The list was shortened. Call list_services with service for one of them in full.';
  for (const rules of [10, 3, 0]) {
    const fewer = services.map((entry) =>
      entry.rules.length <= rules
        ? entry
        : { ...entry, rules: [...entry.rules.slice(0, rules), `… and ${entry.rules.length - rules} more`] },
    );
    if (fits({ services: fewer, nextStep })) return { services: fewer, nextStep };
  }
  // With so many, their names are worth more than anything else about them.
  const bare = services.map(({ name, baseUrl, status, rules }) => ({ name, baseUrl, status, rules: hidden(rules) }));
  const shown = [...bare];
  for (;;) {
    const others = services.slice(shown.length).map(({ name }) => name);
    const list = {
      services: shown,
      nextStep: `${nextStep} There are ${services.length}; the others: ${others.join(', ')}`,
    };
    if (fits(list)) return list;
    if (shown.length === 0) return { services: [], nextStep: `${list.nextStep.slice(0, MAX_CHARS - 100)}…` };
    shown.pop();
  }
}
