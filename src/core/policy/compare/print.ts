import { DEFAULT_LIMITS } from '../../limits/limitsModel.ts';
import { formatBytes, formatDuration, formatRate } from '../../limits/units.ts';
import type { BaseUrl } from '../../net/baseUrl.ts';
import type { Auth } from '../auth/authTypes.ts';
import type { Condition, ConditionValue } from '../model/restrictionModel.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { decimalText } from '../patterns/decimal.ts';
import { yamlText } from '../text/yamlText.ts';
import { inOrder } from './coverage.ts';

/** A policy file of services, and of servers, that are already printed. */
export function policyText(printed: readonly string[], servers: readonly string[] = []): string {
  const services = printed.length === 0 ? 'services: {}\n' : `services:\n${printed.join('')}`;
  return servers.length === 0 ? services : `${services}servers:\n${servers.join('')}`;
}

/** One service as an entry of `services`, two spaces deep, with a final line break. Defaults are left out. */
export function printService(service: Service): string {
  const lines = [`  ${service.name}:`];
  if (service.description !== undefined) lines.push(`    description: ${yamlText(service.description)}`);
  lines.push(`    baseUrl: ${yamlText(service.baseUrl.text)}`);
  if (service.network !== 'public') lines.push(`    network: ${service.network}`);
  if (service.encodedSlash) lines.push('    encodedSlash: true');
  if (service.environment !== undefined) lines.push(`    environment: ${yamlText(service.environment)}`);
  lines.push(`    auth: ${printAuth(service.auth)}`);
  if (service.rules.length === 0) lines.push('    policies: []');
  else lines.push('    policies:', ...service.rules.flatMap(printRule));
  const { set, allow } = service.headers;
  if (set.length > 0 || allow.length > 0) lines.push('    headers:');
  if (set.length > 0) lines.push('      set:');
  for (const [name, value] of set) lines.push(`        ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  if (allow.length > 0) lines.push(`      allow: [${allow.map((name) => JSON.stringify(name)).join(', ')}]`);
  if (service.verify) {
    lines.push(`    verify: { method: ${service.verify.method}, path: ${JSON.stringify(service.verify.path)} }`);
  }
  if (service.rotateEveryDays !== undefined) lines.push(`    rotateEvery: ${service.rotateEveryDays}d`);
  const limits = printLimits(service);
  if (limits.length > 0) lines.push('    limits:', ...limits);
  return `${lines.join('\n')}\n`;
}

/** A service that allows nothing, in the fewest characters: what it is, without its rules and comforts. */
export function printBareService(service: Service): string {
  const network = service.network === 'public' ? '' : `, network: ${service.network}`;
  const slash = service.encodedSlash ? ', encodedSlash: true' : '';
  return `  ${service.name}: {baseUrl: ${yamlText(service.baseUrl.text)}${network}${slash}, auth: ${printAuth(service.auth)}}\n`;
}

/** `auth` in braces, its fields in the order in which a file has them. */
export function printAuth(auth: Auth): string {
  const { type, ...fields } = auth;
  return `{ ${[`type: ${type}`, ...Object.entries(fields).map(printAuthField)].join(', ')} }`;
}

function printAuthField([name, value]: readonly [string, unknown]): string {
  if (name === 'lifetimeMs') return `lifetime: ${formatDuration(Number(value))}`;
  return `${name}: ${isUrl(value) ? yamlText(value.text) : JSON.stringify(value)}`;
}

function isUrl(value: unknown): value is BaseUrl {
  return typeof value === 'object' && value !== null && 'origin' in value && 'prefix' in value;
}

function printRule(rule: Rule): string[] {
  const lines = [`      - path: ${yamlText(rule.pattern.text)}`];
  if (rule.effect !== 'allow') lines.push(`        effect: ${rule.effect}`);
  if (rule.methods !== undefined) lines.push(`        methods: [${inOrder(rule.methods).join(', ')}]`);
  for (const source of ['query', 'body', 'header'] as const) lines.push(...printConditions(rule, source));
  if (rule.bodyType !== undefined) lines.push(`        bodyType: ${rule.bodyType}`);
  if (rule.graphql === false) lines.push('        graphql: false');
  if (rule.graphql) {
    const { operations, fields } = rule.graphql;
    const roots = fields === undefined ? '' : `, fields: ${JSON.stringify(fields)}`;
    lines.push(`        graphql: { operations: ${JSON.stringify(operations)}${roots} }`);
  }
  if (rule.agents !== undefined) lines.push(`        agents: ${JSON.stringify(rule.agents)}`);
  if (rule.approval !== undefined) lines.push(`        approval: ${rule.approval}`);
  return lines;
}

function printConditions(rule: Rule, source: Condition['source']): string[] {
  const byName = new Map<string, string[]>();
  for (const condition of rule.conditions ?? []) {
    if (condition.source !== source) continue;
    byName.set(condition.name, [...(byName.get(condition.name) ?? []), printCheck(condition.check)]);
  }
  if (byName.size === 0) return [];
  const fields = [...byName].map(([name, checks]) => `          ${JSON.stringify(name)}: { ${checks.join(', ')} }`);
  return [`        ${source}:`, ...fields];
}

function printCheck(check: Condition['check']): string {
  switch (check.kind) {
    case 'equals':
      return `equals: ${printValue(check.value)}`;
    case 'in':
      return `in: [${check.values.map(printValue).join(', ')}]`;
    case 'max':
    case 'min':
      return `${check.kind}: ${printValue(check.limit)}`;
    case 'matches':
      return `matches: ${JSON.stringify(check.pattern)}`;
    case 'present':
      return `present: ${check.present}`;
  }
}

/** A number in plain decimals, as it is read. */
function printValue(value: ConditionValue): string {
  return typeof value === 'number' ? decimalText(value) : JSON.stringify(value);
}

/** The lines below `limits`, six spaces deep; none for the defaults. */
export function printLimits({ limits }: Pick<Service, 'limits'>): string[] {
  const lines: string[] = [];
  if (limits.requests !== undefined) lines.push(`      requests: ${formatRate(limits.requests)}`);
  if (limits.concurrent !== DEFAULT_LIMITS.concurrent) lines.push(`      concurrent: ${limits.concurrent}`);
  if (limits.responseBytes !== DEFAULT_LIMITS.responseBytes)
    lines.push(`      responseBytes: ${formatBytes(limits.responseBytes)}`);
  if (limits.requestBytes !== DEFAULT_LIMITS.requestBytes)
    lines.push(`      requestBytes: ${formatBytes(limits.requestBytes)}`);
  if (limits.perAgent) lines.push('      perAgent: true');
  if (limits.timeoutMs !== DEFAULT_LIMITS.timeoutMs) lines.push(`      timeout: ${formatDuration(limits.timeoutMs)}`);
  return lines;
}
