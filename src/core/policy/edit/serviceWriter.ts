import type { Network } from '../../net/network.ts';
import type { Auth } from '../auth/authTypes.ts';
import { printAuth } from '../compare/print.ts';
import { withEntry } from '../text/insertion.ts';
import { yamlText } from '../text/yamlText.ts';
import type { NewRule } from './presets.ts';

/** A service as Add Service writes it. */
export interface NewService {
  readonly name: string;
  readonly baseUrl: string;
  readonly environment?: string;
  /** Left out for public addresses. */
  readonly network?: Exclude<Network, 'public'>;
  /** Names in its paths have slashes in them. */
  readonly encodedSlash?: true;
  readonly auth: Auth;
  /** A path that proves the credential when it is read. */
  readonly verifyPath?: string;
  /** Fixed vendor headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly rules: readonly NewRule[];
}

/** The policy text with the service: see {@link withEntry}. */
export function withService(text: string | undefined, service: NewService): string {
  return withEntry(text, 'services', { name: service.name, lines: serviceLines(service) });
}

function serviceLines(service: NewService): readonly string[] {
  const lines = [`${service.name}:`, `  baseUrl: ${yamlText(service.baseUrl)}`];
  if (service.environment !== undefined) lines.push(`  environment: ${yamlText(service.environment)}`);
  if (service.network !== undefined) lines.push(`  network: ${service.network}`);
  if (service.encodedSlash === true) lines.push('  encodedSlash: true');
  lines.push(`  auth: ${authText(service.auth)}`);
  const headers = Object.entries(service.headers ?? {});
  if (headers.length > 0) lines.push('  headers:', '    set:');
  for (const [name, value] of headers) lines.push(`      ${yamlText(name)}: ${JSON.stringify(value)}`);
  if (service.verifyPath !== undefined) lines.push(`  verify: { path: ${JSON.stringify(service.verifyPath)} }`);
  lines.push(service.rules.length === 0 ? '  policies: []' : '  policies:');
  for (const rule of service.rules) {
    lines.push(`    - path: ${yamlText(rule.path)}`, ...ruleLines(rule).map((line) => `      ${line}`));
  }
  return lines;
}

/** Names stand plain where they can; what is no plain text is printed as the core prints it. */
function authText(auth: Auth): string {
  const values = Object.entries(auth);
  if (!values.every((pair): pair is [string, string] => typeof pair[1] === 'string')) return printAuth(auth);
  return `{ ${values.map(([key, value]) => `${key}: ${yamlText(value)}`).join(', ')} }`;
}

function ruleLines(rule: NewRule): readonly string[] {
  if (rule.effect === 'deny') return ['effect: deny'];
  const { methods, graphql, approval } = rule;
  return [
    `methods: [${methods.join(', ')}]`,
    ...(graphql === undefined ? [] : [`graphql: { operations: [${graphql.operations.join(', ')}] }`]),
    ...(approval === undefined ? [] : [`approval: ${approval}`]),
  ];
}
