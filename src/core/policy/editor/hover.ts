import { canonicalPath } from '../../request/parts/path.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { inOrder } from '../compare/coverage.ts';
import { compileService, fittingRules } from '../decide/decide.ts';
import type { PastCall } from '../learn/rulesUsed.ts';
import type { Policy } from '../model/policy.ts';
import { describeRestrictions } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { cursorAt } from './cursor.ts';
import { placeOf, VOCABULARY } from './vocabulary.ts';

export interface PolicyHover {
  /** Sentences without markup; what agents sent stands in none of them. */
  readonly lines: readonly Phrase[];
  readonly span: Span;
}

/**
 * What is under an offset, in words: a rule, with how many of `calls`,
 * those of the last 24 hours (if they are known), it matches by method and path; or else the key.
 * `policy` is the text's, as parsed; without one only keys are explained.
 */
export function hoverPolicy(
  text: string,
  offset: number,
  policy?: Policy,
  calls?: readonly PastCall[],
): PolicyHover | undefined {
  const key = keyAt(text, offset);
  for (const service of policy?.services.values() ?? []) {
    const rule = service.rules.find(({ span }) => span.start <= offset && offset < span.end);
    if (rule === undefined) continue;
    const lines = [describe(rule, service), ...used(rule, service, calls), ...(key === undefined ? [] : [key])];
    return { lines, span: rule.span };
  }
  const word = /^[A-Za-z]*/.exec(text.slice(offset))?.[0].length ?? 0;
  const before = /(?<![A-Za-z])[A-Za-z]*$/.exec(text.slice(0, offset))?.[0].length ?? 0;
  return key === undefined ? undefined : { lines: [key], span: { start: offset - before, end: offset + word } };
}

function keyAt(text: string, offset: number): Phrase | undefined {
  const cursor = cursorAt(text, offset);
  if (cursor?.kind !== 'key') return undefined;
  const place = placeOf(cursor.path);
  const name = text.slice(cursor.word.start, cursor.word.end);
  const found = place && VOCABULARY[place].find((one) => one.name === name);
  return found && phrase`${found.name}: ${found.words}`;
}

function describe(rule: Rule, service: Service): Phrase {
  const methods = rule.methods === undefined ? phrase`Every method` : inOrder(rule.methods);
  const restrictions = describeRestrictions(rule);
  const does =
    rule.effect === 'deny'
      ? phrase`is denied`
      : rule.approval === 'always'
        ? phrase`asks you every time`
        : rule.approval === 'remember'
          ? phrase`asks you, and can be allowed for ten minutes`
          : phrase`is allowed`;
  const what = phrase`${methods} on ${pathWords(rule)} of ${service.name} ${does}`;
  return restrictions === undefined ? phrase`${what}.` : phrase`${what}, for ${restrictions}.`;
}

function pathWords({ pattern }: Rule): string | Phrase {
  const { text, strict } = pattern;
  if (text === '/**') return phrase`every path`;
  if (text.endsWith('/**') && strict.filter(({ kind }) => kind === 'deep').length === 1)
    return phrase`every path below ${text.slice(0, -2)}`;
  return text;
}

function used(rule: Rule, service: Service, calls: readonly PastCall[] | undefined): Phrase[] {
  if (calls === undefined) return [];
  const compiled = compileService({ ...service, rules: [rule] });
  const matched = calls.filter((call) => {
    const path = canonicalPath(call.path, service);
    if (call.service !== service.name || !path.ok) return false;
    const { allow, ask, deny } = fittingRules(compiled, path.value);
    return [...allow, ...ask, ...deny].some(
      () => rule.methods === undefined || [...rule.methods].some((method) => method === call.method),
    );
  });
  const count = matched.reduce((sum, call) => sum + (call.count ?? 1), 0);
  return [
    count === 0
      ? phrase`No call of the last 24 hours matched it.`
      : count === 1
        ? phrase`One call of the last 24 hours matched it.`
        : phrase`${count} calls of the last 24 hours matched it.`,
  ];
}
