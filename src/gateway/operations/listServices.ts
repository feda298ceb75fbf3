import type { ServiceList } from '../../protocol/messages.ts';
import type { ServiceStatus } from '../control/controlPort.ts';
import type { PolicySet } from '../policies/policySet.ts';
import type { RuleTexts } from './ruleTexts.ts';

/** Longest list without `service`, in characters of minified JSON: a contract. */
const MAX_CHARS = 8000;

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
export async function listServices(
  policies: PolicySet,
  statusOf: (name: string) => { readonly status: ServiceStatus },
  texts: Pick<RuleTexts, 'of'>,
  only?: string,
): Promise<ServiceList> {
  const names = only === undefined ? policies.serviceNames : [only];
  const described: Described[] = [];
  let least = 0;
  for (const name of names) {
    const one = await describe(policies, name, texts);
    described.push(one);
    least += leastChars(one);
    // A policy may name thousands: of what has no room in the list, whatever is left out of it, nothing but the name is told.
    if (least > MAX_CHARS) break;
  }
  // At once, so that all of it is as it stands at one moment.
  const services = described.map((one) => withStatus(one, statusOf(one.name).status));
  return only === undefined ? shorten(services, names) : { services };
}

type Described = Omit<Entry, 'status' | 'nextStep'>;

async function describe(policies: PolicySet, name: string, texts: Pick<RuleTexts, 'of'>): Promise<Described> {
  const lookup = policies.find(name);
  if (lookup.found !== 'in_force') return { name, baseUrl: '', rules: [] };
  const { service } = lookup.inForce;
  return {
    name,
    ...(service.description === undefined ? {} : { description: service.description }),
    baseUrl: service.baseUrl.text,
    ...(service.environment === undefined ? {} : { environment: service.environment }),
    rules: [...(await texts.of(lookup.inForce))],
  };
}

/** How much of the list a service takes, whatever is left out of it. */
function leastChars({ name, baseUrl }: Described): number {
  return JSON.stringify({ name, baseUrl, status: '', rules: [] }).length;
}

function withStatus({ name, description, baseUrl, environment, rules }: Described, status: ServiceStatus): Entry {
  const nextStep = NEXT_STEPS[status];
  return {
    name,
    ...(description === undefined ? {} : { description }),
    baseUrl,
    ...(environment === undefined ? {} : { environment }),
    status,
    rules,
    ...(nextStep === undefined ? {} : { nextStep }),
  };
}

const SHORTENED = 'The list was shortened. Call list_services with service for one of them in full.';

/** Drops rules, then descriptions, then services from the end, and says how to see them. `services` are the first of `names`. */
function shorten(services: readonly Entry[], names: readonly string[]): ServiceList {
  if (services.length < names.length) return namesAboveAll(services, names);
  const whole: ServiceList = { services: [...services] };
  if (fits(whole)) return whole;
  for (const rules of [10, 3, 0]) {
    const fewer = { services: services.map((entry) => withRules(entry, rules)), nextStep: SHORTENED };
    if (fits(fewer)) return fewer;
  }
  return namesAboveAll(services, names);
}

function fits({ services, nextStep }: ServiceList): boolean {
  let chars = JSON.stringify({ services: [], nextStep }).length - 1;
  for (const entry of services) {
    chars += JSON.stringify(entry).length + 1;
    if (chars > MAX_CHARS) return false;
  }
  return true;
}

function withRules(entry: Entry, most: number): Entry {
  const { rules } = entry;
  return rules.length <= most
    ? entry
    : { ...entry, rules: [...rules.slice(0, most), `… and ${rules.length - most} more`] };
}

/** With so many services, their names are worth more than anything else about them. */
function namesAboveAll(services: readonly Entry[], names: readonly string[]): ServiceList {
  const nextStep = (others: readonly string[]): string =>
    `${SHORTENED} There are ${names.length}; the others: ${others.join(', ')}`;
  const shown: Entry[] = [];
  let chars = JSON.stringify({ services: shown, nextStep: nextStep(names) }).length;
  if (chars > MAX_CHARS) return { services: [], nextStep: `${nextStep(names).slice(0, MAX_CHARS - 100)}…` };
  for (const { name, baseUrl, status, rules } of services) {
    const bare = { name, baseUrl, status, rules: rules.length === 0 ? [] : [`… ${rules.length} rules`] };
    const isFirst = shown.length === 0;
    const isLast = shown.length === names.length - 1;
    // It comes with a comma before it, and its name leaves the others with the comma and the space behind it.
    chars += JSON.stringify(bare).length + (isFirst ? 0 : 1) - name.length - (isLast ? 0 : 2);
    if (chars > MAX_CHARS) break;
    shown.push(bare);
  }
  return { services: shown, nextStep: nextStep(names.slice(shown.length)) };
}
