import { mayHaveHeader } from '../../request/callerHeaders.ts';
import type { Method } from '../../request/parts/requestModel.ts';
import { phrase } from '../../text/phrase.ts';
import type { ProblemList } from '../../text/problems.ts';
import { concernsCover } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { idleConditions, needsBodyType } from './lintConditions.ts';
import { Shadows } from './shadows.ts';

const WRITES: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** What is unwise in single rules. */
export function lintRules({ name, rules, headers, auth }: Service, problems: ProblemList): void {
  const holdingBack = new Shadows(
    rules.filter(({ effect, approval }) => effect === 'deny' || approval !== undefined),
    concernsCover,
    true,
  );
  for (const rule of rules) {
    const data = { service: name, rule: rule.id };
    const parameter = withoutParameters(rule.pattern.text);
    if (parameter !== undefined) {
      problems.warning(
        'parameter-in-path',
        rule.span,
        phrase`{id} and :id match literally in a path. Use a wildcard for one segment: ${parameter}`,
        { data, suggestion: parameter },
      );
    }
    for (const { message, ...more } of idleConditions(rule)) {
      problems.warning('condition-without-effect', rule.span, message, { data, ...more });
    }
    const absent = rule.conditions?.find(
      ({ source, path: [header = ''] }) => source === 'header' && !mayHaveHeader(header, headers, auth),
    );
    if (absent !== undefined) {
      problems.warning(
        'condition-without-effect',
        rule.span,
        phrase`Agents may not send ${absent.name} to this service, so no request has it. Add it to \`headers.allow\` of the service.`,
        { data },
      );
    }
    if (needsBodyType(rule)) {
      problems.warning(
        'body-without-type',
        rule.span,
        phrase`The agent can choose between JSON and a form, and an API that reads one of them does not see the fields of the other. Add \`bodyType: json\` or \`bodyType: form\`.`,
        { data },
      );
    }
    if (rule.effect === 'allow') lintAllow(rule, holdingBack, data, problems);
  }
}

/** `holdingBack`: the service's rules that deny or ask. */
function lintAllow(
  rule: Rule,
  holdingBack: Shadows,
  data: { service: string; rule: string },
  problems: ProblemList,
): void {
  if (rule.graphql === undefined && rule.methods?.has('POST') && namesGraphql(rule)) {
    problems.warning(
      'graphql-without-block',
      rule.span,
      phrase`A POST to a path with a segment graphql is denied without a \`graphql\` block. Add \`graphql: { operations: [query] }\`.`,
      { data },
    );
    return;
  }
  const { graphql } = rule;
  const readsOnly = graphql ? graphql.operations.every((operation) => operation === 'query') : false;
  if (rule.approval !== undefined || rule.conditions !== undefined || readsOnly) return;
  if (!WRITES.some((method) => rule.methods?.has(method))) return;
  // What another rule asks about or denies, this one does not allow by itself.
  const passing = holdingBack.left(rule);
  const writes = WRITES.filter((method) => passing.has(method));
  if (writes.length === 0) return;
  const list = writes.join(', ');
  if (coversEverything(rule)) {
    problems.warning(
      'broad-write',
      rule.span,
      phrase`This rule allows ${list} on every path. Name the paths that are needed, or add \`approval: always\`.`,
      { data },
    );
  } else {
    problems.information(
      'write-without-approval',
      rule.span,
      phrase`This rule allows ${list} without asking you. Add \`approval: always\`, or conditions, if that is too much.`,
      { data },
    );
  }
}

/** `/**`, and spellings of it such as `/**` after stars. */
function coversEverything({ pattern }: Rule): boolean {
  return pattern.folded[0]?.kind === 'deep';
}

function namesGraphql({ pattern }: Rule): boolean {
  return pattern.folded.some((unit) => unit.kind === 'literal' && /^graphql(?:\.json)?$/.test(unit.text));
}

/** A pattern whose `{id}` and `:id` are stars; undefined when it has none. */
function withoutParameters(text: string): string | undefined {
  const starred = text.replace(/\{[^{}/]*\}/g, '*').replace(/(?<=\/):[A-Za-z_]\w*(?=\/|$)/g, '*');
  return starred === text ? undefined : starred.replace(/\*{2,}(?=[^/])|(?<=[^/])\*{2,}/g, '*');
}
