import { isScalar, type ParsedNode } from 'yaml';
import { isReservedHeader } from '../../request/parts/headers.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { fieldPath } from '../decide/pairFields.ts';
import type { Check, Condition, ConditionValue } from '../model/restrictionModel.ts';
import { plainDecimal } from '../patterns/decimal.ts';
import { valuePatternProblem } from '../patterns/pattern.ts';
import { type Entry, isEmpty, type Reader } from '../text/reader.ts';
import { firstForbidden } from '../text/textGuard.ts';

const KEYS = ['equals', 'in', 'max', 'min', 'matches', 'present'] as const;
const MAX_NAME = 200;
const MAX_STEPS = 20;
const MAX_VALUE = 1000;
/** All of them are judged in one turn of the gateway's event loop, for which nothing may wait long, least of all a freeze. */
const MAX_FIELDS = 1000;

/** Reads a rule's `query`, `body` or `header`: fields by name, each with one check or more. */
export function readConditions(
  reader: Reader,
  entry: Entry | undefined,
  source: Condition['source'],
): readonly Condition[] | undefined | 'wrong' {
  if (entry === undefined) return undefined;
  const example = EXAMPLES[source];
  const fields = reader.map(entry.value, reader.at(entry), `\`${source}\``, example);
  if (fields === undefined) return 'wrong';
  if (fields.entries.length === 0) {
    reader.problems.error(
      'bad-condition',
      reader.at(entry),
      phrase`\`${source}\` has no conditions. Write ${example}, or remove the key.`,
    );
    return 'wrong';
  }
  if (fields.entries.length > MAX_FIELDS) {
    const conditions = phrase`\`${source}\` has conditions on ${fields.entries.length} fields, and a rule takes ${MAX_FIELDS} at most.`;
    reader.problems.error('bad-condition', reader.at(entry), phrase`${conditions} Divide the rule into several.`);
    return 'wrong';
  }
  const conditions: Condition[] = [];
  for (const field of fields.entries) {
    const path = namePath(field.name, source);
    if (path === undefined) {
      reader.problems.error('bad-condition', field.key, NAMES[source]);
      return 'wrong';
    }
    const checks = readChecks(reader, field);
    if (checks === undefined) return 'wrong';
    for (const check of checks) conditions.push({ source, name: field.name, path, check });
  }
  return conditions;
}

const EXAMPLES = {
  query: '{ limit: { max: 100 } }',
  body: '{ amount: { max: 5000 } }',
  header: '{ x-amz-target: { matches: "DynamoDB_*.Get*" } }',
};

const NAMES = {
  query: phrase`This cannot be a parameter’s name. Write it as the API expects it, such as limit or "created[gte]".`,
  body: phrase`This cannot be a field’s name. Write it with dots, such as customer.id, or as a JSON Pointer, such as "/customer/id".`,
  header: phrase`This cannot be the name of a header that agents send. Write one such as x-amz-target; those of the gateway and of \`auth\` are not theirs.`,
};

/** Where a name points to; undefined for one that names nothing. JSON Pointer: RFC 6901. */
function namePath(name: string, source: Condition['source']): readonly string[] | undefined {
  if (name.length > MAX_NAME) return undefined;
  if (source === 'header')
    return /^[\w.-]+$/.test(name) && !isReservedHeader(name.toLowerCase()) ? [name.toLowerCase()] : undefined;
  if (source === 'query') return fieldPath(name);
  const pointer = name.startsWith('/');
  const steps = pointer ? name.slice(1).split('/') : name.split('.');
  if (steps.length > MAX_STEPS || steps.some((step) => step === '' || /[[\]\s]/.test(step))) return undefined;
  if (!pointer) return steps;
  return steps.some((step) => /~(?![01])/.test(step))
    ? undefined
    : steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function readChecks(reader: Reader, field: Entry): readonly Check[] | undefined {
  const fields = reader.map(field.value, reader.at(field), phrase`A condition`, '{ equals: usd }');
  if (fields === undefined) return undefined;
  reader.onlyKnown(fields, KEYS, phrase`A condition`, {
    eq: 'equals',
    is: 'equals',
    oneof: 'in',
    enum: 'in',
    maximum: 'max',
    minimum: 'min',
    lte: 'max',
    gte: 'min',
    pattern: 'matches',
    like: 'matches',
    exists: 'present',
    required: 'present',
  });
  const checks: Check[] = [];
  for (const entry of fields.entries) {
    const key = KEYS.find((one) => one === entry.name);
    if (key === undefined) return undefined;
    const check = readCheck(reader, entry, key);
    if (check === undefined) return undefined;
    checks.push(check);
  }
  if (checks.length > 0) return checks;
  reader.problems.error(
    'bad-condition',
    reader.at(field),
    phrase`This condition is empty. Write one of: equals, in, max, min, matches, present.`,
  );
  return undefined;
}

function readCheck(reader: Reader, entry: Entry, key: (typeof KEYS)[number]): Check | undefined {
  const wrong = (help: Phrase): undefined => {
    reader.problems.error('bad-condition', reader.at(entry), phrase`\`${key}\` ${help}`);
  };
  switch (key) {
    case 'equals': {
      const value = plainValue(entry.value);
      return value === undefined ? wrong(phrase`must be ${VALUES}.`) : { kind: key, value };
    }
    case 'in': {
      const items = reader.list(entry, '`in`', '[usd, eur]');
      if (items === undefined) return undefined;
      const values: ConditionValue[] = [];
      for (const item of items) {
        const value = plainValue(item);
        if (value === undefined) return wrong(phrase`must be a list of values, each ${VALUES}.`);
        values.push(value);
      }
      return values.length === 0
        ? wrong(phrase`is empty. Write at least one value, such as [usd].`)
        : { kind: key, values };
    }
    case 'max':
    case 'min': {
      const limit = plainValue(entry.value);
      return typeof limit === 'number'
        ? { kind: key, limit }
        : wrong(phrase`must be a decimal number of up to 15 digits, such as 5000 or 0.5.`);
    }
    case 'matches': {
      const pattern = reader.text(entry.value, reader.at(entry), '`matches`');
      if (pattern === undefined) return undefined;
      const problem = pattern === '' ? phrase`It is empty.` : valuePatternProblem(pattern);
      return problem === undefined
        ? { kind: key, pattern }
        : wrong(phrase`must be a pattern, such as cus_*. ${problem}`);
    }
    case 'present': {
      const present = plainValue(entry.value);
      return typeof present === 'boolean' ? { kind: key, present } : wrong(phrase`must be true or false.`);
    }
  }
}

const VALUES = phrase`a string, true, false, null, or a decimal number of up to 15 digits`;

/** Numbers as they are written: what YAML makes of 0x10 or 1e3 is not what the user reads. */
function plainValue(node: ParsedNode | null): ConditionValue | undefined {
  if (isEmpty(node)) return isScalar(node) && node.source !== undefined && node.source !== '' ? null : undefined;
  if (!isScalar(node)) return undefined;
  const { value } = node;
  if (typeof value === 'number' || typeof value === 'bigint') return plainDecimal(String(node.source ?? ''));
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value.length > MAX_VALUE) return undefined;
  return firstForbidden(value) === undefined && !value.includes('\n') ? value : undefined;
}
