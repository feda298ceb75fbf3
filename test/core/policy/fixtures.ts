import { compileService, decide } from '../../../src/core/policy/decide/decide.ts';
import type { Decision } from '../../../src/core/policy/model/decision.ts';
import type { Policy, PolicyDocument } from '../../../src/core/policy/model/policy.ts';
import type { Service } from '../../../src/core/policy/model/service.ts';
import { parsePolicy } from '../../../src/core/policy/read/parse.ts';
import { canonicalPath } from '../../../src/core/request/parts/path.ts';
import type { Method } from '../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../src/core/text/phrase.ts';
import { type English, english } from '../../support/english.ts';
import type { NaiveRule } from '../../support/naivePolicy.ts';

/** A policy of one service `api` with these rules, as text. */
export function policyOf(rules: readonly NaiveRule[], more = ''): string {
  return `services:\n  api:\n    baseUrl: https://api.example.com\n    auth: { type: bearer }\n${more}${rulesText(rules)}`;
}

export function rulesText(rules: readonly NaiveRule[]): string {
  if (rules.length === 0) return '    policies: []\n';
  const lines = rules.map(({ path, methods, effect, approval, more: rest }) => {
    const fields = [`path: ${JSON.stringify(path)}`];
    if (methods !== undefined) fields.push(`methods: [${methods.join(', ')}]`);
    if (effect !== undefined) fields.push(`effect: ${effect}`);
    if (approval !== undefined) fields.push(`approval: ${approval}`);
    if (rest !== undefined && rest !== '') fields.push(rest);
    return `      - { ${fields.join(', ')} }\n`;
  });
  return `    policies:\n${lines.join('')}`;
}

/** The policy in a text without errors. */
export function valid(text: string): Policy {
  const { policy, problems } = parsePolicy(text);
  if (policy === undefined) throw new Error(`not valid: ${JSON.stringify(problems)}\n${text}`);
  return policy;
}

export function serviceOf(text: string, name = 'api'): Service {
  const service = valid(text).services.get(name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

export function judge(service: Service, method: Method, path: string): English<Decision> {
  const canonical = canonicalPath(path);
  if (!canonical.ok) throw new Error(inEnglish(canonical.error.message));
  const { path: own, segments } = canonical.value;
  return english(decide(compileService(service), { method, path: own, segments, query: [] }));
}

/** `code@line:column` of every problem. */
export function places(document: PolicyDocument): string[] {
  return document.problems.map(({ code, start }) => `${code}@${start.line}:${start.column}`);
}
