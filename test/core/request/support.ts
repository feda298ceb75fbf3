import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS } from '../../../src/core/limits/limitsModel.ts';
import { parseBaseUrl } from '../../../src/core/net/baseUrl.ts';
import type { Auth } from '../../../src/core/policy/auth/authTypes.ts';
import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import type { Service, ServiceHeaders } from '../../../src/core/policy/model/service.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { canonicalPath, literalPattern } from '../../../src/core/request/parts/path.ts';
import type { CanonicalRequest, RequestInput, RequestProblem } from '../../../src/core/request/parts/requestModel.ts';
import type { Result } from '../../../src/core/result.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { type English, english } from '../../support/english.ts';

export type ServicePart = Pick<Service, 'name' | 'baseUrl' | 'auth' | 'headers' | 'limits'>;

export interface ServiceOptions {
  readonly baseUrl?: string;
  readonly auth?: Auth;
  readonly headers?: Partial<ServiceHeaders>;
  readonly requestBytes?: number;
}

export function aService(options: ServiceOptions = {}): ServicePart {
  const baseUrl = parseBaseUrl(options.baseUrl ?? 'https://api.example.com', 'public');
  if (!baseUrl.ok) throw new Error(inEnglish(baseUrl.error.message));
  return {
    name: 'api',
    baseUrl: baseUrl.value,
    auth: options.auth ?? { type: 'bearer' },
    headers: { set: [], allow: [], ...options.headers },
    limits: { ...DEFAULT_LIMITS, requestBytes: options.requestBytes ?? DEFAULT_LIMITS.requestBytes },
  };
}

/** Canonicalises a request of which only the interesting parts are given. */
export function ask(
  input: Partial<RequestInput>,
  options: ServiceOptions = {},
): Result<CanonicalRequest, RequestProblem> {
  return canonicalise({ service: 'api', method: 'GET', path: '/v1/items', ...input }, aService(options));
}

/** The same, for requests that must be taken. */
export function taken(input: Partial<RequestInput>, options: ServiceOptions = {}): CanonicalRequest {
  const result = ask(input, options);
  if (!result.ok) throw new Error(Object.values(english(result.error)).join(' '));
  return result.value;
}

/** The same, for requests that must be refused. */
export function refused(input: Partial<RequestInput>, options: ServiceOptions = {}): English<RequestProblem> {
  const result = ask(input, options);
  if (result.ok) throw new Error(`taken as ${result.value.target}`);
  return english(result.error);
}

export interface RuleCase {
  readonly path: string;
  readonly methods: readonly string[];
}

export interface PathCase {
  readonly id: string;
  readonly category: string;
  readonly level: 'must' | 'should';
  readonly policy: { readonly baseUrl: string; readonly policies: readonly RuleCase[] };
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: RequestInput['query'];
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly expect: 'allow' | 'deny' | 'either';
  readonly wire_any?: readonly string[];
  readonly wire_method?: string;
  readonly wire_headers_absent?: readonly string[];
  readonly if_sent?: { readonly origin?: string; readonly path_prefix?: string };
}

/** What would leave the machine for a case: null when it is refused or denied. */
export type Sent = Pick<CanonicalRequest, 'method' | 'target' | 'headers'> | null;

/** What is wrong with what a case sends, or undefined. */
export function judge(one: PathCase, sent: Sent): string | undefined {
  if (sent === null) return one.expect === 'allow' ? 'refused' : undefined;
  if (one.expect === 'deny') return `sent ${sent.target.slice(0, 200)}`;
  if (one.wire_any !== undefined && !one.wire_any.includes(sent.target)) return `sent ${sent.target.slice(0, 200)}`;
  if (one.wire_method !== undefined && sent.method !== one.wire_method) return `sent ${sent.method}`;
  const present = one.wire_headers_absent?.filter((name) => sent.headers.some(([header]) => header === name)) ?? [];
  if (present.length > 0) return `sent ${present.join(', ')}`;
  const prefix = one.if_sent?.path_prefix;
  return prefix !== undefined && !sent.target.startsWith(prefix) ? 'left the prefix' : undefined;
}

/** What the real policy sends. JSON is YAML, so that a case's policy needs no other spelling. */
export function sentByPolicy(one: PathCase): Sent {
  const policies = one.policy.policies.map(({ path, methods }) => ({ path, methods }));
  const text = JSON.stringify({
    services: { api: { baseUrl: one.policy.baseUrl, auth: { type: 'bearer' }, policies } },
  });
  const service = parsePolicy(text).policy?.services.get('api');
  return service === undefined ? null : sentBy(one, service);
}

function sentBy(one: PathCase, service: Service): Sent {
  const request = canonicalise(inputOf(one), service);
  if (!request.ok) return null;
  return decide(compileService(service), request.value).verdict === 'allow' ? request.value : null;
}

export function inputOf(one: PathCase): RequestInput {
  const { method, path, query, headers, body } = one.request;
  return { service: 'api', method, path, query, headers, ...(body === undefined ? {} : { json: body }) };
}

/** What is wrong with the cases of a level, each by its name. */
export function failures(cases: readonly PathCase[], level: PathCase['level']): string[] {
  return cases
    .filter((one) => one.level === level)
    .flatMap((one) => {
      const problem = judge(one, sentByPolicy(one));
      return problem === undefined ? [] : [`${one.id} (${one.category}): ${problem}`];
    });
}

/** Reads a file with one JSON value a line. */
function readLines<T>(file: string | URL): T[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

export function readCorpus<T>(name: string): T[] {
  return readLines<T>(new URL(`../../corpus/${name}.jsonl`, import.meta.url));
}

/** The plainest evaluator that follows the policy pages, to be compared with the compiled one. */
export function naivelyAllowed(rules: readonly RuleCase[], request: CanonicalRequest): boolean {
  return rules.some((rule) => {
    const pattern = canonicalPath(rule.path, { pattern: true });
    return (
      pattern.ok &&
      rule.methods.includes(request.method) &&
      matchesSegments(pattern.value.segments, request.segments.map(literalPattern))
    );
  });
}

function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**') {
    // Zero or more segments; at the end of the pattern one or more.
    const least = rest.length === 0 ? 1 : 0;
    return (
      path.some((_, index) => index >= least && matchesSegments(rest, path.slice(index))) ||
      endsThere(rest, path, least)
    );
  }
  const [head, ...tail] = path;
  return head !== undefined && matchesText(first, head) && matchesSegments(rest, tail);
}

function endsThere(rest: readonly string[], path: readonly string[], least: number): boolean {
  return path.length >= least && matchesSegments(rest, []);
}

function matchesText(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (!pattern.startsWith('*'))
    return pattern[0] === text[0] && text !== '' && matchesText(pattern.slice(1), text.slice(1));
  for (let length = 1; length <= text.length; length += 1) {
    if (matchesText(pattern.slice(1), text.slice(length))) return true;
  }
  return false;
}
