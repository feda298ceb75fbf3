import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, parseDocument, YAMLMap } from 'yaml';
import type { Auth, Network } from '../../core/policy/model.ts';
import { printAuth } from '../../core/policy/print.ts';
import type { NewRule } from './presets.ts';

/** A service as Add Service writes it. */
export interface NewService {
  readonly name: string;
  readonly baseUrl: string;
  readonly environment?: string;
  /** Left out for public addresses. */
  readonly network?: Exclude<Network, 'public'>;
  readonly auth: Auth;
  /** A path that proves the credential when it is read. */
  readonly verifyPath?: string;
  /** Fixed vendor headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly rules: readonly NewRule[];
}

/** The policy text cannot take a service: it is not YAML, or `services` is no map. */
export class PolicyNotWritableError extends Error {}

/**
 * The policy text with the service added at the end of `services`, or replaced where it was. Where it can be done by
 * inserting lines, nothing else in the text changes by a character; else comments and the order of everything stay.
 * An absent or empty text gives a new document.
 */
export function withService(text: string | undefined, service: NewService): string {
  const before = text ?? '';
  const document = parse(before);
  if (document.errors.length > 0) throw new PolicyNotWritableError('The policy file is not valid YAML.');
  const inserted = inserting(before, document, service);
  setService(document, service);
  // The two ways must agree on the meaning; the inserted text is only the better looking one.
  if (inserted !== undefined) {
    const reread = parse(inserted);
    if (reread.errors.length === 0 && isDeepStrictEqual(reread.toJS(), document.toJS())) return inserted;
  }
  return document.toString({ lineWidth: 0 });
}

function parse(text: string): Document {
  return parseDocument(text, { uniqueKeys: false });
}

function setService(document: Document, service: NewService): void {
  if (isEmpty(document.contents)) {
    document.contents = document.createNode({});
  }
  if (!isMap(document.contents)) throw new PolicyNotWritableError('The policy file does not hold a map.');
  const services = document.contents.get('services');
  if (!isMap(services) && services !== undefined && services !== null) {
    throw new PolicyNotWritableError('`services` in the policy file is not a map.');
  }
  const value = parse(serviceLines(service).join('\n')).get(service.name, true);
  if (isMap(services)) {
    services.set(service.name, value);
    return;
  }
  const fresh = new YAMLMap(document.schema);
  fresh.set(service.name, value);
  document.contents.set('services', fresh);
}

/** True for a text of comments alone as well. */
function isEmpty(root: unknown): boolean {
  return root === null || (isScalar(root) && root.value === null);
}

/** The text with the service's lines put in; undefined where that is not a matter of inserting lines. */
function inserting(text: string, document: Document, service: NewService): string | undefined {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = (indent: number): string =>
    serviceLines(service)
      .map((line) => `${' '.repeat(indent)}${line}${eol}`)
      .join('');
  const ended = text === '' || text.endsWith('\n') ? text : text + eol;
  const root = document.contents;
  if (isEmpty(root)) return `${ended}services:${eol}${block(2)}`;
  if (!isMap(root) || root.flow) return undefined;
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === 'services');
  if (!pair) return `${ended}services:${eol}${block(2)}`;
  const services = pair.value;
  if (isMap(services) && services.has(service.name)) return undefined;
  if (isMap(services) && services.items.length > 0)
    return services.flow ? undefined : afterLast(ended, services, block);
  const range = isMap(services) || isScalar(services) ? services.range : undefined;
  if (!range) return undefined;
  const rest = ended.slice(range[1]);
  const lineEnd = rest.indexOf('\n') + 1;
  const head = ended.slice(0, range[0]).trimEnd();
  return head + rest.slice(0, lineEnd) + block(2) + rest.slice(lineEnd);
}

function afterLast(text: string, services: YAMLMap, block: (indent: number) => string): string | undefined {
  const [firstKey, lastValue] = [services.items[0]?.key, services.items.at(-1)?.value];
  if (!isScalar(firstKey) || !firstKey.range || !isMap(lastValue) || !lastValue.range) return undefined;
  const indent = firstKey.range[0] - (text.lastIndexOf('\n', firstKey.range[0] - 1) + 1);
  const end = lastValue.range[1];
  // The value of a block map ends at the start of the next line, one in braces within its line.
  const at = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  return text.slice(0, at) + block(indent) + text.slice(at);
}

function serviceLines(service: NewService): readonly string[] {
  const lines = [`${service.name}:`, `  baseUrl: ${scalar(service.baseUrl)}`];
  if (service.environment !== undefined) lines.push(`  environment: ${scalar(service.environment)}`);
  if (service.network !== undefined) lines.push(`  network: ${service.network}`);
  lines.push(`  auth: ${authText(service.auth)}`);
  const headers = Object.entries(service.headers ?? {});
  if (headers.length > 0) lines.push('  headers:', '    set:');
  for (const [name, value] of headers) lines.push(`      ${scalar(name)}: ${JSON.stringify(value)}`);
  if (service.verifyPath !== undefined) lines.push(`  verify: { path: ${JSON.stringify(service.verifyPath)} }`);
  lines.push(service.rules.length === 0 ? '  policies: []' : '  policies:');
  for (const rule of service.rules) {
    const rest = rule.effect === 'deny' ? 'effect: deny' : `methods: [${rule.methods.join(', ')}]`;
    lines.push(`    - path: ${scalar(rule.path)}`, `      ${rest}`);
  }
  return lines;
}

/** Names stand plain where they can; what is no plain text is printed as the core prints it. */
function authText(auth: Auth): string {
  const values = Object.entries(auth);
  if (!values.every((pair): pair is [string, string] => typeof pair[1] === 'string')) return printAuth(auth);
  return `{ ${values.map(([key, value]) => `${key}: ${scalar(value)}`).join(', ')} }`;
}

/** A string as YAML that means the same inside and outside braces; JSON's strings are YAML's double-quoted ones. */
function scalar(value: string): string {
  const plain = /^[A-Za-z/][A-Za-z0-9_./*:-]*[A-Za-z0-9_/*]$/.test(value) && parseDocument(value).toJS() === value;
  return plain ? value : JSON.stringify(value);
}
